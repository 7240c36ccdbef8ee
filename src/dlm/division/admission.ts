/**
 * Admission: which seats are served at all. In the order of service, a seat is admitted if all admitted so far and this
 * one can have their minima. A seat that does not fit does not stop those after it.
 */
import { assert } from '../../base/assert.js';
import { addLoad, type Division } from './division.js';
import { add, DUST, fillWith } from './numbers.js';
import { NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { type SortSpace, sortByKeys } from './sorting.js';
import { beginSums, sumGroups } from './sums.js';

/**
 * Sets `isAdmitted`, `steps` (the minimum of an admitted seat, else 0) and `load`. `order` lists all seats that could
 * use current. It is in the order of service where that matters: in a shortage, and for shares by priority.
 */
export function admit(division: Division, space: SortSpace): void {
  const { balanced, rules } = division;
  const count = listUsers(division);
  division.userCount = count;
  const allFit = balanced.length === 0 && minimaFit(division, count);
  if (!allFit || rules.sharing === 'priority') {
    sortByKeys(division.order, count, division.priorityOf, division.rankOf, space);
  }
  if (allFit) admitAll(division, count);
  else admitInOrder(division, count);
}

/**
 * Lists the seats that could use current: a step lies between minimum and maximum. All others have their maximum, which
 * is 0.
 */
function listUsers({ seatCount, minOf, maxOf, order, isAdmitted, steps, obstacleOf }: Division): number {
  let count = 0;
  for (let seat = 0; seat < seatCount; seat++) {
    isAdmitted[seat] = 0;
    steps[seat] = 0;
    obstacleOf[seat] = NO_OBSTACLE;
    if ((maxOf[seat] as number) >= (minOf[seat] as number) && (maxOf[seat] as number) > 0) order[count++] = seat;
  }
  return count;
}

/** True when the minima of all seats fit together. */
function minimaFit(division: Division, count: number): boolean {
  const { groupSums, load, order, groupOf, minOf, capacity } = division;
  beginSums(division);
  for (let i = 0; i < count; i++) {
    const seat = order[i] as number;
    add(groupSums, groupOf[seat] as number, minOf[seat] as number);
  }
  sumGroups(division, load);
  for (let slot = 0; slot < load.length; slot++) {
    if ((load[slot] as number) > (capacity[slot] as number) + DUST) return false;
  }
  return true;
}

function admitAll({ order, isAdmitted, steps, minOf }: Division, count: number): void {
  for (let i = 0; i < count; i++) {
    const seat = order[i] as number;
    isAdmitted[seat] = 1;
    steps[seat] = minOf[seat] as number;
  }
}

function admitInOrder(division: Division, count: number): void {
  const { order, groupOf, minOf, isAdmitted, steps, obstacleOf, load } = division;
  fillWith(load, 0);
  for (let i = 0; i < count; i++) {
    const seat = order[i] as number;
    const obstacle = obstacleTo(division, groupOf[seat] as number, minOf[seat] as number);
    obstacleOf[seat] = obstacle;
    if (obstacle !== NO_OBSTACLE) continue;
    isAdmitted[seat] = 1;
    steps[seat] = minOf[seat] as number;
    addLoad(division, groupOf[seat] as number, minOf[seat] as number);
  }
  assert(division.isWithinCapacity(DUST), 'the minima of the admitted seats exceed a capacity');
  assert(division.isWithinLead(DUST), 'the minima of the admitted seats exceed an imbalance limit');
}
