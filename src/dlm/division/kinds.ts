/**
 * Kinds: seats with the same group, minimum, maximum and class. By symmetry all seats of a kind get the same exact
 * share.
 */
import { failInvariant } from '../../base/assert.js';
import type { Division } from './division.js';
import { addInt, fillIntsWith } from './numbers.js';
import { GROUPS } from './places.js';

const NONE = -1;

/** Kinds are in the order of the tree: those of a circuit and of all below it are one range. */
export class Kinds {
  count = 0;
  groupOf = new Int32Array(0);
  minOf = new Int32Array(0);
  maxOf = new Int32Array(0);
  classOf = new Int32Array(0);
  /** How many seats the kind has. */
  sizeOf = new Int32Array(0);
  /** Per seat: its kind. */
  kindOf = new Int32Array(0);
  /** Per place in the tree: its first kind. One more at the end. */
  readonly firstAt: Int32Array;
  readonly #firstOf: Int32Array;
  #nextOf = new Int32Array(0);
  /** Per kind as found: one of its seats, its size, and then its index in the order of the tree. */
  #sampleOf = new Int32Array(0);
  #foundSizeOf = new Int32Array(0);
  #standsAt = new Int32Array(0);

  constructor(circuits: number) {
    this.#firstOf = new Int32Array(circuits * GROUPS);
    this.firstAt = new Int32Array(circuits + 1);
  }

  /** Sorts all admitted seats into kinds. */
  collect(division: Division, classOf: Int32Array): void {
    const { seatCount, isAdmitted } = division;
    this.#reserve(classOf.length);
    fillIntsWith(this.#firstOf, NONE);
    this.count = 0;
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 1) this.kindOf[seat] = this.#find(division, seat, classOf);
    }
    this.#arrange(division, classOf);
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 1) this.kindOf[seat] = this.#standsAt[this.kindOf[seat] as number] as number;
    }
    this.#check(division, classOf);
  }

  /** Each admitted seat is like its kind, and each kind has as many seats as it says. */
  #check({ seatCount, isAdmitted, groupOf, minOf, maxOf }: Division, classOf: Int32Array): void {
    let seats = 0;
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 0) continue;
      seats++;
      const kind = this.kindOf[seat] as number;
      const isAlike = groupOf[seat] === this.groupOf[kind] && classOf[seat] === this.classOf[kind];
      const hasItsRange = minOf[seat] === this.minOf[kind] && maxOf[seat] === this.maxOf[kind];
      if (!(isAlike && hasItsRange && kind < this.count))
        failInvariant(`seat ${seat} is of kind ${kind} of ${this.count}`);
    }
    for (let kind = 0; kind < this.count; kind++) seats -= this.sizeOf[kind] as number;
    if (seats !== 0) failInvariant(`${this.count} kinds: ${seats} seats are in none of them`);
  }

  #find({ groupOf, minOf, maxOf }: Division, seat: number, classOf: Int32Array): number {
    const group = groupOf[seat] as number;
    for (let found = this.#firstOf[group] as number; found !== NONE; found = this.#nextOf[found] as number) {
      const like = this.#sampleOf[found] as number;
      const isAlike = minOf[like] === minOf[seat] && maxOf[like] === maxOf[seat];
      if (!isAlike || classOf[like] !== classOf[seat]) continue;
      addInt(this.#foundSizeOf, found, 1);
      return found;
    }
    const found = this.count++;
    this.#sampleOf[found] = seat;
    this.#foundSizeOf[found] = 1;
    this.#nextOf[found] = this.#firstOf[group] as number;
    this.#firstOf[group] = found;
    return found;
  }

  #arrange({ tree, minOf, maxOf }: Division, classOf: Int32Array): void {
    let kind = 0;
    for (let place = 0; place < tree.count; place++) {
      this.firstAt[place] = kind;
      const firstGroup = (tree.order[place] as number) * GROUPS;
      for (let group = firstGroup; group < firstGroup + GROUPS; group++) {
        for (let found = this.#firstOf[group] as number; found !== NONE; found = this.#nextOf[found] as number) {
          const sample = this.#sampleOf[found] as number;
          this.#standsAt[found] = kind;
          this.groupOf[kind] = group;
          this.minOf[kind] = minOf[sample] as number;
          this.maxOf[kind] = maxOf[sample] as number;
          this.classOf[kind] = classOf[sample] as number;
          this.sizeOf[kind++] = this.#foundSizeOf[found] as number;
        }
      }
    }
    this.firstAt[tree.count] = kind;
    if (kind !== this.count) failInvariant(`${kind} of ${this.count} kinds have their place in the tree`);
  }

  #reserve(size: number): void {
    if (this.kindOf.length >= size) return;
    this.groupOf = new Int32Array(size);
    this.minOf = new Int32Array(size);
    this.maxOf = new Int32Array(size);
    this.classOf = new Int32Array(size);
    this.sizeOf = new Int32Array(size);
    this.kindOf = new Int32Array(size);
    this.#nextOf = new Int32Array(size);
    this.#sampleOf = new Int32Array(size);
    this.#foundSizeOf = new Int32Array(size);
    this.#standsAt = new Int32Array(size);
  }
}
