/**
 * The basis of the simplex method: limits that are tight, and as many kinds that give way to keep them so. Everything
 * else about it follows from two small systems of equations.
 */
import { assert } from '../../base/assert.js';
import type { FuseTree } from './tree.js';
import { Kernel } from './kernel.js';
import type { Kinds } from './kinds.js';
import type { Limits } from './limits.js';
import { at, intAt } from './numbers.js';

/** Rates and prices are sums of small fractions; less than this is nothing. */
export const NOTHING = 1e-9;

export class Basis {
  readonly #tree: FuseTree;
  readonly #kinds: Kinds;
  readonly #limits: Limits;
  readonly #kernel = new Kernel();
  readonly #tight: number[] = [];
  readonly #members: number[] = [];
  #values = new Float64Array(8);
  #isCurrent = false;
  /** Kinds with a price other than 0 are in this range, and so are their places in the tree. */
  from = 0;
  to = 0;
  #firstPlace = 0;
  #endPlace = 0;

  constructor(tree: FuseTree, kinds: Kinds, limits: Limits) {
    this.#tree = tree;
    this.#kinds = kinds;
    this.#limits = limits;
  }

  clear(): void {
    this.#tight.length = 0;
    this.#members.length = 0;
    this.#isCurrent = false;
  }

  /** Kinds that give way. */
  get members(): readonly number[] {
    return this.#members;
  }

  addLimit(limit: number): void {
    this.#tight.push(limit);
    this.#limits.setTight(limit, 1);
    this.#isCurrent = false;
  }

  removeLimit(limit: number): void {
    this.#tight.splice(this.#tight.indexOf(limit), 1);
    this.#limits.setTight(limit, 0);
    this.#isCurrent = false;
  }

  addKind(kind: number): void {
    this.#members.push(kind);
    this.#isCurrent = false;
  }

  removeKind(kind: number): void {
    this.#members.splice(this.#members.indexOf(kind), 1);
    this.#isCurrent = false;
  }

  /** How fast each member moves so that the tight limits stay tight; while none of them does, as the limits see it. */
  rates(): Float64Array {
    this.#refresh();
    for (let row = 0; row < this.#tight.length; row++) this.#values[row] = -this.#limits.rateOf(this.#tight[row] ?? 0);
    this.#kernel.solve(this.#values);
    return this.#values;
  }

  /** Prices on the limits such that each kind's price is what room in `limit` gains by a step of it. */
  priceLimit(limit: number): void {
    this.#refresh();
    this.#members.forEach((kind, column) => {
      this.#values[column] = this.#coefficientOf(limit, kind);
    });
    this.#kernel.solveTransposed(this.#values);
    this.#setRange(this.#hasPrices() ? -1 : this.#limits.circuitOf(limit));
    this.#limits.price(limit, -1);
    this.#priceTight(1);
  }

  /** The same for what a member has above its lower bound (sign -1) or below its upper one (sign 1). */
  priceKind(member: number, sign: 1 | -1): void {
    this.#refresh();
    this.#members.forEach((kind, column) => {
      this.#values[column] = kind === member ? 1 : 0;
    });
    this.#kernel.solveTransposed(this.#values);
    this.#setRange(-1);
    this.#priceTight(sign);
  }

  /** A tight limit whose loosening would help, by the last prices; -1 when there is none. */
  helpfulLimit(): number {
    let helpful = -1;
    for (let row = 0; row < this.#tight.length; row++) {
      const limit = this.#tight[row] ?? -1;
      if (at(this.#values, row) > NOTHING && (helpful === -1 || limit < helpful)) helpful = limit;
    }
    return helpful;
  }

  #hasPrices(): boolean {
    for (let row = 0; row < this.#tight.length; row++) if (Math.abs(at(this.#values, row)) > NOTHING) return true;
    return false;
  }

  #setRange(circuit: number): void {
    const { placeOf, endOf, count } = this.#tree;
    const [first, end] = circuit === -1 ? [0, count] : [intAt(placeOf, circuit), intAt(endOf, circuit)];
    this.from = intAt(this.#kinds.firstAt, first);
    this.to = intAt(this.#kinds.firstAt, end);
    this.#firstPlace = first;
    this.#endPlace = end;
    this.#limits.clearPrices(first, end);
  }

  #priceTight(sign: 1 | -1): void {
    for (let row = 0; row < this.#tight.length; row++) {
      const price = sign * at(this.#values, row);
      this.#values[row] = price;
      if (Math.abs(price) > NOTHING) this.#limits.price(this.#tight[row] ?? 0, price);
    }
    this.#limits.sumPrices(this.#firstPlace, this.#endPlace);
  }

  #refresh(): void {
    const size = this.#tight.length;
    if (this.#isCurrent) return;
    assert(size === this.#members.length, 'a kind gives way for each tight limit');
    if (this.#values.length < size) this.#values = new Float64Array(size * 2);
    this.#kernel.resize(size);
    this.#tight.forEach((limit, row) => {
      this.#members.forEach((kind, column) => {
        this.#kernel.set(row, column, this.#coefficientOf(limit, kind));
      });
    });
    this.#kernel.decompose();
    this.#isCurrent = true;
  }

  #coefficientOf(limit: number, kind: number): number {
    return this.#limits.coefficientOf(limit, intAt(this.#kinds.groupOf, kind)) * intAt(this.#kinds.sizeOf, kind);
  }
}
