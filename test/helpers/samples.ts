/** Meter samples for tests: asked at one moment, answered at once, by a meter that is read every quarter of a second. */
import { type Ms, NO_AMPS, type PhaseAmps } from '../../src/base/units.js';
import type { LoadSample } from '../../src/dlm/load/metered-load.js';
import type { MeterSample } from '../../src/dlm/load/metering.js';

const PACE = { updateMs: 1000, periodMs: 250 } as const;

export function meterSample(currentA: PhaseAmps, sampledAtMs: Ms): MeterSample {
  return { currentA, sampledAtMs, movedAtMs: sampledAtMs, ...PACE };
}

export function loadSample(shownA: PhaseAmps, drawnA: PhaseAmps = NO_AMPS, sampledAtMs: Ms = 0): LoadSample {
  return { shownA, mostA: drawnA, leastA: drawnA, drawnA, sampledAtMs, ...PACE };
}
