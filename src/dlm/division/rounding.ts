/**
 * From exact shares to whole steps: everybody has its share rounded down; what remains is handed out step by step, class
 * after class, the lowest first, and among those who shared the same obstacle by turns, until nobody can take one more.
 */
import { addToOwnCircuit, sumUpwards } from './admission.js';
import { addLoad, type Division, GROUPS, POWER, SLOTS } from './division.js';
import { at, byteAt, intAt, DUST } from './numbers.js';
import { NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { NO_PART } from './parts.js';
import { type SortSpace, sortByKey } from './sorting.js';

const END = -1;

export class Rounding {
  readonly #division: Division;
  readonly #space: SortSpace;
  /** Per group: a slot above it is full, for good, as loads only rise here. */
  readonly #isClosed: Uint8Array;
  /** Per slot: how many steps somebody there had after the last step of the remainder. */
  readonly #raisedTo: Int32Array;
  /** Candidates below their maximum, in the order in which they are asked. */
  #open = new Int32Array(0);
  #nextOfPart = new Int32Array(0);
  #taken = new Int32Array(0);
  /** Per part (its slot, or what follows all slots); all END between two uses. */
  readonly #firstOfPart: Int32Array;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#isClosed = new Uint8Array(division.tree.count * GROUPS);
    this.#raisedTo = new Int32Array(division.tree.count * SLOTS);
    this.#firstOfPart = new Int32Array(division.tree.count * (SLOTS + GROUPS)).fill(END);
  }

  /** Sets `steps` of the admitted to their shares rounded down, and `load` to the sums. */
  roundDown(): void {
    const { seatCount, isAdmitted, shareOf, steps, groupOf, load, tree } = this.#division;
    load.fill(0);
    for (let seat = 0; seat < seatCount; seat++) {
      if (byteAt(isAdmitted, seat) === 0) continue;
      steps[seat] = Math.floor(at(shareOf, seat) + DUST);
      addToOwnCircuit(load, intAt(groupOf, seat), intAt(steps, seat));
    }
    sumUpwards(tree, load);
  }

  /** Hands out what remains. `classOf` per seat: lower ones are asked first. */
  handOut(classOf: Int32Array): void {
    this.#isClosed.fill(0);
    this.#raisedTo.fill(0);
    let open = this.#listOpen(classOf);
    // Another round only for those who could take a step, or whom an imbalance held that may have become smaller.
    while (open > 0 && this.#round(open, classOf)) open = this.#keepOpen(open);
  }

  #listOpen(classOf: Int32Array): number {
    const { seatCount, isAdmitted, steps, maxOf, turnOf } = this.#division;
    if (this.#open.length < seatCount) {
      this.#open = new Int32Array(classOf.length);
      this.#nextOfPart = new Int32Array(classOf.length);
      this.#taken = new Int32Array(classOf.length);
    }
    let open = 0;
    for (let seat = 0; seat < seatCount; seat++) {
      if (byteAt(isAdmitted, seat) === 1 && intAt(steps, seat) < intAt(maxOf, seat)) this.#open[open++] = seat;
    }
    sortByKey(this.#open, 0, open, turnOf, this.#space);
    sortByKey(this.#open, 0, open, steps, this.#space);
    sortByKey(this.#open, 0, open, classOf, this.#space);
    return open;
  }

  #keepOpen(open: number): number {
    const { steps, maxOf, groupOf } = this.#division;
    let kept = 0;
    for (let i = 0; i < open; i++) {
      const seat = intAt(this.#open, i);
      const isOpen = byteAt(this.#isClosed, intAt(groupOf, seat)) === 0 && intAt(steps, seat) < intAt(maxOf, seat);
      if (isOpen) this.#open[kept++] = seat;
    }
    return kept;
  }

  /** Asks everybody once. True when somebody took a step. */
  #round(open: number, classOf: Int32Array): boolean {
    const { steps } = this.#division;
    let someoneRose = false;
    for (let from = 0; from < open; ) {
      const first = intAt(this.#open, from);
      const level = intAt(steps, first);
      let to = from + 1;
      while (to < open && this.#isLike(intAt(this.#open, to), level, intAt(classOf, first), classOf)) to++;
      if (this.#shareOut(from, to)) someoneRose = true;
      from = to;
    }
    return someoneRose;
  }

  #isLike(seat: number, level: number, itsClass: number, classOf: Int32Array): boolean {
    return intAt(this.#division.steps, seat) === level && intAt(classOf, seat) === itsClass;
  }

  /**
   * Candidates `#open[from..to)` have the same: those of each part who can take a step, in a ring that starts elsewhere each
   * time.
   */
  #shareOut(from: number, to: number): boolean {
    if (to - from === 1) return this.#ask(intAt(this.#open, from));
    const { partOf } = this.#division;
    const firstOfPart = this.#firstOfPart;
    for (let i = to - 1; i >= from; i--) {
      const seat = intAt(this.#open, i);
      if (!this.#canRise(seat)) continue;
      const part = this.#indexOf(intAt(partOf, seat));
      this.#nextOfPart[seat] = intAt(firstOfPart, part);
      firstOfPart[part] = seat;
    }
    let someoneRose = false;
    for (let i = from; i < to; i++) {
      const seat = intAt(this.#open, i);
      const part = this.#indexOf(intAt(partOf, seat));
      if (intAt(firstOfPart, part) !== seat) continue;
      firstOfPart[part] = END;
      if (this.#askRing(seat)) someoneRose = true;
    }
    return someoneRose;
  }

  #indexOf(part: number): number {
    return part > NO_PART ? part : this.#raisedTo.length - 2 - part;
  }

  #askRing(first: number): boolean {
    let size = 0;
    for (let seat = first; seat !== END; seat = intAt(this.#nextOfPart, seat)) size++;
    let start = first;
    for (let i = this.#startOf(first, size); i > 0; i--) start = intAt(this.#nextOfPart, start);
    let someoneRose = false;
    for (let seat = start; seat !== END; seat = intAt(this.#nextOfPart, seat)) if (this.#ask(seat)) someoneRose = true;
    for (let seat = first; seat !== start; seat = intAt(this.#nextOfPart, seat))
      if (this.#ask(seat)) someoneRose = true;
    return someoneRose;
  }

  /**
   * Where the ring starts. With `given` steps for `size` candidates each turn begins where the last one ended, so that after
   * any number of turns nobody is more than one step ahead (Bresenham's line).
   */
  #startOf(first: number, size: number): number {
    const given = this.#tryRing(first) % size;
    return ((this.#division.rules.rotationSeed % size) * given) % size;
  }

  /** How many of the ring can take a step. */
  #tryRing(first: number): number {
    const { groupOf, steps, maxOf } = this.#division;
    let taken = 0;
    for (let seat = first; seat !== END; seat = intAt(this.#nextOfPart, seat)) {
      const group = intAt(groupOf, seat);
      if (intAt(steps, seat) === intAt(maxOf, seat) || obstacleTo(this.#division, group, 1) !== NO_OBSTACLE) continue;
      addLoad(this.#division, group, 1);
      this.#taken[taken++] = group;
    }
    for (let i = 0; i < taken; i++) addLoad(this.#division, intAt(this.#taken, i), -1);
    return taken;
  }

  #ask(seat: number): boolean {
    const canRise = this.#canRise(seat);
    if (canRise) this.#raise(seat);
    return canRise;
  }

  #canRise(seat: number): boolean {
    const { groupOf, steps, maxOf } = this.#division;
    const group = intAt(groupOf, seat);
    if (byteAt(this.#isClosed, group) === 1 || intAt(steps, seat) === intAt(maxOf, seat)) return false;
    const obstacle = obstacleTo(this.#division, group, 1);
    if (obstacle >= 0) this.#isClosed[group] = 1;
    return obstacle === NO_OBSTACLE;
  }

  #raise(seat: number): void {
    const { groupOf, steps, tree } = this.#division;
    const group = intAt(groupOf, seat);
    steps[seat] = intAt(steps, seat) + 1;
    addLoad(this.#division, group, 1);
    for (let circuit = group >> 3; circuit !== -1; circuit = intAt(tree.parentOf, circuit)) {
      for (let p = 0; p < POWER; p++) if ((group >> p) & 1) this.#raisedTo[circuit * SLOTS + p] = intAt(steps, seat);
      this.#raisedTo[circuit * SLOTS + POWER] = intAt(steps, seat);
    }
  }

  /** True when somebody has one step more than the candidate only because it came first at this slot. */
  isRemainder(seat: number, slot: number): boolean {
    return intAt(this.#raisedTo, slot) === intAt(this.#division.steps, seat) + 1;
  }
}
