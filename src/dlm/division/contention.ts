/**
 * Whether the remainder can go round ring by ring: it can where all who want a step of one scarce slot want one of the
 * same other scarce slots too. Else a step that one slot refuses disturbs the turns at another one.
 */
import type { Division } from './division.js';
import { add, DUST, fillIntsWith } from './numbers.js';
import { PAIRS, PHASES_IN, POWER, SLOTS, laggingSlot, leadingSlot } from './places.js';
import { beginSums, sumGroups } from './sums.js';

const NONE = -1;

export class Contention {
  readonly #division: Division;
  /** Per slot: how many steps would be taken if everybody who can took one. */
  readonly #demand: Float64Array;
  /** Per scarce slot: the first scarce one of those who load it, and of that one how many go with it. */
  readonly #firstOf: Int32Array;
  readonly #countOf: Int32Array;
  /** Per slot that is the first one: the phases of those who load it, where power is scarce. */
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

  /** For candidates `open[0..count)`, each of whom can take a step now. The answer is the same for every rotation seed. */
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

  /** In the last answer, where it was yes: the slot has less than those want who load it. */
  hasTooLittle(slot: number): boolean {
    return this.#firstOf[slot] !== NONE;
  }

  /** No imbalance limit is in anybody's way. */
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

  /** The scarce slots of the group are those of all who share one of them. */
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
