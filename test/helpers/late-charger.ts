/** A charger behind a bad line: commands arrive late, or not at all for a while; its driver repeats them, as it must. */
import { VirtualCharger } from '../../src/chargers/virtual.js';
import type { Amps, Ms } from '../../src/base/units.js';
import type { ChargerPort, ChargerSnapshot } from '../../src/ports/charger-port.js';
import type { Timers } from '../../src/ports/time.js';

const REPEAT_MS: Ms = 100;

export class LateCharger implements ChargerPort {
  readonly reactionMs: Ms;
  /** True: it answers nothing and keeps what it has. */
  isDeaf = false;
  readonly #charger: VirtualCharger;
  readonly #timers: Timers;
  readonly #delayMs: Ms;
  #wantedA: Amps = 0;

  /** `delayMs`: from a command to its effect; `reactionMs`: what the driver promises. */
  constructor(options: { delayMs: Ms; reactionMs: Ms; timers: Timers; charger?: VirtualCharger }) {
    this.reactionMs = options.reactionMs;
    this.#delayMs = options.delayMs;
    this.#timers = options.timers;
    this.#charger = options.charger ?? new VirtualCharger({ phases: 3, energyScale: 1 });
  }

  /** What the charger really follows. */
  get followsA(): Amps {
    return this.#charger.inForceA();
  }

  snapshot(nowMs: Ms): ChargerSnapshot {
    return this.#charger.snapshot(nowMs);
  }

  setLimit(limitA: Amps, nowMs: Ms): void {
    this.#wantedA = limitA;
    this.#try(limitA, nowMs);
  }

  #try(limitA: Amps, nowMs: Ms): void {
    const atMs = nowMs + this.#delayMs;
    this.#timers.after(this.#delayMs, () => {
      if (limitA !== this.#wantedA) return;
      if (this.isDeaf) this.#timers.after(REPEAT_MS, () => this.#try(limitA, atMs + REPEAT_MS));
      else this.#charger.setLimit(limitA, atMs);
    });
  }

  inForceA(): Amps {
    return Math.max(this.#wantedA, this.followsA);
  }
}
