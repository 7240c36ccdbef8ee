/**
 * Where all limits meet that are no copper: what people have set, what the calendar says, and what digital inputs say. The lowest
 * holds, and they do not add up. `ceilings` takes it for circuits, the division for charge points.
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { LimitCause, PowerCause } from '../../base/reason.js';
import { hasPhase, type PhaseMask } from '../../base/rotation.js';
import { type Amps, type Ms, type PerPhase, PHASES, type PhaseAmps, perPhase, type Watts } from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import type { Notices } from '../notice.js';
import type { Circuit, Site } from '../types.js';
import { type CircuitLimits, ceilingOf, type LimitOfSource } from './ceilings.js';
import { Inputs } from './inputs.js';
import { Lowerings } from './lowerings.js';
import { Schedules } from './schedules.js';
import { Section14a } from './section-14a.js';
import { Settings } from './settings.js';

export interface LimitBookParts {
  readonly site: Site;
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
}

export class LimitBook implements CircuitLimits {
  readonly settings = new Settings();
  readonly schedules: Schedules;
  readonly inputs: Inputs;
  readonly section14a: Section14a;
  readonly #circuits: readonly Circuit[];
  readonly #lowerings = new Lowerings();
  /** By the configuration. */
  readonly #operatorA: ReadonlyMap<string, Amps>;

  constructor({ site, alarms, notices }: LimitBookParts, nowMs: Ms) {
    this.#operatorA = new Map(
      site.chargePoints.flatMap(({ id, operatorA }) => (operatorA === undefined ? [] : [[id, operatorA] as const])),
    );
    this.#circuits = site.circuits;
    this.schedules = new Schedules({ site, alarms, notices });
    this.inputs = new Inputs({ inputs: site.inputs ?? [], alarms, notices }, nowMs);
    const { inputs, settings } = this;
    this.section14a = new Section14a({ circuits: site.circuits, inputs, settings, notices });
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.part('settings', this.settings);
    carrier.part('schedules', this.schedules);
    carrier.part('inputs', this.inputs);
    carrier.part('section14a', this.section14a);
    carrier.part('lowerings', this.#lowerings);
  }

  /** Tells what has changed. Call once per cycle, before the division. */
  watch(drawnW: (circuit: number) => Watts, nowMs: Ms): void {
    this.inputs.watch(nowMs);
    this.section14a.watch(drawnW, nowMs);
    for (const circuit of this.#circuits) {
      this.#lowerings.watch(circuit.id, ceilingOf(circuit, this.sourcesOf(circuit, nowMs)).limitA, nowMs);
    }
  }

  /** True where somebody has just lowered the circuit: that explains a pause below it. */
  hasJustLowered({ id, section14a }: Circuit, nowMs: Ms): boolean {
    return this.#lowerings.isRecent(id, nowMs) || (section14a !== undefined && this.section14a.hasJustChanged);
  }

  gridDrawOf(circuit: Circuit, nowMs: Ms): PowerCause | undefined {
    return this.section14a.limitOf(circuit, nowMs);
  }

  sourcesOf(circuit: Circuit, nowMs: Ms): readonly LimitOfSource[] {
    const { settings, schedules, inputs } = this;
    const found: LimitOfSource[] = [];
    const operatorA = settings.operatorLimitA(circuit.id) ?? circuit.operatorLimitA;
    if (operatorA) found.push({ source: 'operator', limitA: operatorA });
    const scheduled = schedules.ofCircuit(circuit.id, nowMs);
    if (scheduled) found.push({ source: 'schedule', limitA: scheduled.limitA, names: scheduled.sources });
    const target = { kind: 'circuit', id: circuit.id } as const;
    // An offset counts from the fuse.
    const loweredA = inputs.lowered(circuit.limitA, target);
    if (loweredA !== circuit.limitA) {
      found.push({ source: 'input', limitA: loweredA, names: perPhase(inputs.activeText(target)) });
    }
    return found;
  }

  /**
   * The lowest limit of a charge point below its own maximum, on these grid phases; `undefined`: there is none. Asked for several times
   * in each decision, of each charge point: it makes nothing new where nothing limits.
   */
  capOf(id: string, maxA: Amps, grid: PhaseMask, nowMs: Ms): LimitCause | undefined {
    const { settings, schedules, inputs } = this;
    const operatorA = settings.of(id).operatorA ?? this.#operatorA.get(id);
    let lowest: LimitCause | undefined;
    if (operatorA !== undefined && operatorA < maxA && grid !== 0) lowest = { source: 'operator', limitA: operatorA };
    const scheduled = schedules.ofChargePoint(id, nowMs);
    if (scheduled) lowest = lowerOn(grid, maxA, lowest, 'schedule', scheduled.limitA, scheduled.sources);
    if (inputs.isAnyOf('chargePoint', id)) lowest = this.#byInputs(id, maxA, grid, lowest);
    if (lowest && !(lowest.limitA >= 0)) failInvariant(`${id} may take ${lowest.limitA} A by its ${lowest.source}`);
    return lowest;
  }

  #byInputs(id: string, maxA: Amps, grid: PhaseMask, lowest: LimitCause | undefined): LimitCause | undefined {
    const target = { kind: 'chargePoint', id } as const;
    const ownA = perPhase(maxA);
    const loweredA = this.inputs.lowered(ownA, target);
    if (loweredA === ownA) return lowest;
    return lowerOn(grid, maxA, lowest, 'input', loweredA, perPhase(this.inputs.activeText(target)));
  }
}

/** `before`, or the lowest of these limits where it is below. */
function lowerOn(
  grid: PhaseMask,
  maxA: Amps,
  before: LimitCause | undefined,
  source: LimitCause['source'],
  limitA: PhaseAmps,
  names: PerPhase<string>,
): LimitCause | undefined {
  let lowest = before;
  for (const p of PHASES) {
    if (hasPhase(grid, p) && limitA[p] < (lowest?.limitA ?? maxA)) {
      lowest = { source, limitA: limitA[p], name: names[p] };
    }
  }
  return lowest;
}
