/** Looks on at what flows through the fuse of a virtual site: in the time that is played, and in what is passed over. */
import { mapPhases, type Ms, type PhaseAmps } from '../src/base/units.js';
import type { Conductor } from '../src/sim/world/copper.js';
import { Breaker } from './breaker.js';
import { FuseGauge } from './gauge.js';
import { VOLTAGE_V } from './site.js';

const MINUTE_MS: Ms = 60_000;

export class FuseWatch {
  readonly gauge: FuseGauge;
  trips = 0;
  /** Energy of the vehicles. */
  seenWh = 0;
  readonly #breaker: Breaker;
  readonly #conductor: Conductor;
  #seenMs: Ms = 0;

  constructor(fuseA: number, conductor: Conductor) {
    this.gauge = new FuseGauge(fuseA);
    this.#breaker = new Breaker(fuseA);
    this.#conductor = conductor;
  }

  /** To be called before what flows changes. */
  before(nowMs: Ms): void {
    if (nowMs <= this.#seenMs) return;
    const { drawnMa } = this.#conductor;
    this.#take(this.totalA(), drawnA(drawnMa), (nowMs - this.#seenMs) / MINUTE_MS);
    this.#seenMs = nowMs;
  }

  /** Time that is not played, with so much from the vehicles. */
  passOver(vehiclesA: PhaseAmps, minutes: number): void {
    const { buildingMa } = this.#conductor;
    const totalA = mapPhases((p) => (buildingMa[p] ?? 0) / 1000 + vehiclesA[p]);
    this.#take(totalA, vehiclesA[0] + vehiclesA[1] + vehiclesA[2], minutes);
  }

  totalA(): PhaseAmps {
    const { drawnMa, buildingMa } = this.#conductor;
    return mapPhases((p) => ((drawnMa[p] ?? 0) + (buildingMa[p] ?? 0)) / 1000);
  }

  #take(totalA: PhaseAmps, vehiclesA: number, minutes: number): void {
    this.gauge.take(totalA, minutes, true);
    this.seenWh += (vehiclesA * VOLTAGE_V * minutes) / 60;
    if (this.#breaker.carry(totalA, minutes)) this.trips += 1;
  }
}

function drawnA(drawnMa: Int32Array): number {
  return ((drawnMa[0] ?? 0) + (drawnMa[1] ?? 0) + (drawnMa[2] ?? 0)) / 1000;
}
