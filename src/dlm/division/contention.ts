/**
 * Whether the remainder can go round ring by ring. It can if all seats that want a step of a scarce slot want the same
 * other scarce slots too. If not, a step that one slot refuses disturbs the turns at another slot.
 */
import type { Division } from './division.js';
import { add, DUST, fillIntsWith } from './numbers.js';
import { PAIRS, PHASES_IN, POWER, SLOTS, laggingSlot, leadingSlot } from './places.js';
import { beginSums, sumGroups } from './sums.js';

const NONE = -1;

export class Contention {
  readonly #division: Division;
  /** Per slot: the steps that all open seats together would take if each took one. */
  readonly #demand: Float64Array;
  /**
   * Per scarce slot: the first scarce slot of the seats that load it. Per first slot: how many scarce slots go with it.
   */
  readonly #firstOf: Int32Array;
  readonly #countOf: Int32Array;
  /** Per first slot: the phases of the seats that load it, where power is scarce. */
  readonly #phasesOf: Int32Array;
  #lastGroup = NONE;

  constructor(division: Division) {
    const slots = division.tree.count * SLOTS;
    this.#division = division;
    this.#demand = new Float64Array(slots);
    this.#firstOf = new Int32Array(slots);
    this.#countOf = new Int32Array(slots);
    this.#phasesOf = new Int32Array(slots);
  }

  /**
   * True when turns can go by rings. Asks about the seats `open[0..count)`, which can all take a step now. The answer
   * is the same for every rotation seed.
   */
  isSimple(open: Int32Array, count: number): boolean {
    const { groupOf, groupSums } = this.#division;
    beginSums(this.#division);
    for (let i = 0; i < count; i++) add(groupSums, groupOf[open[i] as number] as number, 1);
    sumGroups(this.#division, this.#demand);
    if (!this.#keepsBalance()) return false;
    fillIntsWith(this.#firstOf, NONE);
    this.#lastGroup = NONE;
    for (let i = 0; i < count; i++) if (!this.#isAlone(groupOf[open[i] as number] as number)) return false;
    return true;
  }

  /** True when the slot has fewer steps than its seats want. Call only after `isSimple` was true. */
  hasTooLittle(slot: number): boolean {
    return this.#firstOf[slot] !== NONE;
  }

  /** True when no imbalance limit can refuse one of these steps. */
  #keepsBalance(): boolean {
    const { balanced, load, lead } = this.#division;
    for (const circuit of balanced) {
      for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
        const most = (load[leadingSlot(pair)] as number) + (this.#demand[leadingSlot(pair)] as number);
        if (
          most - (load[laggingSlot(pair)] as number) > (lead[pair] as number) + DUST &&
          leadingSlot(pair) !== laggingSlot(pair)
        )
          return false;
      }
    }
    return true;
  }

  /** True when all seats that share a scarce slot with this group have the same scarce slots. */
  #isAlone(group: number): boolean {
    if (group === this.#lastGroup) return true;
    this.#lastGroup = group;
    const { tree, hasPower } = this.#division;
    const slots = hasPower ? SLOTS : POWER;
    let first = NONE;
    let count = 0;
    let phases = 0;
    for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
      for (let kind = 0; kind < slots; kind++) {
        const slot = circuit * SLOTS + kind;
        if ((kind < POWER && ((group >> kind) & 1) === 0) || !this.#isScarce(slot)) continue;
        if (first === NONE) first = slot;
        if (this.#firstOf[slot] === NONE) this.#join(slot, first);
        if (this.#firstOf[slot] !== first) return false;
        if (kind === POWER) phases = PHASES_IN[group & 7] as number;
        count++;
      }
    }
    return first !== NONE && this.#isLikeOthers(first, count, phases);
  }

  #isScarce(slot: number): boolean {
    const { capacity, load } = this.#division;
    return (load[slot] as number) + (this.#demand[slot] as number) > (capacity[slot] as number) + DUST;
  }

  #join(slot: number, first: number): void {
    this.#firstOf[slot] = first;
    if (slot === first) this.#countOf[first] = 0;
  }

  #isLikeOthers(first: number, count: number, phases: number): boolean {
    if (this.#countOf[first] === 0) {
      this.#countOf[first] = count;
      this.#phasesOf[first] = phases;
    }
    return this.#countOf[first] === count && this.#phasesOf[first] === phases;
  }
}
