/** Charge points that operators adopt or forget at run time, beside those that the configuration lists. */
import { assert } from '../../base/assert.js';
import type { Ms } from '../../base/units.js';
import type { Roster } from './roster.js';
import type { SlaveRecord } from './slave-record.js';

export class Membership {
  readonly #roster: Roster;
  readonly #leaseMs: Ms;
  readonly #onChange: (id: string) => void;

  constructor(roster: Roster, leaseMs: Ms, onChange: (id: string) => void) {
    this.#roster = roster;
    this.#leaseMs = leaseMs;
    this.#onChange = onChange;
  }

  /** Adopts a charge point. It gets current after `Controller.memorySaved`. False: it was adopted before. */
  adopt(record: SlaveRecord): boolean {
    this.#assertKnown(record);
    if (record.isAdopted) return false;
    assert(!record.isListed, `${record.id} is listed, but not adopted`);
    record.adopt();
    this.#roster.tell('info', 'SLAVE_ADOPTED', record, `is adopted at circuit ${record.facts.circuit}`);
    this.#onChange(record.id);
    assert(record.isAdopted, `${record.id} is not adopted, although people were told so`);
    return true;
  }

  /**
   * Why an operator must not forget this charge point now; `undefined`: the operator may. A forgotten charge point has no
   * account in the ledger. So it must not draw by a grant any more.
   */
  whyKept(record: SlaveRecord, nowMs: Ms): string | undefined {
    if (record.isListed) return 'is listed in the configuration: take it out there';
    if (record.isOnline(nowMs)) return 'is still heard: switch it off first';
    if (record.isDuplicate(nowMs)) return 'was the id of two charge points a moment ago: wait 60 s';
    this.#assertKnown(record);
    const waitS = Math.ceil((record.account.silentFromMs(this.#leaseMs) - nowMs) / 1000);
    return waitS > 0 ? `may still draw by what it was granted: wait ${waitS} s` : undefined;
  }

  /** Forgets a charge point and frees its disconnected limit. `undefined`: done; otherwise why the master keeps it. */
  forget(record: SlaveRecord, nowMs: Ms): string | undefined {
    const why = this.whyKept(record, nowMs);
    if (why !== undefined) return why;
    const { account, id } = record;
    assert(!account.isUnknown(nowMs), `${id} is forgotten while old grants may be in force`);
    const isOver = account.openGrants.every(({ expiresAtMs }) => expiresAtMs <= nowMs);
    assert(isOver, `${id} is forgotten at ${nowMs} ms while one of ${account.openGrants.length} grants is in force`);
    this.#roster.remove(record);
    assert(this.#roster.find(id) === undefined, `${id} is forgotten, but still known`);
    const freed = `the ${record.facts.disconnectedLimitA} A of its disconnected limit are no longer reserved`;
    this.#roster.tell('warn', 'SLAVE_FORGOTTEN', record, `is forgotten; ${freed}`);
    this.#onChange(record.id);
    return undefined;
  }

  #assertKnown(record: SlaveRecord): void {
    assert(this.#roster.find(record.id) === record, `${record.id} is another charge point than the one that is known`);
  }
}
