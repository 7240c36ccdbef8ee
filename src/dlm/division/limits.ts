/** The limits of a division as rows of a linear programme: slots that can fill up, and pairs of phases that may not part. */
import { addToOwnCircuit, sumUpwards } from './admission.js';
import { type Division, PHASES_IN, POWER, SLOTS } from './division.js';
import type { Kinds } from './kinds.js';
import { add, at, byteAt, intAt } from './numbers.js';

/** A limit is a slot, or (after all slots) a circuit * 9 + one phase * 3 + the other. */
export class Limits {
  readonly #division: Division;
  readonly #slots: number;
  readonly #tight: Uint8Array;
  readonly #prices: Float64Array;
  /** Per slot, sums over all below: what is taken, and how fast that grows with the level. */
  readonly loads: Float64Array;
  readonly rates: Float64Array;
  /** Those that exist in this division. */
  readonly items: Int32Array;
  count = 0;

  constructor(division: Division) {
    const circuits = division.tree.count;
    this.#division = division;
    this.#slots = circuits * SLOTS;
    this.#tight = new Uint8Array(circuits * (SLOTS + 9));
    this.#prices = new Float64Array(this.#slots);
    this.loads = new Float64Array(this.#slots);
    this.rates = new Float64Array(this.#slots);
    this.items = new Int32Array(circuits * (SLOTS + 9));
  }

  begin(): void {
    const { capacity, balanced } = this.#division;
    this.#tight.fill(0);
    this.count = 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      if (at(capacity, slot) < Number.POSITIVE_INFINITY) this.items[this.count++] = slot;
    }
    for (const circuit of balanced) {
      for (let pair = 0; pair < 9; pair++)
        if (pair % 4 !== 0) this.items[this.count++] = this.#slots + circuit * 9 + pair;
    }
  }

  isTight(limit: number): boolean {
    return byteAt(this.#tight, limit) === 1;
  }

  setTight(limit: number, value: 0 | 1): void {
    this.#tight[limit] = value;
  }

  /** Sums `amountOf` each kind over the circuits, times how many are of the kind. */
  sum(into: Float64Array, { count, groupOf, sizeOf }: Kinds, amountOf: Float64Array): void {
    into.fill(0);
    for (let kind = 0; kind < count; kind++) {
      const amount = at(amountOf, kind);
      if (amount !== 0) addToOwnCircuit(into, intAt(groupOf, kind), amount * intAt(sizeOf, kind));
    }
    sumUpwards(this.#division.tree, into);
  }

  capacityOf(limit: number): number {
    const { capacity, lead } = this.#division;
    return limit < this.#slots ? at(capacity, limit) : at(lead, limit - this.#slots);
  }

  /** The left-hand side of a limit, from sums per slot. */
  valueOf(limit: number, sums: Float64Array): number {
    if (limit < this.#slots) return at(sums, limit);
    const pair = limit - this.#slots;
    const slot = Math.floor(pair / 9) * SLOTS;
    return at(sums, slot + Math.floor((pair % 9) / 3)) - at(sums, slot + (pair % 3));
  }

  /** How much of the limit one step of one candidate of the group takes. */
  coefficientOf(limit: number, group: number): number {
    const { placeOf, endOf } = this.#division.tree;
    const pair = limit - this.#slots;
    const circuit = pair < 0 ? Math.floor(limit / SLOTS) : Math.floor(pair / 9);
    const place = intAt(placeOf, group >> 3);
    if (place < intAt(placeOf, circuit) || place >= intAt(endOf, circuit)) return 0;
    if (pair >= 0) return ((group >> Math.floor((pair % 9) / 3)) & 1) - ((group >> (pair % 3)) & 1);
    const kind = limit % SLOTS;
    return kind === POWER ? byteAt(PHASES_IN, group & 7) : (group >> kind) & 1;
  }

  clearPrices(): void {
    this.#prices.fill(0);
  }

  /** Puts a price on what a limit limits. */
  price(limit: number, price: number): void {
    const pair = limit - this.#slots;
    if (pair >= 0) {
      const slot = Math.floor(pair / 9) * SLOTS;
      add(this.#prices, slot + Math.floor((pair % 9) / 3), price);
      add(this.#prices, slot + (pair % 3), -price);
    } else if (limit % SLOTS === POWER) {
      for (let p = 1; p <= 3; p++) add(this.#prices, limit - p, price);
    } else {
      add(this.#prices, limit, price);
    }
  }

  /** Each circuit's price becomes the sum of its own and of all above it. */
  sumPrices(): void {
    const { order, parentOf } = this.#division.tree;
    for (let place = 1; place < order.length; place++) {
      const circuit = intAt(order, place);
      const parent = intAt(parentOf, circuit);
      for (let p = 0; p < POWER; p++) add(this.#prices, circuit * SLOTS + p, at(this.#prices, parent * SLOTS + p));
    }
  }

  /** What a step of one candidate of the group costs. */
  priceOf(group: number): number {
    let price = 0;
    for (let p = 0; p < POWER; p++) if ((group >> p) & 1) price += at(this.#prices, (group >> 3) * SLOTS + p);
    return price;
  }
}
