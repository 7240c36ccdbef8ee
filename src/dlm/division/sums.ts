/**
 * Sums over seats per slot. First add each seat to `groupSums`: one addition, without a branch for each phase.
 * `sumGroups` then makes the sums per slot.
 */
import type { Division } from './division.js';
import { fillWith } from './numbers.js';
import { GROUPS, POWER, SLOTS } from './places.js';

/** Sets `groupSums` to 0. Call before the first seat is added. */
export function beginSums({ groupSums }: Division): void {
  fillWith(groupSums, 0);
}

/** Sets `sums` to what each circuit and all below it have by `groupSums`. Takes linear time in any tree. */
export function sumGroups({ tree, groupSums }: Division, sums: Float64Array): void {
  for (let circuit = 0; circuit < tree.count; circuit++) {
    const group = circuit * GROUPS;
    const slot = circuit * SLOTS;
    const onL1L2 = groupSums[group + 3] as number;
    const onL1L3 = groupSums[group + 5] as number;
    const onL2L3 = groupSums[group + 6] as number;
    const onAll = groupSums[group + 7] as number;
    const onL1 = (groupSums[group + 1] as number) + onL1L2 + onL1L3 + onAll;
    const onL2 = (groupSums[group + 2] as number) + onL1L2 + onL2L3 + onAll;
    const onL3 = (groupSums[group + 4] as number) + onL1L3 + onL2L3 + onAll;
    sums[slot] = onL1;
    sums[slot + 1] = onL2;
    sums[slot + 2] = onL3;
    sums[slot + POWER] = onL1 + onL2 + onL3;
  }
  sumUpwards(tree, sums);
}

/** Adds to each circuit the sums of all circuits below it. */
function sumUpwards({ order, parentOf }: Division['tree'], sums: Float64Array): void {
  for (let place = order.length - 1; place > 0; place--) {
    const circuit = order[place] as number;
    const below = circuit * SLOTS;
    const above = (parentOf[circuit] as number) * SLOTS;
    sums[above] = (sums[above] as number) + (sums[below] as number);
    sums[above + 1] = (sums[above + 1] as number) + (sums[below + 1] as number);
    sums[above + 2] = (sums[above + 2] as number) + (sums[below + 2] as number);
    sums[above + POWER] = (sums[above + POWER] as number) + (sums[below + POWER] as number);
  }
}
