/** Time lapse: which minute of the simulated day it is. */
import type { Ms } from '../../base/units.js';
import { MINUTES_PER_DAY } from './profile.js';

export interface TimeLapse {
  /** Minute of the day at the start, 0 to 1439. */
  readonly startMinute: number;
  /** Simulated time per real time: 60 makes a second a minute. A charger's `energyScale` should be the same. */
  readonly factor: number;
}

/** Minute of the day, a fraction in [0, 1440), after so much real time; after midnight the day begins again. */
export function minuteOfDay(lapse: TimeLapse, elapsedMs: Ms): number {
  return (lapse.startMinute + (elapsedMs * lapse.factor) / 60_000) % MINUTES_PER_DAY;
}
