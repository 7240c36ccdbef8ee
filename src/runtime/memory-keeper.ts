/** Keeps the core's memory in the state store: reads it once, writes what has changed, and tries again what failed. */
import { assert } from '../base/assert.js';
import type { Carrier } from '../base/carrier.js';
import type { Logger } from '../base/logger.js';
import { ok } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { Controller } from '../dlm/controller.js';
import type { Memory } from '../dlm/group/memory.js';
import type { StateStore } from '../ports/state-store.js';
import type { Clock } from '../ports/time.js';
import { memoryText, parseMemory } from './memory.js';

/** A save that failed is tried again after this time, or as soon as something else changes. */
const RETRY_MS: Ms = 10_000;

/** `undefined`: written; a text: why it is not. */
type Kept = (error: string | undefined) => void;

export interface KeeperOptions {
  /** Absent: nothing is kept over a restart. */
  readonly store?: StateStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class MemoryKeeper {
  readonly #options: KeeperOptions;
  #isSaving = false;
  /** What could not be written, and when it is tried again. */
  #failed: { readonly memory: Memory; readonly retryAtMs: Ms } | undefined;
  #askers: Kept[] = [];

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Whether anything is kept over a restart. */
  get isLasting(): boolean {
    return this.#options.store !== undefined;
  }

  /** A save runs: who asked for it cannot be carried. */
  get isSaving(): boolean {
    return this.#isSaving;
  }

  /** All that changes in here while no save runs. */
  carry(carrier: Carrier): void {
    this.#failed = carrier.value('failed', this.#failed);
  }

  /** What cannot be used is set aside, told, and gone without: then the epoch is learned from the slaves. */
  load(): { readonly memory: Memory | undefined; readonly isMemoryLost: boolean } {
    const { store, logger } = this.#options;
    const loaded = store ? store.load() : ok(undefined);
    const parsed = loaded.ok ? parseMemory(loaded.value) : loaded;
    if (!store || parsed.ok) return { memory: parsed.ok ? parsed.value : undefined, isMemoryLost: false };
    const aside = store.setAside();
    const where = aside.ok ? `kept as ${aside.value}` : aside.error;
    const text = `state not used: ${parsed.error} (${where}); waits for old leases to run out`;
    logger.log('error', 'STATE_FAILED', text, {});
    return { memory: undefined, isMemoryLost: true };
  }

  /** New slaves are raised only after the state file knows them; without one they are never waited for. */
  keep(controller: Controller): void {
    if (this.#isSaving) return;
    const memory = controller.drainChangedMemory() ?? this.#dueAgain();
    if (!memory) return;
    const { store } = this.#options;
    const askers = this.#askers;
    this.#askers = [];
    if (!store) {
      this.#end(controller, memory, askers, undefined);
      return;
    }
    this.#isSaving = true;
    store.save(memoryText(memory), (saved) => {
      assert(this.#isSaving, `the store has answered twice for a state of epoch ${memory.epoch}`);
      this.#isSaving = false;
      const error = saved.ok ? undefined : saved.error;
      this.#note(controller, memory, error);
      this.#end(controller, memory, askers, error);
      // They asked while this save ran, and it did not know of them yet.
      if (this.#askers.length > 0) this.keep(controller);
    });
  }

  /** Writes what has just changed; `kept` is called once it is on the disk, or cannot be brought there now. */
  keepNow(controller: Controller, kept: Kept): void {
    this.#askers.push(kept);
    this.keep(controller);
  }

  #dueAgain(): Memory | undefined {
    const failed = this.#failed;
    return failed && this.#options.clock.monotonicMs() >= failed.retryAtMs ? failed.memory : undefined;
  }

  #note(controller: Controller, memory: Memory, error: string | undefined): void {
    const { logger, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#failed = error === undefined ? undefined : { memory, retryAtMs: nowMs + RETRY_MS };
    if (controller.alarms.set('STATE_FAILED', error, nowMs)) {
      const text = `state not written: ${error}; control goes on from memory, tried again every ${RETRY_MS / 1000} s`;
      if (error === undefined) logger.log('info', 'STATE_SAVED', 'the state file can be written again', {});
      else logger.log('error', 'STATE_FAILED', text, {});
    }
  }

  #end(controller: Controller, memory: Memory, askers: readonly Kept[], error: string | undefined): void {
    // A disk that is full must not leave cars empty: the alarm is raised, and control goes on from memory.
    controller.memorySaved(memory);
    for (const asker of askers) asker(error);
  }
}
