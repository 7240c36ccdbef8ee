/**
 * The exact max-min share where limits only fill up: no imbalance limit. One level rises from the lowest minimum. All
 * seats rise with it that have started and are below their maximum. A full slot holds all seats that load it. Events go
 * in the order of their levels. So each seat is touched when it starts and when it stops, and each group when it is
 * held.
 */
import { failInvariant } from '../../base/assert.js';
import { slotText } from './checks.js';
import type { Division } from './division.js';
import { add, addInt, SHARE_DUST, fillIntsWith, fillBytesWith } from './numbers.js';
import { NO_PART, Parts } from './parts.js';
import { SlotHeap } from './slot-heap.js';
import { type SortSpace, sortByKey } from './sorting.js';
import { GROUPS, PHASES_IN, POWER, SLOTS } from './places.js';
import { beginSums, sumGroups } from './sums.js';

const NOT_HELD = -1;
/** Later than every step. */
const NEVER = 2 ** 31 - 1;

/** Fills one class of seats after the other. An earlier class keeps what it has. */
export class Filling {
  readonly #division: Division;
  /** Per slot: the steps that do not change with the level, and how many seats rise (power: times their phases). */
  readonly #fixed: Float64Array;
  readonly #rising: Float64Array;
  readonly #isFull: Uint8Array;
  /** Per group: how many seats rise; the level at which the group is held, and the slot that holds it. */
  readonly #risingIn: Int32Array;
  readonly #levelOf: Float64Array;
  readonly #heldBy: Int32Array;
  readonly #heap: SlotHeap;
  readonly #parts: Parts;
  readonly #slots: Int32Array;
  readonly #space: SortSpace;
  /** Fields, not arguments: a number that is no integer costs an object each time it is handed over. */
  #level = Number.NaN;
  #nextFull = Number.NaN;
  /** How many seats rise in all. */
  #risers = 0;
  #starts = new Int32Array(0);
  #stops = new Int32Array(0);

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    const slots = division.tree.count * SLOTS;
    const groups = division.tree.count * GROUPS;
    this.#fixed = new Float64Array(slots);
    this.#rising = new Float64Array(slots);
    this.#isFull = new Uint8Array(slots);
    this.#risingIn = new Int32Array(groups);
    this.#levelOf = new Float64Array(groups);
    this.#heldBy = new Int32Array(groups);
    this.#heap = new SlotHeap(slots);
    this.#parts = new Parts(slots);
    this.#slots = new Int32Array(slots);
  }

  /** Call before the first class, while `load` is the sum of the minima of all admitted seats. */
  begin(): void {
    const { load } = this.#division;
    for (let slot = 0; slot < load.length; slot++) this.#fixed[slot] = load[slot] as number;
  }

  /** Sets `shareOf` and `partOf` of the admitted seats among `order[from..to)`. */
  fill(from: number, to: number): void {
    const members = this.#listMembers(from, to);
    if (members === 0) return;
    fillBytesWith(this.#isFull, 0);
    fillIntsWith(this.#risingIn, 0);
    fillIntsWith(this.#heldBy, NOT_HELD);
    this.#heap.clear();
    this.#parts.clear();
    this.#sweep(members);
    this.#checkSums();
    this.#settle(members);
  }

  #listMembers(from: number, to: number): number {
    const { order, isAdmitted, minOf, maxOf } = this.#division;
    if (this.#starts.length < to - from) {
      this.#starts = new Int32Array(order.length);
      this.#stops = new Int32Array(order.length);
    }
    let members = 0;
    for (let i = from; i < to; i++) {
      const seat = order[i] as number;
      if (isAdmitted[seat] === 0) continue;
      this.#starts[members] = seat;
      this.#stops[members++] = seat;
    }
    sortByKey(this.#starts, 0, members, minOf, this.#space);
    sortByKey(this.#stops, 0, members, maxOf, this.#space);
    return members;
  }

  #sweep(members: number): void {
    const { minOf, maxOf } = this.#division;
    this.#level = minOf[this.#starts[0] as number] as number;
    this.#risers = 0;
    let started = this.#startFirst(members);
    let stopped = 0;
    for (let events = 2 * members + this.#fixed.length; ; events--) {
      if (events < 0) this.#fail(members, 'seats rise without an end');
      const start = started < members ? (minOf[this.#starts[started] as number] as number) : NEVER;
      const stop = stopped < members ? (maxOf[this.#stops[stopped] as number] as number) : NEVER;
      this.#findNextFull();
      if (this.#risers === 0 && started === members) return;
      if (stop <= start && stop <= this.#nextFull) {
        this.#level = Math.max(this.#level, stop);
        do this.#stop(this.#stops[stopped++] as number);
        while (stopped < members && maxOf[this.#stops[stopped] as number] === stop);
      } else if (start <= this.#nextFull) {
        if (start < this.#level) this.#fail(start, 'steps are the minimum of the next seat, below the level');
        this.#level = start;
        this.#start(this.#starts[started++] as number);
      } else {
        this.#level = this.#nextFull;
        this.#hold(this.#heap.top);
      }
    }
  }

  /** At the end no seat rises, by the sums too, and all shares fit. Large sums carry more dust. */
  #checkSums(): void {
    const { capacity, hasPower } = this.#division;
    for (let slot = 0; slot < capacity.length; slot++) {
      if (slot % SLOTS === POWER && !hasPower) continue;
      const most = capacity[slot] as number;
      if (this.#rising[slot] !== 0) failInvariant(`${slotText(slot)}: ${this.#rising[slot]} still rise`);
      const isWithin = (this.#fixed[slot] as number) <= most + SHARE_DUST * (1 + most);
      if (!isWithin) failInvariant(`${slotText(slot)}: shares of ${this.#fixed[slot]} exceed ${most}`);
    }
  }

  /** Starts all seats with the lowest minimum together. Returns how many. */
  #startFirst(members: number): number {
    const { minOf, maxOf, groupOf, groupSums, capacity } = this.#division;
    const rising = this.#rising;
    beginSums(this.#division);
    let started = 0;
    for (; started < members; started++) {
      const seat = this.#starts[started] as number;
      if ((minOf[seat] as number) > this.#level) break;
      if (maxOf[seat] === this.#level) continue;
      this.#risers++;
      addInt(this.#risingIn, groupOf[seat] as number, 1);
      add(groupSums, groupOf[seat] as number, 1);
    }
    sumGroups(this.#division, rising);
    for (let slot = 0; slot < rising.length; slot++) {
      if (rising[slot] === 0) continue;
      add(this.#fixed, slot, -(rising[slot] as number) * this.#level);
      if ((capacity[slot] as number) < Number.POSITIVE_INFINITY) this.#schedule(slot);
    }
    return started;
  }

  /** Sets when the slot will be full, and puts it into the heap or moves it there. */
  #schedule(slot: number): void {
    const room = (this.#division.capacity[slot] as number) - (this.#fixed[slot] as number);
    this.#heap.keyOf[slot] = room / (this.#rising[slot] as number);
    this.#heap.place(slot);
  }

  /**
   * Sets `#nextFull`: the level at which the slot on top of the heap will be full. Keys that are too low are mended
   * here: a slot fills up later when seats stop.
   */
  #findNextFull(): void {
    this.#nextFull = Number.POSITIVE_INFINITY;
    for (let slot = this.#heap.top; slot !== -1; slot = this.#heap.top) {
      // No seat rises, and the slots behind this one are not full at this level either.
      if (this.#risers === 0 && (this.#heap.keyOf[slot] as number) > this.#level + SHARE_DUST) return;
      const room = (this.#division.capacity[slot] as number) - (this.#fixed[slot] as number);
      if (this.#rising[slot] === 0) {
        this.#heap.removeTop();
        // It filled up together with another slot, which was looked at first and held the same seats.
        if (room < SHARE_DUST) this.#parts.addFull(slot, this.#level);
        continue;
      }
      const fullAt = room / (this.#rising[slot] as number);
      if (fullAt <= (this.#heap.keyOf[slot] as number)) {
        this.#nextFull = Math.max(this.#level, fullAt);
        return;
      }
      this.#heap.keyOf[slot] = fullAt;
      this.#heap.place(slot);
    }
  }

  /** Starts a seat with a higher minimum. If a slot above it is full already, it keeps its minimum. */
  #start(seat: number): void {
    const { groupOf, maxOf, capacity } = this.#division;
    const group = groupOf[seat] as number;
    if (maxOf[seat] === this.#level || this.#heldBy[group] !== NOT_HELD) return;
    const full = this.#fullAbove(group);
    if (full !== -1) {
      this.#markHeld(group, full);
      return;
    }
    this.#risers++;
    addInt(this.#risingIn, group, 1);
    this.#change(group, -this.#level, 1, 1);
    const slots = this.#listSlots(group);
    for (let i = 0; i < slots; i++) {
      const slot = this.#slots[i] as number;
      if ((capacity[slot] as number) < Number.POSITIVE_INFINITY) this.#schedule(slot);
    }
  }

  #fullAbove(group: number): number {
    const slots = this.#listSlots(group);
    for (let i = 0; i < slots; i++) if (this.#isFull[this.#slots[i] as number] === 1) return this.#slots[i] as number;
    return -1;
  }

  #stop(seat: number): void {
    const { groupOf, minOf, maxOf } = this.#division;
    const group = groupOf[seat] as number;
    if (this.#heldBy[group] !== NOT_HELD || minOf[seat] === maxOf[seat]) return;
    this.#risers--;
    addInt(this.#risingIn, group, -1);
    this.#change(group, maxOf[seat] as number, 1, -1);
  }

  /** The slot is full: holds all seats that load it. */
  #hold(slot: number): void {
    const { order, placeOf, endOf } = this.#division.tree;
    const circuit = Math.floor(slot / SLOTS);
    const kind = slot % SLOTS;
    this.#heap.removeTop();
    this.#isFull[slot] = 1;
    this.#parts.addFull(slot, this.#level);
    for (let place = placeOf[circuit] as number; place < (endOf[circuit] as number); ) {
      const here = order[place] as number;
      if (this.#rising[here * SLOTS + kind] === 0) {
        place = endOf[here] as number;
        continue;
      }
      for (let mask = 1; mask < GROUPS; mask++) {
        const group = here * GROUPS + mask;
        if ((kind === POWER || (mask >> kind) & 1) && (this.#risingIn[group] as number) > 0) {
          this.#markHeld(group, slot);
        }
      }
      place++;
    }
  }

  #markHeld(group: number, slot: number): void {
    const count = this.#risingIn[group] as number;
    this.#heldBy[group] = slot;
    this.#levelOf[group] = this.#level;
    this.#risingIn[group] = 0;
    this.#risers -= count;
    if (count > 0) this.#change(group, this.#level * count, count, -1);
  }

  /** Adds `fixed` steps to every slot of the group; `count` seats start (sign 1) or stop (-1) to rise. */
  #change(group: number, fixed: number, count: number, sign: 1 | -1): void {
    const { tree, hasPower } = this.#division;
    const mask = group & 7;
    const phases = PHASES_IN[mask] as number;
    const rise = sign * count;
    for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
      const slot = circuit * SLOTS;
      if (mask & 1) this.#changeSlot(slot, fixed, rise);
      if (mask & 2) this.#changeSlot(slot + 1, fixed, rise);
      if (mask & 4) this.#changeSlot(slot + 2, fixed, rise);
      if (hasPower) this.#changeSlot(slot + POWER, fixed * phases, rise * phases);
    }
  }

  #changeSlot(slot: number, fixed: number, rise: number): void {
    add(this.#fixed, slot, fixed);
    add(this.#rising, slot, rise);
  }

  /** Lists the slots that the group loads in `#slots`, from its own circuit upwards. Returns how many. */
  #listSlots(group: number): number {
    const { tree, hasPower } = this.#division;
    const mask = group & 7;
    let count = 0;
    for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
      for (let p = 0; p < POWER; p++) if ((mask >> p) & 1) this.#slots[count++] = circuit * SLOTS + p;
      if (hasPower && mask !== 0) this.#slots[count++] = circuit * SLOTS + POWER;
    }
    return count;
  }

  #settle(members: number): void {
    const { groupOf, minOf, maxOf, shareOf, partOf } = this.#division;
    this.#uniteParts();
    for (let i = 0; i < members; i++) {
      const seat = this.#starts[i] as number;
      const group = groupOf[seat] as number;
      const heldBy = this.#heldBy[group] as number;
      const level = heldBy === NOT_HELD ? (maxOf[seat] as number) : (this.#levelOf[group] as number);
      const share = Math.max(minOf[seat] as number, Math.min(maxOf[seat] as number, level));
      shareOf[seat] = share;
      partOf[seat] = share > (maxOf[seat] as number) - SHARE_DUST ? NO_PART : this.#parts.partOf(heldBy);
    }
  }

  /**
   * Two slots are one part if they filled up at the same level and hold a seat together. Their remainder is shared out
   * as one.
   */
  #uniteParts(): void {
    if (!this.#parts.hasTies) return;
    for (let group = 0; group < this.#heldBy.length; group++) {
      const heldBy = this.#heldBy[group] as number;
      if (heldBy === NOT_HELD) continue;
      const level = this.#levelOf[group] as number;
      const slots = this.#listSlots(group);
      for (let i = 0; i < slots; i++) this.#parts.uniteIfFullAt(this.#slots[i] as number, level, heldBy);
    }
  }

  #fail(figure: number, what: string): never {
    return failInvariant(`level ${this.#level}, ${this.#risers} seats rise: ${figure} ${what}`);
  }
}
