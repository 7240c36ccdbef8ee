/**
 * Turns among seats that are alike, where the remainder cannot go round by itself. For a block of seeds it is handed
 * out the same way. Within the block the seats of a kind change places, so that at its end each has had the same.
 */
import { failInvariant } from '../../base/assert.js';
import type { Division } from './division.js';
import { addInt } from './numbers.js';
import { GROUPS } from './places.js';
import { type SortSpace, sortByKey } from './sorting.js';

/**
 * Seeds in a block at most. Where the common multiple of the sizes is larger, some seats wait for more than one block.
 */
const BLOCK_MAX = 2520;
const NONE = -1;

export class Equals {
  readonly #division: Division;
  readonly #space: SortSpace;
  #seats = new Int32Array(0);
  #count = 0;
  #kindOf = new Int32Array(0);
  /** Per kind, as found: how many seats it has, their steps together, and how many seats had their turn. */
  #kinds = 0;
  #sizeOf = new Int32Array(0);
  #stepsOf = new Int32Array(0);
  #placeOf = new Int32Array(0);
  /** 1: a seat of the kind is below its maximum. Else the kind takes no turns. */
  #isOpen = new Uint8Array(0);
  /** A seat of each kind, and the next kind of the same group. Per group the first kind; NONE between two uses. */
  #sampleOf = new Int32Array(0);
  #nextOf = new Int32Array(0);
  readonly #firstOf: Int32Array;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#firstOf = new Int32Array(division.tree.count * GROUPS).fill(NONE);
  }

  /**
   * Finds the kinds among the open seats `open[0..count)`, in the order of turns. Returns how many seeds a block has.
   */
  findAmong(open: Int32Array, count: number, classOf: Int32Array): number {
    this.#reserve(classOf.length);
    for (let i = 0; i < count; i++) this.#seats[i] = open[i] as number;
    this.#count = count;
    return this.#find(classOf);
  }

  /** Finds the kinds among all admitted seats, whatever they have. Returns how many seeds a block has. */
  findAmongAll(classOf: Int32Array): number {
    const { seatCount, isAdmitted, turnOf } = this.#division;
    this.#reserve(classOf.length);
    this.#count = 0;
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 1) this.#seats[this.#count++] = seat;
    }
    sortByKey(this.#seats, 0, this.#count, turnOf, this.#space);
    return this.#find(classOf);
  }

  #reserve(size: number): void {
    if (this.#seats.length >= size) return;
    this.#seats = new Int32Array(size);
    this.#kindOf = new Int32Array(size);
    this.#sizeOf = new Int32Array(size);
    this.#isOpen = new Uint8Array(size);
    this.#stepsOf = new Int32Array(size);
    this.#placeOf = new Int32Array(size);
    this.#sampleOf = new Int32Array(size);
    this.#nextOf = new Int32Array(size);
  }

  #find(classOf: Int32Array): number {
    const { groupOf } = this.#division;
    this.#kinds = 0;
    for (let i = 0; i < this.#count; i++) this.#add(this.#seats[i] as number, classOf);
    let block = 1;
    for (let kind = 0; kind < this.#kinds; kind++) {
      const size = this.#sizeOf[kind] as number;
      this.#firstOf[groupOf[this.#sampleOf[kind] as number] as number] = NONE;
      if (this.#isOpen[kind] === 0) this.#sizeOf[kind] = 1;
      if (this.#sizeOf[kind] === 1) continue;
      this.#stepsOf[kind] = 0;
      this.#placeOf[kind] = 0;
      const longer = block % size === 0 ? block : ((block / greatestCommonDivisor(block, size)) | 0) * size;
      if (longer <= BLOCK_MAX) block = longer;
    }
    if (!(block >= 1 && block <= BLOCK_MAX)) failInvariant(`a block of ${block} seeds, of ${this.#kinds} kinds`);
    if (block > 1) this.#dropSingle();
    else this.#count = 0;
    return block;
  }

  #dropSingle(): void {
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#seats[i] as number;
      if ((this.#sizeOf[this.#kindOf[seat] as number] as number) > 1) this.#seats[kept++] = seat;
    }
    this.#count = kept;
  }

  #add(seat: number, classOf: Int32Array): void {
    const { groupOf, minOf, maxOf, steps } = this.#division;
    const group = groupOf[seat] as number;
    let kind = this.#firstOf[group] as number;
    while (kind !== NONE) {
      const like = this.#sampleOf[kind] as number;
      const isAlike = maxOf[like] === maxOf[seat] && minOf[like] === minOf[seat];
      if (isAlike && classOf[like] === classOf[seat]) break;
      kind = this.#nextOf[kind] as number;
    }
    if (kind === NONE) kind = this.#addKind(seat, group);
    this.#kindOf[seat] = kind;
    addInt(this.#sizeOf, kind, 1);
    if ((steps[seat] as number) < (maxOf[seat] as number)) this.#isOpen[kind] = 1;
  }

  #addKind(seat: number, group: number): number {
    const kind = this.#kinds++;
    this.#sampleOf[kind] = seat;
    this.#sizeOf[kind] = 0;
    this.#isOpen[kind] = 0;
    this.#nextOf[kind] = this.#firstOf[group] as number;
    this.#firstOf[group] = kind;
    return kind;
  }

  /**
   * Shares out what each kind has together. The steps that remain go round within the kind, on by one with each seed.
   */
  takeTurns(seed: number): void {
    const { steps } = this.#division;
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#seats[i] as number;
      addInt(this.#stepsOf, this.#kindOf[seat] as number, steps[seat] as number);
    }
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#seats[i] as number;
      const kind = this.#kindOf[seat] as number;
      const size = this.#sizeOf[kind] as number;
      const more = (this.#stepsOf[kind] as number) % size;
      const first = ((seed % size) * more) % size;
      // Backwards: the last in the order of turns comes after the first.
      if (more > 0 && !(first >= 0 && first < size)) this.#fail(kind, first);
      const place = (2 * size - (this.#placeOf[kind] as number) - first) % size;
      addInt(this.#placeOf, kind, 1);
      steps[seat] = (((this.#stepsOf[kind] as number) / size) | 0) + (place < more ? 1 : 0);
    }
    this.#checkTurns();
  }

  /** Each kind has together what it had before, and each of its seats had one turn. */
  #checkTurns(): void {
    const { steps } = this.#division;
    for (let i = 0; i < this.#count; i++) {
      const seat = this.#seats[i] as number;
      addInt(this.#stepsOf, this.#kindOf[seat] as number, -(steps[seat] as number));
    }
    for (let kind = 0; kind < this.#kinds && this.#count > 0; kind++) {
      const size = this.#sizeOf[kind] as number;
      if (size > 1 && (this.#stepsOf[kind] !== 0 || this.#placeOf[kind] !== size)) this.#fail(kind, 0);
    }
  }

  #fail(kind: number, first: number): never {
    const taken = `${this.#placeOf[kind]} of ${this.#sizeOf[kind]} had their turn from ${first} on`;
    return failInvariant(
      `kind ${kind} with seat ${this.#sampleOf[kind]}: ${taken}, ${this.#stepsOf[kind]} steps are left`,
    );
  }
}

export function greatestCommonDivisor(a: number, b: number): number {
  return a === 0 ? b : greatestCommonDivisor(b % a, a);
}
