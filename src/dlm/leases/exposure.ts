/** The exposure of a charge point at one moment, and what holds for it at any time. */
import { failInvariant } from '../../base/assert.js';
import { hasPhase, type PhaseMask } from '../../base/rotation.js';
import { type Amps, isAnyAbove, type Ms, type PhaseAmps, PHASES } from '../../base/units.js';
import { hasRunOut, type OpenGrant } from './open-grants.js';

export interface Exposure {
  readonly nowMs: Ms;
  readonly leaseMs: Ms;
  /** Grid order. */
  readonly exposureA: PhaseAmps;
}

/** An exposure covers the newest grant while that may be in force, and the limit that the slave reports while that counts. */
export function checkCovers(
  id: string,
  { exposureA, nowMs }: Exposure,
  {
    grant,
    said,
  }: {
    readonly grant: OpenGrant | undefined;
    readonly said: { readonly limitA: Amps; readonly phases: PhaseMask } | undefined;
  },
): void {
  const limitA = grant && !hasRunOut(grant, nowMs) ? grant.limitA : 0;
  for (const p of PHASES) {
    const grantedA = hasPhase(grant?.phases ?? 0, p) ? limitA : 0;
    const saidA = said && hasPhase(said.phases, p) ? said.limitA : 0;
    if (exposureA[p] >= grantedA && exposureA[p] >= saidA) continue;
    failInvariant(`${id}: ${exposureA[p]} A count on phase ${p}: it was granted ${grantedA} A and says ${saidA} A`);
  }
}

/** An exposure that was computed before in the same moment is still true. */
export function checkSame(id: string, beforeA: PhaseAmps, againA: PhaseAmps): void {
  if (beforeA[0] === againA[0] && beforeA[1] === againA[1] && beforeA[2] === againA[2]) return;
  failInvariant(`${id}: an exposure of ${beforeA.join(', ')} A is remembered, it is ${againA.join(', ')} A`);
}

/** M2: a new grant frees nothing. */
export function checkNotLowered(id: string, beforeA: PhaseAmps, bookedA: PhaseAmps): void {
  if (!isAnyAbove(beforeA, bookedA, 0)) return;
  failInvariant(`${id}: a grant lowers the exposure from ${beforeA.join(', ')} A to ${bookedA.join(', ')} A`);
}
