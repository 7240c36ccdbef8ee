/**
 * Rounding down can part two phases further than an imbalance limit allows. Whoever lags behind is lifted by a step where
 * there is room, the one that lost most by the rounding first; where nobody can be, somebody on the phase that leads
 * steps down.
 */
import { assert } from '../../base/assert.js';
import { addLoad, type Division } from './division.js';
import { at, byteAt, intAt, DUST, SHARE_DUST } from './numbers.js';
import { fullSlot, NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { PAIRS, aheadIn, circuitOfPair, leadOf } from './places.js';

const NOBODY = -1;

/** With more candidates than this two of them are not moved together: all pairs would be too many. */
const PAIRED_MAX = 60;

/** Moves single steps until every imbalance limit holds again. `steps` and `load` are kept up. */
export function repairBalance(division: Division): void {
  for (let pair = worstPair(division); pair !== NOBODY; pair = worstPair(division)) {
    if (move(division, pair, 1, false) || move(division, pair, -1, false) || moveTwo(division)) continue;
    if (move(division, pair, 1, true) || move(division, pair, -1, true)) continue;
    backToMinimum(division);
    riseToShares(division);
    return;
  }
}

/** The pair that exceeds its limit by most. */
function worstPair({ balanced, lead, load }: Division): number {
  let [worst, most] = [NOBODY, 0];
  for (const circuit of balanced) {
    for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
      // Asked as in the admission: else dust could part the two, and the minima would not fit here that did there.
      if (!(aheadIn(load, pair) > at(lead, pair) + DUST)) continue;
      const excess = aheadIn(load, pair) - at(lead, pair);
      if (excess <= most) continue;
      worst = pair;
      most = excess;
    }
  }
  return worst;
}

/** One step more for somebody who lags, or less for somebody who leads: whoever is furthest on the other side of its share. */
function move(division: Division, pair: number, by: 1 | -1, mayHarm: boolean): boolean {
  const { seatCount, isAdmitted, steps, shareOf, groupOf, turnOf } = division;
  let [best, most] = [NOBODY, Number.NEGATIVE_INFINITY];
  for (let seat = 0; seat < seatCount; seat++) {
    if (byteAt(isAdmitted, seat) === 0) continue;
    const lost = by * (at(shareOf, seat) - intAt(steps, seat));
    const isEqualAndFirst = lost > most - SHARE_DUST && intAt(turnOf, seat) < intAt(turnOf, best);
    if ((lost <= most + SHARE_DUST && !isEqualAndFirst) || !canMove(division, seat, pair, by, mayHarm)) continue;
    best = seat;
    most = lost;
  }
  if (best === NOBODY) return false;
  steps[best] = intAt(steps, best) + by;
  addLoad(division, intAt(groupOf, best), by);
  return true;
}

function canMove(division: Division, seat: number, pair: number, by: 1 | -1, mayHarm: boolean): boolean {
  const { tree, groupOf } = division;
  const group = intAt(groupOf, seat);
  const place = intAt(tree.placeOf, group >> 3);
  const circuit = circuitOfPair(pair);
  if (place < intAt(tree.placeOf, circuit) || place >= intAt(tree.endOf, circuit)) return false;
  if (by * leadOf(group, pair) !== -1 || !isInRange(division, seat, by)) return false;
  return excessChange(division, group, by) < -DUST && (mayHarm || !harms(division, group, by));
}

interface TwoMoves {
  a: number;
  byA: number;
  b: number;
  byB: number;
  /** How far both are from their shares afterwards. */
  distance: number;
}

/** Where a step widens one gap more than it closes another, two together may close both: those nearest to their shares. */
function moveTwo(division: Division): boolean {
  const { seatCount, steps, groupOf } = division;
  if (seatCount > PAIRED_MAX) return false;
  const best: TwoMoves = { a: NOBODY, byA: 0, b: NOBODY, byB: 0, distance: Number.POSITIVE_INFINITY };
  for (let a = 1; a < seatCount; a++) for (const byA of BOTH_WAYS) findPartner(division, a, byA, best);
  if (best.a === NOBODY) return false;
  for (const [seat, by] of [
    [best.a, best.byA],
    [best.b, best.byB],
  ] as const) {
    steps[seat] = intAt(steps, seat) + by;
    addLoad(division, intAt(groupOf, seat), by);
  }
  return true;
}

/** Whoever closes gaps together with this step of a, and is nearer to the shares than the best so far. */
function findPartner(division: Division, a: number, byA: 1 | -1, best: TwoMoves): void {
  if (!isInRange(division, a, byA)) return;
  const group = intAt(division.groupOf, a);
  const change = excessChange(division, group, byA);
  const distanceA = distanceAfter(division, a, byA);
  addLoad(division, group, byA);
  for (let b = 0; b < a; b++) {
    for (const byB of BOTH_WAYS) {
      const distance = distanceA + distanceAfter(division, b, byB);
      if (distance >= best.distance - SHARE_DUST || !isInRange(division, b, byB)) continue;
      if (change + excessChange(division, intAt(division.groupOf, b), byB) > -DUST) continue;
      Object.assign(best, { a, byA, b, byB, distance });
    }
  }
  addLoad(division, group, -byA);
}

const BOTH_WAYS = [1, -1] as const;

function distanceAfter({ shareOf, steps }: Division, seat: number, by: number): number {
  return (at(shareOf, seat) - intAt(steps, seat) - by) ** 2;
}

/** Within its minimum and maximum, and upwards within every slot. */
function isInRange(division: Division, seat: number, by: 1 | -1): boolean {
  const { isAdmitted, groupOf, steps, minOf, maxOf } = division;
  const next = intAt(steps, seat) + by;
  if (byteAt(isAdmitted, seat) === 0 || next < intAt(minOf, seat) || next > intAt(maxOf, seat)) return false;
  return by === -1 || fullSlot(division, intAt(groupOf, seat), 1) === NO_OBSTACLE;
}

/** What all imbalance limits together are exceeded by must fall: so that the repair ends. */
function excessChange({ tree, isBalanced, lead, load }: Division, group: number, by: 1 | -1): number {
  let change = 0;
  for (let circuit = group >> 3; circuit !== -1; circuit = intAt(tree.parentOf, circuit)) {
    if (byteAt(isBalanced, circuit) === 0) continue;
    for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
      const excess = aheadIn(load, pair) - at(lead, pair);
      change += Math.max(0, excess + by * leadOf(group, pair)) - Math.max(0, excess);
    }
  }
  return change;
}

/** True when a step widens a gap that is too wide, or makes one so. */
function harms({ tree, isBalanced, lead, load }: Division, group: number, by: 1 | -1): boolean {
  for (let circuit = group >> 3; circuit !== -1; circuit = intAt(tree.parentOf, circuit)) {
    if (byteAt(isBalanced, circuit) === 0) continue;
    for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
      const shift = by * leadOf(group, pair);
      if (shift > 0 && aheadIn(load, pair) + shift > at(lead, pair) + DUST) return true;
    }
  }
  return false;
}

/** All minima together fit always: that is how they were admitted. */
function backToMinimum(division: Division): void {
  const { seatCount, isAdmitted, steps, minOf, groupOf } = division;
  for (let seat = 0; seat < seatCount; seat++) {
    if (byteAt(isAdmitted, seat) === 0) continue;
    addLoad(division, intAt(groupOf, seat), intAt(minOf, seat) - intAt(steps, seat));
    steps[seat] = intAt(minOf, seat);
  }
  assert(worstPair(division) === NOBODY, 'the minima of all who are admitted fit every limit');
}

/** Single steps that keep every limit, those who lack most of their share first. */
function riseToShares(division: Division): void {
  const { shareOf, steps } = division;
  const seats = inOrderOfFractions(division);
  const lackOf = (seat: number): number => at(shareOf, seat) - intAt(steps, seat);
  const most = seats.reduce((lack, seat) => Math.max(lack, lackOf(seat)), 0);
  for (let level = Math.floor(most + SHARE_DUST); level >= 1; level--) {
    const lacking = seats.filter((seat) => lackOf(seat) >= level - SHARE_DUST);
    // A step of one can make room for another one: again until nobody rises.
    while (riseOnce(division, lacking, level));
  }
}

function inOrderOfFractions({ seatCount, isAdmitted, shareOf, turnOf }: Division): readonly number[] {
  const seats = Array.from({ length: seatCount }, (_, seat) => seat).filter((seat) => byteAt(isAdmitted, seat) === 1);
  const fractionOf = (seat: number): number => at(shareOf, seat) - Math.floor(at(shareOf, seat) + SHARE_DUST);
  return seats.sort((a, b) => fractionOf(b) - fractionOf(a) || intAt(turnOf, a) - intAt(turnOf, b));
}

/** One step for everybody of them who still lacks so many and has room. True when somebody took one. */
function riseOnce(division: Division, seats: readonly number[], lack: number): boolean {
  const { steps, shareOf, groupOf } = division;
  let someoneRose = false;
  for (const seat of seats) {
    if (at(shareOf, seat) - intAt(steps, seat) < lack - SHARE_DUST) continue;
    if (obstacleTo(division, intAt(groupOf, seat), 1) !== NO_OBSTACLE) continue;
    steps[seat] = intAt(steps, seat) + 1;
    addLoad(division, intAt(groupOf, seat), 1);
    someoneRose = true;
  }
  return someoneRose;
}
