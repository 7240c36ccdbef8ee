/**
 * Finds the two phases of a circuit that exceed their imbalance limit by most. Of equals an order of the phases decides
 * that follows from the seats. So if L1 and L2 change places on a site, they do in the answer too.
 */
import { failInvariant } from '../../base/assert.js';
import type { Division } from './division.js';
import { DUST } from './numbers.js';
import { GROUPS, PAIRS, laggingSlot, leadingSlot, pairOf } from './places.js';

export const NO_PAIR = -1;

/** Later than every turn. */
const NEVER = 2 ** 31 - 1;
const PHASE_COUNT = 3;

export class WorstPair {
  readonly #division: Division;
  /** Per set of phases: the first turn of its seats. */
  readonly #firstTurnOf = new Int32Array(GROUPS);
  readonly #phases = Int32Array.of(0, 1, 2);
  /** As of the last `find`: the steps by which all pairs together exceed their limits. */
  excess = 0;
  /** The pairs of the first circuit, in the order of the phases. */
  readonly #pairs = new Int32Array(PHASE_COUNT * (PHASE_COUNT - 1));

  constructor(division: Division) {
    this.#division = division;
  }

  /** Sets the order of the phases. Call before the first `find` of a sample. */
  orderPhases(): void {
    this.#findFirstTurns();
    const phases = this.#phases;
    for (let phase = 0; phase < PHASE_COUNT; phase++) {
      let place = phase;
      for (; place > 0 && this.#isBefore(phase, phases[place - 1] as number); place--) {
        phases[place] = phases[place - 1] as number;
      }
      phases[place] = phase;
    }
    let count = 0;
    for (let p = 0; p < PHASE_COUNT; p++) {
      for (let q = 0; q < PHASE_COUNT; q++) {
        if (p !== q) this.#pairs[count++] = pairOf(0, phases[p] as number, phases[q] as number);
      }
    }
    const seen = (1 << (phases[0] as number)) | (1 << (phases[1] as number)) | (1 << (phases[2] as number));
    if (seen !== GROUPS - 1) failInvariant(`phases in the order ${phases}`);
  }

  #findFirstTurns(): void {
    const { seatCount, isAdmitted, groupOf, turnOf } = this.#division;
    const firstTurnOf = this.#firstTurnOf;
    firstTurnOf.fill(NEVER);
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 0) continue;
      const mask = (groupOf[seat] as number) & 7;
      if ((turnOf[seat] as number) < (firstTurnOf[mask] as number)) firstTurnOf[mask] = turnOf[seat] as number;
    }
  }

  /**
   * True when the first in turn, of the seats that load exactly one of the two phases, loads this one. Without such
   * seats the order does not matter.
   */
  #isBefore(phase: number, other: number): boolean {
    let first = NEVER;
    let isBefore = false;
    for (let mask = 1; mask < GROUPS; mask++) {
      const loadsPhase = ((mask >> phase) & 1) === 1;
      const loadsOther = ((mask >> other) & 1) === 1;
      if (loadsPhase === loadsOther || (this.#firstTurnOf[mask] as number) >= first) continue;
      first = this.#firstTurnOf[mask] as number;
      isBefore = loadsPhase;
    }
    return isBefore;
  }

  /** The pair that exceeds its limit by most; -1 when none does. */
  find(): number {
    const { balanced, lead, load } = this.#division;
    const pairs = this.#pairs;
    let worst = NO_PAIR;
    let most = 0;
    let sum = 0;
    for (const circuit of balanced) {
      for (let i = 0; i < pairs.length; i++) {
        const pair = circuit * PAIRS + (pairs[i] as number);
        const ahead = (load[leadingSlot(pair)] as number) - (load[laggingSlot(pair)] as number);
        const excess = ahead - (lead[pair] as number);
        if (excess > 0) sum += excess;
        // The same test as in the admission. Otherwise dust could make minima fail here that fitted there.
        if (!(ahead > (lead[pair] as number) + DUST) || excess <= most) continue;
        worst = pair;
        most = excess;
      }
    }
    this.excess = sum;
    return worst;
  }
}
