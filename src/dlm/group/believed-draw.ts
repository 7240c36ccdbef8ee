/** What is believed of the currents that a charge point says it draws. */
import type { Status } from '../../base/messages.js';
import { type Amps, mapPhases } from '../../base/units.js';

/** No charge point draws more than this multiple of what it can take or was granted. Its meter or its words are wrong then. */
const PLAUSIBLE_MULTIPLE = 1.5;
/** Beside a maximum of 0 A the noise of a meter is no lie. */
const NOISE_A: Amps = 1;

/** `limitA`: its last grant. A current that cannot be counts as the maximum: no load, but no less than it may draw. */
export function believedDraw(status: Status, limitA: Amps): Status {
  const { maxA, currentA } = status;
  const mostA = PLAUSIBLE_MULTIPLE * Math.max(maxA, limitA) + NOISE_A;
  if (currentA[0] <= mostA && currentA[1] <= mostA && currentA[2] <= mostA) return status;
  return { ...status, currentA: mapPhases((p) => (currentA[p] <= mostA ? currentA[p] : maxA)) };
}
