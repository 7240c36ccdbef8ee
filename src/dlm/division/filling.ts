/**
 * The exact max-min share where limits only ever fill up (no imbalance): one level rises from the lowest minimum, and
 * with it everybody who has started and is not at its maximum; a slot that is full holds all who load it. Events in the
 * order of their levels, so that each candidate is touched when it starts and when it stops, and each group when it is held.
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

/** Fills one class of candidates after the other; what an earlier class has, it keeps. */
export class Filling {
  readonly #division: Division;
  /** Per slot: what does not change with the level, and how many phases of candidates rise. */
  readonly #fixed: Float64Array;
  readonly #rising: Float64Array;
  readonly #isFull: Uint8Array;
  /** Per group: how many rise; the level at which it is held, and by which slot. */
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
  /** How many rise in all. */
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

  /** Before the first class: everybody admitted has its minimum, and that is the load. */
  begin(): void {
    const { load } = this.#division;
    for (let slot = 0; slot < load.length; slot++) this.#fixed[slot] = load[slot] as number;
  }

  /** Sets `shareOf` and `partOf` of the candidates `order[from..to)`, as far as they are admitted. */
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

  /** Nobody rises any more, by the sums too, and what does not rise fits. The larger the sums, the more dust is in them. */
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

  /** All with the lowest minimum at once: summed per circuit, then upwards. Returns how many. */
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

  /** Puts a slot into the heap, or moves it there, by the level at which it is full. */
  #schedule(slot: number): void {
    const room = (this.#division.capacity[slot] as number) - (this.#fixed[slot] as number);
    this.#heap.keyOf[slot] = room / (this.#rising[slot] as number);
    this.#heap.place(slot);
  }

  /** The level at which the next slot is full; it is on top of the heap then. Keys rise only when others stop, so mend on sight. */
  #findNextFull(): void {
    this.#nextFull = Number.POSITIVE_INFINITY;
    for (let slot = this.#heap.top; slot !== -1; slot = this.#heap.top) {
      // Nobody rises, and what comes after this one is not full at this level either.
      if (this.#risers === 0 && (this.#heap.keyOf[slot] as number) > this.#level + SHARE_DUST) return;
      const room = (this.#division.capacity[slot] as number) - (this.#fixed[slot] as number);
      if (this.#rising[slot] === 0) {
        this.#heap.removeTop();
        // Filled up together with another one, which was looked at first and held everybody here too.
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

  /** A higher minimum is reached; where a slot above is full already, it stays the minimum. */
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

  /** The slot is full: nobody who loads it rises any more. */
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

  /** `fixed` more in every slot of the group; `count` candidates more (sign 1) or less (-1) that rise. */
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

  /** Puts the slots that the group loads into `#slots`, from its own circuit upwards. Returns how many. */
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

  /** Two slots that filled up at the same level and hold somebody together are one part: its remainder is shared out as one. */
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
