/**
 * The load behind one phase of a meter, when it is taken for less. What the charge points draw is taken off what the meter
 * shows; so where the meter stands still while they draw more, the rest looks like a building that falls. It makes no room: a
 * fall counts when the phase has moved, or when it only takes back a rise of a moment ago.
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Amps, Ms } from '../../base/units.js';

/** A phase that moves by less shows nothing new: a wire that has come off shows no zero either. */
export const NEWS_A: Amps = 0.5;
/** The meter may show a charge point before its own word comes, which takes back what looked like a rise of the building. */
const WORDS_FOLLOW_MS: Ms = 5_000;

export class StandingPhase {
  /** What it showed when it last moved. */
  #shownA: Amps = Number.NEGATIVE_INFINITY;
  #movedAtMs: Ms = Number.NEGATIVE_INFINITY;
  #lastA: Amps = Number.POSITIVE_INFINITY;
  /** No lower until it moves. */
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

  /** The load that counts. `restA`: what it shows, less what the charge points draw. */
  hear(shownA: Amps, restA: Amps, nowMs: Ms): Amps {
    if (!this.#isSettled && nowMs - this.#movedAtMs >= WORDS_FOLLOW_MS) {
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
    // It may be held up, but is never less than what is left of the sample.
    if (!(this.#lastA >= restA)) failInvariant(`a load of ${this.#lastA} A where the sample leaves ${restA} A`);
    if (!(this.#movedAtMs <= nowMs)) failInvariant(`a phase moved at ${this.#movedAtMs} ms, now ${nowMs} ms`);
    return this.#lastA;
  }
}
