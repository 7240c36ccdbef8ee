/** Charge points that say that they are faulted: what people are told, and what they can do. */
import type { ChargePointState } from '../../base/messages.js';
import type { Ms } from '../../base/units.js';
import type { Notice } from '../notice.js';
import type { SlaveRecord } from './slave-record.js';

const REMEDY = 'gets 0 A until its fault is over; see what its display or its own log says, and have it mended';

/** The alarm of all that are faulted now; `undefined`: none is. */
export function faultAlarm(records: readonly SlaveRecord[], nowMs: Ms): string | undefined {
  const faulted = records.filter((record) => record.isOnline(nowMs) && record.status?.state === 'Faulted');
  return faulted.length > 0 ? `faulted: ${faulted.map(({ id }) => id).join(', ')}; each ${REMEDY}` : undefined;
}

/** What a new state tells of a fault; `undefined`: nothing. The text follows the id of the charge point. */
export function faultNews(
  before: ChargePointState | undefined,
  now: ChargePointState,
): Pick<Notice, 'level' | 'message'> | undefined {
  if (before === now) return undefined;
  if (now === 'Faulted') return { level: 'error', message: `is faulted and ${REMEDY}` };
  return before === 'Faulted' ? { level: 'info', message: `is no longer faulted, but ${now}` } : undefined;
}
