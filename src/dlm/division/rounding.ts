/**
 * From exact shares to whole steps: everybody has its share rounded down; what remains is handed out step by step, class
 * after class, the lowest first, and among those who shared the same obstacle by turns, until nobody can take one more.
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
/** States of the loads are counted on from sample to sample, as far as there is room for those of one more. */
const STATES_MAX = 2 ** 30;
const STEPS_MAX = 2 ** 30;
/** Bits of a rotation seed that count: remainders of larger numbers are slow. */
const SEEDS = 2 ** 31 - 1;

export class Rounding {
  readonly #division: Division;
  readonly #space: SortSpace;
  /** Per group: the slot above it that is full, for good, as loads only rise here. */
  readonly #closedBy: Int32Array;
  /** Per group: in which state of the loads it was found to have room. */
  readonly #roomAt: Int32Array;
  #state = 0;
  /** Per slot: how many steps somebody there had after the last step of the remainder. */
  readonly #raisedTo: Int32Array;
  /** Candidates below their maximum, in the order in which they are asked. */
  #open = new Int32Array(0);
  #nextOfPart = new Int32Array(0);
  #ring = new Int32Array(0);
  #ringSize = 0;
  readonly #contention: Contention;
  readonly #equals: Equals;
  #isSimple = true;
  #seed = 0;
  /** How far the pattern of the ring has moved, where it is asked first, and which way round. */
  #turn = 0;
  #start = 0;
  #direction = 1;
  /** By how much the pattern goes on from one of the ring to the next. */
  #pace = 0;
  /** Per part (its slot, or what follows all slots); all END between two uses. */
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
   * Sets `steps` of the admitted to their shares rounded down, and `load` to the sums. Where many miss a whole step by dust
   * only, that dust together can be more than a limit carries: then each of them is rounded down all the same.
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

  /** Another one only for those who could take a step, or whom an imbalance held that may have become smaller. */
  #rounds(count: number, classOf: Int32Array): void {
    let open = count;
    for (let before = this.#state; open > 0 && this.#round(open, classOf); before = this.#state) {
      // A round after which another one is asked for has given a step: so the rounds end.
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

  /** Asks everybody once. True when somebody took a step. */
  #round(open: number, classOf: Int32Array): boolean {
    const { steps } = this.#division;
    let someoneRose = false;
    for (let from = 0; from < open; ) {
      const first = this.#open[from] as number;
      const level = steps[first] as number;
      let to = from + 1;
      while (to < open && this.#isLike(this.#open[to] as number, level, classOf[first] as number, classOf)) to++;
      if (this.#shareOut(from, to)) someoneRose = true;
      from = to;
    }
    return someoneRose;
  }

  #isLike(seat: number, level: number, itsClass: number, classOf: Int32Array): boolean {
    return this.#division.steps[seat] === level && classOf[seat] === itsClass;
  }

  /**
   * Candidates `#open[from..to)` have the same: those of each part who can take a step, in a ring that starts elsewhere each
   * time.
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
    let someoneRose = false;
    for (let i = from; i < to; i++) {
      const seat = this.#open[i] as number;
      const part = this.#indexOf(partOf[seat] as number);
      if (firstOfPart[part] !== seat) continue;
      firstOfPart[part] = END;
      if (this.#askRing(seat, partOf[seat] as number)) someoneRose = true;
      waiting -= this.#ringSize;
    }
    if (waiting !== 0) this.#fail(waiting, 'seats are in no ring that was asked');
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

  /** Once round the ring: those whose turn it is, or the others. */
  #askRound(size: number, given: number, isChosen: boolean): boolean {
    let someoneRose = false;
    let place = this.#start;
    let pattern = (((place + this.#turn) % size) * given) % size;
    for (let i = 0; i < size; i++) {
      const isItsTurn = pattern < given;
      if (isItsTurn === isChosen && this.#ask(this.#ring[place] as number)) someoneRose = true;
      place += this.#direction;
      if (place >= size) place -= size;
      pattern += this.#pace;
      if (pattern >= size) pattern -= size;
    }
    return someoneRose;
  }

  /** How many steps there are for the ring: what the phase of a circuit has left, or the scarcest on the way up. */
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

  /** Below its maximum, and no slot above it is full. */
  #isOpen(seat: number): boolean {
    const { groupOf, steps, maxOf } = this.#division;
    return this.#closedBy[groupOf[seat] as number] === NO_OBSTACLE && (steps[seat] as number) < (maxOf[seat] as number);
  }

  /** Now, or when an imbalance that holds it has become smaller. */
  #mayRise(seat: number): boolean {
    return this.#isOpen(seat) && (this.#hasRoom(seat) || this.#isOpen(seat));
  }

  /** The same for all of a group, while nobody takes a step. */
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

  /** What keeps the group from one more step, after all was handed out. */
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

  /** True when somebody has one step more than the candidate only because it came first at this slot. */
  isRemainder(seat: number, slot: number): boolean {
    return this.#raisedTo[slot] === (this.#division.steps[seat] as number) + 1;
  }
}

/** No phase is in two of the masks, of which bit m stands for mask m. */
function areDisjoint(masks: number): boolean {
  let seen = 0;
  for (let mask = 1; mask < GROUPS; mask++) {
    if (((masks >> mask) & 1) === 0) continue;
    if (seen & mask) return false;
    seen |= mask;
  }
  return true;
}
