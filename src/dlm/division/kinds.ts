/** Candidates that are alike (group, minimum, maximum, class) as one: by symmetry all of them get the same exact share. */
import { type Division, GROUPS } from './division.js';
import { addInt, byteAt, intAt } from './numbers.js';

const NONE = -1;

export class Kinds {
  count = 0;
  groupOf = new Int32Array(0);
  minOf = new Int32Array(0);
  maxOf = new Int32Array(0);
  classOf = new Int32Array(0);
  /** How many candidates are of the kind. */
  sizeOf = new Int32Array(0);
  /** Per seat. */
  kindOf = new Int32Array(0);
  readonly #firstOf: Int32Array;
  #nextOf = new Int32Array(0);

  constructor(circuits: number) {
    this.#firstOf = new Int32Array(circuits * GROUPS);
  }

  /** Sorts all who are admitted into kinds. */
  collect(division: Division, classOf: Int32Array): void {
    const { seatCount, isAdmitted } = division;
    this.#reserve(classOf.length);
    this.#firstOf.fill(NONE);
    this.count = 0;
    for (let seat = 0; seat < seatCount; seat++) {
      if (byteAt(isAdmitted, seat) === 1) this.kindOf[seat] = this.#kindFor(division, seat, intAt(classOf, seat));
    }
  }

  #kindFor({ groupOf, minOf, maxOf }: Division, seat: number, itsClass: number): number {
    const [group, min, max] = [intAt(groupOf, seat), intAt(minOf, seat), intAt(maxOf, seat)];
    for (let kind = intAt(this.#firstOf, group); kind !== NONE; kind = intAt(this.#nextOf, kind)) {
      const isAlike =
        intAt(this.minOf, kind) === min && intAt(this.maxOf, kind) === max && intAt(this.classOf, kind) === itsClass;
      if (!isAlike) continue;
      addInt(this.sizeOf, kind, 1);
      return kind;
    }
    const kind = this.count++;
    this.groupOf[kind] = group;
    this.minOf[kind] = min;
    this.maxOf[kind] = max;
    this.classOf[kind] = itsClass;
    this.sizeOf[kind] = 1;
    this.#nextOf[kind] = intAt(this.#firstOf, group);
    this.#firstOf[group] = kind;
    return kind;
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
  }
}
