/**
 * The basis of the simplex method: the limits that are tight, and as many kinds that give way to keep them tight. Rates
 * and prices follow from two small systems of equations.
 */
import { failInvariant } from '../../base/assert.js';
import type { Forecast } from './forecast.js';
import { Kernel } from './kernel.js';
import type { Kinds } from './kinds.js';
import type { Limits } from './limits.js';
import { NOTHING } from './numbers.js';
import type { FuseTree } from './tree.js';

/** A tight limit that rises by less stands still: that is rounding, not movement. */
const STILL = 1e-12;

export class Basis {
  readonly #tree: FuseTree;
  readonly #kinds: Kinds;
  readonly #limits: Limits;
  readonly #forecast: Forecast;
  /** A row for each tight limit, a column for each member, in the same order. */
  readonly #kernel = new Kernel();
  #tight = new Int32Array(8);
  #tightCount = 0;
  /** The kinds that give way: the first `memberCount`. */
  members = new Int32Array(8);
  memberCount = 0;
  /** Memory for the equations: by tight limit or by member. */
  #values = new Float64Array(8);
  /** Only kinds from here to there have a price other than 0; the same range as places in the tree. */
  from = 0;
  to = 0;
  #firstPlace = 0;
  #endPlace = 0;

  constructor(tree: FuseTree, kinds: Kinds, limits: Limits, forecast: Forecast) {
    this.#tree = tree;
    this.#kinds = kinds;
    this.#limits = limits;
    this.#forecast = forecast;
  }

  clear(): void {
    this.#tightCount = 0;
    this.memberCount = 0;
    this.#kernel.clear();
  }

  addLimit(limit: number): void {
    if (this.#rowOf(limit) !== -1) failInvariant(`limit ${limit} is tight already, of ${this.#tightCount}`);
    const row = this.#kernel.addRow();
    this.#tight = withRoom(this.#tight, row + 1);
    if (this.#values.length <= row) this.#values = new Float64Array(2 * row + 2);
    this.#tight[row] = limit;
    this.#tightCount = row + 1;
    this.#forecast.setTight(limit, 1);
    for (let column = 0; column < this.memberCount; column++) {
      this.#kernel.set(row, column, this.#coefficientOf(limit, this.members[column] as number));
    }
  }

  removeLimit(limit: number): void {
    const row = this.#rowOf(limit);
    if (row === -1) failInvariant(`limit ${limit} is none of ${this.#tightCount} that are tight`);
    this.#kernel.removeRow(row);
    this.#tight[row] = this.#tight[--this.#tightCount] as number;
    this.#forecast.setTight(limit, 0);
  }

  addKind(kind: number): void {
    if (this.#columnOf(kind) !== -1) failInvariant(`kind ${kind} is a member already, of ${this.memberCount}`);
    const column = this.#kernel.addColumn();
    this.members = withRoom(this.members, column + 1);
    this.members[column] = kind;
    this.memberCount = column + 1;
    for (let row = 0; row < this.#tightCount; row++) {
      this.#kernel.set(row, column, this.#coefficientOf(this.#tight[row] as number, kind));
    }
  }

  removeKind(kind: number): void {
    const column = this.#columnOf(kind);
    if (column === -1) failInvariant(`kind ${kind} is none of ${this.memberCount} members`);
    this.#kernel.removeColumn(column);
    this.members[column] = this.members[--this.memberCount] as number;
  }

  /** Sets the rates of the members so that the tight limits stay tight. Call after other rates have changed. */
  follow(): void {
    const forecast = this.#forecast;
    const { memberCount } = this;
    if (this.#tightCount !== memberCount) failInvariant(`${memberCount} members for ${this.#tightCount} tight limits`);
    let isStill = true;
    for (let row = 0; row < this.#tightCount; row++) {
      const rate = forecast.rateIn(this.#tight[row] as number);
      const isMoving = Math.abs(rate) > STILL;
      this.#values[row] = isMoving ? -rate : 0;
      if (isMoving) isStill = false;
    }
    if (isStill) return;
    this.#kernel.solve(this.#values);
    for (let column = 0; column < this.memberCount; column++) {
      const kind = this.members[column] as number;
      if (Math.abs(this.#values[column] as number) <= STILL) continue;
      forecast.rateOf[kind] = (forecast.rateOf[kind] as number) + (this.#values[column] as number);
      forecast.changeRate(kind);
    }
  }

  /** Sets prices so that the price of a kind is the room that `limit` gains by one step of it. */
  priceLimit(limit: number): void {
    let hasPrices = false;
    for (let column = 0; column < this.memberCount; column++) {
      const coefficient = this.#coefficientOf(limit, this.members[column] as number);
      this.#values[column] = coefficient;
      if (coefficient !== 0) hasPrices = true;
    }
    if (hasPrices) this.#kernel.solveTransposed(this.#values);
    if (hasPrices) this.#setRange(0, this.#tree.count);
    else this.#setRangeBelow(this.#limits.circuitOf(limit));
    this.#limits.price(limit, -1);
    this.#priceTight(1);
  }

  /** Sets prices for the room of a member above its lower bound (sign -1) or below its upper one (sign 1). */
  priceKind(member: number, sign: 1 | -1): void {
    if (this.#columnOf(member) === -1) failInvariant(`kind ${member} has a price and is no member`);
    for (let column = 0; column < this.memberCount; column++) {
      this.#values[column] = this.members[column] === member ? 1 : 0;
    }
    this.#kernel.solveTransposed(this.#values);
    this.#setRange(0, this.#tree.count);
    this.#priceTight(sign);
  }

  /** By the last prices, a tight limit that would help if it were loosened; -1 when there is none. */
  helpfulLimit(): number {
    let helpful = -1;
    for (let row = 0; row < this.#tightCount; row++) {
      const limit = this.#tight[row] as number;
      if ((this.#values[row] as number) > NOTHING && (helpful === -1 || limit < helpful)) helpful = limit;
    }
    return helpful;
  }

  #setRangeBelow(circuit: number): void {
    this.#setRange(this.#tree.placeOf[circuit] as number, this.#tree.endOf[circuit] as number);
  }

  #setRange(first: number, end: number): void {
    if (!(first >= 0 && first < end && end <= this.#tree.count)) failInvariant(`prices from ${first} to ${end}`);
    this.from = this.#kinds.firstAt[first] as number;
    this.to = this.#kinds.firstAt[end] as number;
    this.#firstPlace = first;
    this.#endPlace = end;
    this.#limits.clearPrices(first, end);
  }

  #priceTight(sign: 1 | -1): void {
    for (let row = 0; row < this.#tightCount; row++) {
      const price = sign * (this.#values[row] as number);
      this.#values[row] = price;
      if (Math.abs(price) > NOTHING) this.#limits.price(this.#tight[row] as number, price);
    }
    this.#limits.sumPrices(this.#firstPlace, this.#endPlace);
  }

  #rowOf(limit: number): number {
    return indexIn(this.#tight, this.#tightCount, limit);
  }

  #columnOf(kind: number): number {
    return indexIn(this.members, this.memberCount, kind);
  }

  #coefficientOf(limit: number, kind: number): number {
    return (
      this.#limits.coefficientOf(limit, this.#kinds.groupOf[kind] as number) * (this.#kinds.sizeOf[kind] as number)
    );
  }
}

/** Index of the item among the first `count`; -1 when it is none of them. Older items may follow. */
function indexIn(items: Int32Array, count: number, item: number): number {
  for (let index = 0; index < count; index++) if (items[index] === item) return index;
  return -1;
}

function withRoom(items: Int32Array<ArrayBuffer>, count: number): Int32Array<ArrayBuffer> {
  if (items.length >= count) return items;
  const larger = new Int32Array(2 * count);
  larger.set(items);
  return larger;
}
