/** Which changes of a limit are logged: pauses and their ends, falls, large rises, and small ones now and then. */
import { assert, failInvariant } from '../base/assert.js';
import type { Carrier } from '../base/carrier.js';
import type { LogLevel } from '../base/logger.js';
import type { LimitReason } from '../base/reason.js';
import type { Amps, Ms } from '../base/units.js';
import type { SlaveRecord } from './group/slave-record.js';
import type { Notices } from './notice.js';
import type { Outlooks } from './outlook.js';

/** A rise of at least this much is logged at once. */
const LARGE_STEP_A: Amps = 4;
/** A smaller one is logged when the last line is this old. */
const QUIET_MS: Ms = 60_000;

interface Told {
  readonly limitA: Amps;
  readonly atMs: Ms;
}

export interface LimitNow {
  readonly limitA: Amps;
  /** What the charge point enforces. It counts as the limit before the first call. */
  readonly enforcedA: Amps;
  readonly reason: LimitReason;
  readonly nowMs: Ms;
}

export interface LimitChange {
  readonly level: LogLevel;
  readonly fromA: Amps;
}

export class LimitLog {
  readonly #told = new Map<string, Told>();
  readonly #last = new Map<string, Amps>();

  /**
   * The line to log; `undefined` without a change. Call once per charge point and cycle. A small rise is `debug`, and
   * `fromA` is the limit before. For `info`, `fromA` is the limit in the last `info` line.
   */
  changed(id: string, { limitA, enforcedA, reason, nowMs }: LimitNow): LimitChange | undefined {
    const told = this.#told.get(id) ?? { limitA: enforcedA, atMs: Number.NEGATIVE_INFINITY };
    const last = this.#last.get(id) ?? enforcedA;
    if (!(limitA >= 0 && enforcedA >= 0 && told.atMs <= nowMs)) failLimit(id, limitA, told);
    this.#told.set(id, told);
    this.#last.set(id, limitA);
    if (limitA === told.limitA) return limitA === last ? undefined : { level: 'debug', fromA: last };
    const isTransient = reason.kind === 'waiting';
    const startsOrStops = (limitA === 0) !== (told.limitA === 0);
    // Below what was told last: a limit that wanders is told of once, until a rise is told again.
    const isFall = limitA < told.limitA;
    const isLarge = limitA - told.limitA >= LARGE_STEP_A;
    const isDue = nowMs - told.atMs >= QUIET_MS;
    if (startsOrStops || (!isTransient && (isFall || isLarge || isDue))) {
      this.#told.set(id, { limitA, atMs: nowMs });
      return { level: 'info', fromA: told.limitA };
    }
    return limitA === last ? undefined : { level: 'debug', fromA: last };
  }

  /** Writes the lines of all charge points that are heard. Call once per cycle. `outlook`: asked once, for the first line. */
  tell(records: readonly SlaveRecord[], notices: Notices, outlook: () => Outlooks, nowMs: Ms): void {
    let outlooks: Outlooks | undefined;
    for (const record of records) {
      if (!record.isOnline(nowMs)) continue;
      const { id, grantedA: limitA, reason, account } = record;
      const change = this.changed(id, { limitA, enforcedA: account.enforced.limitA, reason, nowMs });
      if (!change) continue;
      const { level, fromA } = change;
      outlooks ??= outlook();
      const text = `${id} ${fromA} A -> ${outlooks.explain(record)}`;
      notices.add(level, 'LIMIT', text, { chargePoint: id, fromA, limitA, reason: reason.kind });
    }
  }

  /** The limits known and logged, for a recording. */
  carry(carrier: Carrier): void {
    carrier.values('told', this.#told);
    carrier.values('last', this.#last);
  }

  forget(id: string): void {
    this.#told.delete(id);
    this.#last.delete(id);
    assert(this.#told.size === this.#last.size, `limits of ${this.#last.size} are known, ${this.#told.size} were told`);
  }
}

function failLimit(id: string, limitA: Amps, told: Told): never {
  failInvariant(`${id} has a limit of ${limitA} A, ${told.limitA} A were told at ${told.atMs} ms`);
}
