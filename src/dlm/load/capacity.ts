/**
 * What each circuit can carry for the charge points below it, per phase: its limit, less headroom, less the uncontrolled
 * load. A rise of that load counts at once, a fall only after it has held for some seconds (M5). A lost meter means the
 * fallback (M6), never zero load. Several meters in one tree: docs/decisions/0010-several-meters.md.
 */
import { assert, defined } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { LimitCause } from '../../base/reason.js';
import {
  type Amps,
  mapPhases,
  type Ms,
  NO_AMPS,
  type PerPhase,
  PHASES,
  type PhaseAmps,
  type Volts,
} from '../../base/units.js';
import { ceilingOf, type CircuitLimits } from '../limits/ceilings.js';
import { assertNumbers, assertOrder } from './checks.js';
import { MeasuredVoltage } from './measured-voltage.js';
import { type LoadSample, MeteredLoad } from './metered-load.js';
import {
  exceedsPower,
  gridDrawCapacity,
  lowerPower,
  NO_SURPLUS,
  type PowerCapacity,
  powerCapacity,
  type Surplus,
  surplusOf,
} from './power.js';
import type { Topology } from '../topology.js';
import { type Circuit, FALLBACK_IGNORED_A, NOMINAL_VOLTAGE_V } from '../types.js';

/** One circuit at one moment, in grid order. */
export interface CircuitCapacity {
  /** The fuse, the operator's limit, or the fallback, less headroom. */
  readonly ceilingA: PhaseAmps;
  /** The uncontrolled load within the ceiling. */
  readonly loadA: PhaseAmps;
  /** That load as the meters show it: negative while PV feeds in, `null` while the circuit's own meter is lost. */
  readonly backgroundA: PhaseAmps | null;
  readonly measuredA: PhaseAmps | null;
  /** max(0, ceiling - load). */
  readonly capacityA: PhaseAmps;
  /** The part of the capacity that raises may use: without what may have changed since. -Infinity: no raise. */
  readonly raisableA: PhaseAmps;
  /** How much the phases of load behind lost meters differed when it was known last. It may be on other phases now. */
  readonly lostDifferenceA: Amps;
  /** What makes the ceiling as low as it is. */
  readonly cause: PerPhase<LimitCause>;
  /** Only where the circuit has a power limit. */
  readonly power?: PowerCapacity;
}

/** True when the exposures below a circuit exceed what it can carry for them, on a phase or in sum. */
export function isBeyond({ capacityA, power }: CircuitCapacity, exposureA: PhaseAmps): boolean {
  return PHASES.some((p) => exposureA[p] > capacityA[p]) || (power !== undefined && exceedsPower(power, exposureA));
}

/** The load of a circuit's children together, and how certain it is. */
interface Flow {
  readonly loadA: PhaseAmps;
  /** The part that may have changed since. Infinity: the sample is too old or in doubt. */
  readonly openA: PhaseAmps;
  /** What load behind lost meters may add to an imbalance. */
  readonly lostDifferenceA: Amps;
}

const NO_FLOW: Flow = { loadA: NO_AMPS, openA: NO_AMPS, lostDifferenceA: 0 };

function plus(a: Flow, b: Flow): Flow {
  return {
    loadA: mapPhases((p) => a.loadA[p] + b.loadA[p]),
    openA: mapPhases((p) => a.openA[p] + b.openA[p]),
    lostDifferenceA: a.lostDifferenceA + b.lostDifferenceA,
  };
}

interface Own extends Flow {
  /** `null` while the circuit's own meter is lost. */
  readonly backgroundA: PhaseAmps | null;
  /** The uncontrolled load that the circuit above must expect. */
  readonly upwards: Flow;
}

export interface CapacityParts {
  readonly circuits: readonly Circuit[];
  readonly topology: Topology;
  readonly limits: CircuitLimits;
  readonly places: readonly string[];
  readonly voltageV?: Volts | undefined;
}

export class CapacityBook {
  readonly #circuits: readonly Circuit[];
  readonly #limits: CircuitLimits;
  readonly #metered: ReadonlyMap<number, MeteredLoad>;
  readonly #measuredV: ReadonlyMap<number, MeasuredVoltage>;
  readonly #deepestFirst: readonly number[];
  readonly #childrenOf: readonly (readonly number[])[];
  /** Circuits with charge points at them or below. */
  readonly #serving: ReadonlySet<number>;
  readonly #voltageV: Volts;
  readonly #topology: Topology;

  /** `places`: the circuits where charge points are, or may be discovered later. */
  constructor({ circuits, topology, limits, places, voltageV = NOMINAL_VOLTAGE_V }: CapacityParts) {
    this.#voltageV = voltageV;
    this.#topology = topology;
    assert(topology.pathOf.length === circuits.length, `${circuits.length} circuits, ${topology.pathOf.length} paths`);
    this.#circuits = circuits;
    this.#limits = limits;
    this.#metered = new Map(
      circuits.flatMap(({ id, meter }, index) => (meter === undefined ? [] : [[index, new MeteredLoad(id)]])),
    );
    this.#measuredV = new Map([...this.#metered.keys()].map((index) => [index, new MeasuredVoltage(voltageV)]));
    const depth = (index: number): number => topology.pathOf[index]?.length ?? 0;
    this.#deepestFirst = circuits.map((_, index) => index).sort((a, b) => depth(b) - depth(a));
    this.#childrenOf = circuits.map((_, index) =>
      circuits.flatMap((__, child) => (topology.parentOf[child] === index ? [child] : [])),
    );
    const children = this.#childrenOf.flat();
    assert(new Set(children).size === children.length, `children of two circuits: ${children.join(' ')}`);
    this.#serving = new Set(places.flatMap((id) => topology.pathOf[topology.indexOf.get(id) ?? -1] ?? []));
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    for (const [index, load] of this.#metered) carrier.part(`circuit ${index}`, load);
    for (const [index, measured] of this.#measuredV) carrier.part(`voltage ${index}`, measured);
  }

  /** The index of the circuit at whose supply a meter sits. */
  circuitOfMeter(meterId: string): number | undefined {
    const index = this.#circuits.findIndex((circuit) => circuit.meter === meterId);
    return index === -1 ? undefined : index;
  }

  isIncluding(index: number): boolean {
    return this.#circuitAt(index).meterLocation === 'including';
  }

  addSample(index: number, sample: LoadSample, nowMs: Ms): void {
    this.#load(index).addSample(sample, this.isIncluding(index), nowMs);
    this.#measuredV.get(index)?.add(sample.voltageV, nowMs);
  }

  /** Blocks raises until the next good sample: a value may be an error. */
  doubtMeter(index: number): void {
    this.#load(index).doubt();
  }

  /** Import far above the fuse, seen twice: it lowers capacity at once, and never raises it. */
  addOverload(index: number, shownA: PhaseAmps, drawnA: PhaseAmps, nowMs: Ms): void {
    assertOrder(NO_AMPS, drawnA, this.#circuitAt(index).id, 'nothing, and what is drawn below');
    this.#load(index).addOverload(this.isIncluding(index) ? mapPhases((p) => shownA[p] - drawnA[p]) : shownA, nowMs);
  }

  loseMeter(index: number, nowMs: Ms): void {
    this.#load(index).loseMeter(nowMs);
    this.#measuredV.get(index)?.lose();
  }

  #load(index: number): MeteredLoad {
    return defined(this.#metered.get(index), `load of the metered circuit ${index}`);
  }

  /** Every circuit, in the order of the configuration. */
  capacities(nowMs: Ms): readonly CircuitCapacity[] {
    const own = new Map<number, Own>();
    for (const index of this.#deepestFirst) own.set(index, this.#ownOf(index, own, nowMs));
    return this.#circuits.map((circuit, index) => this.#capacityOf(circuit, index, own, nowMs));
  }

  /** By the next meter on the way to the grid, else by the configuration: W for each A of one phase. */
  #voltageAt(index: number): Volts {
    for (const each of this.#topology.pathOf[index] ?? []) {
      const voltageV = this.#measuredV.get(each)?.voltageV;
      if (voltageV !== undefined) return voltageV;
    }
    return this.#voltageV;
  }

  /** What the last meter on the way to the grid shows of power that the charge points of a circuit may use beside the grid. */
  #surplusAbove(index: number, own: ReadonlyMap<number, Own>, voltageV: Volts): Surplus {
    const top = this.#topology.pathOf[index]?.findLast((each) => this.#metered.has(each));
    const { backgroundA, openA } = own.get(top ?? -1) ?? {};
    if (top === undefined || !backgroundA || !openA) return NO_SURPLUS;
    return surplusOf(backgroundA, openA, this.#load(top).provenPhases, voltageV);
  }

  #ownOf(index: number, own: ReadonlyMap<number, Own>, nowMs: Ms): Own {
    const sumOf = (children: readonly number[]): Flow =>
      children.reduce((sum, child) => plus(sum, defined(own.get(child), `load of circuit ${child}`).upwards), NO_FLOW);
    const children = this.#childrenOf[index] ?? [];
    const behind = sumOf(children);
    const meter = this.#metered.get(index);
    if (!meter) return { ...behind, backgroundA: behind.loadA, upwards: behind };
    const backgroundA = meter.backgroundA;
    if (backgroundA === null) {
      const { id, backgroundMaxA } = this.#circuitAt(index);
      const atMostA = backgroundMaxA ?? meter.assumedA(this.#limitA(index));
      const loadA = mapPhases((p) => Math.max(atMostA[p], behind.loadA[p]));
      assertOrder(NO_AMPS, loadA, id, 'nothing, and the load of a lost meter');
      const lostDifferenceA = Math.max(meter.lostDifferenceA, behind.lostDifferenceA);
      return { ...behind, lostDifferenceA, backgroundA, upwards: { loadA, openA: NO_AMPS, lostDifferenceA } };
    }
    // A meter beside the charge points sees neither them nor the other load behind their supply.
    const unseen = this.isIncluding(index) ? NO_FLOW : sumOf(children.filter((child) => this.#serving.has(child)));
    const flow = plus({ loadA: backgroundA, openA: meter.openA(nowMs), lostDifferenceA: 0 }, unseen);
    return {
      ...flow,
      backgroundA: flow.loadA,
      upwards: { ...flow, loadA: mapPhases((p) => Math.max(0, flow.loadA[p])) },
    };
  }

  #limitA(index: number): PhaseAmps {
    return this.#circuitAt(index).limitA;
  }

  #circuitAt(index: number): Circuit {
    return defined(this.#circuits[index], `circuit ${index} of ${this.#circuits.length}`);
  }

  #byLimit(
    { limitW, fallbackW }: Circuit,
    isLost: boolean,
    voltageV: Volts,
    besideA: PhaseAmps,
    openA: PhaseAmps,
  ): PowerCapacity | undefined {
    if (limitW === undefined) return undefined;
    // Like the fallback in A it limits the charge points alone.
    if (isLost && fallbackW !== undefined) return powerCapacity(fallbackW, voltageV, NO_AMPS, openA);
    return powerCapacity(limitW, voltageV, besideA, openA);
  }

  /** While the meter is lost `besideA` is what it may hide, and that is no export. */
  #byContract(
    { contractW }: Circuit,
    meter: MeteredLoad | undefined,
    voltageV: Volts,
    besideA: PhaseAmps,
    openA: PhaseAmps,
  ): PowerCapacity | undefined {
    if (contractW === undefined) return undefined;
    return powerCapacity(contractW, voltageV, besideA, openA, meter?.provenPhases);
  }

  #capacityOf(circuit: Circuit, index: number, all: ReadonlyMap<number, Own>, nowMs: Ms): CircuitCapacity {
    const own = defined(all.get(index), `load of ${circuit.id}`);
    const meter = this.#metered.get(index);
    const isLost = own.backgroundA === null;
    const ignored = mapPhases((p) => circuit.fallbackA[p] >= FALLBACK_IGNORED_A);
    const ceiling = ceilingOf(circuit, this.#limits.sourcesOf(circuit, nowMs));
    const overA = meter?.overloadA(nowMs) ?? null;
    const knownA = mapPhases((p) => Math.max(own.loadA[p], overA?.[p] ?? Number.NEGATIVE_INFINITY));
    const ownA = ceiling.limitA;
    // The fallback limits the charge points alone. Known load below still counts against the fuse.
    const falls = (p: 0 | 1 | 2): boolean => isLost && !ignored[p] && circuit.fallbackA[p] <= ownA[p] - knownA[p];
    const ceilingA = mapPhases((p) => (falls(p) ? circuit.fallbackA[p] : ownA[p]));
    // Export makes no room above the fuse: a meter that counts backwards looks the same.
    const loadA = mapPhases((p) => (falls(p) ? 0 : Math.max(0, knownA[p])));
    const capacityA = mapPhases((p) => Math.max(0, ceilingA[p] - loadA[p]));
    // No fallback is given in W. So a lost meter hides what it may hide, unless its loss is ignored.
    const besideA = mapPhases((p) => (isLost && !ignored[p] ? Math.max(own.upwards.loadA[p], knownA[p]) : knownA[p]));
    const raisableA = mapPhases((p) => capacityA[p] - own.openA[p]);
    const voltageV = this.#voltageAt(index);
    const byLimit = this.#byLimit(circuit, isLost, voltageV, besideA, own.openA);
    const draw = this.#limits.gridDrawOf(circuit, nowMs);
    const byDraw = draw && gridDrawCapacity(draw, voltageV, this.#surplusAbove(index, all, voltageV));
    const byContract = this.#byContract(circuit, meter, voltageV, besideA, own.openA);
    const power = lowerPower(byContract, lowerPower(byLimit, byDraw));
    assertNumbers(capacityA, circuit.id, 'capacity');
    assertOrder(NO_AMPS, loadA, circuit.id, 'nothing, and its load');
    assertOrder(
      capacityA,
      mapPhases((p) => Math.max(0, ceilingA[p])),
      circuit.id,
      'capacity, and ceiling',
    );
    assertOrder(ceilingA, ownA, circuit.id, 'ceiling, and fuse or operator limit');
    assertOrder(raisableA, capacityA, circuit.id, 'what raises may use, and capacity');
    return {
      ceilingA,
      loadA,
      backgroundA: own.backgroundA,
      measuredA: meter?.measuredA ?? null,
      capacityA,
      raisableA,
      lostDifferenceA: own.lostDifferenceA,
      cause: mapPhases((p) => (falls(p) ? { source: 'fallback', limitA: circuit.fallbackA[p] } : ceiling.cause[p])),
      ...(power && { power }),
    };
  }
}
