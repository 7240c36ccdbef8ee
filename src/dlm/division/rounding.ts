/**
 * From exact shares to whole steps. Each seat gets its share rounded down. The remainder is handed out step by step
 * until no seat can take one more: class after class, lowest seats first. Seats with the same obstacle take turns.
 */
import { failInvariant } from '../../base/assert.js';
import { Contention } from './contention.js';
import { addLoad, type Division } from './division.js';
import { Equals, greatestCommonDivisor } from './equals.js';
import { add, DUST, SHARE_DUST, fillIntsWith } from './numbers.js';
import { NO_OBSTACLE, obstacleTo } from './obstacle.js';
import { NO_PART } from './parts.js';
import { type SortSpace, sortByKey } from './sorting.js';
import { GROUPS, PHASES_IN, POWER, SLOTS } from './places.js';
import { beginSums, sumGroups } from './sums.js';

const END = -1;
/** Each change of a load is a new state. The count goes on from sample to sample; above this it starts again. */
const STATES_MAX = 2 ** 30;
const STEPS_MAX = 2 ** 30;
/** The bits of a rotation seed that are used: the remainder operator is slow with larger numbers. */
const SEEDS = 2 ** 31 - 1;

export class Rounding {
  readonly #division: Division;
  readonly #space: SortSpace;
  /** Per group: the full slot above it. It stays full, as loads only rise here. */
  readonly #closedBy: Int32Array;
  /** Per group: the state of the loads in which it was found to have room. */
  readonly #roomAt: Int32Array;
  #state = 0;
  /** Per slot: how many steps the seat had that took the last step of the remainder there. */
  readonly #raisedTo: Int32Array;
  /** Seats below their maximum, in the order in which they are asked. */
  #open = new Int32Array(0);
  #nextOfPart = new Int32Array(0);
  #ring = new Int32Array(0);
  #ringSize = 0;
  readonly #contention: Contention;
  readonly #equals: Equals;
  #isSimple = true;
  #seed = 0;
  /** Shift of the pattern along the ring, the place that is asked first, and the direction. */
  #turn = 0;
  #start = 0;
  #direction = 1;
  /** How far the pattern advances from one seat of the ring to the next. */
  #pace = 0;
  /** Per part (its slot, or after all slots): its first seat. END between two uses. */
  readonly #firstOfPart: Int32Array;

  constructor(division: Division, space: SortSpace) {
    this.#division = division;
    this.#space = space;
    this.#contention = new Contention(division);
    this.#equals = new Equals(division, space);
    this.#closedBy = new Int32Array(division.tree.count * GROUPS);
    this.#roomAt = new Int32Array(division.tree.count * GROUPS);
    this.#raisedTo = new Int32Array(division.tree.count * SLOTS);
    this.#firstOfPart = new Int32Array(division.tree.count * (SLOTS + GROUPS)).fill(END);
  }

  /**
   * Sets `steps` of the admitted seats to their shares rounded down, and `load` to the sums. Many shares may miss a
   * whole step by dust only. If that dust together exceeds a limit, each of them is rounded down all the same.
   */
  roundDown(): void {
    this.#roundDown(SHARE_DUST);
    if (!this.#division.isWithinCapacity(DUST)) this.#roundDown(0);
  }

  #roundDown(dust: number): void {
    const { seatCount, isAdmitted, shareOf, minOf, steps, groupOf, groupSums, load } = this.#division;
    beginSums(this.#division);
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 0) continue;
      steps[seat] = Math.max(minOf[seat] as number, Math.floor((shareOf[seat] as number) + dust));
      add(groupSums, groupOf[seat] as number, steps[seat] as number);
    }
    sumGroups(this.#division, load);
  }

  /** Hands out what remains. `classOf` per seat: lower ones are asked first. `isRepaired`: equals may differ already. */
  handOut(classOf: Int32Array, isRepaired: boolean): void {
    fillIntsWith(this.#closedBy, NO_OBSTACLE);
    fillIntsWith(this.#raisedTo, 0);
    this.#state++;
    if (this.#state > STATES_MAX) {
      this.#roomAt.fill(0);
      this.#state = 1;
    }
    const open = this.#listOpen(classOf);
    const isSimple = this.#isSimple && (open < 2 || this.#contention.isSimple(this.#open, open));
    this.#isSimple = isSimple && !isRepaired;
    const seed = this.#division.rules.rotationSeed & SEEDS;
    let block = 1;
    if (isRepaired) block = this.#equals.findAmongAll(classOf);
    else if (!isSimple) block = this.#equals.findAmong(this.#open, open, classOf);
    this.#seed = (seed / block) | 0;
    this.#rounds(open, classOf);
    if (!this.#isSimple) this.#equals.takeTurns(seed);
  }

  #fail(figure: number, what: string): never {
    const turn = `seed ${this.#seed}, turn ${this.#turn}, start ${this.#start}, pace ${this.#pace}`;
    return failInvariant(`remainder, state ${this.#state}, ${turn}: ${figure} ${what}`);
  }

  /** Starts another round only for seats that could take a step, or could when an imbalance becomes smaller. */
  #rounds(count: number, classOf: Int32Array): void {
    let open = count;
    for (let before = this.#state; open > 0 && this.#round(open, classOf); before = this.#state) {
      // A round that asks for another one has given a step: so the rounds end.
      if (this.#state === before) this.#fail(open, 'seats are asked again, and none of them rose');
      open = this.#keepOpen(open);
    }
  }

  #listOpen(classOf: Int32Array): number {
    const { seatCount, isAdmitted, steps, turnOf, groupOf } = this.#division;
    if (this.#open.length < seatCount) {
      this.#open = new Int32Array(classOf.length);
      this.#nextOfPart = new Int32Array(classOf.length);
      this.#ring = new Int32Array(classOf.length);
    }
    let open = 0;
    let masks = 0;
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 0 || !this.#mayRise(seat)) continue;
      this.#open[open++] = seat;
      masks |= 1 << ((groupOf[seat] as number) & 7);
    }
    this.#isSimple = areDisjoint(masks);
    sortByKey(this.#open, 0, open, turnOf, this.#space);
    sortByKey(this.#open, 0, open, steps, this.#space);
    sortByKey(this.#open, 0, open, classOf, this.#space);
    return open;
  }

  #keepOpen(open: number): number {
    let kept = 0;
    for (let i = 0; i < open; i++) {
      const seat = this.#open[i] as number;
      if (this.#mayRise(seat)) this.#open[kept++] = seat;
    }
    return kept;
  }

  /** Asks each open seat once. True when a seat took a step. */
  #round(open: number, classOf: Int32Array): boolean {
    const { steps } = this.#division;
    let hasRisen = false;
    for (let from = 0; from < open; ) {
      const first = this.#open[from] as number;
      const level = steps[first] as number;
      let to = from + 1;
      while (to < open && this.#isLike(this.#open[to] as number, level, classOf[first] as number, classOf)) to++;
      if (this.#shareOut(from, to)) hasRisen = true;
      from = to;
    }
    return hasRisen;
  }

  #isLike(seat: number, level: number, itsClass: number, classOf: Int32Array): boolean {
    return this.#division.steps[seat] === level && classOf[seat] === itsClass;
  }

  /**
   * The seats `#open[from..to)` have the same number of steps. The seats of each part that can take a step are asked in
   * a ring. True when a seat took a step.
   */
  #shareOut(from: number, to: number): boolean {
    if (to - from === 1) return this.#ask(this.#open[from] as number);
    const { partOf } = this.#division;
    const firstOfPart = this.#firstOfPart;
    let waiting = 0;
    for (let i = to - 1; i >= from; i--) {
      const seat = this.#open[i] as number;
      if (!this.#isOpen(seat) || !this.#hasRoom(seat)) continue;
      const part = this.#indexOf(partOf[seat] as number);
      this.#nextOfPart[seat] = firstOfPart[part] as number;
      firstOfPart[part] = seat;
      waiting++;
    }
    let hasRisen = false;
    for (let i = from; i < to; i++) {
      const seat = this.#open[i] as number;
      const part = this.#indexOf(partOf[seat] as number);
      if (firstOfPart[part] !== seat) continue;
      firstOfPart[part] = END;
      if (this.#askRing(seat, partOf[seat] as number)) hasRisen = true;
      waiting -= this.#ringSize;
    }
    if (waiting !== 0) this.#fail(waiting, 'seats are in no ring that was asked');
    return hasRisen;
  }

  #indexOf(part: number): number {
    return part > NO_PART ? part : this.#raisedTo.length - 2 - part;
  }

  /**
   * Gives `given` of the `size` seats in the ring a step, by Bresenham's line. The pattern moves on with each seed. So
   * after any number of seeds no seat is more than one step ahead, and neighbours in the tree are not served together.
   * A seat that its own fuse refuses leaves its step to the others. Each cycle of the pattern starts elsewhere and goes
   * the other way round, so that it is not always the same seat that is refused.
   */
  #askRing(first: number, part: number): boolean {
    let size = 0;
    for (let seat = first; seat !== END; seat = this.#nextOfPart[seat] as number) this.#ring[size++] = seat;
    this.#ringSize = size;
    if (size === 1) return this.#ask(first);
    const left = this.#stepsFor(part, this.#division.groupOf[first] as number);
    if (!(left >= 0)) this.#fail(left, 'steps are left for a ring');
    const given = left % size;
    const cycle = (size / greatestCommonDivisor(given, size)) | 0;
    const cycles = (this.#seed / cycle) | 0;
    this.#turn = this.#seed % size;
    this.#start = cycles % size;
    this.#direction = cycles % 2 === 0 ? 1 : size - 1;
    this.#pace = cycles % 2 === 0 ? given : size - given;
    const chosenRose = given > 0 && this.#askRound(size, given, true);
    return this.#askRound(size, given, false) || chosenRose;
  }

  /** Asks round the ring once: the seats that the pattern chooses, or the others. True when a seat took a step. */
  #askRound(size: number, given: number, isChosen: boolean): boolean {
    let hasRisen = false;
    let place = this.#start;
    let pattern = (((place + this.#turn) % size) * given) % size;
    for (let i = 0; i < size; i++) {
      const isItsTurn = pattern < given;
      if (isItsTurn === isChosen && this.#ask(this.#ring[place] as number)) hasRisen = true;
      place += this.#direction;
      if (place >= size) place -= size;
      pattern += this.#pace;
      if (pattern >= size) pattern -= size;
    }
    return hasRisen;
  }

  /** Steps that are left for the ring: at its full slot, or at the scarcest slot on the way up. */
  #stepsFor(part: number, group: number): number {
    const { capacity, load } = this.#division;
    if (this.#isSimple || part <= NO_PART || part % SLOTS === POWER) return this.#stepsAbove(group);
    return Math.floor((capacity[part] as number) - (load[part] as number) + DUST);
  }

  #stepsAbove(group: number): number {
    const { tree, capacity, load, hasPower } = this.#division;
    const slots = hasPower ? SLOTS : POWER;
    let least = STEPS_MAX;
    for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
      for (let kind = 0; kind < slots; kind++) {
        const slot = circuit * SLOTS + kind;
        if (kind < POWER && ((group >> kind) & 1) === 0) continue;
        if (this.#isSimple && !this.#contention.hasTooLittle(slot)) continue;
        const phases = kind === POWER ? Math.max(1, PHASES_IN[group & 7] as number) : 1;
        least = Math.min(least, ((capacity[slot] as number) - (load[slot] as number)) / phases);
      }
    }
    return Math.floor(least + DUST);
  }

  #ask(seat: number): boolean {
    const group = this.#division.groupOf[seat] as number;
    if (!this.#isOpen(seat) || !this.#findRoom(group)) return false;
    this.#raise(seat);
    return true;
  }

  /** True when the seat is below its maximum and no slot above it is full. */
  #isOpen(seat: number): boolean {
    const { groupOf, steps, maxOf } = this.#division;
    return this.#closedBy[groupOf[seat] as number] === NO_OBSTACLE && (steps[seat] as number) < (maxOf[seat] as number);
  }

  /** True when the seat can take a step now, or could when an imbalance becomes smaller. */
  #mayRise(seat: number): boolean {
    return this.#isOpen(seat) && (this.#hasRoom(seat) || this.#isOpen(seat));
  }

  /** True when there is room for a step. The answer holds for the whole group until a load changes. */
  #hasRoom(seat: number): boolean {
    const group = this.#division.groupOf[seat] as number;
    if (this.#roomAt[group] === this.#state) return true;
    const hasRoom = this.#findRoom(group);
    if (hasRoom) this.#roomAt[group] = this.#state;
    return hasRoom;
  }

  #findRoom(group: number): boolean {
    const obstacle = obstacleTo(this.#division, group, 1);
    if (obstacle >= 0) this.#closedBy[group] = obstacle;
    return obstacle === NO_OBSTACLE;
  }

  /** What keeps the group from one more step. Call after the remainder was handed out. */
  obstacleOf(group: number): number {
    const full = this.#closedBy[group] as number;
    return full === NO_OBSTACLE ? obstacleTo(this.#division, group, 1) : full;
  }

  #raise(seat: number): void {
    this.#state++;
    const { groupOf, steps, maxOf, tree } = this.#division;
    const group = groupOf[seat] as number;
    const raised = (steps[seat] as number) + 1;
    if (raised > (maxOf[seat] as number)) this.#fail(seat, 'is a seat that is raised above its maximum');
    steps[seat] = raised;
    addLoad(this.#division, group, 1);
    for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
      const slot = circuit * SLOTS;
      if (group & 1) this.#raisedTo[slot] = raised;
      if (group & 2) this.#raisedTo[slot + 1] = raised;
      if (group & 4) this.#raisedTo[slot + 2] = raised;
      this.#raisedTo[slot + POWER] = raised;
    }
  }

  /** True when another seat at this slot has one step more only because its turn came first. */
  isRemainder(seat: number, slot: number): boolean {
    return this.#raisedTo[slot] === (this.#division.steps[seat] as number) + 1;
  }
}

/** True when no phase is in two of the masks. Bit m of `masks` stands for mask m. */
function areDisjoint(masks: number): boolean {
  let seen = 0;
  for (let mask = 1; mask < GROUPS; mask++) {
    if (((masks >> mask) & 1) === 0) continue;
    if (seen & mask) return false;
    seen |= mask;
  }
  return true;
}
