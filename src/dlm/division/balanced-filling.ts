/**
 * The exact max-min share where an imbalance limit holds. Raising a seat on one phase can make room for a seat on
 * another phase, so filling up alone (filling.ts) does not find it. Here the level is a lower bound only: a seat that
 * makes room may be lifted above it. Each event is a step of the parametric simplex method (bounded variables, no
 * cost). When a limit or a bound blocks the level, a kind that relieves it enters the basis in its place. When no kind
 * can, the kinds that press on it are held at this level for good. The result is the lexicographic optimum, level after
 * level.
 */
import { failInvariant } from '../../base/assert.js';
import { Basis } from './basis.js';
import type { Division } from './division.js';
import { Forecast } from './forecast.js';
import { Kinds } from './kinds.js';
import { Limits } from './limits.js';
import { NOTHING, SHARE_DUST } from './numbers.js';
import { NO_PART } from './parts.js';
import { PAIRS, SLOTS } from './places.js';
import { type SortSpace, sortByKey } from './sorting.js';

/** State of a kind: at the level (or its minimum), lifted to its maximum, lifted to between, or held for good. */
const AT_LOWER = 0;
const AT_UPPER = 1;
const BASIC = 2;
const HELD = 3;

/** Events allowed per kind and limit. With more the method goes round in circles. */
const EVENTS_PER_ITEM_MAX = 50;

export class BalancedFilling {
  readonly #division: Division;
  readonly #space: SortSpace;
  readonly #kinds: Kinds;
  readonly #limits: Limits;
  readonly #forecast: Forecast;
  readonly #basis: Basis;
  /**
   * What stops the level next: a kind, or a limit (numbered after all kinds). -1: only a minimum or a maximum is
   * reached.
   * Fields, not arguments: a number that is no integer costs an object each time it is handed over.
   */
  #block = -1;
  #isAtUpper = false;
  #distance = Number.NaN;
  #distanceAsked = Number.NaN;
  #stateOf = new Uint8Array(0);
  /** 1: the kind is held, but still in the basis. */
  #isFixed = new Uint8Array(0);
  /** Steps. Not kept up for kinds that rise with the level. */
  #shareOf = new Float64Array(0);
  #partOf = new Int32Array(0);
  /** Kinds of the class, sorted by minimum and by maximum, and how many of each list the level has passed. */
  #starts = new Int32Array(0);
  #stops = new Int32Array(0);
  #started = 0;
  #stopped = 0;
  #members = 0;
  #class = 0;
  #lastHelper = 0;
  #heldLevel = Number.NEGATIVE_INFINITY;
  #lastPart = NO_PART;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#kinds = new Kinds(division.tree.count);
    this.#limits = new Limits(division);
    this.#forecast = new Forecast(division, this.#kinds, this.#limits);
    this.#basis = new Basis(division.tree, this.#kinds, this.#limits, this.#forecast);
  }

  /** Sets `shareOf` and `partOf` of all admitted seats, class after class. */
  fill(classOf: Int32Array, classes: number): void {
    this.#kinds.collect(this.#division, classOf);
    this.#begin();
    for (this.#class = 0; this.#class < classes; this.#class++) this.#fillClass();
    this.#checkShares();
    this.#forecast.assertLoads(this.#shareOf);
    const { seatCount, isAdmitted, shareOf, partOf } = this.#division;
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 0) continue;
      shareOf[seat] = this.#shareOf[this.#kinds.kindOf[seat] as number] as number;
      partOf[seat] = this.#partOf[this.#kinds.kindOf[seat] as number] as number;
    }
  }

  /** At the end each kind has a share within its range, and is held or fixed in the basis. */
  #checkShares(): void {
    const { count, minOf, maxOf } = this.#kinds;
    for (let kind = 0; kind < count; kind++) {
      const share = this.#shareOf[kind] as number;
      const isInRange = share >= (minOf[kind] as number) - SHARE_DUST && share <= (maxOf[kind] as number) + SHARE_DUST;
      if (!isInRange || this.#isOpen(kind))
        this.#fail(kind, `is a kind with ${share} of ${minOf[kind]} to ${maxOf[kind]}`);
    }
  }

  #fail(figure: number, what: string): never {
    const block = `block ${this.#block} after ${this.#distance}`;
    return failInvariant(`class ${this.#class}, level ${this.#forecast.level}, ${block}: ${figure} ${what}`);
  }

  #begin(): void {
    const { count, minOf } = this.#kinds;
    this.#reserve(this.#kinds.kindOf.length);
    this.#basis.clear();
    this.#lastHelper = 0;
    this.#forecast.begin();
    for (let kind = 0; kind < count; kind++) {
      this.#stateOf[kind] = AT_LOWER;
      this.#isFixed[kind] = 0;
      this.#partOf[kind] = NO_PART;
      this.#shareOf[kind] = minOf[kind] as number;
    }
  }

  #reserve(size: number): void {
    if (this.#stateOf.length >= size) return;
    this.#stateOf = new Uint8Array(size);
    this.#isFixed = new Uint8Array(size);
    this.#shareOf = new Float64Array(size);
    this.#partOf = new Int32Array(size);
    this.#starts = new Int32Array(size);
    this.#stops = new Int32Array(size);
  }

  #fillClass(): void {
    const { tree, balanced } = this.#division;
    const limits = tree.count * SLOTS + balanced.length * PAIRS;
    let eventsLeft = EVENTS_PER_ITEM_MAX * (this.#kinds.count + limits);
    this.#listMembers();
    this.#heldLevel = Number.NEGATIVE_INFINITY;
    this.#forecast.restart();
    for (let turn = this.#nextTurn(); turn < Number.POSITIVE_INFINITY; turn = this.#nextTurn()) {
      if (eventsLeft-- <= 0) this.#fail(turn, 'is the next turn, after more events than there can be');
      if (turn < this.#forecast.level) this.#fail(turn, 'is the next turn, below the level');
      this.#advance(turn);
      if (this.#block === -1) this.#turn();
      else if (!this.#relieve()) this.#hold();
    }
  }

  #listMembers(): void {
    const { count, classOf, minOf, maxOf } = this.#kinds;
    this.#members = 0;
    for (let kind = 0; kind < count; kind++) {
      if (classOf[kind] === this.#class) this.#starts[this.#members++] = kind;
    }
    for (let i = 0; i < this.#members; i++) this.#stops[i] = this.#starts[i] as number;
    sortByKey(this.#starts, 0, this.#members, minOf, this.#space);
    sortByKey(this.#stops, 0, this.#members, maxOf, this.#space);
    this.#started = 0;
    this.#stopped = 0;
  }

  /** The next level at which a kind starts or reaches its maximum; infinite when there is none. */
  #nextTurn(): number {
    const { minOf, maxOf } = this.#kinds;
    while (this.#stopped < this.#members && !this.#isOpen(this.#stops[this.#stopped] as number)) this.#stopped++;
    const stop =
      this.#stopped < this.#members
        ? (maxOf[this.#stops[this.#stopped] as number] as number)
        : Number.POSITIVE_INFINITY;
    if (this.#started === this.#members) return stop;
    return Math.min(stop, minOf[this.#starts[this.#started] as number] as number);
  }

  /** Starts the kinds with their minimum at this level, and stops those with their maximum there. */
  #turn(): void {
    const { minOf, maxOf } = this.#kinds;
    for (; this.#started < this.#members; this.#started++) {
      const kind = this.#starts[this.#started] as number;
      if ((minOf[kind] as number) > this.#forecast.level) break;
      if (this.#isOpen(kind) && this.#stateOf[kind] === AT_LOWER) this.#setRate(kind, 1);
    }
    for (; this.#stopped < this.#members; this.#stopped++) {
      const kind = this.#stops[this.#stopped] as number;
      if ((maxOf[kind] as number) > this.#forecast.level) break;
      if (this.#isOpen(kind)) this.#holdAt(kind, maxOf[kind] as number);
    }
  }

  #isOpen(kind: number): boolean {
    return this.#stateOf[kind] !== HELD && this.#isFixed[kind] === 0;
  }

  /** True when the lower bound of the kind rises with the level. */
  #isMoving(kind: number): boolean {
    const { classOf, minOf, maxOf } = this.#kinds;
    const isInClass = classOf[kind] === this.#class && this.#isOpen(kind);
    return (
      isInClass && (minOf[kind] as number) <= this.#forecast.level && this.#forecast.level < (maxOf[kind] as number)
    );
  }

  /** Sets the share that the kind has when it is not lifted. */
  #lower(kind: number): void {
    this.#shareOf[kind] = this.#isMoving(kind) ? this.#forecast.level : (this.#kinds.minOf[kind] as number);
  }

  #setRate(kind: number, rate: 0 | 1): void {
    this.#forecast.rateOf[kind] = rate;
    this.#forecast.changeRate(kind);
  }

  #holdAt(kind: number, share: number): void {
    this.#shareOf[kind] = share;
    if (this.#stateOf[kind] === BASIC) {
      this.#isFixed[kind] = 1;
      return;
    }
    this.#stateOf[kind] = HELD;
    this.#setRate(kind, 0);
  }

  /** Raises the level to the turn, or to the first block before it. */
  #advance(turn: number): void {
    const forecast = this.#forecast;
    const { members, memberCount } = this.#basis;
    this.#basis.follow();
    this.#block = -1;
    this.#distance = turn - forecast.level;
    this.#findBlockedKind();
    this.#findBlockedLimit();
    if (!(this.#distance >= 0)) this.#fail(turn, 'is the next turn, and the way to it is no distance');
    if (this.#block === -1) forecast.level = turn;
    else forecast.level += this.#distance;
    for (let i = 0; i < memberCount; i++) {
      const kind = members[i] as number;
      this.#shareOf[kind] = (this.#shareOf[kind] as number) + (forecast.rateOf[kind] as number) * this.#distance;
    }
  }

  #findBlockedKind(): void {
    const { minOf, maxOf } = this.#kinds;
    const { members, memberCount } = this.#basis;
    for (let i = 0; i < memberCount; i++) {
      const kind = members[i] as number;
      const share = this.#shareOf[kind] as number;
      const rate = this.#forecast.rateOf[kind] as number;
      if (this.#isFixed[kind] === 1) {
        this.#distanceAsked = 0;
        if (Math.abs(rate) > NOTHING) this.#consider(kind, rate > 0);
        continue;
      }
      const isMoving = this.#isMoving(kind);
      const approach = (isMoving ? 1 : 0) - rate;
      const lower = isMoving ? this.#forecast.level : (minOf[kind] as number);
      this.#distanceAsked = Math.max(0, share - lower) / approach;
      if (approach > NOTHING) this.#consider(kind, false);
      this.#distanceAsked = Math.max(0, (maxOf[kind] as number) - share) / rate;
      if (rate > NOTHING) this.#consider(kind, true);
    }
  }

  #findBlockedLimit(): void {
    const { fullAt, level } = this.#forecast;
    const limit = this.#forecast.nextFull();
    if (limit === -1) return;
    this.#distanceAsked = Math.max(0, (fullAt[limit] as number) - level);
    this.#consider(this.#kinds.count + limit, false);
  }

  /**
   * Keeps the nearest block; `#distanceAsked` is the way to this one. Of several at the same level the first: Bland's
   * rule, so that the method ends.
   */
  #consider(item: number, isAtUpper: boolean): void {
    const distance = this.#distanceAsked;
    const isFirstOfEqual = item < this.#block && distance <= this.#distance + NOTHING;
    if (distance >= this.#distance - NOTHING && !isFirstOfEqual) return;
    this.#block = item;
    this.#distance = distance;
    this.#isAtUpper = isAtUpper;
  }

  /** Lets another kind or limit give way instead of the block. False when none can. */
  #relieve(): boolean {
    const item = this.#block;
    if (item >= this.#kinds.count) this.#basis.priceLimit(item - this.#kinds.count);
    else this.#basis.priceKind(item, this.#isAtUpper ? 1 : -1);
    const helper = this.#findHelper();
    const limit = helper === -1 ? this.#basis.helpfulLimit() : -1;
    if (helper === -1 && limit === -1) return false;
    this.#leave();
    if (helper === -1) this.#basis.removeLimit(limit);
    else this.#enter(helper);
    return true;
  }

  /**
   * A kind that can move the right way: up from its lower bound, or down from its maximum. The search starts after the
   * helper found last, as those before it cannot help for long. Where the level stands still it starts at the first:
   * Bland's rule.
   */
  #findHelper(): number {
    const { from, to } = this.#basis;
    const isStill = this.#distance <= NOTHING;
    const start = isStill ? from : Math.max(from, Math.min(this.#lastHelper, to));
    const after = this.#findHelperIn(start, to);
    const helper = after === -1 ? this.#findHelperIn(from, start) : after;
    if (helper !== -1) this.#lastHelper = helper;
    return helper;
  }

  #findHelperIn(from: number, to: number): number {
    const { minOf, maxOf, groupOf } = this.#kinds;
    for (let kind = from; kind < to; kind++) {
      const state = this.#stateOf[kind] as number;
      if (state === BASIC || state === HELD) continue;
      const gain = this.#limits.priceOf(groupOf[kind] as number);
      const isHelp = state === AT_LOWER ? gain > NOTHING : gain < -NOTHING;
      if (isHelp && (minOf[kind] as number) < (maxOf[kind] as number)) return kind;
    }
    return -1;
  }

  #enter(kind: number): void {
    if (this.#stateOf[kind] === BASIC || this.#stateOf[kind] === HELD) this.#fail(kind, 'is a kind that cannot help');
    if (this.#stateOf[kind] === AT_LOWER) this.#lower(kind);
    this.#stateOf[kind] = BASIC;
    this.#basis.addKind(kind);
  }

  /** Takes the block out of the search: a limit becomes tight, a kind leaves the basis. */
  #leave(): void {
    const item = this.#block;
    if (item >= this.#kinds.count) {
      this.#basis.addLimit(item - this.#kinds.count);
      return;
    }
    this.#basis.removeKind(item);
    if (this.#isFixed[item] === 1) {
      this.#stateOf[item] = HELD;
      this.#setRate(item, 0);
      return;
    }
    this.#stateOf[item] = this.#isAtUpper ? AT_UPPER : AT_LOWER;
    if (this.#isAtUpper) this.#shareOf[item] = this.#kinds.maxOf[item] as number;
    else this.#lower(item);
    this.#setRate(item, !this.#isAtUpper && this.#isMoving(item) ? 1 : 0);
  }

  /**
   * No kind can relieve the block: holds the kinds that press on it at this level. A kind that is the block itself is
   * held too when it cannot follow the level.
   */
  #hold(): void {
    const item = this.#block;
    const { groupOf, count } = this.#kinds;
    const stuck = item < count && !this.#isAtUpper && this.#isMoving(item) ? item : -1;
    // All kinds that are held at one level are one part, whichever of several limits came first.
    if (this.#forecast.level - this.#heldLevel >= SHARE_DUST) this.#lastPart = NO_PART;
    this.#heldLevel = this.#forecast.level;
    let held = 0;
    for (let kind = this.#basis.from; kind < this.#basis.to; kind++) {
      const rises = this.#stateOf[kind] === AT_LOWER && this.#isMoving(kind);
      const presses = rises && this.#limits.priceOf(groupOf[kind] as number) < -NOTHING;
      if (!presses && kind !== stuck) continue;
      held++;
      if (this.#lastPart === NO_PART) this.#lastPart = -2 - (groupOf[kind] as number);
      this.#partOf[kind] = this.#lastPart;
      this.#holdAt(kind, this.#forecast.level);
    }
    if (held === 0) this.#fail(item, 'is the block, no kind relieves it, and none is held');
  }
}
