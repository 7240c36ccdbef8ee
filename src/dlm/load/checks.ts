/** Invariants of currents on three phases: the text is only built when one does not hold. */
import { failInvariant } from '../../base/assert.js';
import { PHASE_NAMES, PHASES, type PhaseAmps } from '../../base/units.js';

/** Sums of the same currents in another order differ by so much at most. */
const ROUNDING_A = 1e-6;

export function assertNumbers(amps: PhaseAmps, id: string, what: string): void {
  for (const p of PHASES) {
    if (!Number.isFinite(amps[p])) failInvariant(`${id}: ${what} ${amps[p]} A on ${PHASE_NAMES[p]}`);
  }
}

/** `low` is on no phase above `high`. `what` names both, in this order. */
export function assertOrder(low: PhaseAmps, high: PhaseAmps, id: string, what: string): void {
  for (const p of PHASES) {
    if (!(low[p] <= high[p] + ROUNDING_A))
      failInvariant(`${id}: ${what}: ${low[p]} A, then ${high[p]} A on ${PHASE_NAMES[p]}`);
  }
}
