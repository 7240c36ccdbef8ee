/**
 * Parts: full slots that belong together, by union-find. They filled up at the same level and hold a seat in common.
 */
import { failInvariant } from '../../base/assert.js';
import { SHARE_DUST, fillWith } from './numbers.js';

/** The part of a seat that has its maximum. */
export const NO_PART = -1;

const NEVER = -1;

export class Parts {
  readonly #leader: Int32Array;
  readonly #fullAt: Float64Array;
  readonly #isUnited: Uint8Array;
  #lastLevel = NEVER;
  /** True when two slots filled up at the same level. */
  hasTies = false;

  constructor(slots: number) {
    this.#leader = new Int32Array(slots);
    this.#fullAt = new Float64Array(slots);
    this.#isUnited = new Uint8Array(slots);
  }

  clear(): void {
    fillWith(this.#fullAt, NEVER);
    this.#lastLevel = NEVER;
    this.hasTies = false;
  }

  addFull(slot: number, level: number): void {
    if (this.#fullAt[slot] !== NEVER) return;
    this.#leader[slot] = slot;
    this.#fullAt[slot] = level;
    this.#isUnited[slot] = 0;
    if (!(level >= this.#lastLevel)) this.#fail(slot, 'is full again, at a lower level');
    if (level - this.#lastLevel < SHARE_DUST) this.hasTies = true;
    this.#lastLevel = level;
  }

  /** The part of a full slot: the slot itself, or -2 - (one of its slots) for several that belong together. */
  partOf(slot: number): number {
    if (this.#fullAt[slot] === NEVER) this.#fail(slot, 'holds a seat and is not full');
    const leader = this.#find(slot);
    return this.#isUnited[leader] === 1 ? -2 - leader : leader;
  }

  #find(slot: number): number {
    let leader = slot;
    while (this.#leader[leader] !== leader) leader = this.#leader[leader] as number;
    this.#leader[slot] = leader;
    return leader;
  }

  uniteIfFullAt(slot: number, level: number, other: number): void {
    if (slot === other || Math.abs((this.#fullAt[slot] as number) - level) >= SHARE_DUST) return;
    const leader = this.#find(other);
    this.#leader[this.#find(slot)] = leader;
    this.#isUnited[leader] = 1;
  }

  #fail(slot: number, what: string): never {
    return failInvariant(`slot ${slot}, full at ${this.#fullAt[slot]}, ${what}; the last one at ${this.#lastLevel}`);
  }
}
