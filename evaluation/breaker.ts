/**
 * A miniature circuit breaker that trips as late as IEC 60898-1 lets it: at 1.45 times its rated current within 60 min, at 2.55
 * times within 1 min, between and beyond these on the straight line in double logarithms; up to 1.13 times never.
 */
import { type Amps, mapPhases, PHASES, type PerPhase, type PhaseAmps } from '../src/base/units.js';

const NEVER_SHARE = 1.13;
const [SLOW_SHARE, SLOW_MINUTES] = [1.45, 60];
const [FAST_SHARE, FAST_MINUTES] = [2.55, 1];
const EXPONENT = Math.log(SLOW_MINUTES / FAST_MINUTES) / Math.log(FAST_SHARE / SLOW_SHARE);
/** What an overload leaves behind fades with this time. */
const COOLING_MINUTES = 60;

/** How long it carries a current; Infinity up to 1.13 times the rated one. */
export function minutesToTrip(share: number): number {
  return share <= NEVER_SHARE ? Infinity : SLOW_MINUTES * (SLOW_SHARE / share) ** EXPONENT;
}

export class Breaker {
  readonly #ratedA: Amps;
  /** Per phase, what of the time to trip is used up: 1 trips. */
  #usedUp: PerPhase<number> = [0, 0, 0];

  constructor(ratedA: Amps) {
    this.#ratedA = ratedA;
  }

  /** True when it trips within these minutes; it is then as new. */
  carry(totalA: PhaseAmps, minutes: number): boolean {
    const before = this.#usedUp;
    this.#usedUp = mapPhases((phase) => {
      const untilTrip = minutesToTrip(totalA[phase] / this.#ratedA);
      if (untilTrip < Infinity) return before[phase] + minutes / untilTrip;
      return before[phase] * Math.exp(-minutes / COOLING_MINUTES);
    });
    const isTripped = PHASES.some((phase) => this.#usedUp[phase] >= 1);
    if (isTripped) this.#usedUp = [0, 0, 0];
    return isTripped;
  }
}
