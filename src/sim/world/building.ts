/** The load that nobody controls: a drift between bounds with appliances that go on and off, or a day of households and PV. */
import { mapPhases, type PhaseAmps } from '../../base/units.js';
import type { Rng } from '../../base/rng.js';
import { buildingCurrentA } from '../../sim/day/profile.js';
import type { VirtualTime } from '../virtual-time.js';
import type { Copper } from './copper.js';
import { VEHICLE_VOLTAGE_V } from '../../chargers/vehicle.js';
import type { BuildingPlan, DayPlan, LoadPlan, SolarPlan } from './scenario.js';

/** Share of the changes that are an appliance, on one phase. */
const APPLIANCE_SHARE = 0.15;
/** The largest step of an appliance, and of the drift, as a share of the span between the bounds. */
const APPLIANCE_SPAN = 0.7;
const DRIFT_SPAN = 0.04;
const MS_PER_MINUTE = 60_000;

export class WanderingLoad {
  readonly #plan: BuildingPlan;
  readonly #rng: Rng;
  #currentA: PhaseAmps;

  constructor(plan: BuildingPlan, rng: Rng) {
    this.#plan = plan;
    this.#rng = rng;
    this.#currentA = mapPhases((p) => rng.between(plan.lowA[p], plan.highA[p]));
  }

  /** Begins to load its circuit, and goes on for ever. */
  connect(time: VirtualTime, copper: Copper): void {
    const circuit = copper.indexOf(this.#plan.circuit);
    const change = (): void => {
      this.#step();
      copper.setBuilding(circuit, this.#currentA);
      time.at(time.nowMs + this.#rng.between(0.2, 1.8) * this.#plan.everyMs, change);
    };
    change();
  }

  #step(): void {
    const { lowA, highA } = this.#plan;
    const appliance = this.#rng.chance(APPLIANCE_SHARE) ? this.#rng.int(3) : -1;
    this.#currentA = mapPhases((p) => {
      const spanA = highA[p] - lowA[p];
      const most = p === appliance ? APPLIANCE_SPAN : DRIFT_SPAN;
      const nextA = this.#currentA[p] + this.#rng.between(-most, most) * spanA;
      return Math.min(highA[p], Math.max(lowA[p], nextA));
    });
  }
}

/** Loads its circuit from now on, minute by minute. */
export function connectDay({ circuit, building, startMinute }: DayPlan, time: VirtualTime, copper: Copper): void {
  const index = copper.indexOf(circuit);
  const change = (): void => {
    copper.setBuilding(index, buildingCurrentA(building, startMinute + time.nowMs / MS_PER_MINUTE));
    time.at(time.nowMs + MS_PER_MINUTE, change);
  };
  change();
}

/** Loads its circuit so from its moment on, until the next step. */
export function connectLoad({ circuit, atMs, loadA }: LoadPlan, time: VirtualTime, copper: Copper): void {
  const index = copper.indexOf(circuit);
  time.at(atMs, () => copper.setBuilding(index, loadA));
}

/** Feeds so much into its circuit from its moment on, until the next step. */
export function connectSolar({ circuit, atMs, powerW }: SolarPlan, time: VirtualTime, copper: Copper): void {
  const index = copper.indexOf(circuit);
  time.at(atMs, () =>
    copper.setSolar(
      index,
      mapPhases((p) => powerW[p] / VEHICLE_VOLTAGE_V),
    ),
  );
}
