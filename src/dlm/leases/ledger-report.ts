/** What the ledger takes from a STATUS, in grid order, and what every STATUS must be by then. */
import { failInvariant } from '../../base/assert.js';
import type { BootId, GrantNumber } from '../../base/messages.js';
import type { PhaseMask } from '../../base/rotation.js';
import type { Amps, Ms, PhaseAmps } from '../../base/units.js';

/** The part of a STATUS that the ledger uses. */
export interface LedgerReport {
  readonly bootId: BootId;
  /** True when the slave follows a grant of this master and of its present epoch. */
  readonly acceptedIsMine: boolean;
  readonly accepted: GrantNumber;
  readonly enforcedA: Amps;
  /** Grid order. */
  readonly enforcedPhases: PhaseMask;
  readonly disconnectedLimitA: Amps;
  readonly maxA: Amps;
  /** Grid order. */
  readonly connected: PhaseMask;
  /** Measured, grid order. */
  readonly currentA: PhaseAmps;
}

/** The codec refuses other values, and the clock does not go back. `atMs`: the time of the report before this one. */
export function checkReport(
  id: string,
  { enforcedA, disconnectedLimitA, maxA, connected, enforcedPhases, currentA }: LedgerReport,
  { atMs, nowMs }: { readonly atMs: Ms; readonly nowMs: Ms },
): void {
  if (!(enforcedA >= 0 && disconnectedLimitA >= 0 && maxA >= 0)) {
    failInvariant(`${id} says ${enforcedA} A of ${maxA} A, disconnected ${disconnectedLimitA} A`);
  }
  if (!(currentA[0] >= 0 && currentA[1] >= 0 && currentA[2] >= 0))
    failInvariant(`${id} draws ${currentA.join(', ')} A`);
  if (!(connected > 0 && connected <= 0b111 && enforcedPhases >= 0 && enforcedPhases <= 0b111)) {
    failInvariant(`${id}: connected phases ${connected}, enforced on ${enforcedPhases}`);
  }
  if (!(nowMs >= atMs)) failInvariant(`${id} is heard at ${nowMs} ms, before ${atMs} ms`);
}
