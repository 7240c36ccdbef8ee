/** The control core alone, in virtual time: a site of any size whose slaves obey, without sockets and processes. */
import { rotationOf } from '../src/base/rotation.js';
import { seededRng } from '../src/base/rng.js';
import { connectedMask, type PhaseCount, type Rotation } from '../src/base/rotation.js';
import { mapPhases, NO_AMPS, perPhase } from '../src/base/units.js';
import type { AllocationRequest } from '../src/dlm/allocate.js';
import { Controller } from '../src/dlm/controller.js';
import { SlaveCore } from '../src/dlm/leases/slave.js';
import type { ChargePoint, Circuit, Site } from '../src/dlm/types.js';

const SAMPLE_PERIOD_MS = 1_000;
const METER = 'grid';
/** A distribution board feeds so many charge points. */
const BOARD_SIZE = 10;
const BOARD_FUSE_A = 160;
/** What the grid connection has left per charge point: less than the boards, so that both kinds of fuse bind. */
const MAIN_PER_POINT_A = 11;
const ROTATIONS = ['RST', 'STR', 'TRS'] as const satisfies readonly Rotation[];
const BUILDING_A = [20, 24, 28, 32, 28, 24];

/** A third of the vehicles load one phase; each board turns its connectors as an installer would. */
export function siteOf(count: number): Site {
  const boards = Math.ceil(count / BOARD_SIZE);
  const board = (index: number): Circuit => ({
    id: `board${index + 1}`,
    parent: 'main',
    limitA: perPhase(BOARD_FUSE_A),
    headroomA: NO_AMPS,
    meterLocation: 'including',
    fallbackA: NO_AMPS,
  });
  const main: Circuit = {
    id: 'main',
    limitA: perPhase(count * MAIN_PER_POINT_A + Math.max(...BUILDING_A)),
    headroomA: NO_AMPS,
    meter: METER,
    meterLocation: 'excluding',
    fallbackA: perPhase(count * 6),
  };
  return {
    site: 'Bench',
    networkId: 0,
    samplePeriodMs: SAMPLE_PERIOD_MS,
    leaseMs: 15_000,
    circuits: [main, ...Array.from({ length: boards }, (_, index) => board(index))],
    chargePoints: Array.from({ length: count }, (_, index) => chargePointOf(index)),
    defaultCircuit: 'main',
    autoAdopt: false,
    allocation: { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', dwellMs: 900_000, steadyMs: 300_000 },
  };
}

function chargePointOf(index: number): ChargePoint {
  return {
    id: `cp${index + 1}`,
    circuit: `board${Math.floor(index / BOARD_SIZE) + 1}`,
    maxA: 32,
    minA: 6,
    disconnectedLimitA: 6,
    phases: 3,
    rotation: ROTATIONS[index % ROTATIONS.length] ?? 'RST',
    priority: 1,
  };
}

function vehiclePhases(index: number): PhaseCount {
  return index % 9 < 3 ? 1 : 3;
}

/** The same site as the allocator sees it, all vehicles charging. */
export function requestOf(site: Site): AllocationRequest {
  const rng = seededRng(1);
  return {
    circuits: site.circuits.map(({ id, parent, limitA }) => ({
      id,
      ...(parent !== undefined && { parent }),
      limitA,
      backgroundA: id === 'main' ? perPhase(BUILDING_A[0] ?? 0) : NO_AMPS,
    })),
    chargePoints: site.chargePoints.map((point, index) => ({
      ...point,
      activePhases: connectedMask(vehiclePhases(index)),
      maxA: rng.chance(0.5) ? 16 : point.maxA,
      connectedAtS: index,
      chargingS: 0,
    })),
    stepA: site.allocation.stepA,
    sharing: site.allocation.sharing,
    shortage: site.allocation.shortage,
    rotationSeed: 0,
  };
}

/** 2026-01-05 00:00 UTC, a Monday. */
const FIRST_DAY_MS = 1_767_571_200_000;
/** What vehicles take of any offer, one after the other; the last one takes nothing. */
const TAKES_A = [32, 32, 16, 32, 11, 32, 16, 32, 32, 0] as const;
/** Each 40th charge point is paused or boosted by people. */
const HANDLED_EVERY = 40;

export interface DecisionOptions {
  /** Vehicles differ in what they take, contacts close and open, people have set something. */
  readonly isVaried?: boolean;
}

/** CPU seconds, in ms. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export class DecisionBench {
  readonly #site: Site;
  readonly #isVaried: boolean;
  readonly #controller: Controller;
  readonly #slaves: readonly SlaveCore[];
  #nowMs = 0;
  #cycles = 0;

  constructor(site: Site, { isVaried = false }: DecisionOptions = {}) {
    this.#site = site;
    this.#isVaried = isVaried;
    const bootId = 'ba5eba5eba5eba5e';
    this.#controller = new Controller({ site, masterId: 'bench', bootId, rank: 0, memory: undefined }, 0);
    this.#slaves = site.chargePoints.map(
      ({ id, circuit: _circuit, priority: _priority, rotation, ...connector }, index) =>
        new SlaveCore(
          {
            ...connector,
            rotation: rotationOf(rotation),
            networkId: 0,
            chargePointId: id,
            bootId: index.toString(16).padStart(16, '0'),
            firmware: 'bench',
            leaseMs: site.leaseMs,
          },
          0,
        ),
    );
  }

  /** One sample period: polls in, meter in, the decision, grants out and acknowledged. Milliseconds of the decision. */
  cycle(): number {
    this.#nowMs += SAMPLE_PERIOD_MS;
    this.#pollAll();
    const buildingA = BUILDING_A[this.#cycles++ % BUILDING_A.length] ?? 0;
    const pace = { updateMs: 1000, periodMs: 1000 };
    const sample = { currentA: perPhase(buildingA), sampledAtMs: this.#nowMs, ...pace, movedAtMs: this.#nowMs };
    this.#controller.hearMeter(METER, sample, this.#nowMs);
    if (this.#isVaried) this.#hearSources();
    const startedMs = this.#isVaried ? processorMs() : performance.now();
    const grants = this.#controller.decide(this.#nowMs);
    const tookMs = (this.#isVaried ? processorMs() : performance.now()) - startedMs;
    for (const grant of grants) this.#slaves[Number(grant.chargePointId.slice(2)) - 1]?.hearGrant(grant, this.#nowMs);
    this.#pollAll();
    this.#controller.drainNotices();
    return tookMs;
  }

  /** Milliseconds of the state of all circuits, which every cycle ends with. */
  circuits(): number {
    const startedMs = performance.now();
    this.#controller.circuits(this.#nowMs);
    return performance.now() - startedMs;
  }

  #hearSources(): void {
    const { limits, operator } = this.#controller;
    limits.schedules.hearClock(FIRST_DAY_MS + this.#nowMs, this.#nowMs);
    for (const [index, { id }] of (this.#site.inputs ?? []).entries()) {
      const isActive = (index + Math.floor(this.#cycles / 10)) % 3 === 0;
      limits.inputs.hear(id, isActive ? 'high' : 'low', this.#nowMs);
    }
    if (this.#cycles !== HANDLED_EVERY) return;
    for (const [index, { id }] of this.#site.chargePoints.entries()) {
      if (index % HANDLED_EVERY === 0) operator.apply(id, { what: 'boost', forMs: 3_600_000 }, this.#nowMs);
      if (index % HANDLED_EVERY === 1) operator.apply(id, { what: 'pause' }, this.#nowMs);
    }
  }

  #takesA(index: number): number {
    return this.#isVaried ? (TAKES_A[index % TAKES_A.length] ?? 0) : 32;
  }

  #pollAll(): void {
    this.#slaves.forEach((slave, index) => {
      const { limitA } = slave.enforced(this.#nowMs);
      const takesA = this.#takesA(index);
      const currentA = mapPhases((p) => (p < vehiclePhases(index) ? Math.min(limitA, takesA) : 0));
      const state = limitA === 0 ? 'SuspendedEVSE' : takesA > 0 ? 'Charging' : 'SuspendedEV';
      slave.observe({ state, sessionId: 1, currentA }, this.#nowMs);
      this.#controller.hearStatus(slave.status(this.#nowMs), this.#nowMs);
    });
  }
}
