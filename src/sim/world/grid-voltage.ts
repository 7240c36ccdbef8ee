/** The voltage between phase and neutral, the same on all three and everywhere on the site: step by step over time. */
import type { Ms, Volts } from '../../base/units.js';
import type { VirtualTime } from '../virtual-time.js';
import type { VoltageStep } from './scenario.js';

export class GridVoltage {
  /** Of the configuration; it holds until the first step. */
  readonly nominalV: Volts;
  readonly #steps: readonly VoltageStep[];
  readonly #time: VirtualTime;

  /** `steps`: in order of time. */
  constructor(steps: readonly VoltageStep[], nominalV: Volts, time: VirtualTime) {
    this.nominalV = nominalV;
    this.#steps = [{ atMs: 0, voltageV: nominalV }, ...steps];
    this.#time = time;
  }

  get nowV(): Volts {
    return this.#steps.findLast(({ atMs }) => atMs <= this.#time.nowMs)?.voltageV ?? this.nominalV;
  }

  /** The lowest from then until now. */
  leastV(sinceMs: Ms): Volts {
    const { nowMs } = this.#time;
    const held = this.#steps.filter(({ atMs }, index) => {
      const untilMs = this.#steps[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      return atMs <= nowMs && untilMs >= sinceMs;
    });
    return Math.min(...held.map(({ voltageV }) => voltageV));
  }
}
