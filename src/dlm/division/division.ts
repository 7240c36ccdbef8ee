/**
 * What is divided, as arrays that are filled anew for each sample and keep their memory: no garbage per charge point.
 * Everything in here counts steps, not amperes. A seat is a charge point that takes part. A slot is one of the three
 * phases of a circuit, or its power: what can be full. A group is a circuit and a set of grid phases: all seats of a
 * group load the same slots.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { PhaseMask } from '../../base/rotation.js';
import { type Amps, type PhaseAmps, PHASES, type Volts, type Watts } from '../../base/units.js';
import type { Parents } from '../topology.js';
import { NOMINAL_VOLTAGE_V, type SharingRule } from '../types.js';
import { DUST } from './numbers.js';
import { type FuseTree, fuseTree } from './tree.js';
import { GROUPS, PAIRS, PHASES_IN, POWER, SLOTS, laggingSlot, leadingSlot, pairOf } from './places.js';

/** No seat needs more steps, and sums of them stay exact. */
const STEPS_MAX = 2 ** 30;

export interface CircuitSample {
  readonly limitA: PhaseAmps;
  /** Load that is not divided here; negative while PV feeds in. */
  readonly backgroundA: PhaseAmps;
  readonly imbalanceLimitA?: Amps;
  /** voltageV x the sum over the phases of load and background stays within it. */
  readonly limitW?: Watts;
  /** 230 when left out. */
  readonly voltageV?: Volts;
}

export interface SeatSample {
  /** Index of the circuit. */
  readonly circuit: number;
  /** Grid order. */
  readonly phases: PhaseMask;
  readonly minA: Amps;
  readonly maxA: Amps;
  readonly priority: number;
  /** By the shortage rule: of one priority the seat with the lowest rank is served first. */
  readonly rank: number;
  /** Its turn at the remainder: a whole number from 0. Seats of one circuit have turns that follow each other. */
  readonly turn: number;
}

export interface DivisionRules {
  readonly stepA: Amps;
  readonly sharing: SharingRule;
  readonly rotationSeed: number;
}

export class Division {
  readonly tree: FuseTree;
  /** Per slot: the steps that the seats may take; infinite where there is no power limit. */
  readonly capacity: Float64Array;
  /** Per slot: the steps that the seats take. Power counts each phase. */
  readonly load: Float64Array;
  /**
   * Circuits with an imbalance limit; per ordered pair of phases, by how many steps the first may exceed the second.
   */
  readonly balanced: number[] = [];
  readonly isBalanced: Uint8Array;
  readonly lead: Float64Array;
  /** Per group: memory for sums over seats (sums.ts). */
  readonly groupSums: Float64Array;
  hasPower = false;
  rules: DivisionRules = { stepA: 1, sharing: 'equal', rotationSeed: 0 };

  #stepA: Amps = 1;
  #isWholeStep = true;
  #circuitsSet = 0;
  seatCount = 0;
  groupOf = new Int32Array(0);
  minOf = new Int32Array(0);
  maxOf = new Int32Array(0);
  priorityOf = new Float64Array(0);
  rankOf = new Float64Array(0);
  turnOf = new Int32Array(0);
  /** The answer: steps; and below the maximum what stands in the way of one more (obstacle.ts). */
  steps = new Int32Array(0);
  obstacleOf = new Int32Array(0);
  isAdmitted = new Uint8Array(0);
  /** The exact share, in steps. */
  shareOf = new Float64Array(0);
  /** Seats of one part share an obstacle and take turns at its remainder. -1 at the maximum. */
  partOf = new Int32Array(0);
  /** The first `userCount`: seats that could use current, in the order of service where that matters (admission.ts). */
  order = new Int32Array(0);
  userCount = 0;

  constructor(parents: Pick<Parents, 'parentOf' | 'root'>) {
    this.tree = fuseTree(parents);
    const { count } = this.tree;
    assert(count > 0, 'a division has no circuit');
    this.capacity = new Float64Array(count * SLOTS);
    this.load = new Float64Array(count * SLOTS);
    this.lead = new Float64Array(count * PAIRS);
    this.isBalanced = new Uint8Array(count);
    this.groupSums = new Float64Array(count * GROUPS);
  }

  /** Starts a new sample without seats. Then set all circuits, and add the seats. */
  begin(rules: DivisionRules): void {
    const { stepA, rotationSeed } = rules;
    if (!(stepA > 0 && stepA < Number.POSITIVE_INFINITY)) failInvariant(`the step is ${stepA} A`);
    if (!Number.isSafeInteger(rotationSeed)) failInvariant(`the rotation seed ${rotationSeed} is no whole number`);
    this.rules = rules;
    this.#stepA = stepA;
    this.#isWholeStep = Number.isInteger(stepA);
    this.#circuitsSet = 0;
    this.seatCount = 0;
    // Setting the length calls into the engine even when it changes nothing.
    if (this.balanced.length > 0) this.balanced.length = 0;
    this.hasPower = false;
  }

  /** Every circuit must be set after each `begin`, in the order of the tree's indices. */
  setCircuit(circuit: number, sample: CircuitSample): void {
    if (circuit !== this.#circuitsSet++) failInvariant(`circuit ${circuit} is set at ${this.#circuitsSet}`);
    const { limitA, backgroundA, imbalanceLimitA, limitW, voltageV } = sample;
    for (const p of PHASES) {
      this.capacity[circuit * SLOTS + p] = this.#inSteps(atLeastNothing(limitA[p] - backgroundA[p]));
    }
    const powerA = limitW === undefined ? Number.POSITIVE_INFINITY : powerCapacityA(limitW, backgroundA, voltageV);
    this.capacity[circuit * SLOTS + POWER] = this.#inSteps(powerA);
    this.hasPower ||= limitW !== undefined;
    this.isBalanced[circuit] = imbalanceLimitA === undefined ? 0 : 1;
    if (imbalanceLimitA === undefined) return;
    this.balanced.push(circuit);
    for (const p of PHASES) {
      for (const q of PHASES) {
        const leadA = Math.max(imbalanceLimitA - (backgroundA[p] - backgroundA[q]), 0);
        if (!(leadA >= 0)) failInvariant(`circuit ${circuit}: phase ${p} may lead ${q} by ${leadA} A`);
        this.lead[pairOf(circuit, p, q)] = this.#inSteps(leadA);
      }
    }
  }

  /** Adds a seat. Returns its index, under which the answer is found. */
  addSeat({ circuit, phases, minA, maxA, priority, rank, turn }: SeatSample): number {
    const seat = this.seatCount++;
    if (seat === this.groupOf.length) this.#grow();
    // The sorts need numbers: NaN would be neither before nor after anything.
    if (!(minA >= 0 && maxA + priority + rank < Number.POSITIVE_INFINITY && circuit < this.tree.count))
      failInvariant(`seat ${seat}: circuit ${circuit}, ${minA} to ${maxA} A, priority ${priority}, rank ${rank}`);
    const stepA = this.#stepA;
    this.groupOf[seat] = circuit * GROUPS + phases;
    this.minOf[seat] = Math.min(Math.ceil(minA / stepA - DUST), STEPS_MAX);
    this.maxOf[seat] = Math.min(Math.floor(maxA / stepA + DUST), STEPS_MAX);
    this.priorityOf[seat] = priority;
    this.rankOf[seat] = rank;
    this.turnOf[seat] = turn;
    return seat;
  }

  /** Fails when a circuit was not set. Call before the division. */
  assertComplete(): void {
    const { count } = this.tree;
    if (this.#circuitsSet !== count) failInvariant(`${this.#circuitsSet} of ${count} circuits are set`);
    const size = this.groupOf.length;
    if (!(this.seatCount <= size && this.order.length === size)) failInvariant(`${this.seatCount} of ${size} seats`);
  }

  isWithinCapacity(dust: number): boolean {
    for (let slot = 0; slot < this.load.length; slot++) {
      if (!((this.load[slot] as number) <= (this.capacity[slot] as number) + dust)) return false;
    }
    return true;
  }

  isWithinLead(dust: number): boolean {
    for (const circuit of this.balanced) {
      for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
        const ahead = (this.load[leadingSlot(pair)] as number) - (this.load[laggingSlot(pair)] as number);
        if (ahead > (this.lead[pair] as number) + dust) return false;
      }
    }
    return true;
  }

  /** Steps as amperes, rounded to millionths: 63 x 0.1 is 6.3, not 6.300000000000001. */
  toA(steps: number): Amps {
    if (this.#isWholeStep) return steps * this.#stepA;
    return Math.round(steps * this.rules.stepA * 1e6) / 1e6;
  }

  /** Amperes as steps; whole where only dust is missing. */
  #inSteps(amps: Amps): number {
    const steps = amps / this.#stepA;
    const whole = Math.round(steps);
    return Math.abs(steps - whole) < DUST ? whole : steps;
  }

  #grow(): void {
    const size = Math.max(16, this.groupOf.length * 2);
    this.groupOf = longer(this.groupOf, new Int32Array(size));
    this.minOf = longer(this.minOf, new Int32Array(size));
    this.maxOf = longer(this.maxOf, new Int32Array(size));
    this.priorityOf = longer(this.priorityOf, new Float64Array(size));
    this.rankOf = longer(this.rankOf, new Float64Array(size));
    this.turnOf = longer(this.turnOf, new Int32Array(size));
    this.steps = new Int32Array(size);
    this.obstacleOf = new Int32Array(size);
    this.isAdmitted = new Uint8Array(size);
    this.shareOf = new Float64Array(size);
    this.partOf = new Int32Array(size);
    this.order = new Int32Array(size);
  }
}

/** Amperes that the loads of the three phases may sum to. */
export function powerCapacityA(limitW: Watts, backgroundA: PhaseAmps, voltageV = NOMINAL_VOLTAGE_V): Amps {
  return atLeastNothing(limitW / voltageV - (backgroundA[0] + backgroundA[1] + backgroundA[2]));
}

/** A capacity that is not a number is 0. */
function atLeastNothing(amps: Amps): Amps {
  return amps > 0 ? amps : 0;
}

function longer<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/** Adds `steps` for every phase of the group to its circuit and all above it. */
export function addLoad({ tree, load, hasPower }: Division, group: number, steps: number): void {
  const mask = group & 7;
  const power = steps * (PHASES_IN[mask] as number);
  for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
    const slot = circuit * SLOTS;
    if (mask & 1) load[slot] = (load[slot] as number) + steps;
    if (mask & 2) load[slot + 1] = (load[slot + 1] as number) + steps;
    if (mask & 4) load[slot + 2] = (load[slot + 2] as number) + steps;
    if (hasPower) load[slot + POWER] = (load[slot + POWER] as number) + power;
  }
}
