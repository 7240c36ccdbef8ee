/**
 * The exact max-min share where an imbalance limit holds: raising somebody on one phase can free somebody on another, so
 * filling up alone does not find it. The level rises as in filling.ts, but it is a lower bound only: whoever can help may
 * be lifted above it. Each event is a step of the parametric simplex method (bounded variables, no cost): when a limit
 * or a bound blocks the level, somebody who relieves it takes its place in the basis; when nobody can, those who press
 * on it are held at this level for good. That is the lexicographic optimum, level after level.
 */
import { assert } from '../../base/assert.js';
import { Basis, NOTHING } from './basis.js';
import type { Division } from './division.js';
import { Kinds } from './kinds.js';
import { Limits } from './limits.js';
import { at, byteAt, intAt, SHARE_DUST } from './numbers.js';
import { NO_PART } from './parts.js';
import { type SortSpace, sortByKey } from './sorting.js';

/** Where a kind is: at the level (or its minimum), lifted to its maximum, lifted somewhere between, or held for good. */
const AT_LOWER = 0;
const AT_UPPER = 1;
const BASIC = 2;
const HELD = 3;

/** Per kind and limit: more events than this mean that the method goes round in circles. */
const EVENTS_PER_ITEM_MAX = 50;

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
  readonly #space: SortSpace;
  readonly #kinds: Kinds;
  readonly #limits: Limits;
  readonly #basis: Basis;
  readonly #block: Block = { item: -1, distance: 0, isAtUpper: false };
  #stateOf = new Uint8Array(0);
  /** Held while still in the basis. */
  #isFixed = new Uint8Array(0);
  /** Not kept up for those who rise with the level. */
  #shareOf = new Float64Array(0);
  #rateOf = new Float64Array(0);
  #partOf = new Int32Array(0);
  /** Kinds of the class by minimum and by maximum, and how many of them are behind. */
  #starts = new Int32Array(0);
  #stops = new Int32Array(0);
  #started = 0;
  #stopped = 0;
  #members = 0;
  #class = 0;
  #level = 0;
  #heldLevel = Number.NEGATIVE_INFINITY;
  #lastPart = NO_PART;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#kinds = new Kinds(division.tree.count);
    this.#limits = new Limits(division);
    this.#basis = new Basis(division.tree, this.#kinds, this.#limits);
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
    const { count, minOf, groupOf, sizeOf } = this.#kinds;
    this.#reserve(this.#kinds.kindOf.length);
    this.#stateOf.fill(AT_LOWER, 0, count);
    this.#isFixed.fill(0, 0, count);
    this.#rateOf.fill(0, 0, count);
    this.#partOf.fill(NO_PART, 0, count);
    this.#basis.clear();
    this.#limits.begin();
    for (let kind = 0; kind < count; kind++) {
      this.#shareOf[kind] = intAt(minOf, kind);
      this.#limits.addLoad(intAt(groupOf, kind), intAt(minOf, kind) * intAt(sizeOf, kind));
    }
  }

  #reserve(size: number): void {
    if (this.#stateOf.length >= size) return;
    this.#stateOf = new Uint8Array(size);
    this.#isFixed = new Uint8Array(size);
    this.#shareOf = new Float64Array(size);
    this.#rateOf = new Float64Array(size);
    this.#partOf = new Int32Array(size);
    this.#starts = new Int32Array(size);
    this.#stops = new Int32Array(size);
  }

  #fillClass(): void {
    let eventsLeft = EVENTS_PER_ITEM_MAX * (this.#kinds.count + this.#limits.count);
    this.#listMembers();
    this.#heldLevel = Number.NEGATIVE_INFINITY;
    this.#level = 0;
    for (let turn = this.#nextTurn(); turn < Number.POSITIVE_INFINITY; turn = this.#nextTurn()) {
      assert(eventsLeft-- > 0, 'the filling ends');
      this.#advance(turn);
      if (this.#block.item === -1) this.#turn();
      else if (!this.#relieve()) this.#hold();
    }
  }

  #listMembers(): void {
    const { count, classOf, minOf, maxOf } = this.#kinds;
    this.#members = 0;
    for (let kind = 0; kind < count; kind++) {
      if (intAt(classOf, kind) === this.#class) this.#starts[this.#members++] = kind;
    }
    this.#stops.set(this.#starts.subarray(0, this.#members));
    sortByKey(this.#starts, 0, this.#members, minOf, this.#space);
    sortByKey(this.#stops, 0, this.#members, maxOf, this.#space);
    this.#started = 0;
    this.#stopped = 0;
  }

  /** The next level at which somebody starts or has its maximum. */
  #nextTurn(): number {
    const { minOf, maxOf } = this.#kinds;
    while (this.#stopped < this.#members && !this.#isOpen(intAt(this.#stops, this.#stopped))) this.#stopped++;
    const stop =
      this.#stopped < this.#members ? intAt(maxOf, intAt(this.#stops, this.#stopped)) : Number.POSITIVE_INFINITY;
    if (this.#started === this.#members) return stop;
    return Math.min(stop, intAt(minOf, intAt(this.#starts, this.#started)));
  }

  /** Whoever has its minimum at this level starts, whoever has its maximum stops. */
  #turn(): void {
    const { minOf, maxOf } = this.#kinds;
    for (; this.#started < this.#members; this.#started++) {
      const kind = intAt(this.#starts, this.#started);
      if (intAt(minOf, kind) > this.#level) break;
      if (this.#isOpen(kind) && byteAt(this.#stateOf, kind) === AT_LOWER) this.#setRate(kind, 1);
    }
    for (; this.#stopped < this.#members; this.#stopped++) {
      const kind = intAt(this.#stops, this.#stopped);
      if (intAt(maxOf, kind) > this.#level) break;
      if (this.#isOpen(kind)) this.#holdAt(kind, intAt(maxOf, kind));
    }
  }

  #isOpen(kind: number): boolean {
    return byteAt(this.#stateOf, kind) !== HELD && byteAt(this.#isFixed, kind) === 0;
  }

  /** Its lower bound rises with the level. */
  #isMoving(kind: number): boolean {
    const { classOf, minOf, maxOf } = this.#kinds;
    const isInClass = intAt(classOf, kind) === this.#class && this.#isOpen(kind);
    return isInClass && intAt(minOf, kind) <= this.#level && this.#level < intAt(maxOf, kind);
  }

  #lowerOf(kind: number): number {
    return this.#isMoving(kind) ? this.#level : intAt(this.#kinds.minOf, kind);
  }

  #setRate(kind: number, rate: number): void {
    const change = rate - at(this.#rateOf, kind);
    if (change === 0) return;
    this.#rateOf[kind] = rate;
    this.#limits.addRate(intAt(this.#kinds.groupOf, kind), change * intAt(this.#kinds.sizeOf, kind));
  }

  #holdAt(kind: number, share: number): void {
    this.#shareOf[kind] = share;
    if (byteAt(this.#stateOf, kind) === BASIC) {
      this.#isFixed[kind] = 1;
      return;
    }
    this.#stateOf[kind] = HELD;
    this.#setRate(kind, 0);
  }

  /** Raises the level to the turn, or to where something blocks it before. */
  #advance(turn: number): void {
    const block = this.#block;
    this.#findBasicRates();
    block.item = -1;
    block.distance = turn - this.#level;
    this.#findBlockedKind();
    this.#findBlockedLimit();
    this.#level = block.item === -1 ? turn : this.#level + block.distance;
    this.#limits.advance(block.distance);
    for (const kind of this.#basis.members) {
      this.#shareOf[kind] = at(this.#shareOf, kind) + at(this.#rateOf, kind) * block.distance;
    }
  }

  #findBasicRates(): void {
    const { members } = this.#basis;
    if (members.length === 0) return;
    for (const kind of members) this.#setRate(kind, 0);
    const rates = this.#basis.rates();
    for (let i = 0; i < members.length; i++) this.#setRate(members[i] ?? 0, at(rates, i));
  }

  #findBlockedKind(): void {
    const { maxOf } = this.#kinds;
    for (const kind of this.#basis.members) {
      const share = at(this.#shareOf, kind);
      const rate = at(this.#rateOf, kind);
      const isFixed = byteAt(this.#isFixed, kind) === 1;
      const lower = isFixed ? share : this.#lowerOf(kind);
      const upper = isFixed ? share : intAt(maxOf, kind);
      this.#consider(kind, share - lower, (this.#isMoving(kind) ? 1 : 0) - rate, false);
      this.#consider(kind, upper - share, rate, true);
    }
  }

  #findBlockedLimit(): void {
    const limits = this.#limits;
    for (let i = 0; i < limits.count; i++) {
      const limit = limits.itemAt(i);
      const rate = limits.rateOf(limit);
      if (rate <= NOTHING || limits.isTight(limit)) continue;
      this.#consider(this.#kinds.count + limit, limits.roomIn(limit), rate, false);
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
    const { item, isAtUpper } = this.#block;
    if (item >= this.#kinds.count) this.#basis.priceLimit(item - this.#kinds.count);
    else this.#basis.priceKind(item, isAtUpper ? 1 : -1);
    const helper = this.#findHelper();
    const limit = helper === -1 ? this.#basis.helpfulLimit() : -1;
    if (helper === -1 && limit === -1) return false;
    this.#leave();
    if (helper === -1) this.#basis.removeLimit(limit);
    else this.#enter(helper);
    return true;
  }

  /** The first one that can move the right way: up from its lower bound, or down from its maximum. */
  #findHelper(): number {
    const { maxOf, groupOf } = this.#kinds;
    for (let kind = this.#basis.from; kind < this.#basis.to; kind++) {
      const state = byteAt(this.#stateOf, kind);
      if (state === BASIC || state === HELD) continue;
      const gain = this.#limits.priceOf(intAt(groupOf, kind));
      const isHelp = state === AT_LOWER ? gain > NOTHING : gain < -NOTHING;
      if (isHelp && this.#lowerOf(kind) < intAt(maxOf, kind)) return kind;
    }
    return -1;
  }

  #enter(kind: number): void {
    if (byteAt(this.#stateOf, kind) === AT_LOWER) this.#shareOf[kind] = this.#lowerOf(kind);
    this.#stateOf[kind] = BASIC;
    this.#basis.addKind(kind);
  }

  /** What is blocked stays where it is: a limit becomes tight, a kind leaves the basis. */
  #leave(): void {
    const { item, isAtUpper } = this.#block;
    if (item >= this.#kinds.count) {
      this.#basis.addLimit(item - this.#kinds.count);
      return;
    }
    this.#basis.removeKind(item);
    if (byteAt(this.#isFixed, item) === 1) {
      this.#stateOf[item] = HELD;
      this.#setRate(item, 0);
      return;
    }
    this.#stateOf[item] = isAtUpper ? AT_UPPER : AT_LOWER;
    this.#shareOf[item] = isAtUpper ? intAt(this.#kinds.maxOf, item) : this.#lowerOf(item);
    this.#setRate(item, !isAtUpper && this.#isMoving(item) ? 1 : 0);
  }

  /** Nobody relieves what is blocked: whoever presses on it is held here, and itself where it cannot follow the level. */
  #hold(): void {
    const { item, isAtUpper } = this.#block;
    const { groupOf, count } = this.#kinds;
    const stuck = item < count && !isAtUpper && this.#isMoving(item) ? item : -1;
    // Who is held at one level is one part, whichever of several limits came first.
    if (this.#level - this.#heldLevel >= SHARE_DUST) this.#lastPart = NO_PART;
    this.#heldLevel = this.#level;
    let held = 0;
    for (let kind = this.#basis.from; kind < this.#basis.to; kind++) {
      const rises = byteAt(this.#stateOf, kind) === AT_LOWER && this.#isMoving(kind);
      const presses = rises && this.#limits.priceOf(intAt(groupOf, kind)) < -NOTHING;
      if (!presses && kind !== stuck) continue;
      held++;
      if (this.#lastPart === NO_PART) this.#lastPart = -2 - intAt(groupOf, kind);
      this.#partOf[kind] = this.#lastPart;
      this.#holdAt(kind, this.#level);
    }
    assert(held > 0, 'somebody is held where nobody can help');
  }
}
