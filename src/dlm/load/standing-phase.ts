/**
 * The load behind one phase of a meter, and when a fall of it counts. The master subtracts what the charge points draw from what
 * the meter shows. If the meter stands still while they draw more, the building seems to fall. That makes no room. A fall
 * counts when the meter's phase has moved, or when it only cancels a rise of the last seconds.
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Amps, Ms } from '../../base/units.js';

/** A phase that moves by less shows nothing new. A loose wire shows noise too, not exactly 0 A. */
export const NEWS_A: Amps = 0.5;
/** The meter may show a charge point before its STATUS arrives. That STATUS then cancels the apparent rise of the building. */
const STATUS_FOLLOWS_MS: Ms = 5_000;

export class StandingPhase {
  /** What the phase showed when it last moved. */
  #shownA: Amps = Number.NEGATIVE_INFINITY;
  #movedAtMs: Ms = Number.NEGATIVE_INFINITY;
  #lastA: Amps = Number.POSITIVE_INFINITY;
  /** The load does not fall below this until the phase moves. */
  #leastA: Amps = Number.NEGATIVE_INFINITY;
  #isSettled = false;

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#shownA = carrier.value('shownA', this.#shownA);
    this.#movedAtMs = carrier.value('movedAtMs', this.#movedAtMs);
    this.#lastA = carrier.value('lastA', this.#lastA);
    this.#leastA = carrier.value('leastA', this.#leastA);
    this.#isSettled = carrier.value('isSettled', this.#isSettled);
  }

  /** Returns the load that counts. `restA`: what the phase shows, less what the charge points draw. */
  addSample(shownA: Amps, restA: Amps, nowMs: Ms): Amps {
    if (!this.#isSettled && nowMs - this.#movedAtMs >= STATUS_FOLLOWS_MS) {
      this.#isSettled = true;
      this.#leastA = this.#lastA;
    }
    if (!Number.isFinite(shownA) || !Number.isFinite(restA))
      failInvariant(`a phase shows ${shownA} A, ${restA} A of others`);
    const moves = Math.abs(shownA - this.#shownA) > NEWS_A;
    if (moves) {
      this.#shownA = shownA;
      this.#movedAtMs = nowMs;
      this.#leastA = Math.min(this.#lastA, restA);
      this.#isSettled = false;
    }
    this.#lastA = moves ? restA : Math.max(restA, this.#leastA);
    // The load may be held higher, but it is never below the rest.
    if (!(this.#lastA >= restA)) failInvariant(`a load of ${this.#lastA} A where the sample leaves ${restA} A`);
    if (!(this.#movedAtMs <= nowMs)) failInvariant(`a phase moved at ${this.#movedAtMs} ms, now ${nowMs} ms`);
    return this.#lastA;
  }
}
