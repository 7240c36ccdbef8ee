/** What is believed of the currents that a charge point says it draws. */
import type { Status } from '../../base/messages.js';
import { type Amps, mapPhases } from '../../base/units.js';

/** No charge point draws more than this multiple of what it can take or was granted. Its meter or its words are wrong then. */
const PLAUSIBLE_MULTIPLE = 1.5;
/** Beside a maximum of 0 A the noise of a meter is no lie. */
const NOISE_A: Amps = 1;

/**
 * `knownA`: the largest of its maximum as configured or heard before, and of its last grant; what it says now may be a lower one,
 * while its vehicle has still to follow. A current that cannot be counts as the largest of these.
 */
export function believedDraw(status: Status, knownA: Amps): Status {
  const { currentA } = status;
  const maxA = Math.max(status.maxA, knownA);
  const mostA = PLAUSIBLE_MULTIPLE * maxA + NOISE_A;
  if (currentA[0] <= mostA && currentA[1] <= mostA && currentA[2] <= mostA) return status;
  return { ...status, currentA: mapPhases((p) => (currentA[p] <= mostA ? currentA[p] : maxA)) };
}
