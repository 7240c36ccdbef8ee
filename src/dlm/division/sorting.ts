/** Stable sorts of indices without garbage; those of whole numbers take linear time. */
import { failInvariant } from '../../base/assert.js';

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** Up to this many items are sorted by insertion: sorting by digits does not pay. */
const FEW = 24;

/** The memory for sorts, kept from one sample to the next. */
export class SortSpace {
  readonly counts = new Int32Array(DIGITS + 1);
  #items = new Int32Array(0);
  /** Keys that are whole numbers, by item. */
  first = new Int32Array(0);
  second = new Int32Array(0);

  reserveKeys(count: number): void {
    if (this.first.length >= count) return;
    this.first = new Int32Array(count);
    this.second = new Int32Array(count);
  }

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
    const key = keyOf[items[i] as number] as number;
    if (i > from && key < (keyOf[items[i - 1] as number] as number)) isSorted = false;
    if (key > highest) highest = key;
  }
  if (isSorted) return;
  if (to - from <= FEW) {
    insertByKey(items, from, to, keyOf);
    return;
  }
  for (let shift = 0; shift < 31 && highest >> shift > 0; shift += DIGIT_BITS) {
    sortByDigit(items, from, to, keyOf, shift, Math.min(DIGITS, (highest >> shift) + 1), space);
  }
}

function insertByKey(items: Int32Array, from: number, to: number, keyOf: Int32Array): void {
  for (let i = from + 1; i < to; i++) {
    const item = items[i] as number;
    const key = keyOf[item] as number;
    let place = i;
    for (; place > from && (keyOf[items[place - 1] as number] as number) > key; place--) {
      items[place] = items[place - 1] as number;
    }
    items[place] = item;
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
    const after = (((keyOf[items[i] as number] as number) >> shift) & (DIGITS - 1)) + 1;
    counts[after] = (counts[after] as number) + 1;
  }
  for (let digit = 1; digit <= digits; digit++)
    counts[digit] = (counts[digit] as number) + (counts[digit - 1] as number);
  for (let i = from; i < to; i++) {
    const item = items[i] as number;
    const digit = ((keyOf[item] as number) >> shift) & (DIGITS - 1);
    const place = counts[digit] as number;
    counts[digit] = place + 1;
    sorted[place] = item;
  }
  if (counts[digits - 1] !== to - from) failInvariant(`${counts[digits - 1]} of ${to - from} items are sorted`);
  for (let i = from; i < to; i++) items[i] = sorted[i - from] as number;
}

/** Runs of this length are sorted by insertion before they are merged. */
const RUN = 8;

/**
 * Sorts `items[0..count)` by the first key, then by the second. Keys may be negative or not whole. Priorities and
 * seconds are usually whole: then it takes linear time.
 */
export function sortByKeys(
  items: Int32Array,
  count: number,
  first: Float64Array,
  second: Float64Array,
  space: SortSpace,
): void {
  if (count > FEW) {
    space.reserveKeys(first.length);
    if (copyWhole(items, count, first, space.first) && copyWhole(items, count, second, space.second)) {
      sortByKey(items, 0, count, space.second, space);
      sortByKey(items, 0, count, space.first, space);
      return;
    }
  }
  for (let from = 0; from < count; from += RUN) insert(items, from, Math.min(from + RUN, count), first, second);
  const merged = space.items(count);
  for (let width = RUN; width < count; width *= 2) {
    for (let start = 0; start + width < count; start += 2 * width) {
      merge(items, start, start + width, Math.min(start + 2 * width, count), first, second, merged);
    }
  }
  for (let i = 1; i < count; i++) {
    const [before, item] = [items[i - 1] as number, items[i] as number];
    if (isAfter(before, item, first, second))
      failInvariant(
        `item ${before} is sorted before ${item}: ${first[before]} ${second[before]}, ${first[item]} ${second[item]}`,
      );
  }
}

/** Copies the keys. False when one is not whole, or below 0, or too large. */
function copyWhole(items: Int32Array, count: number, from: Float64Array, to: Int32Array): boolean {
  for (let i = 0; i < count; i++) {
    const item = items[i] as number;
    const key = from[item] as number;
    to[item] = key;
    if (key < 0 || to[item] !== key) return false;
  }
  return true;
}

function isAfter(a: number, b: number, first: Float64Array, second: Float64Array): boolean {
  const difference = (first[a] as number) - (first[b] as number);
  return difference > 0 || (difference === 0 && (second[a] as number) > (second[b] as number));
}

function insert(items: Int32Array, from: number, to: number, first: Float64Array, second: Float64Array): void {
  for (let i = from + 1; i < to; i++) {
    const item = items[i] as number;
    let place = i;
    for (; place > from && isAfter(items[place - 1] as number, item, first, second); place--) {
      items[place] = items[place - 1] as number;
    }
    items[place] = item;
  }
}

/** Merges two sorted runs that follow each other. */
function merge(
  items: Int32Array,
  start: number,
  middle: number,
  end: number,
  first: Float64Array,
  second: Float64Array,
  merged: Int32Array,
): void {
  if (!isAfter(items[middle - 1] as number, items[middle] as number, first, second)) return;
  let left = start;
  let right = middle;
  for (let i = start; i < end; i++) {
    const takesLeft =
      right === end || (left < middle && !isAfter(items[left] as number, items[right] as number, first, second));
    merged[i] = takesLeft ? (items[left++] as number) : (items[right++] as number);
  }
  for (let i = start; i < end; i++) items[i] = merged[i] as number;
}
