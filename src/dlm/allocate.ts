/**
 * The division: one pure function from what every fuse can carry and every vehicle can use to a limit for each, with
 * the reason that binds it. Exact max-min shares in whole steps. Contract: docs/allocate.md.
 */
import { assert, defined } from '../base/assert.js';
import type { LimitReason } from '../base/reason.js';
import { maskToGrid, type PhaseMask, type Rotation } from '../base/rotation.js';
import { type Amps, mapPhases, type PhaseAmps, type PhaseIndex, type Watts } from '../base/units.js';
import { type CircuitSample, type Division, NOMINAL_VOLTAGE_V, powerCapacityA } from './division/division.js';
import { Divider } from './division/divider.js';
import { at, byteAt, intAt } from './division/numbers.js';
import type { Obstacle } from './division/obstacle.js';
import { buildParents } from './topology.js';
import type { SharingRule, ShortageRule } from './types.js';
import { SLOTS } from './division/places.js';

export interface AllocationCircuit extends CircuitSample {
  readonly id: string;
  readonly parent?: string;
}

export interface AllocationCandidate {
  readonly id: string;
  readonly circuit: string;
  readonly rotation: Rotation;
  /** The connector's phases that the vehicle loads. */
  readonly activePhases: PhaseMask;
  readonly minA: Amps;
  /** What the vehicle could use now, all its own limits applied. */
  readonly maxA: Amps;
  /** 1 is served first. */
  readonly priority: number;
  readonly connectedAtS: number;
  readonly chargingS: number;
}

export interface AllocationRequest {
  readonly circuits: readonly AllocationCircuit[];
  readonly chargePoints: readonly AllocationCandidate[];
  readonly stepA: Amps;
  readonly sharing: SharingRule;
  readonly shortage: ShortageRule;
  /** Decides who gets the remainder of the division; changes slowly with time. */
  readonly rotationSeed: number;
}

export interface AllocatedLimit {
  readonly limitA: Amps;
  readonly boundBy: LimitReason;
}

/** What the charge points below a circuit take, and what there is for them. */
export interface CircuitShare {
  readonly loadA: PhaseAmps;
  readonly capacityA: PhaseAmps;
  /** Where the circuit has a power limit. */
  readonly loadW?: Watts;
  readonly capacityW?: Watts;
}

export interface AllocationAnswer {
  readonly limits: ReadonlyMap<string, AllocatedLimit>;
  readonly circuits: ReadonlyMap<string, CircuitShare>;
}

/** Of those whom somebody yields to, the answer names this many: the ones right before it in the order of service. */
const YIELDS_TO_MAX = 100;

/** Divides the capacity of the circuits among the candidates. Amperes, grid order; see `Allocator`. */
export function allocate(request: AllocationRequest): AllocationAnswer {
  return new Allocator(request.circuits).allocate(request);
}

/** The same for a tree that stays: prepared once, and with memory that is kept from one sample to the next. */
export class Allocator {
  readonly #divider: Divider;
  readonly #indexOf: ReadonlyMap<string, number>;

  constructor(circuits: readonly Pick<AllocationCircuit, 'id' | 'parent'>[]) {
    const parents = buildParents(circuits);
    this.#indexOf = parents.indexOf;
    this.#divider = new Divider(parents);
  }

  /**
   * Every sum stays within max(0, limit - background), and within the power and imbalance limits; each limit is 0 or a
   * multiple of `stepA` in [minA, maxA]. The circuits must be those of the constructor, in their order.
   */
  allocate(request: AllocationRequest): AllocationAnswer {
    const { division } = this.#divider;
    assert(request.circuits.length === this.#indexOf.size, 'the circuits are those that were prepared');
    division.begin(request);
    for (const [index, circuit] of request.circuits.entries()) division.setCircuit(index, circuit);
    this.#addSeats(request);
    this.#divider.divide();
    return answer(request, this.#divider);
  }

  #addSeats({ chargePoints, shortage }: AllocationRequest): void {
    const turns = this.#turnsOf(chargePoints);
    chargePoints.forEach((candidate, index) => {
      const { id, circuit, rotation, activePhases, minA, maxA, priority } = candidate;
      this.#divider.division.addSeat({
        circuit: defined(this.#indexOf.get(circuit), `circuit of ${id}`),
        phases: maskToGrid(rotation, activePhases),
        minA,
        maxA,
        priority,
        rank: rankOf(candidate, shortage),
        turn: turns[index] ?? 0,
      });
    });
  }

  /** Turns at the remainder go by circuit and id, so that the order given plays no part. */
  #turnsOf(candidates: readonly AllocationCandidate[]): readonly number[] {
    const { placeOf } = this.#divider.division.tree;
    const placeAt = candidates.map(({ circuit }) => intAt(placeOf, this.#indexOf.get(circuit) ?? 0));
    const inTurn = candidates.map((_, index) => index);
    const idOf = (index: number): string => candidates[index]?.id ?? '';
    inTurn.sort((a, b) => (placeAt[a] ?? 0) - (placeAt[b] ?? 0) || (idOf(a) < idOf(b) ? -1 : 1));
    const turns = new Array<number>(candidates.length).fill(0);
    inTurn.forEach((index, turn) => {
      turns[index] = turn;
    });
    return turns;
  }
}

function rankOf({ chargingS, connectedAtS }: AllocationCandidate, shortage: ShortageRule): number {
  if (shortage === 'longest-charging-first') return chargingS;
  return shortage === 'last-connected-first' ? connectedAtS : 0;
}

function answer(request: AllocationRequest, divider: Divider): AllocationAnswer {
  const { division } = divider;
  const reasons = new Reasons(request, divider);
  const limits = request.chargePoints.map(({ id }, seat): [string, AllocatedLimit] => [
    id,
    { limitA: division.toA(intAt(division.steps, seat)), boundBy: reasons.of(seat) },
  ]);
  const circuits = request.circuits.map((circuit, index): [string, CircuitShare] => [
    circuit.id,
    circuitShare(division, circuit, index),
  ]);
  return { limits: new Map(limits), circuits: new Map(circuits) };
}

function circuitShare(division: Division, circuit: AllocationCircuit, index: number): CircuitShare {
  const { limitA, backgroundA, limitW, voltageV = NOMINAL_VOLTAGE_V } = circuit;
  const loadA = mapPhases((p) => division.toA(at(division.load, index * SLOTS + p)));
  const share = { loadA, capacityA: mapPhases((p) => Math.max(0, limitA[p] - backgroundA[p])) };
  if (limitW === undefined) return share;
  const capacityW = voltageV * powerCapacityA(limitW, backgroundA, voltageV);
  return { ...share, loadW: voltageV * (loadA[0] + loadA[1] + loadA[2]), capacityW };
}

/** Puts obstacles into words of the site: ids instead of indices. */
class Reasons {
  readonly #request: AllocationRequest;
  readonly #divider: Divider;
  /** Per obstacle: who is admitted and loads it, in the order of service. */
  readonly #usersOf = new Map<number, readonly number[]>();
  /** Place in the order of service; only where somebody is paused. */
  #placeOf: Int32Array | undefined;

  constructor(request: AllocationRequest, divider: Divider) {
    this.#request = request;
    this.#divider = divider;
  }

  of(seat: number): LimitReason {
    const { division } = this.#divider;
    const obstacle = this.#divider.bindingOf(seat);
    if (obstacle === undefined) return { kind: 'maximum' };
    const circuit = defined(this.#request.circuits[obstacle.circuit], 'circuit').id;
    const phase = obstacle.kind === 'circuit' ? { phase: obstacle.phase } : {};
    if (byteAt(division.isAdmitted, seat) === 0) {
      const pair = obstacle.kind === 'imbalance' ? { phases: obstacle.phases } : {};
      return { kind: 'shortage', circuit, ...phase, ...pair, yieldsTo: this.#yieldsTo(seat, obstacle) };
    }
    if (obstacle.kind === 'imbalance') return { kind: 'imbalance', circuit, phases: obstacle.phases };
    if (this.#divider.isRemainder(seat)) return { kind: 'step', circuit, ...phase };
    return obstacle.kind === 'power' ? { kind: 'power', circuit } : { kind: 'circuit', circuit, phase: obstacle.phase };
  }

  #yieldsTo(seat: number, obstacle: Obstacle): readonly string[] {
    const { chargePoints } = this.#request;
    const code = intAt(this.#divider.division.obstacleOf, seat);
    const users = this.#usersOf.get(code) ?? this.#findUsers(obstacle);
    this.#usersOf.set(code, users);
    const places = this.#places();
    let before = 0;
    for (let end = users.length; before < end; ) {
      const middle = (before + end) >> 1;
      if (intAt(places, users[middle] ?? 0) < intAt(places, seat)) before = middle + 1;
      else end = middle;
    }
    const named = users.slice(Math.max(0, before - YIELDS_TO_MAX), before);
    return named.map((user) => defined(chargePoints[user], 'charge point').id);
  }

  #findUsers(obstacle: Obstacle): readonly number[] {
    const { division } = this.#divider;
    const users: number[] = [];
    for (let i = 0; i < division.userCount; i++) {
      const seat = intAt(division.order, i);
      if (byteAt(division.isAdmitted, seat) === 1 && loads(division, seat, obstacle)) users.push(seat);
    }
    return users;
  }

  #places(): Int32Array {
    const { division } = this.#divider;
    if (this.#placeOf) return this.#placeOf;
    const placeOf = new Int32Array(division.seatCount);
    for (let i = 0; i < division.userCount; i++) placeOf[intAt(division.order, i)] = i;
    this.#placeOf = placeOf;
    return placeOf;
  }
}

function loads({ groupOf, tree }: Division, seat: number, obstacle: Obstacle): boolean {
  const group = intAt(groupOf, seat);
  const place = intAt(tree.placeOf, group >> 3);
  if (place < intAt(tree.placeOf, obstacle.circuit) || place >= intAt(tree.endOf, obstacle.circuit)) return false;
  const has = (phase: PhaseIndex): boolean => ((group >> phase) & 1) === 1;
  if (obstacle.kind === 'power') return true;
  return obstacle.kind === 'circuit' ? has(obstacle.phase) : has(obstacle.phases[0]) && !has(obstacle.phases[1]);
}
