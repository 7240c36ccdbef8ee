/**
 * Tells whether a charge point draws more than it may (faults 18, 19): more than its grants allow, or more than it says that
 * it enforces. A vehicle has 5 s to follow a lower limit. If a charge point disobeyed in its last STATUS, the ledger reserves
 * its maximum while it is silent.
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { isAnyAbove, maxOf, type Ms, NO_AMPS, type PhaseAmps } from '../../base/units.js';
import { OFFLINE_AFTER_MS, OVERDRAW_TOLERANCE_A, SETTLE_MS } from './lease-rules.js';

/** In A per grid phase. */
interface DrawReport {
  /** Measured. */
  readonly currentA: PhaseAmps;
  readonly enforcedA: PhaseAmps;
  /** What our grants allow; `undefined` where another master may have granted. */
  readonly grantedA: PhaseAmps | undefined;
}

export class Obedience {
  readonly #id: string;
  #enforcedA: PhaseAmps = NO_AMPS;
  /** After a lowering the vehicle may draw the former limit until then. */
  #lowered: { readonly fromA: PhaseAmps; readonly untilMs: Ms } | undefined;
  /** Since when the charge point draws more than it may. */
  #overSinceMs: Ms = Number.POSITIVE_INFINITY;
  #heardAtMs: Ms = Number.NEGATIVE_INFINITY;

  /** `chargePointId`: for the message of an invariant. */
  constructor(chargePointId: string) {
    this.#id = chargePointId;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#enforcedA = carrier.value('enforcedA', this.#enforcedA);
    this.#lowered = carrier.value('lowered', this.#lowered);
    this.#overSinceMs = carrier.value('overSinceMs', this.#overSinceMs);
    this.#heardAtMs = carrier.value('heardAtMs', this.#heardAtMs);
  }

  /** Updates from a STATUS. Call once for each. */
  applyReport({ currentA, enforcedA, grantedA }: DrawReport, nowMs: Ms): void {
    if (!(nowMs >= this.#heardAtMs)) failInvariant(`${this.#id} is heard at ${nowMs} ms, before ${this.#heardAtMs} ms`);
    this.#heardAtMs = nowMs;
    const formerA = this.#allowedA(nowMs);
    if (isAnyAbove(formerA, enforcedA, 0) && isAnyAbove(this.#enforcedA, enforcedA, 0)) {
      this.#lowered = { fromA: formerA, untilMs: nowMs + SETTLE_MS };
    }
    this.#enforcedA = enforcedA;
    const isOver =
      isAnyAbove(currentA, this.#allowedA(nowMs), OVERDRAW_TOLERANCE_A) ||
      (grantedA !== undefined && isAnyAbove(currentA, grantedA, OVERDRAW_TOLERANCE_A));
    this.#overSinceMs = isOver ? Math.min(this.#overSinceMs, nowMs) : Number.POSITIVE_INFINITY;
    this.#check(currentA, nowMs);
  }

  #check(currentA: PhaseAmps, nowMs: Ms): void {
    const [lowered, overSinceMs] = [this.#lowered, this.#overSinceMs];
    if (lowered && !(lowered.untilMs <= nowMs + SETTLE_MS)) {
      failInvariant(`${this.#id}: a lowering at ${nowMs} ms is followed until ${lowered.untilMs} ms`);
    }
    if (lowered && !isAnyAbove(lowered.fromA, NO_AMPS, 0)) {
      failInvariant(`${this.#id}: lowered from ${lowered.fromA.join(', ')} A, where nothing is lower`);
    }
    if (overSinceMs > nowMs && isAnyAbove(currentA, this.#allowedA(nowMs), OVERDRAW_TOLERANCE_A)) {
      failInvariant(`${this.#id} draws ${currentA.join(', ')} A of ${this.#enforcedA.join(', ')} A, and obeys`);
    }
  }

  /** True when it has drawn too much for longer than a vehicle needs to follow. */
  overdraws(nowMs: Ms): boolean {
    return nowMs - this.#overSinceMs >= SETTLE_MS;
  }

  /** True when it drew too much in its last STATUS and is silent since: it may draw anything. */
  isSilentAfterOverdraw(nowMs: Ms): boolean {
    return this.overdraws(this.#heardAtMs) && nowMs - this.#heardAtMs > OFFLINE_AFTER_MS;
  }

  #allowedA(nowMs: Ms): PhaseAmps {
    return this.#lowered && nowMs < this.#lowered.untilMs
      ? maxOf(this.#enforcedA, this.#lowered.fromA)
      : this.#enforcedA;
  }
}
