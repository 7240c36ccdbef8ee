/** What a master waits for before it judges limits: first samples, first STATUS and their answers, and slaves that it may have forgotten. */
import type { Carrier } from '../base/carrier.js';
import type { Ms } from '../base/units.js';
import type { Roster } from './group/roster.js';
import type { SlaveRecord } from './group/slave-record.js';
import { leaseExpiryMs } from './leases/lease-rules.js';
import type { Inputs } from './limits/inputs.js';
import type { Metering } from './load/metering.js';
import type { MasterWatch } from './masters/master-watch.js';
import type { Notices } from './notice.js';

/** After a start every slave sends a STATUS and acknowledges a GRANT within this time: two and a half heartbeats. */
const FIRST_POLLS_MS: Ms = 2_500;

export interface StartupParts {
  readonly roster: Roster;
  readonly metering: Metering;
  readonly masters: MasterWatch;
  readonly inputs: Inputs;
  readonly notices: Notices;
  readonly leaseMs: Ms;
}

export class Startup {
  readonly #parts: StartupParts;
  #startedAtMs: Ms;
  /** Until then an unlisted slave, not heard yet, may hold a grant from before the restart. No raises before. */
  #strangersUntilMs: Ms;

  constructor(parts: StartupParts, mayHaveStrangers: boolean, nowMs: Ms) {
    this.#parts = parts;
    this.#startedAtMs = nowMs;
    this.#strangersUntilMs = mayHaveStrangers ? nowMs + leaseExpiryMs(parts.leaseMs) : nowMs;
    if (this.#strangersUntilMs <= nowMs) return;
    const waitS = Math.ceil((this.#strangersUntilMs - nowMs) / 1000);
    const text = `nothing is remembered: unlisted slaves may hold old grants, no charge point is raised for ${waitS} s`;
    parts.notices.add('info', 'START', text, { waitS });
  }

  carry(carrier: Carrier): void {
    this.#startedAtMs = carrier.value('startedAtMs', this.#startedAtMs);
    this.#strangersUntilMs = carrier.value('strangersUntilMs', this.#strangersUntilMs);
  }

  get startedAtMs(): Ms {
    return this.#startedAtMs;
  }

  awaitsStrangers(nowMs: Ms): boolean {
    return nowMs < this.#strangersUntilMs;
  }

  /** True while a first STATUS since the start is missing: a sample cannot be compared with what the charge points draw yet. */
  isEarly(nowMs: Ms): boolean {
    return this.#awaitsFirstPolls(this.#startedAtMs, nowMs);
  }

  #awaitsFirstPolls(sinceMs: Ms, nowMs: Ms): boolean {
    return nowMs < sinceMs + FIRST_POLLS_MS && this.#parts.roster.list.some((record) => record.status === undefined);
  }

  /**
   * True while first samples or first STATUS are missing. Each charge point keeps its limit: the master cannot judge it
   * yet. The same after a takeover: another master granted those limits.
   */
  isStarting(nowMs: Ms): boolean {
    const { metering, masters, inputs } = this.#parts;
    const { activeSinceMs } = masters;
    if (metering.isAwaiting || this.#awaitsFirstPolls(activeSinceMs, nowMs)) return true;
    if (nowMs < activeSinceMs + FIRST_POLLS_MS && inputs.isAwaiting) return true;
    return this.#awaitsFirstAnswers(activeSinceMs, nowMs);
  }

  /** Charge points were told to keep their limits. Without their answers we reserve more, and lower the others. */
  #awaitsFirstAnswers(sinceMs: Ms, nowMs: Ms): boolean {
    return nowMs < sinceMs + FIRST_POLLS_MS && this.#isAnyAwaited(nowMs);
  }

  #isAnyAwaited(nowMs: Ms): boolean {
    const { roster, masters, leaseMs } = this.#parts;
    const isAwaited = (record: SlaveRecord): boolean =>
      (record.isAtMostDisconnected || masters.isStrict(nowMs)) && !record.account.isAcknowledged(nowMs, leaseMs);
    return roster.list.some((record) => record.isOnline(nowMs) && isAwaited(record));
  }
}
