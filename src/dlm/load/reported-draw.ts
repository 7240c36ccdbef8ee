/** The currents that a charge point reported in the last 30 s. A meter may show them later than their STATUS arrives. */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, PHASES, type PhaseAmps } from '../../base/units.js';
import { FALL_HOLD_MS } from './metered-load.js';

/** A STATUS is kept for 30 s, for meters that follow late. At most so many are kept. */
const KEPT_MS: Ms = 30_000;
const KEPT_MAX = 128;
/** A charge point whose current changes by less is at rest. */
const NOISE_A: Amps = 1;
/** An older STATUS says nothing about now: two and a half heartbeats. */
const STATUS_MAX_AGE_MS: Ms = 2_500;

export class ReportedDraw {
  /** Times and currents; entries below index `from` are no longer valid. */
  #atMs: Ms[] = [];
  #currentA: PhaseAmps[] = [];
  #from = 0;

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#atMs = carrier.value('atMs', this.#atMs);
    this.#currentA = carrier.value('currentA', this.#currentA);
    this.#from = carrier.value('from', this.#from);
  }

  /** The oldest entries are removed many at once, so that the others need not move with every STATUS. */
  addStatus(currentA: PhaseAmps, nowMs: Ms): void {
    const atMs = this.#atMs;
    const lastMs = atMs.at(-1) ?? nowMs;
    if (!(nowMs >= lastMs)) failInvariant(`a STATUS at ${nowMs} ms after one at ${lastMs} ms`);
    for (const p of PHASES) if (!(currentA[p] >= 0)) failInvariant(`a STATUS says ${currentA[p]} A`);
    atMs.push(nowMs);
    this.#currentA.push(currentA);
    const isFull = atMs.length - this.#from > KEPT_MAX;
    if (isFull || nowMs - (atMs[this.#from + 1] ?? nowMs) > KEPT_MS) this.#from += 1;
    if (this.#from >= KEPT_MAX) {
      atMs.splice(0, this.#from);
      this.#currentA.splice(0, this.#from);
      this.#from = 0;
    }
    const count = atMs.length - this.#from;
    if (count < 1 || count > KEPT_MAX + 1) failInvariant(`${count} STATUS are kept, from ${this.#from} on`);
    if (this.#currentA.length !== atMs.length)
      failInvariant(`${this.#currentA.length} currents at ${atMs.length} times`);
  }

  /** The highest and the lowest current that it reported for any moment since `fromMs`. */
  rangeSince(fromMs: Ms, nowMs: Ms): { readonly mostA: PhaseAmps; readonly leastA: PhaseAmps } {
    const mostA: [Amps, Amps, Amps] = [0, 0, 0];
    // The first STATUS after a gap may describe a moment before it. It counts as soon as a fall of the load would.
    const isCovered = this.#isCovered(Math.min(fromMs, nowMs - FALL_HOLD_MS), nowMs);
    const leastA: [Amps, Amps, Amps] = isCovered ? [1e9, 1e9, 1e9] : [0, 0, 0];
    for (let index = this.#currentA.length - 1; index >= this.#from; index--) {
      const statusA = this.#currentA[index] ?? NO_AMPS;
      for (const p of PHASES) {
        mostA[p] = Math.max(mostA[p], statusA[p]);
        leastA[p] = Math.min(leastA[p], statusA[p]);
      }
      // A STATUS holds until the next one.
      if ((this.#atMs[index] ?? fromMs) <= fromMs) break;
    }
    if (this.#atMs.length > this.#from) {
      for (const p of PHASES) {
        if (!(leastA[p] >= 0 && leastA[p] <= mostA[p]))
          failInvariant(`drawn: ${leastA[p]} A at least, ${mostA[p]} A at most`);
      }
    }
    return { mostA, leastA: mapPhases((p) => (mostA[p] - leastA[p] > NOISE_A ? leastA[p] : mostA[p])) };
  }

  /** Whether a STATUS covers every moment since `fromMs`. Before the first one and in a gap it may have drawn nothing. */
  #isCovered(fromMs: Ms, nowMs: Ms): boolean {
    let untilMs = nowMs;
    for (let index = this.#atMs.length - 1; index >= this.#from; index--) {
      const atMs = this.#atMs[index] ?? 0;
      if (untilMs - atMs > STATUS_MAX_AGE_MS) return false;
      if (atMs <= fromMs) return true;
      untilMs = atMs;
    }
    return false;
  }
}
