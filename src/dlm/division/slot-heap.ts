/** A heap of slots, the one that fills up first on top. Keys are levels; one that is too low is mended when it comes up. */
import { at, intAt } from './numbers.js';

export class SlotHeap {
  readonly #slots: Int32Array;
  readonly #placeOf: Int32Array;
  readonly #keyOf: Float64Array;
  #size = 0;

  constructor(slots: number) {
    this.#slots = new Int32Array(slots);
    this.#placeOf = new Int32Array(slots).fill(-1);
    this.#keyOf = new Float64Array(slots);
  }

  clear(): void {
    for (let place = 0; place < this.#size; place++) this.#placeOf[intAt(this.#slots, place)] = -1;
    this.#size = 0;
  }

  /** The slot on top; -1 when there is none. */
  get top(): number {
    return this.#size === 0 ? -1 : intAt(this.#slots, 0);
  }

  keyOf(slot: number): number {
    return at(this.#keyOf, slot);
  }

  /** Puts a slot in, or moves it to another key. */
  set(slot: number, key: number): void {
    let place = intAt(this.#placeOf, slot);
    if (place === -1) {
      place = this.#size++;
      this.#put(slot, place);
      this.#keyOf[slot] = Number.POSITIVE_INFINITY;
    }
    const isLower = key < at(this.#keyOf, slot);
    this.#keyOf[slot] = key;
    if (isLower) this.#rise(slot, place);
    else this.#sink(slot, place);
  }

  removeTop(): void {
    const slot = intAt(this.#slots, 0);
    this.#placeOf[slot] = -1;
    const last = intAt(this.#slots, --this.#size);
    if (last !== slot) this.#sink(last, 0);
  }

  #put(slot: number, place: number): void {
    this.#slots[place] = slot;
    this.#placeOf[slot] = place;
  }

  #rise(slot: number, from: number): void {
    const key = at(this.#keyOf, slot);
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = intAt(this.#slots, above);
      if (at(this.#keyOf, other) <= key) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(slot, place);
  }

  #sink(slot: number, from: number): void {
    const key = at(this.#keyOf, slot);
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#size) break;
      if (below + 1 < this.#size && this.#keyAt(below + 1) < this.#keyAt(below)) below++;
      if (this.#keyAt(below) >= key) break;
      this.#put(intAt(this.#slots, below), place);
      place = below;
    }
    this.#put(slot, place);
  }

  #keyAt(place: number): number {
    return at(this.#keyOf, intAt(this.#slots, place));
  }
}
