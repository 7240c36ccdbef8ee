/**
 * The division: one pure function from what every fuse can carry and every vehicle can use to a limit for each,
 * with the reason that binds it. Equal max-min share by progressive filling in whole steps: all rise together,
 * whoever meets a limit stays. Contract: docs/architecture.md, "division".
 */
import { assert, defined } from '../base/assert.js';
import type { LimitReason } from '../base/reason.js';
import { gridPhases, hasPhase, type PhaseMask, type Rotation } from '../base/rotation.js';
import { type Amps, mapPhases, type PhaseAmps, type PhaseIndex, PHASES } from '../base/units.js';
import { buildTopology, type Topology } from './topology.js';
import type { SharingRule, ShortageRule } from './types.js';

export interface AllocationCircuit {
  readonly id: string;
  readonly parent?: string;
  readonly limitA: PhaseAmps;
  /** Load that is not divided here; negative while PV feeds in. */
  readonly backgroundA: PhaseAmps;
  readonly imbalanceLimitA?: Amps;
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

export interface AllocationAnswer {
  readonly limits: ReadonlyMap<string, AllocatedLimit>;
  readonly circuits: ReadonlyMap<string, { readonly loadA: PhaseAmps; readonly capacityA: PhaseAmps }>;
}

/** Floating-point dust in sums of amperes; a thousandth of the finest step. */
const EPSILON_A = 1e-4;

/** What stands in the way of one more ampere on a circuit. */
type Obstacle =
  | { readonly kind: 'circuit'; readonly circuit: number; readonly phase: PhaseIndex }
  | { readonly kind: 'imbalance'; readonly circuit: number; readonly phases: readonly [PhaseIndex, PhaseIndex] };

interface Filling {
  readonly request: AllocationRequest;
  readonly topology: Topology;
  readonly capacityA: Float64Array;
  readonly loadA: Float64Array;
  readonly seats: readonly Seat[];
}

/** One candidate while the filling goes on; its level counts steps. */
interface Seat {
  readonly candidate: AllocationCandidate;
  readonly path: readonly number[];
  readonly gridPhases: readonly PhaseIndex[];
  readonly minSteps: number;
  readonly maxSteps: number;
  steps: number;
  admitted: boolean;
  obstacle: Obstacle | undefined;
}

/**
 * Divides the capacity of the circuits among the candidates. Amperes, grid order. Every sum stays within
 * max(0, limit - background); each limit is 0 or a multiple of `stepA` in [minA, maxA].
 */
export function allocate(request: AllocationRequest): AllocationAnswer {
  const filling = prepare(request);
  admit(filling);
  for (const shareClass of shareClasses(filling)) fill(filling, shareClass);
  assertWithinCapacity(filling);
  return answer(filling);
}

function prepare(request: AllocationRequest): Filling {
  const topology = buildTopology(request.circuits);
  const capacityA = new Float64Array(topology.count * 3);
  request.circuits.forEach((circuit, index) => {
    for (const p of PHASES) capacityA[index * 3 + p] = Math.max(0, circuit.limitA[p] - circuit.backgroundA[p]);
  });
  const seats = request.chargePoints.map((candidate) => seatOf(candidate, topology, request.stepA));
  return { request, topology, capacityA, loadA: new Float64Array(topology.count * 3), seats };
}

function seatOf(candidate: AllocationCandidate, topology: Topology, stepA: Amps): Seat {
  const circuit = defined(topology.indexOf.get(candidate.circuit), `circuit of ${candidate.id}`);
  const grid = gridPhases(candidate.rotation);
  return {
    candidate,
    path: defined(topology.pathOf[circuit], 'path of a circuit'),
    gridPhases: PHASES.filter((phase) => hasPhase(candidate.activePhases, phase)).map((phase) => grid[phase]),
    minSteps: Math.ceil(candidate.minA / stepA - EPSILON_A),
    maxSteps: Math.floor(candidate.maxA / stepA + EPSILON_A),
    steps: 0,
    admitted: false,
    obstacle: undefined,
  };
}

/** Candidates in order of service; each gets its minimum if everybody admitted before keeps theirs. */
function admit(filling: Filling): void {
  for (const seat of inOrderOfService(filling)) {
    if (seat.maxSteps < seat.minSteps || seat.maxSteps === 0) continue;
    seat.obstacle = obstacleTo(filling, seat, seat.minSteps);
    seat.admitted = seat.obstacle === undefined;
    if (seat.admitted) raise(filling, seat, seat.minSteps);
  }
}

function inOrderOfService({ request, seats }: Filling): readonly Seat[] {
  const byShortageRule = (a: AllocationCandidate, b: AllocationCandidate): number => {
    if (request.shortage === 'longest-charging-first') return a.chargingS - b.chargingS;
    if (request.shortage === 'last-connected-first') return a.connectedAtS - b.connectedAtS;
    return 0;
  };
  return [...seats].sort(({ candidate: a }, { candidate: b }) => a.priority - b.priority || byShortageRule(a, b));
}

/** Who rises together: everybody (`equal`), or one priority after the other. */
function shareClasses({ request, seats }: Filling): readonly (readonly Seat[])[] {
  const admitted = rotated(
    seats.filter((seat) => seat.admitted),
    request.rotationSeed,
  );
  if (request.sharing === 'equal') return [admitted];
  const priorities = [...new Set(admitted.map((seat) => seat.candidate.priority))].sort((a, b) => a - b);
  return priorities.map((priority) => admitted.filter((seat) => seat.candidate.priority === priority));
}

function rotated<T>(items: readonly T[], seed: number): readonly T[] {
  const start = items.length === 0 ? 0 : seed % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** The lowest rise first. A full fuse stays full; an imbalance may be lifted when another phase rises. */
function fill(filling: Filling, shareClass: readonly Seat[]): void {
  let open = shareClass.filter((seat) => seat.steps < seat.maxSteps);
  while (open.length > 0) {
    const levels = [...new Set(open.map((seat) => seat.steps))].sort((a, b) => a - b);
    const someoneRose = levels.some((level) => raiseLevel(filling, open, level));
    if (!someoneRose) return;
    open = open.filter((seat) => seat.steps < seat.maxSteps && seat.obstacle?.kind !== 'circuit');
  }
}

function raiseLevel(filling: Filling, open: readonly Seat[], level: number): boolean {
  let someoneRose = false;
  for (const seat of open) {
    if (seat.steps !== level) continue;
    seat.obstacle = obstacleTo(filling, seat, 1);
    if (seat.obstacle) continue;
    raise(filling, seat, 1);
    someoneRose = true;
  }
  return someoneRose;
}

function raise({ request, loadA }: Filling, seat: Seat, steps: number): void {
  seat.steps += steps;
  for (const circuit of seat.path) {
    for (const phase of seat.gridPhases) {
      const slot = circuit * 3 + phase;
      loadA[slot] = (loadA[slot] ?? 0) + steps * request.stepA;
    }
  }
}

function obstacleTo(filling: Filling, seat: Seat, steps: number): Obstacle | undefined {
  const moreA = steps * filling.request.stepA;
  for (const circuit of seat.path) {
    for (const phase of seat.gridPhases) {
      const slot = circuit * 3 + phase;
      const freeA = (filling.capacityA[slot] ?? 0) - (filling.loadA[slot] ?? 0);
      if (moreA > freeA + EPSILON_A) return { kind: 'circuit', circuit, phase };
    }
  }
  for (const circuit of seat.path) {
    const phases = imbalanceAfter(filling, circuit, seat.gridPhases, moreA);
    if (phases) return { kind: 'imbalance', circuit, phases };
  }
  return undefined;
}

/** The pair of phases whose difference would become too large, if any: never beyond max(limit, what is there already). */
function imbalanceAfter(
  { request, loadA }: Filling,
  index: number,
  raised: readonly PhaseIndex[],
  moreA: Amps,
): readonly [PhaseIndex, PhaseIndex] | undefined {
  const circuit = defined(request.circuits[index], 'circuit');
  if (circuit.imbalanceLimitA === undefined) return undefined;
  const background = circuit.backgroundA;
  const total = mapPhases((p) => background[p] + (loadA[index * 3 + p] ?? 0) + (raised.includes(p) ? moreA : 0));
  for (const p of raised) {
    for (const q of PHASES) {
      const allowedA = Math.max(circuit.imbalanceLimitA, background[p] - background[q]);
      if (total[p] - total[q] > allowedA + EPSILON_A) return [p, q];
    }
  }
  return undefined;
}

function assertWithinCapacity({ capacityA, loadA }: Filling): void {
  capacityA.forEach((capacity, slot) => {
    assert((loadA[slot] ?? 0) <= capacity + EPSILON_A * 10, 'no circuit is divided beyond its capacity');
  });
}

function answer(filling: Filling): AllocationAnswer {
  const { request, capacityA, loadA, seats } = filling;
  const limits = new Map(
    seats.map((seat) => [
      seat.candidate.id,
      { limitA: inSteps(seat.steps, request.stepA), boundBy: boundBy(filling, seat) } satisfies AllocatedLimit,
    ]),
  );
  const circuits = new Map(
    request.circuits.map((circuit, index) => [
      circuit.id,
      {
        loadA: mapPhases((p) => loadA[index * 3 + p] ?? 0),
        capacityA: mapPhases((p) => capacityA[index * 3 + p] ?? 0),
      },
    ]),
  );
  return { limits, circuits };
}

/** 63 x 0.1 is 6.3, not 6.300000000000001. */
function inSteps(steps: number, stepA: Amps): Amps {
  return Math.round(steps * stepA * 1e6) / 1e6;
}

function boundBy(filling: Filling, seat: Seat): LimitReason {
  const obstacle = seat.obstacle;
  if (obstacle === undefined || (seat.admitted && seat.steps === seat.maxSteps)) return { kind: 'maximum' };
  const circuit = defined(filling.request.circuits[obstacle.circuit], 'circuit').id;
  if (obstacle.kind === 'imbalance') return { kind: 'imbalance', circuit, phases: obstacle.phases };
  const { phase } = obstacle;
  if (!seat.admitted) return { kind: 'shortage', circuit, phase };
  return { kind: isRoundedDown(filling, seat, obstacle.circuit, phase) ? 'step' : 'circuit', circuit, phase };
}

/** True when somebody on the same fuse and phase has one step more: then only the remainder is missing here. */
function isRoundedDown({ seats }: Filling, seat: Seat, circuit: number, phase: PhaseIndex): boolean {
  return seats.some(
    (other) => other.steps === seat.steps + 1 && other.path.includes(circuit) && other.gridPhases.includes(phase),
  );
}
