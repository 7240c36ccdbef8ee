/**
 * The limits of a division as rows of a linear programme: slots that can fill up, and pairs of phases that may not part.
 * A limit is a slot, or (after all slots) a pair.
 */
import type { Division } from './division.js';
import { add, at, byteAt, intAt } from './numbers.js';
import { PAIRS, PHASES_IN, POWER, SLOTS, aheadIn, circuitOfPair, laggingOf, leadOf, leadingOf } from './places.js';

export class Limits {
  readonly #division: Division;
  readonly #slots: number;
  readonly #isTight: Uint8Array;
  readonly #prices: Float64Array;
  /** Per slot, sums over all below: what is taken, and how fast that grows with the level. */
  readonly #loads: Float64Array;
  readonly #rates: Float64Array;
  /** Those that exist in this division. */
  readonly #items: Int32Array;
  count = 0;

  constructor(division: Division) {
    const circuits = division.tree.count;
    this.#division = division;
    this.#slots = circuits * SLOTS;
    this.#isTight = new Uint8Array(circuits * (SLOTS + PAIRS));
    this.#prices = new Float64Array(this.#slots);
    this.#loads = new Float64Array(this.#slots);
    this.#rates = new Float64Array(this.#slots);
    this.#items = new Int32Array(circuits * (SLOTS + PAIRS));
  }

  /** Nothing moves, and everybody takes its minimum. */
  begin(): void {
    const { capacity, balanced } = this.#division;
    this.#isTight.fill(0);
    this.#rates.fill(0);
    this.#loads.fill(0);
    this.count = 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      if (at(capacity, slot) < Number.POSITIVE_INFINITY) this.#items[this.count++] = slot;
    }
    for (const circuit of balanced) {
      for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
        if (leadingOf(pair) !== laggingOf(pair)) this.#items[this.count++] = this.#slots + pair;
      }
    }
  }

  itemAt(index: number): number {
    return intAt(this.#items, index);
  }

  isTight(limit: number): boolean {
    return byteAt(this.#isTight, limit) === 1;
  }

  setTight(limit: number, value: 0 | 1): void {
    this.#isTight[limit] = value;
  }

  addLoad(group: number, amount: number): void {
    this.#addTo(this.#loads, group, amount);
  }

  addRate(group: number, amount: number): void {
    this.#addTo(this.#rates, group, amount);
  }

  /** All loads after the level has risen so far. */
  advance(distance: number): void {
    const [loads, rates] = [this.#loads, this.#rates];
    for (let slot = 0; slot < loads.length; slot++) loads[slot] = at(loads, slot) + at(rates, slot) * distance;
  }

  rateOf(limit: number): number {
    return this.#valueOf(limit, this.#rates);
  }

  roomIn(limit: number): number {
    const { capacity, lead } = this.#division;
    const most = limit < this.#slots ? at(capacity, limit) : at(lead, limit - this.#slots);
    return most - this.#valueOf(limit, this.#loads);
  }

  /** How much of the limit one step of one candidate of the group takes. */
  coefficientOf(limit: number, group: number): number {
    const { placeOf, endOf } = this.#division.tree;
    const circuit = this.circuitOf(limit);
    const place = intAt(placeOf, group >> 3);
    if (place < intAt(placeOf, circuit) || place >= intAt(endOf, circuit)) return 0;
    const pair = limit - this.#slots;
    if (pair >= 0) return leadOf(group, pair);
    const kind = limit % SLOTS;
    return kind === POWER ? byteAt(PHASES_IN, group & 7) : (group >> kind) & 1;
  }

  circuitOf(limit: number): number {
    return limit < this.#slots ? Math.floor(limit / SLOTS) : circuitOfPair(limit - this.#slots);
  }

  /** Forgets the prices of the circuits at these places of the tree. */
  clearPrices(from: number, to: number): void {
    for (let place = from; place < to; place++) {
      const slot = intAt(this.#division.tree.order, place) * SLOTS;
      this.#prices.fill(0, slot, slot + SLOTS);
    }
  }

  /** Puts a price on what a limit limits. */
  price(limit: number, price: number): void {
    const pair = limit - this.#slots;
    if (pair >= 0) {
      const slot = circuitOfPair(pair) * SLOTS;
      add(this.#prices, slot + leadingOf(pair), price);
      add(this.#prices, slot + laggingOf(pair), -price);
    } else if (limit % SLOTS === POWER) {
      for (let p = 1; p <= 3; p++) add(this.#prices, limit - p, price);
    } else {
      add(this.#prices, limit, price);
    }
  }

  /** Each circuit's price becomes the sum of its own and of all above it, from the first place downwards. */
  sumPrices(from: number, to: number): void {
    const { order, parentOf } = this.#division.tree;
    for (let place = from + 1; place < to; place++) {
      const circuit = intAt(order, place);
      const parent = intAt(parentOf, circuit);
      for (let p = 0; p < POWER; p++) add(this.#prices, circuit * SLOTS + p, at(this.#prices, parent * SLOTS + p));
    }
  }

  /** What a step of one candidate of the group costs. */
  priceOf(group: number): number {
    const slot = (group >> 3) * SLOTS;
    let price = 0;
    if (group & 1) price += at(this.#prices, slot);
    if (group & 2) price += at(this.#prices, slot + 1);
    if (group & 4) price += at(this.#prices, slot + 2);
    return price;
  }

  #valueOf(limit: number, sums: Float64Array): number {
    if (limit < this.#slots) return at(sums, limit);
    return aheadIn(sums, limit - this.#slots);
  }

  #addTo(sums: Float64Array, group: number, amount: number): void {
    const { parentOf } = this.#division.tree;
    const power = amount * byteAt(PHASES_IN, group & 7);
    for (let circuit = group >> 3; circuit !== -1; circuit = intAt(parentOf, circuit)) {
      const slot = circuit * SLOTS;
      if (group & 1) add(sums, slot, amount);
      if (group & 2) add(sums, slot + 1, amount);
      if (group & 4) add(sums, slot + 2, amount);
      add(sums, slot + POWER, power);
    }
  }
}
