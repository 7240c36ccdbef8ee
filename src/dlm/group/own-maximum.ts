/** The most that a charge point may get by itself: the lowest of its own limits, and which of them that is. */
import { failInvariant } from '../../base/assert.js';
import type { MaximumCause } from '../../base/reason.js';
import type { Amps } from '../../base/units.js';
import type { ChargePoint, ChargePointDefaults } from '../types.js';

/** What the configuration says of it. An absent limit does not bind. */
export type OwnLimits = Pick<ChargePointDefaults, 'maxA'> & Pick<ChargePoint, 'installationA' | 'operatorA'>;

export interface OwnMaximum {
  readonly maxA: Amps;
  readonly cause: MaximumCause;
}

/**
 * `saidA`: what the charge point reports, with its cable. Of equal limits the one binds that is harder to change: to raise
 * the operator limit alone would help nobody then.
 */
export function ownMaximum({ maxA, installationA, operatorA }: OwnLimits, saidA: Amps): OwnMaximum {
  const hardwareA = maxA ?? saidA;
  let lowest: OwnMaximum = { maxA: hardwareA, cause: 'hardware' };
  if (saidA < lowest.maxA) lowest = { maxA: saidA, cause: 'cable' };
  if (installationA !== undefined && installationA < lowest.maxA)
    lowest = { maxA: installationA, cause: 'installation' };
  if (operatorA !== undefined && operatorA < lowest.maxA) lowest = { maxA: operatorA, cause: 'operator' };
  if (!(lowest.maxA >= 0)) failInvariant(`a charge point may get ${lowest.maxA} A by its ${lowest.cause}`);
  return lowest;
}
