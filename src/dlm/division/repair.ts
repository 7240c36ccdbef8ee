/**
 * Repairs an imbalance. Rounding down can make two phases differ by more than an imbalance limit allows. A seat on the
 * lagging phase is lifted by a step where there is room, the one that lost most by rounding first. Where none can be
 * lifted, a seat on the leading phase steps down. Of equals the first in turn: no phase is before another one.
 */
import { assert, failInvariant } from '../../base/assert.js';
import { addLoad, type Division } from './division.js';
import { DUST, SHARE_DUST } from './numbers.js';
import { fullSlot, NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { PAIRS, circuitOfPair, laggingSlot, leadingSlot, leadOf } from './places.js';
import { type SortSpace, sortByKey } from './sorting.js';
import { NO_PAIR, WorstPair } from './worst-pair.js';

const NO_SEAT = -1;

/** With more seats than this no two of them are moved together: there would be too many pairs. */
const PAIRED_MAX = 60;

const KEY_MAX = 2 ** 31 - 1;

export class Repair {
  readonly #division: Division;
  readonly #space: SortSpace;
  readonly #worst: WorstPair;
  /** All admitted seats; the seat that lacks most of its share first. */
  #ranked = new Int32Array(0);
  #rankOf = new Int32Array(0);
  #isLifted = new Uint8Array(0);
  #count = 0;
  #lifted = 0;
  /** Per pair: so many of the first ranked seats cannot close its gap. */
  readonly #passed: Int32Array;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#worst = new WorstPair(division);
    this.#passed = new Int32Array(division.tree.count * PAIRS);
  }

  /**
   * Moves single steps until every imbalance limit holds. Keeps `steps` and `load` up to date. True when it moved any.
   */
  run(): boolean {
    const division = this.#division;
    if (division.isWithinLead(DUST)) return false;
    this.#count = 0;
    this.#worst.orderPhases();
    let excessBefore = Number.POSITIVE_INFINITY;
    for (let pair = this.#worst.find(); pair !== NO_PAIR; pair = this.#worst.find()) {
      const { excess } = this.#worst;
      // The excess must fall with every move: so the repair ends.
      if (!(excess < excessBefore - DUST / 2))
        failInvariant(`pair ${pair}: ${excess} steps of excess after ${excessBefore}`);
      excessBefore = excess;
      if (this.#lift(pair)) continue;
      this.#forgetPassed();
      if (move(division, pair, -1, false) || this.#moveTwo()) continue;
      if (move(division, pair, 1, true) || move(division, pair, -1, true)) continue;
      backToMinimum(division);
      this.#riseToShares();
      break;
    }
    assert(division.isWithinLead(DUST), 'an imbalance limit is exceeded after the repair');
    assert(division.isWithinCapacity(SHARE_DUST), 'a capacity is exceeded after the repair');
    return true;
  }

  /** Lifts the lagging seat that lacks most of its share and harms no other pair. False when there is none. */
  #lift(pair: number): boolean {
    if (this.#count === 0) this.#rank();
    for (;;) {
      const seat = this.#firstToLift(pair);
      if (seat !== NO_SEAT) {
        step(this.#division, seat, 1);
        this.#isLifted[seat] = 1;
        this.#lifted++;
        return true;
      }
      if (this.#lifted === 0) return false;
      this.#rank();
    }
  }

  #firstToLift(pair: number): number {
    let isPassed = true;
    for (let i = this.#passed[pair] as number; i < this.#count; i++) {
      const seat = this.#ranked[i] as number;
      const isOut = this.#isLifted[seat] === 1 || !this.#mayLift(seat, pair);
      if (isPassed && isOut) this.#passed[pair] = i + 1;
      else isPassed = false;
      if (!isOut && closesGap(this.#division, this.#division.groupOf[seat] as number, 1, false)) return seat;
    }
    return NO_SEAT;
  }

  /** True when a step of the seat could close the gap. While others are lifted it can only become false. */
  #mayLift(seat: number, pair: number): boolean {
    return isOnSide(this.#division, seat, pair, 1) && isInRange(this.#division, seat, 1);
  }

  /** Call after a step down: it may make room for seats that were passed. */
  #forgetPassed(): void {
    for (const circuit of this.#division.balanced) {
      for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) this.#passed[pair] = 0;
    }
  }

  /**
   * Moves two seats together. Where a step of one widens a gap more than it closes another, two may close both. Chooses
   * those that end nearest to their shares.
   */
  #moveTwo(): boolean {
    const division = this.#division;
    if (division.seatCount > PAIRED_MAX) return false;
    this.#list();
    const best: TwoMoves = { a: NO_SEAT, byA: 1, b: NO_SEAT, byB: 1, distance: Number.POSITIVE_INFINITY };
    for (let place = 1; place < this.#count; place++) for (const byA of BOTH_WAYS) this.#findPartner(place, byA, best);
    // The list is sorted by turn now. Rank it again before the next lift.
    this.#count = 0;
    if (best.a === NO_SEAT) return false;
    if (best.a === best.b) failInvariant(`seat ${best.a} is both of the two that move`);
    step(division, best.a, best.byA);
    step(division, best.b, best.byB);
    return true;
  }

  /**
   * Finds a partner for a step of the seat at `place`: together they close gaps, nearer to their shares than the best
   * so far.
   */
  #findPartner(place: number, byA: 1 | -1, best: TwoMoves): void {
    const division = this.#division;
    const a = this.#ranked[place] as number;
    if (!isInRange(division, a, byA)) return;
    const group = division.groupOf[a] as number;
    const change = excessChange(division, group, byA);
    const distanceA = distanceAfter(division, a, byA);
    addLoad(division, group, byA);
    for (let i = 0; i < place; i++) {
      const b = this.#ranked[i] as number;
      for (const byB of BOTH_WAYS) {
        const distance = distanceA + distanceAfter(division, b, byB);
        if (distance >= best.distance - SHARE_DUST || !isInRange(division, b, byB)) continue;
        if (change + excessChange(division, division.groupOf[b] as number, byB) > -DUST) continue;
        Object.assign(best, { a, byA, b, byB, distance });
      }
    }
    addLoad(division, group, -byA);
  }

  /** Ranks by what a seat lacks of its share now; of equals in turn. */
  #rank(): void {
    const { shareOf, steps } = this.#division;
    this.#list();
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#ranked[i] as number;
      this.#rankOf[seat] = rankFor((shareOf[seat] as number) - (steps[seat] as number));
    }
    sortByKey(this.#ranked, 0, this.#count, this.#rankOf, this.#space);
  }

  /** Ranks by what rounding down takes away; of equals in turn. */
  #rankByFraction(): void {
    const { shareOf } = this.#division;
    this.#list();
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#ranked[i] as number;
      this.#rankOf[seat] = rankFor((shareOf[seat] as number) - Math.floor((shareOf[seat] as number) + SHARE_DUST));
    }
    sortByKey(this.#ranked, 0, this.#count, this.#rankOf, this.#space);
  }

  #list(): void {
    const { seatCount, isAdmitted, turnOf } = this.#division;
    if (this.#ranked.length < seatCount) {
      this.#ranked = new Int32Array(turnOf.length);
      this.#rankOf = new Int32Array(turnOf.length);
      this.#isLifted = new Uint8Array(turnOf.length);
    }
    this.#count = 0;
    this.#lifted = 0;
    this.#forgetPassed();
    for (let seat = 0; seat < seatCount; seat++) {
      this.#isLifted[seat] = 0;
      if (isAdmitted[seat] === 1) this.#ranked[this.#count++] = seat;
    }
    sortByKey(this.#ranked, 0, this.#count, turnOf, this.#space);
  }

  /** Raises seats from their minima by single steps that keep every limit. Seats that lack most go first. */
  #riseToShares(): void {
    const { shareOf, steps } = this.#division;
    this.#rankByFraction();
    let most = 0;
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#ranked[i] as number;
      most = Math.max(most, (shareOf[seat] as number) - (steps[seat] as number));
    }
    for (let lack = Math.floor(most + SHARE_DUST); lack >= 1; lack--) {
      // A step of one seat can make room for another: repeat until none rises.
      while (this.#riseOnce(lack));
    }
  }

  /** One step for each seat that lacks at least `lack` and has room. True when a seat rose. */
  #riseOnce(lack: number): boolean {
    const { steps, shareOf, groupOf } = this.#division;
    let hasRisen = false;
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#ranked[i] as number;
      if ((shareOf[seat] as number) - (steps[seat] as number) < lack - SHARE_DUST) continue;
      if (obstacleTo(this.#division, groupOf[seat] as number, 1) !== NO_OBSTACLE) continue;
      step(this.#division, seat, 1);
      hasRisen = true;
    }
    return hasRisen;
  }
}

/** The rank for a lack of steps: the more, the lower. A difference of dust makes no difference. */
function rankFor(lack: number): number {
  return Math.min(Math.max(0, Math.round((1 - lack) / SHARE_DUST)), KEY_MAX);
}

function step(division: Division, seat: number, by: 1 | -1): void {
  const { steps, minOf, maxOf, isAdmitted, groupOf } = division;
  const next = (steps[seat] as number) + by;
  const isInRange = next >= (minOf[seat] as number) && next <= (maxOf[seat] as number) && isAdmitted[seat] === 1;
  if (!isInRange) failInvariant(`seat ${seat} steps to ${next} of ${minOf[seat]} to ${maxOf[seat]}`);
  steps[seat] = next;
  addLoad(division, groupOf[seat] as number, by);
}

/** One step up for a lagging seat, or down for a leading one: the seat furthest on the other side of its share. */
function move(division: Division, pair: number, by: 1 | -1, mayHarm: boolean): boolean {
  const { seatCount, isAdmitted, steps, shareOf, turnOf } = division;
  let best = NO_SEAT;
  let most = Number.NEGATIVE_INFINITY;
  for (let seat = 0; seat < seatCount; seat++) {
    if (isAdmitted[seat] === 0) continue;
    const lost = by * ((shareOf[seat] as number) - (steps[seat] as number));
    const isEqualAndFirst =
      best !== NO_SEAT && lost > most - SHARE_DUST && (turnOf[seat] as number) < (turnOf[best] as number);
    if ((lost <= most + SHARE_DUST && !isEqualAndFirst) || !canMove(division, seat, pair, by, mayHarm)) continue;
    best = seat;
    most = lost;
  }
  if (best === NO_SEAT) return false;
  step(division, best, by);
  return true;
}

function canMove(division: Division, seat: number, pair: number, by: 1 | -1, mayHarm: boolean): boolean {
  if (!isOnSide(division, seat, pair, by) || !isInRange(division, seat, by)) return false;
  return closesGap(division, division.groupOf[seat] as number, by, mayHarm);
}

/** True when a step of the seat closes the gap of the pair. */
function isOnSide({ tree, groupOf }: Division, seat: number, pair: number, by: 1 | -1): boolean {
  const group = groupOf[seat] as number;
  if (by * leadOf(group, pair) !== -1) return false;
  const place = tree.placeOf[group >> 3] as number;
  const circuit = circuitOfPair(pair);
  return place >= (tree.placeOf[circuit] as number) && place < (tree.endOf[circuit] as number);
}

function closesGap(division: Division, group: number, by: 1 | -1, mayHarm: boolean): boolean {
  return excessChange(division, group, by) < -DUST && (mayHarm || !harms(division, group, by));
}

interface TwoMoves {
  a: number;
  byA: 1 | -1;
  b: number;
  byB: 1 | -1;
  /** Squares of the distances of both from their shares afterwards. */
  distance: number;
}

const BOTH_WAYS = [1, -1] as const;

function distanceAfter({ shareOf, steps }: Division, seat: number, by: number): number {
  return ((shareOf[seat] as number) - (steps[seat] as number) - by) ** 2;
}

/** True when the step keeps the seat in its range and, upwards, every slot within its capacity. */
function isInRange(division: Division, seat: number, by: 1 | -1): boolean {
  const { isAdmitted, groupOf, steps, minOf, maxOf } = division;
  const next = (steps[seat] as number) + by;
  if (isAdmitted[seat] === 0 || next < (minOf[seat] as number) || next > (maxOf[seat] as number)) return false;
  return by === -1 || fullSlot(division, groupOf[seat] as number, 1) === NO_OBSTACLE;
}

/** By how much a step changes the excess over all imbalance limits. It must be negative, so that the repair ends. */
function excessChange({ tree, isBalanced, lead, load }: Division, group: number, by: 1 | -1): number {
  let change = 0;
  for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
    if (isBalanced[circuit] === 0) continue;
    for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
      const excess = (load[leadingSlot(pair)] as number) - (load[laggingSlot(pair)] as number) - (lead[pair] as number);
      change += Math.max(0, excess + by * leadOf(group, pair)) - Math.max(0, excess);
    }
  }
  return change;
}

/** True when a step widens a gap that is too wide, or makes one too wide. */
function harms({ tree, isBalanced, lead, load }: Division, group: number, by: 1 | -1): boolean {
  for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
    if (isBalanced[circuit] === 0) continue;
    for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
      const shift = by * leadOf(group, pair);
      if (shift <= 0) continue;
      const ahead = (load[leadingSlot(pair)] as number) - (load[laggingSlot(pair)] as number);
      if (ahead + shift > (lead[pair] as number) + DUST) return true;
    }
  }
  return false;
}

/** Sets all seats back to their minima, which fit together: so they were admitted. */
function backToMinimum(division: Division): void {
  const { seatCount, isAdmitted, steps, minOf, groupOf } = division;
  for (let seat = 0; seat < seatCount; seat++) {
    if (isAdmitted[seat] === 0) continue;
    addLoad(division, groupOf[seat] as number, (minOf[seat] as number) - (steps[seat] as number));
    steps[seat] = minOf[seat] as number;
  }
  assert(division.isWithinLead(DUST), 'the minima of the admitted seats exceed an imbalance limit');
}
