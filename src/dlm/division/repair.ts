/**
 * Rounding down can part two phases further than an imbalance limit allows. First whoever lags behind is lifted by a step
 * where there is room, the one that lost most by the rounding first; where nobody can be, somebody on the phase that
 * leads steps down.
 */
import { assert } from '../../base/assert.js';
import { addLoad, type Division, SLOTS } from './division.js';
import { at, byteAt, intAt, DUST } from './numbers.js';
import { fullSlot, NO_OBSTACLE } from './obstacle.js';

const NOBODY = -1;

/** Moves single steps until every imbalance limit holds again. `steps` and `load` are kept up. */
export function repairBalance(division: Division): void {
  for (let pair = worstPair(division); pair !== NOBODY; pair = worstPair(division)) {
    if (lift(division, pair) || lower(division, pair)) continue;
    backToMinimum(division);
    return;
  }
}

/** Circuit * 9 + the phase that leads * 3 + the other. */
function worstPair({ balanced, lead, load }: Division): number {
  let [worst, most] = [NOBODY, DUST];
  for (const circuit of balanced) {
    for (let pair = circuit * 9; pair < circuit * 9 + 9; pair++) {
      const excess = aheadOf(load, pair) - at(lead, pair);
      if (excess <= most) continue;
      worst = pair;
      most = excess;
    }
  }
  return worst;
}

function aheadOf(load: Float64Array, pair: number): number {
  const slot = Math.floor(pair / 9) * SLOTS;
  return at(load, slot + Math.floor((pair % 9) / 3)) - at(load, slot + (pair % 3));
}

function lift(division: Division, pair: number): boolean {
  return move(division, pair, 1);
}

function lower(division: Division, pair: number): boolean {
  return move(division, pair, -1);
}

/** One step more for somebody who lags, or less for somebody who leads: whoever is furthest on the other side of its share. */
function move(division: Division, pair: number, by: 1 | -1): boolean {
  const { seatCount, isAdmitted, steps, shareOf, groupOf, turnOf } = division;
  let [best, most] = [NOBODY, Number.NEGATIVE_INFINITY];
  for (let seat = 0; seat < seatCount; seat++) {
    if (byteAt(isAdmitted, seat) === 0) continue;
    const lost = by * (at(shareOf, seat) - intAt(steps, seat));
    const isEqualAndFirst = lost > most - DUST && intAt(turnOf, seat) < intAt(turnOf, best);
    if ((lost <= most + DUST && !isEqualAndFirst) || !canMove(division, seat, pair, by)) continue;
    best = seat;
    most = lost;
  }
  if (best === NOBODY) return false;
  steps[best] = intAt(steps, best) + by;
  addLoad(division, intAt(groupOf, best), by);
  return true;
}

function canMove(division: Division, seat: number, pair: number, by: 1 | -1): boolean {
  const { tree, groupOf, steps, minOf, maxOf } = division;
  const group = intAt(groupOf, seat);
  const place = intAt(tree.placeOf, group >> 3);
  const circuit = Math.floor(pair / 9);
  if (place < intAt(tree.placeOf, circuit) || place >= intAt(tree.endOf, circuit)) return false;
  const onLeading = (group >> Math.floor((pair % 9) / 3)) & 1;
  const onLagging = (group >> (pair % 3)) & 1;
  if (onLagging - onLeading !== by) return false;
  const next = intAt(steps, seat) + by;
  if (next < intAt(minOf, seat) || next > intAt(maxOf, seat)) return false;
  if (by === 1 && fullSlot(division, group, 1) !== NO_OBSTACLE) return false;
  return reducesExcess(division, group, by);
}

/** What all imbalance limits are exceeded by, in sum, must fall: so that the repair ends. */
function reducesExcess({ tree, isBalanced, lead, load }: Division, group: number, by: 1 | -1): boolean {
  let change = 0;
  for (let circuit = group >> 3; circuit !== -1; circuit = intAt(tree.parentOf, circuit)) {
    if (byteAt(isBalanced, circuit) === 0) continue;
    for (let pair = circuit * 9; pair < circuit * 9 + 9; pair++) {
      const shift = by * (((group >> Math.floor((pair % 9) / 3)) & 1) - ((group >> (pair % 3)) & 1));
      if (shift === 0) continue;
      const excess = aheadOf(load, pair) - at(lead, pair);
      change += Math.max(0, excess + shift) - Math.max(0, excess);
    }
  }
  return change < -DUST;
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
