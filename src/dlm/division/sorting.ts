/** Stable sorts of indices without garbage; those of whole numbers take linear time. */
import { at, intAt } from './numbers.js';

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Memory that sorting needs, kept from one sample to the next. */
export class SortSpace {
  readonly counts = new Int32Array(DIGITS + 1);
  #items = new Int32Array(0);

  items(count: number): Int32Array {
    if (this.#items.length < count) this.#items = new Int32Array(count * 2);
    return this.#items;
  }
}

/** Sorts `items[from..to)` by `keyOf[item]`, whole numbers of at least 0: radix sort, lowest digit first. */
export function sortByKey(items: Int32Array, from: number, to: number, keyOf: Int32Array, space: SortSpace): void {
  let highest = 0;
  let isSorted = true;
  for (let i = from; i < to; i++) {
    const key = intAt(keyOf, intAt(items, i));
    if (i > from && key < intAt(keyOf, intAt(items, i - 1))) isSorted = false;
    if (key > highest) highest = key;
  }
  if (isSorted) return;
  for (let shift = 0; shift < 31 && highest >> shift > 0; shift += DIGIT_BITS) {
    sortByDigit(items, from, to, keyOf, shift, Math.min(DIGITS, (highest >> shift) + 1), space);
  }
}

function sortByDigit(
  items: Int32Array,
  from: number,
  to: number,
  keyOf: Int32Array,
  shift: number,
  digits: number,
  space: SortSpace,
): void {
  const { counts } = space;
  const sorted = space.items(to - from);
  counts.fill(0, 0, digits + 1);
  for (let i = from; i < to; i++) {
    const after = ((intAt(keyOf, intAt(items, i)) >> shift) & (DIGITS - 1)) + 1;
    counts[after] = intAt(counts, after) + 1;
  }
  for (let digit = 1; digit <= digits; digit++) counts[digit] = intAt(counts, digit) + intAt(counts, digit - 1);
  for (let i = from; i < to; i++) {
    const item = intAt(items, i);
    const digit = (intAt(keyOf, item) >> shift) & (DIGITS - 1);
    const place = intAt(counts, digit);
    counts[digit] = place + 1;
    sorted[place] = item;
  }
  for (let i = from; i < to; i++) items[i] = intAt(sorted, i - from);
}

/** Sorts `items[0..count)` by the first key, then by the second; whole or not, of either sign. Merges runs of two, four, ... */
export function sortByKeys(
  items: Int32Array,
  count: number,
  first: Float64Array,
  second: Float64Array,
  space: SortSpace,
): void {
  const isAfter = (a: number, b: number): boolean =>
    at(first, a) > at(first, b) || (at(first, a) === at(first, b) && at(second, a) > at(second, b));
  const merged = space.items(count);
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start + width < count; start += 2 * width) {
      const middle = start + width;
      const end = Math.min(middle + width, count);
      if (!isAfter(intAt(items, middle - 1), intAt(items, middle))) continue;
      let [left, right] = [start, middle];
      for (let i = start; i < end; i++) {
        const takeLeft = right === end || (left < middle && !isAfter(intAt(items, left), intAt(items, right)));
        merged[i] = intAt(items, takeLeft ? left++ : right++);
      }
      for (let i = start; i < end; i++) items[i] = intAt(merged, i);
    }
  }
}
