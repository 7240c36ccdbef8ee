/**
 * The exact max-min share where an imbalance limit holds: raising somebody on one phase can free somebody on another, so
 * filling up alone does not find it. The level rises as in filling.ts, but it is a lower bound only: whoever can help may
 * be lifted above it. Each event is a step of the parametric simplex method (bounded variables, no cost): when a limit
 * or a bound blocks the level, somebody who relieves it takes its place in the basis; when nobody can, those who press
 * on it are held at this level for good. That is the lexicographic optimum, level after level.
 */
import { assert } from '../../base/assert.js';
import type { Division } from './division.js';
import { Kernel } from './kernel.js';
import { Kinds } from './kinds.js';
import { Limits } from './limits.js';
import { at, byteAt, intAt, DUST } from './numbers.js';
import { NO_PART } from './parts.js';

/** Where a kind is: at the level (or its minimum), lifted to its maximum, lifted somewhere between, or held for good. */
const AT_LOWER = 0;
const AT_UPPER = 1;
const BASIC = 2;
const HELD = 3;

/** Rates and coefficients are sums of small fractions; less than this is nothing. */
const NOTHING = 1e-9;
/** Per kind and limit: more steps than this mean that the method goes round in circles. */
const STEPS_PER_ITEM_MAX = 50;

/** What ends a stretch of the way up. */
interface Block {
  /** Index of a kind, or of a limit after all kinds; -1: only a minimum or a maximum is reached. */
  item: number;
  distance: number;
  /** A kind that is blocked at its maximum. */
  isAtUpper: boolean;
}

export class BalancedFilling {
  readonly #division: Division;
  readonly #kinds: Kinds;
  readonly #limits: Limits;
  readonly #kernel = new Kernel();
  readonly #block: Block = { item: -1, distance: 0, isAtUpper: false };
  /** Limits that are tight, and as many kinds that give way to keep them so. */
  readonly #tight: number[] = [];
  readonly #basic: number[] = [];
  #values = new Float64Array(8);
  #stateOf = new Uint8Array(0);
  /** Held while still in the basis. */
  #isFixed = new Uint8Array(0);
  #shareOf = new Float64Array(0);
  #rateOf = new Float64Array(0);
  #partOf = new Int32Array(0);
  #class = 0;
  #level = 0;
  #heldLevel = Number.NEGATIVE_INFINITY;
  #lastPart = NO_PART;

  constructor(division: Division) {
    this.#division = division;
    this.#kinds = new Kinds(division.tree.count);
    this.#limits = new Limits(division);
  }

  /** Sets `shareOf` and `partOf` of all who are admitted, class after class. */
  fill(classOf: Int32Array, classes: number): void {
    this.#kinds.collect(this.#division, classOf);
    this.#begin();
    for (this.#class = 0; this.#class < classes; this.#class++) this.#fillClass();
    const { seatCount, isAdmitted, shareOf, partOf } = this.#division;
    for (let seat = 0; seat < seatCount; seat++) {
      if (byteAt(isAdmitted, seat) === 0) continue;
      shareOf[seat] = at(this.#shareOf, intAt(this.#kinds.kindOf, seat));
      partOf[seat] = intAt(this.#partOf, intAt(this.#kinds.kindOf, seat));
    }
  }

  #begin(): void {
    const { count, minOf } = this.#kinds;
    if (this.#stateOf.length < count) {
      const size = this.#kinds.kindOf.length;
      this.#stateOf = new Uint8Array(size);
      this.#isFixed = new Uint8Array(size);
      this.#shareOf = new Float64Array(size);
      this.#rateOf = new Float64Array(size);
      this.#partOf = new Int32Array(size);
    }
    this.#stateOf.fill(AT_LOWER, 0, count);
    this.#isFixed.fill(0, 0, count);
    this.#partOf.fill(NO_PART, 0, count);
    for (let kind = 0; kind < count; kind++) this.#shareOf[kind] = intAt(minOf, kind);
    this.#tight.length = 0;
    this.#basic.length = 0;
    this.#limits.begin();
  }

  #fillClass(): void {
    let stepsLeft = STEPS_PER_ITEM_MAX * (this.#kinds.count + this.#limits.count);
    this.#level = this.#lowestMinimum();
    this.#heldLevel = Number.NEGATIVE_INFINITY;
    this.#holdAtMaximum();
    for (let turn = this.#nextTurn(); turn < Number.POSITIVE_INFINITY; turn = this.#nextTurn()) {
      assert(stepsLeft-- > 0, 'the filling ends');
      this.#advance(turn);
      if (this.#block.item === -1) this.#holdAtMaximum();
      else if (!this.#relieve()) this.#hold();
    }
  }

  #lowestMinimum(): number {
    const { count, minOf } = this.#kinds;
    let lowest = Number.POSITIVE_INFINITY;
    for (let kind = 0; kind < count; kind++) if (this.#isOpen(kind)) lowest = Math.min(lowest, intAt(minOf, kind));
    return lowest;
  }

  /** The next level at which somebody starts or has its maximum. */
  #nextTurn(): number {
    const { count, minOf, maxOf } = this.#kinds;
    let turn = Number.POSITIVE_INFINITY;
    for (let kind = 0; kind < count; kind++) {
      if (!this.#isOpen(kind)) continue;
      const next = intAt(minOf, kind) > this.#level ? intAt(minOf, kind) : intAt(maxOf, kind);
      if (next < turn) turn = next;
    }
    return turn;
  }

  #isOpen(kind: number): boolean {
    return (
      intAt(this.#kinds.classOf, kind) === this.#class &&
      byteAt(this.#stateOf, kind) !== HELD &&
      byteAt(this.#isFixed, kind) === 0
    );
  }

  /** Its lower bound rises with the level. */
  #isMoving(kind: number): boolean {
    return (
      this.#isOpen(kind) &&
      intAt(this.#kinds.minOf, kind) <= this.#level &&
      this.#level < intAt(this.#kinds.maxOf, kind)
    );
  }

  #holdAtMaximum(): void {
    for (let kind = 0; kind < this.#kinds.count; kind++) {
      if (!this.#isOpen(kind) || intAt(this.#kinds.maxOf, kind) > this.#level) continue;
      this.#shareOf[kind] = intAt(this.#kinds.maxOf, kind);
      if (byteAt(this.#stateOf, kind) === BASIC) this.#isFixed[kind] = 1;
      else this.#stateOf[kind] = HELD;
    }
  }

  /** Raises the level to the turn, or to where something blocks it before. */
  #advance(turn: number): void {
    this.#findRates();
    const block = this.#block;
    block.item = -1;
    block.distance = turn - this.#level;
    this.#findBlockedKind();
    this.#findBlockedLimit();
    this.#level = block.item === -1 ? turn : this.#level + block.distance;
    for (let kind = 0; kind < this.#kinds.count; kind++) {
      if (at(this.#rateOf, kind) === 0) continue;
      const isAtLower = byteAt(this.#stateOf, kind) === AT_LOWER;
      const share = at(this.#shareOf, kind) + at(this.#rateOf, kind) * block.distance;
      this.#shareOf[kind] = isAtLower ? this.#level : share;
    }
  }

  /** How fast each kind moves with the level: 1 at the lower bound; those in the basis so that the tight limits stay tight. */
  #findRates(): void {
    const { count } = this.#kinds;
    for (let kind = 0; kind < count; kind++) {
      this.#rateOf[kind] = byteAt(this.#stateOf, kind) === AT_LOWER && this.#isMoving(kind) ? 1 : 0;
    }
    this.#limits.sum(this.#limits.rates, this.#kinds, this.#rateOf);
    if (this.#tight.length > 0) this.#findBasicRates();
    this.#limits.sum(this.#limits.loads, this.#kinds, this.#shareOf);
  }

  #findBasicRates(): void {
    const values = this.#prepareKernel();
    this.#tight.forEach((limit, row) => {
      values[row] = -this.#limits.valueOf(limit, this.#limits.rates);
    });
    this.#kernel.solve(values);
    this.#basic.forEach((kind, column) => {
      this.#rateOf[kind] = at(values, column);
    });
    this.#limits.sum(this.#limits.rates, this.#kinds, this.#rateOf);
  }

  #prepareKernel(): Float64Array {
    const size = this.#tight.length;
    assert(size === this.#basic.length, 'a kind gives way for each tight limit');
    if (this.#values.length < size) this.#values = new Float64Array(size * 2);
    this.#kernel.resize(size);
    this.#tight.forEach((limit, row) => {
      this.#basic.forEach((kind, column) => {
        this.#kernel.set(row, column, this.#coefficientOf(limit, kind));
      });
    });
    return this.#values;
  }

  #coefficientOf(limit: number, kind: number): number {
    return this.#limits.coefficientOf(limit, intAt(this.#kinds.groupOf, kind)) * intAt(this.#kinds.sizeOf, kind);
  }

  #findBlockedKind(): void {
    const { maxOf } = this.#kinds;
    for (const kind of this.#basic) {
      const [share, rate] = [at(this.#shareOf, kind), at(this.#rateOf, kind)];
      const isFixed = byteAt(this.#isFixed, kind) === 1;
      const lower = isFixed ? share : this.#lowerOf(kind);
      const upper = isFixed ? share : intAt(maxOf, kind);
      this.#consider(kind, share - lower, (this.#isMoving(kind) ? 1 : 0) - rate, false);
      this.#consider(kind, upper - share, rate, true);
    }
  }

  #findBlockedLimit(): void {
    const { rates, loads, items } = this.#limits;
    for (let i = 0; i < this.#limits.count; i++) {
      const limit = intAt(items, i);
      const rate = this.#limits.valueOf(limit, rates);
      if (rate <= NOTHING || this.#limits.isTight(limit)) continue;
      const room = this.#limits.capacityOf(limit) - this.#limits.valueOf(limit, loads);
      this.#consider(this.#kinds.count + limit, room, rate, false);
    }
  }

  /** The nearest block; of several the first (Bland's rule, which ends always). */
  #consider(item: number, room: number, speed: number, isAtUpper: boolean): void {
    if (speed <= NOTHING) return;
    const block = this.#block;
    const distance = Math.max(0, room) / speed;
    const isFirstOfEqual = item < block.item && distance <= block.distance + NOTHING;
    if (distance >= block.distance - NOTHING && !isFirstOfEqual) return;
    block.item = item;
    block.distance = distance;
    block.isAtUpper = isAtUpper;
  }

  /** Lets somebody else give way instead of what is blocked. False when nobody can. */
  #relieve(): boolean {
    this.#findPrices();
    const entering = this.#findHelper();
    if (entering === -1) return this.#loosen();
    this.#leave();
    this.#basic.push(entering);
    this.#stateOf[entering] = BASIC;
    return true;
  }

  /** What the blocked quantity gains with each step on each phase of each circuit. */
  #findPrices(): void {
    const { item, isAtUpper } = this.#block;
    const values = this.#prepareKernel();
    const limits = this.#limits;
    limits.clearPrices();
    const isLimit = item >= this.#kinds.count;
    if (isLimit) {
      const limit = item - this.#kinds.count;
      this.#basic.forEach((kind, column) => {
        values[column] = this.#coefficientOf(limit, kind);
      });
      limits.price(limit, -1);
    } else {
      this.#basic.forEach((kind, column) => {
        values[column] = kind === item ? 1 : 0;
      });
    }
    this.#kernel.solveTransposed(values);
    const sign = isLimit || isAtUpper ? 1 : -1;
    this.#tight.forEach((limit, row) => {
      values[row] = sign * at(values, row);
      limits.price(limit, at(values, row));
    });
    limits.sumPrices();
  }

  #gainOf(kind: number): number {
    return this.#limits.priceOf(intAt(this.#kinds.groupOf, kind));
  }

  /** The first one that can move the right way: up from its lower bound, or down from its maximum. */
  #findHelper(): number {
    const { count, maxOf } = this.#kinds;
    for (let kind = 0; kind < count; kind++) {
      const state = byteAt(this.#stateOf, kind);
      if (state === BASIC || state === HELD) continue;
      if (this.#lowerOf(kind) >= intAt(maxOf, kind)) continue;
      const gain = this.#gainOf(kind);
      if (state === AT_LOWER ? gain > NOTHING : gain < -NOTHING) return kind;
    }
    return -1;
  }

  /** A tight limit that may become loose again. */
  #loosen(): boolean {
    const row = this.#tight.findIndex((_, index) => at(this.#values, index) > NOTHING);
    const loose = this.#tight[row];
    if (loose === undefined) return false;
    this.#tight.splice(row, 1);
    this.#limits.setTight(loose, 0);
    this.#leave();
    return true;
  }

  /** What is blocked stays where it is: a limit becomes tight, a kind leaves the basis. */
  #leave(): void {
    const { item, isAtUpper } = this.#block;
    if (item >= this.#kinds.count) {
      this.#tight.push(item - this.#kinds.count);
      this.#limits.setTight(item - this.#kinds.count, 1);
      return;
    }
    this.#basic.splice(this.#basic.indexOf(item), 1);
    if (byteAt(this.#isFixed, item) === 1) {
      this.#stateOf[item] = HELD;
      return;
    }
    this.#stateOf[item] = isAtUpper ? AT_UPPER : AT_LOWER;
    this.#shareOf[item] = isAtUpper ? intAt(this.#kinds.maxOf, item) : this.#lowerOf(item);
  }

  #lowerOf(kind: number): number {
    return this.#isMoving(kind) ? this.#level : intAt(this.#kinds.minOf, kind);
  }

  /** Nobody relieves what is blocked: whoever presses on it is held here, and itself where it cannot follow the level. */
  #hold(): void {
    const { item, isAtUpper } = this.#block;
    // Who is held at one level is one part, whichever of several limits came first.
    let part = this.#level - this.#heldLevel < DUST ? this.#lastPart : NO_PART;
    let isSomebodyHeld = false;
    for (let kind = 0; kind < this.#kinds.count; kind++) {
      const isStuck = kind === item && !isAtUpper && this.#isMoving(kind);
      const presses = byteAt(this.#stateOf, kind) === AT_LOWER && this.#isMoving(kind) && this.#gainOf(kind) < -NOTHING;
      if (!isStuck && !presses) continue;
      isSomebodyHeld = true;
      if (part === NO_PART) part = -2 - intAt(this.#kinds.groupOf, kind);
      this.#partOf[kind] = part;
      this.#shareOf[kind] = this.#level;
      if (isStuck) this.#isFixed[kind] = 1;
      else this.#stateOf[kind] = HELD;
    }
    this.#heldLevel = this.#level;
    this.#lastPart = part;
    assert(isSomebodyHeld, 'somebody is held where nobody can help');
  }
}
