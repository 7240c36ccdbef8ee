/** What a vehicle can use of the maximum of its charge point, and what limits it. */
import type { LimitCause } from '../../base/reason.js';
import { connectedMask } from '../../base/rotation.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { capOf, type Snapshot } from './snapshot.js';

const ALL_PHASES = connectedMask(3);

/** In A per phase: its own maximum, or a lower limit that people, the calendar or an input set. */
export function usableOf(snapshot: Snapshot, record: SlaveRecord): LimitCause {
  const own = ownLimit(record);
  const cap = capOf(snapshot, record);
  return cap && cap.limitA < own.limitA ? cap : own;
}

function ownLimit(record: SlaveRecord): LimitCause {
  const { imbalanceLimitA, maxA } = record.facts;
  const isUneven = imbalanceLimitA !== undefined && imbalanceLimitA < maxA && record.activePhases() !== ALL_PHASES;
  return isUneven ? { source: 'imbalance', limitA: imbalanceLimitA } : record.ownMaximum;
}
