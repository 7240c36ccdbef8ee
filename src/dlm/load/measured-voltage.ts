/**
 * What a meter says of the voltage at its circuit: a limit in W is reckoned with it. A rise counts at once, as it lowers limits in A; a fall only
 * after a minute, and only by two volts or more, so that noise moves no limit. What no grid has is not believed.
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Ms, Volts } from '../../base/units.js';

/** EN 50160: a grid keeps to its voltage within 10 %. PV lifts it a little further. */
const LOWEST_SHARE = 0.9;
const HIGHEST_SHARE = 1.15;
const FALL_HOLD_MS: Ms = 60_000;
const FALL_V: Volts = 2;

export class MeasuredVoltage {
  /** Of the configuration. */
  readonly #nominalV: Volts;
  #levelV: Volts | undefined;
  /** Since when all were lower, and the highest of them. */
  #lowerFromMs: Ms = 0;
  #highestLowerV: Volts = 0;
  #isHeard = false;

  constructor(nominalV: Volts) {
    this.#nominalV = nominalV;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#levelV = carrier.value('levelV', this.#levelV);
    this.#lowerFromMs = carrier.value('lowerFromMs', this.#lowerFromMs);
    this.#highestLowerV = carrier.value('highestLowerV', this.#highestLowerV);
    this.#isHeard = carrier.value('isHeard', this.#isHeard);
  }

  /** `undefined`: this meter has none. `shownV`: the highest of its phases, between phase and neutral. */
  add(shownV: Volts | undefined, nowMs: Ms): void {
    this.#isHeard = shownV !== undefined && this.#isPlausible(shownV);
    if (shownV === undefined || !this.#isHeard) return;
    const wholeV = Math.round(shownV);
    const before = this.#levelV;
    if (before === undefined || wholeV >= before) this.#settle(wholeV, nowMs);
    else this.#lower(wholeV, before, nowMs);
  }

  #isPlausible(shownV: Volts): boolean {
    return shownV >= LOWEST_SHARE * this.#nominalV && shownV <= HIGHEST_SHARE * this.#nominalV;
  }

  #lower(wholeV: Volts, before: Volts, nowMs: Ms): void {
    this.#highestLowerV = Math.max(this.#highestLowerV, wholeV);
    if (this.#highestLowerV > before - FALL_V) this.#settle(before, nowMs);
    else if (nowMs - this.#lowerFromMs >= FALL_HOLD_MS) this.#settle(this.#highestLowerV, nowMs);
  }

  #settle(levelV: Volts, nowMs: Ms): void {
    this.#levelV = levelV;
    this.#lowerFromMs = nowMs;
    this.#highestLowerV = 0;
  }

  /** The meter gives no values: what it showed last may have risen. */
  lose(): void {
    this.#isHeard = false;
  }

  /** W for each A of one phase; `undefined`: it was never measured. Not below the nominal one while it is not heard. */
  get voltageV(): Volts | undefined {
    const levelV = this.#levelV;
    if (levelV === undefined) return undefined;
    const voltageV = this.#isHeard ? levelV : Math.max(levelV, this.#nominalV);
    return voltageV > 0 ? voltageV : failInvariant(`a voltage of ${voltageV} V`);
  }
}
