/**
 * The limits of a division as rows of a linear programme: slots that can fill up, and pairs of phases with a largest
 * difference. A limit is a slot, or (after all slots) a pair.
 */
import { failInvariant } from '../../base/assert.js';
import type { Division } from './division.js';
import { add, fillWith } from './numbers.js';
import { PHASES_IN, POWER, SLOTS, circuitOfPair, laggingOf, leadOf, leadingOf } from './places.js';

export class Limits {
  readonly #division: Division;
  readonly #slots: number;
  /** Per slot: the price of a step by its own limits; after `sumPrices` by all above it too. */
  readonly #prices: Float64Array;

  constructor(division: Division) {
    this.#division = division;
    this.#slots = division.tree.count * SLOTS;
    this.#prices = new Float64Array(this.#slots);
  }

  /** How much of the limit one step of one seat of the group uses. */
  coefficientOf(limit: number, group: number): number {
    const { placeOf, endOf } = this.#division.tree;
    const circuit = this.circuitOf(limit);
    const place = placeOf[group >> 3] as number;
    if (place < (placeOf[circuit] as number) || place >= (endOf[circuit] as number)) return 0;
    const pair = limit - this.#slots;
    if (pair >= 0) return leadOf(group, pair);
    const kind = limit % SLOTS;
    return kind === POWER ? (PHASES_IN[group & 7] as number) : (group >> kind) & 1;
  }

  circuitOf(limit: number): number {
    return limit < this.#slots ? (limit / SLOTS) | 0 : circuitOfPair(limit - this.#slots);
  }

  /** Sets the prices of the circuits at these places of the tree to 0. */
  clearPrices(from: number, to: number): void {
    if (!(from >= 0 && from < to)) failInvariant(`prices from place ${from} to ${to} are cleared`);
    const { order, count } = this.#division.tree;
    if (to - from === count) {
      fillWith(this.#prices, 0);
      return;
    }
    for (let place = from; place < to; place++) {
      const slot = (order[place] as number) * SLOTS;
      for (let p = 0; p < POWER; p++) this.#prices[slot + p] = 0;
    }
  }

  /** Adds a price to what the limit limits. */
  price(limit: number, price: number): void {
    if (!(Math.abs(price) < Number.POSITIVE_INFINITY)) failInvariant(`limit ${limit} has the price ${price}`);
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

  /** Adds to the price of each circuit those of all above it, from the first place downwards. */
  sumPrices(from: number, to: number): void {
    const { order, parentOf } = this.#division.tree;
    const prices = this.#prices;
    for (let place = from + 1; place < to; place++) {
      const slot = (order[place] as number) * SLOTS;
      const above = (parentOf[order[place] as number] as number) * SLOTS;
      prices[slot] = (prices[slot] as number) + (prices[above] as number);
      prices[slot + 1] = (prices[slot + 1] as number) + (prices[above + 1] as number);
      prices[slot + 2] = (prices[slot + 2] as number) + (prices[above + 2] as number);
    }
  }

  /** The price of one step of one seat of the group. */
  priceOf(group: number): number {
    const slot = (group >> 3) * SLOTS;
    let price = 0;
    if (group & 1) price += this.#prices[slot] as number;
    if (group & 2) price += this.#prices[slot + 1] as number;
    if (group & 4) price += this.#prices[slot + 2] as number;
    return price;
  }
}
