/** Time as a service: the daemon gives the real one, a simulation a virtual one. */
import type { Ms } from '../base/units.js';

export interface Clock {
  /** Never goes back, knows no calendar: for every age, lease and deadline. */
  monotonicMs(): Ms;
  /** Milliseconds since 1970, UTC; may jump: for people, logs and schedules only. */
  wallMs(): Ms;
}

/** Stops a timer that has not fired yet; harmless afterwards. */
export type Cancel = () => void;

export interface Timers {
  /** Calls once, not before `delayMs` has passed. */
  after(delayMs: Ms, call: () => void): Cancel;
}
