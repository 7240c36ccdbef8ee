/**
 * From exact shares to whole steps: everybody has its share rounded down; what remains is handed out step by step, class
 * after class, the lowest first, and among those who shared the same obstacle by turns, until nobody can take one more.
 */
import { addToOwnCircuit, sumUpwards } from './admission.js';
import { addLoad, type Division } from './division.js';
import { at, byteAt, intAt, DUST, SHARE_DUST } from './numbers.js';
import { NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { NO_PART } from './parts.js';
import { type SortSpace, sortByKey } from './sorting.js';
import { GROUPS, POWER, SLOTS } from './places.js';

const END = -1;

export class Rounding {
  readonly #division: Division;
  readonly #space: SortSpace;
  /** Per group: the slot above it that is full, for good, as loads only rise here. */
  readonly #closedBy: Int32Array;
  /** Per group: at which look it was found to have room, or none. */
  readonly #roomAt: Int32Array;
  readonly #noRoomAt: Int32Array;
  #look = 0;
  /** Per slot: how many steps somebody there had after the last step of the remainder. */
  readonly #raisedTo: Int32Array;
  /** Candidates below their maximum, in the order in which they are asked. */
  #open = new Int32Array(0);
  #nextOfPart = new Int32Array(0);
  #ring = new Int32Array(0);
  /** How far the pattern of the ring has moved, where it is asked first, and which way round. */
  #turn = 0;
  #start = 0;
  #direction = 1;
  #taken = new Int32Array(0);
  /** Per part (its slot, or what follows all slots); all END between two uses. */
  readonly #firstOfPart: Int32Array;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#closedBy = new Int32Array(division.tree.count * GROUPS);
    this.#roomAt = new Int32Array(division.tree.count * GROUPS);
    this.#noRoomAt = new Int32Array(division.tree.count * GROUPS);
    this.#raisedTo = new Int32Array(division.tree.count * SLOTS);
    this.#firstOfPart = new Int32Array(division.tree.count * (SLOTS + GROUPS)).fill(END);
  }

  /**
   * Sets `steps` of the admitted to their shares rounded down, and `load` to the sums. Where many miss a whole step by dust
   * only, that dust together can be more than a limit carries: then each of them is rounded down all the same.
   */
  roundDown(): void {
    this.#roundDown(SHARE_DUST);
    if (!this.#division.isWithinCapacity(DUST)) this.#roundDown(0);
  }

  #roundDown(dust: number): void {
    const { seatCount, isAdmitted, shareOf, minOf, steps, groupOf, load, tree } = this.#division;
    load.fill(0);
    for (let seat = 0; seat < seatCount; seat++) {
      if (byteAt(isAdmitted, seat) === 0) continue;
      steps[seat] = Math.max(intAt(minOf, seat), Math.floor(at(shareOf, seat) + dust));
      addToOwnCircuit(load, intAt(groupOf, seat), intAt(steps, seat));
    }
    sumUpwards(tree, load);
  }

  /** Hands out what remains. `classOf` per seat: lower ones are asked first. */
  handOut(classOf: Int32Array): void {
    this.#closedBy.fill(NO_OBSTACLE);
    this.#roomAt.fill(0);
    this.#noRoomAt.fill(0);
    this.#look = 0;
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
      this.#ring = new Int32Array(classOf.length);
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
    let kept = 0;
    for (let i = 0; i < open; i++) {
      const seat = intAt(this.#open, i);
      if (this.#isOpen(seat)) this.#open[kept++] = seat;
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
    this.#look++;
    for (let i = to - 1; i >= from; i--) {
      const seat = intAt(this.#open, i);
      if (!this.#isOpen(seat) || !this.#hasRoom(seat)) continue;
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
      if (this.#askRing(seat, intAt(partOf, seat))) someoneRose = true;
    }
    return someoneRose;
  }

  #indexOf(part: number): number {
    return part > NO_PART ? part : this.#raisedTo.length - 2 - part;
  }

  /**
   * Of `size` candidates so many get a step: every so-many-th, and the pattern moves on with each seed, so that after any
   * number of seeds nobody is more than one step ahead, and neighbours in the tree are not served together (Bresenham's
   * line). Whoever is refused by a fuse of its own leaves its step to the others; each cycle of the pattern asks from another
   * start and the other way round: nobody is always the one refused.
   */
  #askRing(first: number, part: number): boolean {
    let size = 0;
    for (let seat = first; seat !== END; seat = intAt(this.#nextOfPart, seat)) this.#ring[size++] = seat;
    if (size === 1) return this.#ask(first);
    const { rotationSeed } = this.#division.rules;
    const given = this.#stepsFor(part, size) % size;
    const cycle = size / greatestCommonDivisor(given, size);
    const cycles = Math.floor(rotationSeed / cycle);
    this.#turn = rotationSeed % size;
    this.#start = cycles % size;
    this.#direction = cycles % 2 === 0 ? 1 : size - 1;
    const chosenRose = this.#askRound(size, given, true);
    return this.#askRound(size, given, false) || chosenRose;
  }

  /** Once round the ring: those whose turn it is, or the others. */
  #askRound(size: number, given: number, isChosen: boolean): boolean {
    let someoneRose = false;
    let place = this.#start;
    for (let i = 0; i < size; i++) {
      const turn = place + this.#turn;
      const isItsTurn = ((turn < size ? turn : turn - size) * given) % size < given;
      if (isItsTurn === isChosen && this.#ask(intAt(this.#ring, place))) someoneRose = true;
      place += this.#direction;
      if (place >= size) place -= size;
    }
    return someoneRose;
  }

  /** How many steps there are for the ring: what the phase of a circuit has left; where several limits decide, by trying. */
  #stepsFor(part: number, size: number): number {
    const { capacity, load } = this.#division;
    if (part <= NO_PART || part % SLOTS === POWER) return this.#countTakers(size);
    return Math.floor(at(capacity, part) - at(load, part) + DUST);
  }

  /** How many of the ring can take a step. */
  #countTakers(size: number): number {
    const { groupOf } = this.#division;
    const look = ++this.#look;
    let takers = 0;
    for (let i = 0; i < size; i++) {
      const group = intAt(groupOf, intAt(this.#ring, i));
      if (intAt(this.#noRoomAt, group) === look) continue;
      if (obstacleTo(this.#division, group, 1) === NO_OBSTACLE) {
        addLoad(this.#division, group, 1);
        this.#taken[takers++] = group;
      } else {
        this.#noRoomAt[group] = look;
      }
    }
    for (let i = 0; i < takers; i++) addLoad(this.#division, intAt(this.#taken, i), -1);
    return takers;
  }

  #ask(seat: number): boolean {
    const group = intAt(this.#division.groupOf, seat);
    if (!this.#isOpen(seat) || !this.#findRoom(group)) return false;
    this.#raise(seat);
    return true;
  }

  /** Below its maximum, and no slot above it is full. */
  #isOpen(seat: number): boolean {
    const { groupOf, steps, maxOf } = this.#division;
    return intAt(this.#closedBy, intAt(groupOf, seat)) === NO_OBSTACLE && intAt(steps, seat) < intAt(maxOf, seat);
  }

  /** The same for all of a group, while nobody takes a step. */
  #hasRoom(seat: number): boolean {
    const group = intAt(this.#division.groupOf, seat);
    if (intAt(this.#roomAt, group) === this.#look) return true;
    const hasRoom = this.#findRoom(group);
    if (hasRoom) this.#roomAt[group] = this.#look;
    return hasRoom;
  }

  #findRoom(group: number): boolean {
    const obstacle = obstacleTo(this.#division, group, 1);
    if (obstacle >= 0) this.#closedBy[group] = obstacle;
    return obstacle === NO_OBSTACLE;
  }

  /** What keeps the group from one more step, after all was handed out. */
  obstacleOf(group: number): number {
    const full = intAt(this.#closedBy, group);
    return full === NO_OBSTACLE ? obstacleTo(this.#division, group, 1) : full;
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

function greatestCommonDivisor(a: number, b: number): number {
  return a === 0 ? b : greatestCommonDivisor(b % a, a);
}
