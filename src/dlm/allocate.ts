/**
 * The division: a pure function. In: what each fuse can carry and each vehicle can use. Out: a limit for each charge
 * point, and the reason that binds it. Exact max-min shares, in whole steps. Contract: docs/allocate.md.
 */
import { failInvariant } from '../base/assert.js';
import type { LimitReason } from '../base/reason.js';
import { maskToGrid, type PhaseMask, type Wiring } from '../base/rotation.js';
import { type Amps, isAnyAbove, type PhaseAmps, type Watts } from '../base/units.js';
import { ById } from './division/by-id.js';
import { Candidates } from './division/candidates.js';
import { type CircuitSample, type Division, powerCapacityA } from './division/division.js';
import { Divider } from './division/divider.js';
import { SLOTS } from './division/places.js';
import { Reasons } from './division/reasons.js';
import { buildParents } from './topology.js';
import { NOMINAL_VOLTAGE_V, type SharingRule, type ShortageRule } from './types.js';

export interface AllocationCircuit extends CircuitSample {
  readonly id: string;
  readonly parent?: string;
}

export interface AllocationCandidate {
  readonly id: string;
  readonly circuit: string;
  readonly rotation: Wiring;
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
  /** Decides which charge points get the remainder of the division. Changes slowly with time. */
  readonly rotationSeed: number;
}

export interface AllocatedLimit {
  readonly limitA: Amps;
  readonly boundBy: LimitReason;
}

/** What the charge points below a circuit take, and what is available for them. */
export interface CircuitShare {
  readonly loadA: PhaseAmps;
  readonly capacityA: PhaseAmps;
  /** Only where the circuit has a power limit. */
  readonly loadW?: Watts;
  readonly capacityW?: Watts;
}

export interface AllocationAnswer {
  readonly limits: ReadonlyMap<string, AllocatedLimit>;
  readonly circuits: ReadonlyMap<string, CircuitShare>;
}

export interface AllocatorOptions {
  /**
   * A reason `shortage` names at most this many charge points: the nearest of those served before. 100 when left out.
   */
  readonly yieldsToMax?: number;
}

const YIELDS_TO_MAX = 100;
/**
 * Tolerance of the checks. The division ignores a millionth of a step, and rounds limits to millionths of an ampere.
 */
const DUST_A: Amps = 1e-3;

/** Divides the capacity of the circuits among the charge points, once. Amperes, grid order; see `Allocator`. */
export function allocate(request: AllocationRequest): AllocationAnswer {
  return new Allocator(request.circuits).allocate(request);
}

/**
 * Divides again and again among charge points below the same circuits. It prepares the tree once and keeps its memory.
 */
export class Allocator {
  readonly #divider: Divider;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #ids: readonly string[];
  readonly #candidates: Candidates;
  readonly #reasons: Reasons;

  constructor(
    circuits: readonly Pick<AllocationCircuit, 'id' | 'parent'>[],
    { yieldsToMax = YIELDS_TO_MAX }: AllocatorOptions = {},
  ) {
    const parents = buildParents(circuits);
    this.#indexOf = parents.indexOf;
    this.#divider = new Divider(parents);
    this.#candidates = new Candidates(this.#divider.division.tree, parents.indexOf);
    this.#ids = [...parents.indexOf.keys()];
    this.#reasons = new Reasons(this.#divider, this.#ids, yieldsToMax);
  }

  /**
   * Limits in amperes by charge point id, and loads by circuit id. Each limit is 0, or a multiple of `stepA` from
   * `minA` to `maxA`. No sum exceeds max(0, limit - background), a power limit or an imbalance limit. The circuits must
   * be those of the constructor, in their order.
   */
  allocate(request: AllocationRequest): AllocationAnswer {
    const { circuits, chargePoints } = request;
    const { division } = this.#divider;
    if (circuits.length !== this.#ids.length) failInvariant(`${circuits.length} circuits, not ${this.#ids.length}`);
    division.begin(request);
    for (let index = 0; index < circuits.length; index++) {
      const circuit = circuits[index] as AllocationCircuit;
      if (circuit.id !== this.#ids[index]) failInvariant(`${circuit.id} is in the place of ${this.#ids[index]}`);
      division.setCircuit(index, circuit);
    }
    this.#candidates.follow(chargePoints);
    this.#addSeats(request);
    this.#divider.divide();
    return {
      limits: new ById(this.#candidates.indexOf, this.#limits(chargePoints)),
      circuits: new ById(this.#indexOf, this.#shares(circuits)),
    };
  }

  #addSeats({ chargePoints, shortage }: AllocationRequest): void {
    const { division } = this.#divider;
    const { circuitOf, turnOf } = this.#candidates;
    for (let index = 0; index < chargePoints.length; index++) {
      const candidate = chargePoints[index] as AllocationCandidate;
      const { rotation, activePhases, minA, maxA, priority } = candidate;
      division.addSeat({
        circuit: circuitOf[index] as number,
        phases: maskToGrid(rotation, activePhases),
        minA,
        maxA,
        priority,
        rank: rankOf(candidate, shortage),
        turn: turnOf[index] as number,
      });
    }
  }

  #limits(chargePoints: readonly AllocationCandidate[]): readonly AllocatedLimit[] {
    const { division } = this.#divider;
    const { ids } = this.#candidates;
    const limits = new Array<AllocatedLimit>(ids.length);
    this.#reasons.begin();
    for (let seat = 0; seat < limits.length; seat++) {
      const limitA = division.toA(division.steps[seat] as number);
      const { id, minA, maxA } = chargePoints[seat] as AllocationCandidate;
      const isInRange = limitA >= minA - DUST_A && limitA <= maxA + DUST_A;
      if (!isInRange && limitA !== 0) failInvariant(`${id} has ${limitA} A, of ${minA} to ${maxA}`);
      limits[seat] = { limitA, boundBy: this.#reasons.explain(seat, ids) };
    }
    return limits;
  }

  #shares(circuits: readonly AllocationCircuit[]): readonly CircuitShare[] {
    const { division } = this.#divider;
    const shares = new Array<CircuitShare>(circuits.length);
    for (let index = 0; index < shares.length; index++) {
      shares[index] = circuitShare(division, circuits[index] as AllocationCircuit, index);
    }
    return shares;
  }
}

function rankOf({ chargingS, connectedAtS }: AllocationCandidate, shortage: ShortageRule): number {
  if (shortage === 'longest-charging-first') return chargingS;
  return shortage === 'last-connected-first' ? connectedAtS : 0;
}

function circuitShare(division: Division, circuit: AllocationCircuit, index: number): CircuitShare {
  const { id, limitA, backgroundA, limitW, voltageV = NOMINAL_VOLTAGE_V } = circuit;
  const slot = index * SLOTS;
  const { load } = division;
  const loadA: PhaseAmps = [
    division.toA(load[slot] as number),
    division.toA(load[slot + 1] as number),
    division.toA(load[slot + 2] as number),
  ];
  const capacityA: PhaseAmps = [
    Math.max(0, limitA[0] - backgroundA[0]),
    Math.max(0, limitA[1] - backgroundA[1]),
    Math.max(0, limitA[2] - backgroundA[2]),
  ];
  if (isAnyAbove(loadA, capacityA, DUST_A)) failInvariant(`${id} carries ${loadA} A of ${capacityA}`);
  if (limitW === undefined) return { loadA, capacityA };
  const capacityW = voltageV * powerCapacityA(limitW, backgroundA, voltageV);
  return { loadA, capacityA, loadW: voltageV * (loadA[0] + loadA[1] + loadA[2]), capacityW };
}
