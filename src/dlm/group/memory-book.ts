/** What is to be written to the state file, and when: after each change that a restart must not lose. */
import { assert } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Ms } from '../../base/units.js';
import type { Settings } from '../limits/settings.js';
import type { Mastership } from '../masters/mastership.js';
import type { Memory } from './memory.js';
import type { Roster } from './roster.js';
import type { SlaveRecord } from './slave-record.js';

export interface MemoryParts {
  readonly roster: Roster;
  readonly mastership: Mastership;
  readonly settings: Settings;
  readonly leaseMs: Ms;
}

export class MemoryBook {
  readonly #parts: MemoryParts;
  #isDirty = true;

  constructor(parts: MemoryParts) {
    this.#parts = parts;
  }

  carry(carrier: Carrier): void {
    this.#isDirty = carrier.value('isDirty', this.#isDirty);
  }

  /** Call when something has changed that a restart must not lose. */
  change(): void {
    this.#isDirty = true;
  }

  /** What to write to the state file; `undefined` if unchanged since the last call. Then call `saved`. */
  drainChanged(nowMs: Ms): Memory | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    const { roster, mastership, settings, leaseMs } = this.#parts;
    // A remembered charge point may hold a grant from before a restart. Keep it until an operator forgets it.
    const isKept = (record: SlaveRecord): boolean => record.isAdopted || record.isRemembered;
    const slaves = roster.list.filter((record) => isKept(record) && record.account.maxA > 0);
    const { epoch } = mastership;
    assert(epoch > 0, `epoch ${epoch} of ${slaves.length} slaves is to be remembered`);
    return {
      epoch,
      leaseMs,
      slaves: slaves.map((record) => record.remembered()),
      settings: settings.remembered(nowMs),
    };
  }

  /** Call once the memory is saved. Its charge points may be raised now: after a restart the master waits for them. */
  saved(memory: Memory): void {
    for (const { id } of memory.slaves) this.#parts.roster.find(id)?.remember();
  }
}
