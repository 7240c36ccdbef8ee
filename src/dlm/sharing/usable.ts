/** What a vehicle can use of the maximum of its charge point. */
import type { MaximumCause } from '../../base/reason.js';
import { connectedMask } from '../../base/rotation.js';
import type { Amps } from '../../base/units.js';
import type { SlaveRecord } from '../group/slave-record.js';

const ALL_PHASES = connectedMask(3);

/** In A per phase. */
export function usableMaxA(record: SlaveRecord): Amps {
  const { maxA, imbalanceLimitA } = record.facts;
  return imbalanceLimitA !== undefined && isUneven(record, imbalanceLimitA) ? imbalanceLimitA : maxA;
}

/** Which limit of the charge point that is. */
export function usableCause(record: SlaveRecord): MaximumCause {
  const { imbalanceLimitA } = record.facts;
  return imbalanceLimitA !== undefined && isUneven(record, imbalanceLimitA) ? 'imbalance' : record.maximumCause;
}

/** The limit binds a vehicle that leaves a phase out. Unseen, it counts on all connected ones. */
function isUneven(record: SlaveRecord, imbalanceLimitA: Amps): boolean {
  return imbalanceLimitA < record.facts.maxA && record.activePhases() !== ALL_PHASES;
}
