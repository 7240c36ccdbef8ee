/**
 * Who is served at all: candidates in order of priority and the shortage rule, each admitted if everybody admitted so far
 * plus it can have the minimum. One that does not fit does not stop those after it.
 */
import { addLoad, type Division } from './division.js';
import { DUST, fillWith } from './numbers.js';
import { NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { type SortSpace, sortByKeys } from './sorting.js';
import { PHASES_IN, POWER, SLOTS } from './places.js';

/**
 * Sets `isAdmitted`, the minimum as `steps` of those admitted (else 0), and their `load`. `order` lists all who could
 * use current, in the order of service where that matters: in a shortage, and for shares by priority.
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

/** Those whose range from minimum to maximum holds a step; everybody else has its maximum, which is nothing. */
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

/** Sums the minima of all per circuit, then upwards: linear, whatever the depth. */
function minimaFit(division: Division, count: number): boolean {
  const { tree, load, order, groupOf, minOf, capacity } = division;
  fillWith(load, 0);
  for (let i = 0; i < count; i++) {
    const seat = order[i] as number;
    addToOwnCircuit(load, groupOf[seat] as number, minOf[seat] as number);
  }
  sumUpwards(tree, load);
  for (let slot = 0; slot < load.length; slot++) {
    if ((load[slot] as number) > (capacity[slot] as number) + DUST) return false;
  }
  return true;
}

export function addToOwnCircuit(load: Float64Array, group: number, amount: number): void {
  const slot = (group >> 3) * SLOTS;
  const mask = group & 7;
  if (mask & 1) load[slot] = (load[slot] as number) + amount;
  if (mask & 2) load[slot + 1] = (load[slot + 1] as number) + amount;
  if (mask & 4) load[slot + 2] = (load[slot + 2] as number) + amount;
  load[slot + POWER] = (load[slot + POWER] as number) + amount * (PHASES_IN[mask] as number);
}

/** Turns what each circuit has itself into what it and all below it have. */
export function sumUpwards({ order, parentOf }: Division['tree'], load: Float64Array): void {
  for (let place = order.length - 1; place > 0; place--) {
    const below = (order[place] as number) * SLOTS;
    const above = (parentOf[order[place] as number] as number) * SLOTS;
    for (let slot = 0; slot < SLOTS; slot++)
      load[above + slot] = (load[above + slot] as number) + (load[below + slot] as number);
  }
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
}
