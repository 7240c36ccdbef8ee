/** A heap of slots; the one that fills up first is on top. Keys are levels. */
import { failInvariant } from '../../base/assert.js';

export class SlotHeap {
  /**
   * Set the key of a slot here, then `place` the slot. As an argument a number that is no integer would cost an object.
   */
  readonly keyOf: Float64Array;
  readonly #slots: Int32Array;
  readonly #placeOf: Int32Array;
  #size = 0;
  #bound = Number.NaN;

  constructor(slots: number) {
    this.#slots = new Int32Array(slots);
    this.#placeOf = new Int32Array(slots).fill(-1);
    this.keyOf = new Float64Array(slots);
  }

  clear(): void {
    for (let place = 0; place < this.#size; place++) {
      const slot = this.#slots[place] as number;
      const above = this.#slots[place === 0 ? 0 : (place - 1) >> 1] as number;
      const isInOrder = (this.keyOf[above] as number) <= (this.keyOf[slot] as number);
      if (!isInOrder || this.#placeOf[slot] !== place) this.#fail(slot, `is at ${place}, below slot ${above}`);
    }
    for (let place = 0; place < this.#size; place++) this.#placeOf[this.#slots[place] as number] = -1;
    this.#size = 0;
  }

  /** The slot on top; -1 when there is none. */
  get top(): number {
    return this.#size === 0 ? -1 : (this.#slots[0] as number);
  }

  /** The lowest slot of those whose key is at most so much above the key on top; -1 when the heap is empty. */
  firstNearTop(tolerance: number): number {
    if (this.#size === 0) return -1;
    this.#bound = (this.keyOf[this.top] as number) + tolerance;
    return this.#firstBelow(0, this.top);
  }

  #firstBelow(place: number, first: number): number {
    if (place >= this.#size) return first;
    const slot = this.#slots[place] as number;
    if ((this.keyOf[slot] as number) > this.#bound) return first;
    return this.#firstBelow(2 * place + 2, this.#firstBelow(2 * place + 1, Math.min(first, slot)));
  }

  /** Puts a slot in, or moves it to where its new key belongs. */
  place(slot: number): void {
    let place = this.#placeOf[slot] as number;
    if (place === -1) {
      place = this.#size++;
      this.#setAt(slot, place);
    }
    this.#move(slot, place);
  }

  removeTop(): void {
    if (this.#size === 0) this.#fail(-1, 'is to be removed');
    this.#placeOf[this.#slots[0] as number] = -1;
    if (--this.#size > 0) this.#sink(this.#slots[this.#size] as number, 0);
  }

  /** Removes a slot, if it is in the heap. */
  remove(slot: number): void {
    const place = this.#placeOf[slot] as number;
    if (place === -1) return;
    this.#placeOf[slot] = -1;
    const last = this.#slots[--this.#size] as number;
    if (last !== slot) this.#move(last, place);
  }

  #setAt(slot: number, place: number): void {
    this.#slots[place] = slot;
    this.#placeOf[slot] = place;
  }

  #move(slot: number, place: number): void {
    const keys = this.keyOf;
    if (place > 0 && (keys[slot] as number) < (keys[this.#slots[(place - 1) >> 1] as number] as number))
      this.#rise(slot, place);
    else this.#sink(slot, place);
  }

  #rise(slot: number, from: number): void {
    const keys = this.keyOf;
    const key = keys[slot] as number;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#slots[above] as number;
      if ((keys[other] as number) <= key) break;
      this.#setAt(other, place);
      place = above;
    }
    this.#setAt(slot, place);
  }

  #sink(slot: number, from: number): void {
    const keys = this.keyOf;
    const slots = this.#slots;
    const size = this.#size;
    const key = keys[slot] as number;
    let place = from;
    for (let below = 2 * place + 1; below < size; below = 2 * place + 1) {
      let other = slots[below] as number;
      if (below + 1 < size && (keys[slots[below + 1] as number] as number) < (keys[other] as number))
        other = slots[++below] as number;
      if ((keys[other] as number) >= key) break;
      this.#setAt(other, place);
      place = below;
    }
    this.#setAt(slot, place);
  }

  #fail(slot: number, what: string): never {
    const size = `${this.#size} of ${this.#slots.length}`;
    return failInvariant(
      `heap of ${size}: slot ${slot} ${what}; key ${this.keyOf[slot]}, place ${this.#placeOf[slot]}`,
    );
  }
}
