/**
 * Whether a meter's values stand still although the charge points behind it change: the device answers, but measures no
 * more. Every value must be the same to the bit. Only a meter that sees the charge points can be judged.
 */
import { failInvariant } from '../base/assert.js';
import { type Amps, type Ms, PHASES, type PhaseAmps } from '../base/units.js';
import type { MeterReading } from '../ports/meter-reading.js';

/** A change of the charge points that no meter can miss. */
const CHANGE_A: Amps = 2;
/** A meter must have followed such a change after this long. */
const FOLLOWS_AFTER_MS: Ms = 5_000;
const STUCK_AFTER_MS: Ms = 30_000;
const LOST_AFTER_MS: Ms = 60_000;

export interface Standstill {
  readonly reading: MeterReading;
  /** Since when the values are these. */
  readonly sinceMs: Ms;
  /** What the charge points drew then, grid order. */
  readonly drawnA: PhaseAmps;
  /** When they drew something else for the first time. */
  readonly changedAtMs: Ms | null;
}

/** `moves`: nothing to complain of. `stuck`: people are told. `lost`: these values count no more. */
export type Liveliness = 'moves' | 'stuck' | 'lost';

function isSame(a: MeterReading, b: MeterReading): boolean {
  const phases = PHASES.every(
    (p) => a.currentA[p] === b.currentA[p] && a.voltageV[p] === b.voltageV[p] && a.powerW[p] === b.powerW[p],
  );
  return phases && a.totalPowerW === b.totalPowerW;
}

/** `drawnA`: what the charge points behind the meter are known to draw now. */
export function watchStandstill(
  before: Standstill | null,
  reading: MeterReading,
  drawnA: PhaseAmps,
  nowMs: Ms,
): Standstill {
  if (!before || !isSame(before.reading, reading)) return { reading, sinceMs: nowMs, drawnA, changedAtMs: null };
  if (before.changedAtMs !== null) return before;
  const hasChanged = PHASES.some((p) => Math.abs(drawnA[p] - before.drawnA[p]) >= CHANGE_A);
  return hasChanged ? { ...before, changedAtMs: nowMs } : before;
}

export function liveliness({ sinceMs, changedAtMs }: Standstill, nowMs: Ms): Liveliness {
  if (!(sinceMs <= (changedAtMs ?? nowMs) && (changedAtMs ?? nowMs) <= nowMs)) {
    failInvariant(
      `values stand since ${sinceMs} ms, a change at ${changedAtMs} ms, now ${nowMs} ms: expected in this order`,
    );
  }
  if (changedAtMs === null || nowMs - changedAtMs < FOLLOWS_AFTER_MS || nowMs - sinceMs < STUCK_AFTER_MS) {
    return 'moves';
  }
  return nowMs - sinceMs < LOST_AFTER_MS ? 'stuck' : 'lost';
}
