/** What a vehicle can use of the maximum of its charge point. */
import { connectedMask } from '../../base/rotation.js';
import type { OwnMaximum } from '../group/own-maximum.js';
import type { SlaveRecord } from '../group/slave-record.js';

const ALL_PHASES = connectedMask(3);

/** The imbalance limit of the charge point binds a vehicle that leaves a phase out. Unseen, it counts on all connected ones. */
export function usableMaximum(record: SlaveRecord): OwnMaximum {
  const { maxA, imbalanceLimitA } = record.facts;
  const isUneven = imbalanceLimitA !== undefined && record.activePhases() !== ALL_PHASES;
  if (isUneven && imbalanceLimitA < maxA) return { maxA: imbalanceLimitA, cause: 'imbalance' };
  return { maxA, cause: record.maximumCause };
}
