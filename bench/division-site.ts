/**
 * Sites for the division: N charge points on N / 10 boards under one main fuse, the same at every run. The uncontrolled
 * load differs from sample to sample, and so does what binds.
 */
import { defined } from '../src/base/assert.js';
import { connectedMask, maskToGrid, type PhaseCount, type PhaseMask, ROTATIONS } from '../src/base/rotation.js';
import { type Rng, seededRng } from '../src/base/rng.js';
import { type Amps, mapPhases, type PhaseAmps, perPhase } from '../src/base/units.js';
import type { AllocationCandidate, AllocationCircuit, AllocationRequest } from '../src/dlm/allocate.js';
import { Divider } from '../src/dlm/division/divider.js';
import type { SeatSample } from '../src/dlm/division/division.js';
import { buildParents } from '../src/dlm/topology.js';

/** `fuses`: those of the main supply and of some boards bind. The others are the same site with one thing more. */
export const SITE_KINDS = ['fuses', 'imbalance', 'shortage'] as const;
export type SiteKind = (typeof SITE_KINDS)[number];

/** A distribution board feeds so many charge points. */
const BOARD_SIZE = 10;
const BOARD_FUSES_A = [160, 63, 100, 80, 125] as const;
const MAXIMA_A = [10, 13, 16, 20, 25, 32] as const;
const MIN_A = 6;
/** Of nine vehicles in a row; with the six rotations in turn each phase has as many of them as the others. */
const PHASE_COUNTS: readonly PhaseCount[] = [1, 2, 3, 2, 3, 1, 3, 1, 2];
/** What the main fuse has for each charge point: at 4 A not all minima fit. */
const MAIN_PER_POINT_A = { fuses: 9, imbalance: 9, shortage: 4 };
/** The usual limit of a grid operator, 4.6 kVA. */
const IMBALANCE_LIMIT_A = 20;
const BUILDING_A: PhaseAmps = [30, 24, 27];
const SAMPLES = 16;

export class DivisionSite {
  /** At different moments. */
  readonly requests: readonly AllocationRequest[];

  constructor(count: number, kind: SiteKind) {
    const rng = seededRng(count);
    const chargePoints = Array.from({ length: count }, (_, index) => chargePoint(index, rng));
    this.requests = Array.from({ length: SAMPLES }, () => ({
      circuits: circuits(count, kind, rng),
      chargePoints,
      stepA: 1,
      sharing: 'equal',
      shortage: 'longest-charging-first',
      rotationSeed: 0,
    }));
  }

  /** The moments return when all have been. */
  at(moment: number): AllocationRequest {
    return defined(this.requests[moment % SAMPLES], 'moment');
  }
}

function chargePoint(index: number, rng: Rng): AllocationCandidate {
  const rotation = ROTATIONS[index % ROTATIONS.length] ?? 'RST';
  const activePhases = connectedMask(PHASE_COUNTS[index % PHASE_COUNTS.length] ?? 3);
  return {
    id: `cp${String(index).padStart(5, '0')}`,
    circuit: boardId(Math.floor(index / BOARD_SIZE)),
    rotation,
    activePhases,
    minA: MIN_A,
    maxA: maximumOf(maskToGrid(rotation, activePhases), rng),
    priority: 1,
    connectedAtS: index,
    chargingS: rng.int(36_000),
  };
}

/** Those on L1 alone can use more than those on L2 or L3 alone: shares that know no imbalance limit would break it. */
function maximumOf(gridPhases: PhaseMask, rng: Rng): Amps {
  if (gridPhases === 1) return 32;
  if (gridPhases === 2 || gridPhases === 4) return 16;
  return MAXIMA_A[rng.int(MAXIMA_A.length)] ?? MIN_A;
}

function boardId(index: number): string {
  return `board${index}`;
}

function circuits(count: number, kind: SiteKind, rng: Rng): readonly AllocationCircuit[] {
  const boards = Math.ceil(count / BOARD_SIZE);
  const main: AllocationCircuit = {
    id: 'main',
    limitA: mapPhases((p) => count * MAIN_PER_POINT_A[kind] + BUILDING_A[p]),
    backgroundA: mapPhases((p) => hundredths(BUILDING_A[p] + rng.between(-3, 3))),
    ...(kind === 'imbalance' && { imbalanceLimitA: IMBALANCE_LIMIT_A }),
  };
  const board = (index: number): AllocationCircuit => ({
    id: boardId(index),
    parent: 'main',
    limitA: perPhase(BOARD_FUSES_A[index % BOARD_FUSES_A.length] ?? 0),
    backgroundA: mapPhases(() => hundredths(rng.between(0, 2))),
  });
  return [main, ...Array.from({ length: boards }, (_, index) => board(index))];
}

function hundredths(value: Amps): Amps {
  return Math.round(value * 100) / 100;
}

/** The path of the daemon's core: the tree prepared, everything else put in anew for each sample. */
export class PreparedDivision {
  readonly divider: Divider;
  readonly #site: DivisionSite;
  readonly #seats: readonly SeatSample[];

  constructor(site: DivisionSite) {
    const { circuits, chargePoints } = site.at(0);
    const parents = buildParents(circuits);
    this.#site = site;
    this.divider = new Divider(parents);
    this.#seats = chargePoints.map(({ circuit, rotation, activePhases, chargingS, minA, maxA, priority }, turn) => ({
      circuit: defined(parents.indexOf.get(circuit), 'circuit'),
      phases: maskToGrid(rotation, activePhases),
      minA,
      maxA,
      priority,
      rank: chargingS,
      turn,
    }));
  }

  /** Puts in what is known at this moment; then the divider can divide. */
  fill(moment: number): void {
    const { division } = this.divider;
    const request = this.#site.at(moment);
    division.begin(request);
    let circuit = 0;
    for (const sample of request.circuits) division.setCircuit(circuit++, sample);
    for (const seat of this.#seats) division.addSeat(seat);
  }
}
