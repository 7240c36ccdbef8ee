/** The real clock and timers. The monotonic clock drives everything; the wall clock is for people. */
import { performance } from 'node:perf_hooks';
import { failInvariant } from '../base/assert.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';

/** Node takes a longer delay for 1 ms. */
const DELAY_MAX_MS: Ms = 2 ** 31 - 1;

let lastMs: Ms = 0;

export const systemClock: Clock = {
  monotonicMs(): Ms {
    const nowMs = performance.now();
    if (!(nowMs >= lastMs)) failInvariant(`the monotonic clock went from ${lastMs} to ${nowMs} ms`);
    lastMs = nowMs;
    return nowMs;
  },
  wallMs: (): Ms => Date.now(),
};

export const systemTimers: Timers = {
  after(delayMs: Ms, call: () => void): Cancel {
    if (!(delayMs <= DELAY_MAX_MS)) failInvariant(`a timer of ${delayMs} ms: expected at most ${DELAY_MAX_MS}`);
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
