/** Watches the currents of a run against the fuse. */
import { type Amps, mapPhases, NO_AMPS, type PhaseAmps } from '../src/base/units.js';
import type { FuseUse } from './site.js';

/** Rounding is no overload. */
const TOLERANCE_A = 1e-6;

export class FuseGauge {
  readonly #fuseA: Amps;
  #worstA: PhaseAmps = NO_AMPS;
  #wantedMinutes = 0;
  #loadMinutes = 0;
  #overMinutes = 0;

  constructor(fuseA: Amps) {
    this.#fuseA = fuseA;
  }

  /** Building and vehicles together, for so long; `isWanted`: somebody plugged in still wants energy. */
  take(totalA: PhaseAmps, minutes: number, isWanted: boolean): void {
    const highestA = Math.max(...totalA);
    const worstA = this.#worstA;
    this.#worstA = mapPhases((phase) => Math.max(worstA[phase], totalA[phase]));
    if (highestA > this.#fuseA + TOLERANCE_A) this.#overMinutes += minutes;
    if (!isWanted) return;
    this.#wantedMinutes += minutes;
    this.#loadMinutes += (minutes * highestA) / this.#fuseA;
  }

  use(): FuseUse {
    const utilisation = this.#wantedMinutes > 0 ? this.#loadMinutes / this.#wantedMinutes : 0;
    return { worstA: this.#worstA, utilisation, minutesOver: this.#overMinutes };
  }
}
