/**
 * What a lowering frees, and when (M2). A vehicle may follow a higher limit for 5 s after it was replaced, and it may even
 * rise to it meanwhile. So the higher limit counts until then, or until the vehicle is measured at the new one.
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { isAnyAbove, maxOf, minOf, type Ms, NO_AMPS, type PhaseAmps } from '../../base/units.js';
import { MEASURING_TOLERANCE_A, SETTLE_MS, SETTLED_AFTER_MS } from './lease-rules.js';

/** In A per grid phase. */
interface Report {
  /** Measured. */
  readonly currentA: PhaseAmps;
  readonly enforcedA: PhaseAmps;
  /** Enforced by the STATUS before. */
  readonly beforeA: PhaseAmps;
}

export class Settling {
  readonly #id: string;
  /** When the charge point was last raised, or measured to rise. Its vehicle may rise on until it sees a lower limit. */
  #roseAtMs: Ms = Number.NEGATIVE_INFINITY;
  /** The lowest current that was measured since then; `undefined` before the first STATUS, which shows no rise. */
  #lowestA: PhaseAmps | undefined;
  #settling: { readonly fromA: PhaseAmps; readonly untilMs: Ms } | undefined;

  /** `chargePointId`: for the message of an invariant. */
  constructor(chargePointId: string) {
    this.#id = chargePointId;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#roseAtMs = carrier.value('roseAtMs', this.#roseAtMs);
    this.#lowestA = carrier.value('lowestA', this.#lowestA);
    this.#settling = carrier.value('settling', this.#settling);
  }

  /** When nothing settles any more, if nothing more is lowered. May be in the past. */
  get untilMs(): Ms {
    return this.#settling?.untilMs ?? Number.NEGATIVE_INFINITY;
  }

  /** The higher limit that may still be followed, in A per grid phase; 0 A when nothing settles. */
  countedA(nowMs: Ms): PhaseAmps {
    return this.#settling && nowMs < this.#settling.untilMs ? this.#settling.fromA : NO_AMPS;
  }

  /** Call for each STATUS. A limit that fell settles, whoever granted it: another master too, or this one before a restart. */
  applyReport({ currentA, enforcedA, beforeA }: Report, nowMs: Ms): void {
    this.#watchRise(currentA, nowMs);
    const isRaised = isAnyAbove(enforcedA, beforeA, 0) && isAnyAbove(enforcedA, currentA, MEASURING_TOLERANCE_A);
    if (isRaised) this.#roseAtMs = nowMs;
    if (isAnyAbove(beforeA, enforcedA, 0)) this.lower(beforeA, nowMs);
  }

  /** Adds up small steps from the lowest current on, so that a slow rise is noticed too. */
  #watchRise(currentA: PhaseAmps, nowMs: Ms): void {
    let lowestA = this.#lowestA ?? currentA;
    const rises = isAnyAbove(currentA, lowestA, MEASURING_TOLERANCE_A);
    if (rises) this.#roseAtMs = nowMs;
    if (rises) lowestA = currentA;
    // Mostly the current is the same as before.
    else if (isAnyAbove(lowestA, currentA, 0)) lowestA = minOf(lowestA, currentA);
    if (isAnyAbove(lowestA, currentA, 0) || isAnyAbove(currentA, lowestA, MEASURING_TOLERANCE_A)) {
      failInvariant(`${this.#id} draws ${currentA.join(', ')} A, its lowest is ${lowestA.join(', ')} A`);
    }
    this.#lowestA = lowestA;
  }

  /** Call when a grant was acknowledged that raised it, or that came after one that may have. */
  raise(nowMs: Ms): void {
    this.#roseAtMs = nowMs;
  }

  /** From now on `fromA` is not in force any more, but may be followed. In A per grid phase. */
  lower(fromA: PhaseAmps, nowMs: Ms): void {
    const { untilMs } = this;
    if (!(untilMs <= nowMs + SETTLED_AFTER_MS)) {
      failInvariant(`${this.#id} settles until ${untilMs} ms, at ${nowMs} ms`);
    }
    this.#settling = { fromA: maxOf(fromA, this.countedA(nowMs)), untilMs: nowMs + SETTLED_AFTER_MS };
  }

  /** Ends what settles if the vehicle is measured at or below its limit, and cannot be rising to an older one. */
  endIfObeyed(currentA: PhaseAmps, limitA: PhaseAmps, nowMs: Ms): void {
    if (!this.#settling || nowMs - this.#roseAtMs < SETTLE_MS) return;
    if (!isAnyAbove(currentA, limitA, MEASURING_TOLERANCE_A)) this.#settling = undefined;
  }
}
