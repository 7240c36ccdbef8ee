/** The load that nobody controls: a slow drift between bounds, and now and then an appliance that goes on or off. */
import { mapPhases, type PhaseAmps } from '../../base/units.js';
import type { Rng } from '../../base/rng.js';
import type { VirtualTime } from '../virtual-time.js';
import type { Copper } from './copper.js';
import type { BuildingPlan } from './scenario.js';

/** Share of the changes that are an appliance, on one phase. */
const APPLIANCE_SHARE = 0.15;
/** The largest step of an appliance, and of the drift, as a share of the span between the bounds. */
const APPLIANCE_SPAN = 0.7;
const DRIFT_SPAN = 0.04;

export class Building {
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
