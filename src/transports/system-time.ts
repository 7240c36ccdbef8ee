/** The real clock and timers. The monotonic clock drives everything; the wall clock is for people. */
import { performance } from 'node:perf_hooks';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';

export const systemClock: Clock = {
  monotonicMs: (): Ms => performance.now(),
  wallMs: (): Ms => Date.now(),
};

export const systemTimers: Timers = {
  after(delayMs: Ms, call: () => void): Cancel {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
