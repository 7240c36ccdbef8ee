/** The most that a charge point can get by itself: the lowest of its own limits, and which of them that is. */
import { failInvariant } from '../../base/assert.js';
import type { LimitCause } from '../../base/reason.js';
import type { Amps } from '../../base/units.js';
import type { ChargePoint, ChargePointDefaults } from '../types.js';

/** What the configuration says of it. An absent limit does not bind. */
export type OwnLimits = Pick<ChargePointDefaults, 'maxA'> & Pick<ChargePoint, 'installationA'>;

/** `saidA`: what the charge point reports, with its cable. Of equal limits the one binds that is harder to change. */
export function ownMaximum({ maxA, installationA }: OwnLimits, saidA: Amps): LimitCause {
  let lowest: LimitCause = { source: 'hardware', limitA: maxA ?? saidA };
  if (saidA < lowest.limitA) lowest = { source: 'cable', limitA: saidA };
  if (installationA !== undefined && installationA < lowest.limitA)
    lowest = { source: 'installation', limitA: installationA };
  if (!(lowest.limitA >= 0)) failInvariant(`a charge point may get ${lowest.limitA} A by its ${lowest.source}`);
  return lowest;
}
