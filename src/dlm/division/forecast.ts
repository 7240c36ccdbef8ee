/**
 * What every limit carries while the level rises, and at which level it will be full. A change of one rate touches only
 * the circuits above the kind. All others keep their course until they come up in the heap.
 */
import { failInvariant } from '../../base/assert.js';
import type { Division } from './division.js';
import { slotText } from './checks.js';
import type { Kinds } from './kinds.js';
import type { Limits } from './limits.js';
import { NOTHING, add, fillWith, fillBytesWith } from './numbers.js';
import { PAIRS, PHASES_IN, POWER, SLOTS, laggingSlot, leadingSlot } from './places.js';
import { SlotHeap } from './slot-heap.js';
import { beginSums, sumGroups } from './sums.js';

/** Tolerance of the kept sums, relative: each of some thousand changes adds dust. */
const LOAD_DUST = 1e-6;

export class Forecast {
  /** The level, in steps. It only rises between two restarts. */
  level = Number.NaN;
  /** Steps per level of each kind. Call `changeRate` after a change. */
  rateOf = new Float64Array(0);
  /** Per limit: the level at which it is full, as of the last `nextFull`. */
  readonly fullAt: Float64Array;
  #appliedOf = new Float64Array(0);
  readonly #division: Division;
  readonly #kinds: Kinds;
  readonly #limits: Limits;
  readonly #slots: number;
  /** Per slot: the steps taken at the level of the circuit's last change, and how fast they grow. */
  readonly #loads: Float64Array;
  readonly #rates: Float64Array;
  readonly #changedAt: Float64Array;
  readonly #isChanged: Uint8Array;
  readonly #changed: Int32Array;
  #changes = 0;
  readonly #isTight: Uint8Array;
  readonly #heap: SlotHeap;

  constructor(division: Division, kinds: Kinds, limits: Limits) {
    const circuits = division.tree.count;
    this.#division = division;
    this.#kinds = kinds;
    this.#limits = limits;
    this.#slots = circuits * SLOTS;
    this.#loads = new Float64Array(this.#slots);
    this.#rates = new Float64Array(this.#slots);
    this.#changedAt = new Float64Array(circuits);
    this.#isChanged = new Uint8Array(circuits);
    this.#changed = new Int32Array(circuits);
    this.#isTight = new Uint8Array(circuits * (SLOTS + PAIRS));
    this.#heap = new SlotHeap(circuits * (SLOTS + PAIRS));
    this.fullAt = this.#heap.keyOf;
  }

  /** Starts with all kinds at their minima, and none rising. */
  begin(): void {
    const size = this.#kinds.kindOf.length;
    if (this.rateOf.length < size) {
      this.rateOf = new Float64Array(size);
      this.#appliedOf = new Float64Array(size);
    }
    for (let kind = 0; kind < this.#kinds.count; kind++) {
      this.rateOf[kind] = 0;
      this.#appliedOf[kind] = 0;
    }
    this.level = 0;
    this.#sumMinima();
    fillWith(this.#rates, 0);
    fillWith(this.#changedAt, 0);
    fillBytesWith(this.#isChanged, 0);
    this.#changes = 0;
    fillBytesWith(this.#isTight, 0);
    this.#heap.clear();
  }

  #sumMinima(): void {
    const { count, groupOf, minOf, sizeOf } = this.#kinds;
    const { groupSums } = this.#division;
    beginSums(this.#division);
    for (let kind = 0; kind < count; kind++) {
      add(groupSums, groupOf[kind] as number, (minOf[kind] as number) * (sizeOf[kind] as number));
    }
    sumGroups(this.#division, this.#loads);
  }

  /** Sets the level back to 0, for the next class. The loads stay. */
  restart(): void {
    for (let circuit = 0; circuit < this.#changedAt.length; circuit++) this.#touch(circuit);
    this.level = 0;
    fillWith(this.#changedAt, 0);
  }

  /** Call after `rateOf` of the kind was set. */
  changeRate(kind: number): void {
    const { groupOf, sizeOf } = this.#kinds;
    const { parentOf } = this.#division.tree;
    const group = groupOf[kind] as number;
    const change = ((this.rateOf[kind] as number) - (this.#appliedOf[kind] as number)) * (sizeOf[kind] as number);
    if (change === 0) return;
    if (!(Math.abs(change) < Number.POSITIVE_INFINITY)) failInvariant(`kind ${kind} changes its rate by ${change}`);
    this.#appliedOf[kind] = this.rateOf[kind] as number;
    for (let circuit = group >> 3; circuit !== -1; circuit = parentOf[circuit] as number) {
      this.#touch(circuit);
      const slot = circuit * SLOTS;
      if (group & 1) add(this.#rates, slot, change);
      if (group & 2) add(this.#rates, slot + 1, change);
      if (group & 4) add(this.#rates, slot + 2, change);
      add(this.#rates, slot + POWER, change * (PHASES_IN[group & 7] as number));
    }
  }

  /** Sets whether a limit is tight. A tight limit is not in the heap. */
  setTight(limit: number, value: 0 | 1): void {
    if (this.#isTight[limit] === value) failInvariant(`limit ${limit} is tight already, or not at all: ${value}`);
    this.#isTight[limit] = value;
    this.#touch(this.#limits.circuitOf(limit));
  }

  rateIn(limit: number): number {
    const pair = limit - this.#slots;
    return pair < 0
      ? (this.#rates[limit] as number)
      : (this.#rates[leadingSlot(pair)] as number) - (this.#rates[laggingSlot(pair)] as number);
  }

  /** The limit that will be full next, at `fullAt` of it; of several the first. -1 when no limit fills up. */
  nextFull(): number {
    for (let i = 0; i < this.#changes; i++) this.#scheduleAll(this.#changed[i] as number);
    this.#changes = 0;
    return this.#heap.firstNearTop(NOTHING);
  }

  /**
   * Fails when the kept sums are not those of the shares, but for dust. `shareOf` is by kind. Call when all kinds are
   * held.
   */
  assertLoads(shareOf: Float64Array): void {
    const { count, groupOf, sizeOf } = this.#kinds;
    const { groupSums, load } = this.#division;
    beginSums(this.#division);
    for (let kind = 0; kind < count; kind++) {
      add(groupSums, groupOf[kind] as number, (shareOf[kind] as number) * (sizeOf[kind] as number));
    }
    sumGroups(this.#division, load);
    for (let circuit = 0; circuit < this.#changedAt.length; circuit++) this.#touch(circuit);
    for (let slot = 0; slot < load.length; slot++) this.#checkLoad(slot, load[slot] as number);
  }

  #checkLoad(slot: number, sum: number): void {
    const kept = this.#loads[slot] as number;
    const most = this.#division.capacity[slot] as number;
    const dust = LOAD_DUST * (1 + sum);
    const isKept = Math.abs(sum - kept) <= dust;
    if (!(isKept && sum <= most + dust)) failInvariant(`${slotText(slot)} carries ${sum}, ${kept} as kept, of ${most}`);
  }

  /** Brings the loads of a circuit to this level, before its rates change. */
  #touch(circuit: number): void {
    if (this.#isChanged[circuit] === 0) {
      this.#isChanged[circuit] = 1;
      this.#changed[this.#changes++] = circuit;
    }
    const elapsed = this.level - (this.#changedAt[circuit] as number);
    if (elapsed === 0) return;
    if (!(elapsed > 0)) failInvariant(`circuit ${circuit}: the level falls by ${-elapsed} to ${this.level}`);
    this.#changedAt[circuit] = this.level;
    for (let slot = circuit * SLOTS; slot < (circuit + 1) * SLOTS; slot++) {
      this.#loads[slot] = (this.#loads[slot] as number) + (this.#rates[slot] as number) * elapsed;
    }
  }

  #scheduleAll(circuit: number): void {
    const { capacity, isBalanced } = this.#division;
    this.#isChanged[circuit] = 0;
    for (let slot = circuit * SLOTS; slot < (circuit + 1) * SLOTS; slot++) {
      if ((capacity[slot] as number) < Number.POSITIVE_INFINITY) this.#scheduleSlot(slot);
    }
    if (isBalanced[circuit] === 0) return;
    for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) this.#schedulePair(pair);
  }

  #scheduleSlot(slot: number): void {
    if ((this.#rates[slot] as number) <= NOTHING || this.#isTight[slot] === 1) {
      this.#heap.remove(slot);
      return;
    }
    const room = Math.max(0, (this.#division.capacity[slot] as number) - (this.#loads[slot] as number));
    this.fullAt[slot] = this.level + room / (this.#rates[slot] as number);
    this.#heap.place(slot);
  }

  #schedulePair(pair: number): void {
    const limit = this.#slots + pair;
    const leading = leadingSlot(pair);
    const lagging = laggingSlot(pair);
    const rate = (this.#rates[leading] as number) - (this.#rates[lagging] as number);
    if (rate <= NOTHING || this.#isTight[limit] === 1) {
      this.#heap.remove(limit);
      return;
    }
    const ahead = (this.#loads[leading] as number) - (this.#loads[lagging] as number);
    this.fullAt[limit] = this.level + Math.max(0, (this.#division.lead[pair] as number) - ahead) / rate;
    this.#heap.place(limit);
  }
}
