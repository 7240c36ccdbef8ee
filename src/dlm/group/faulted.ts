/** Charge points that say that they are faulted: what people are told, and what they can do. */
import type { ErrorCode } from '../../base/error-codes.js';
import type { Status } from '../../base/messages.js';
import type { Ms } from '../../base/units.js';
import type { Notice } from '../notice.js';
import type { SlaveRecord } from './slave-record.js';

const UNTIL_OVER = 'gets 0 A until its fault is over';
const REMEDY = 'see what its display or its own log says, and have it mended';
/** Of the codes with which a charge point does not charge. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  ConnectorLockFailure: 'unplug, clear the socket, and plug in again',
  EVCommunicationError: 'unplug the vehicle and plug it in again, or try another cable',
  GroundFailure: 'a residual current flowed: have vehicle, cable and installation checked before it is reset',
  HighTemperature: 'let it cool; look for sun, dust and loose terminals',
  InternalError: 'switch it off and on; have it mended if the fault comes back',
  OverCurrentFailure: 'the vehicle drew too much: unplug it, and have it checked if the fault comes back',
  OverVoltage: 'have the voltage of its supply measured',
  PowerMeterFailure: 'have its meter mended: nobody knows what it draws',
  PowerSwitchFailure: 'its contactor may be welded: switch off its breaker, and have it mended',
  ResetFailure: 'switch it off and on; have it mended if the fault comes back',
  UnderVoltage: 'have the voltage of its supply measured',
};

/** What people are told of the fault: the code, if the charge point says one. */
export function errorCodeOf(status: Status | undefined): ErrorCode | undefined {
  return status?.errorCode === 'NoError' ? undefined : status?.errorCode;
}

/** The alarm of all that are faulted now; `undefined`: none is. */
export function faultAlarm(records: readonly SlaveRecord[], nowMs: Ms): string | undefined {
  const faulted = records.filter((record) => record.isOnline(nowMs) && record.status?.state === 'Faulted');
  if (faulted.length === 0) return undefined;
  const each = faulted.map(({ id, status }) => {
    const code = errorCodeOf(status);
    return code === undefined ? `${id}: ${REMEDY}` : `${id}, ${code}: ${REMEDIES[code] ?? REMEDY}`;
  });
  return `faulted: ${each.join('; ')}; each ${UNTIL_OVER}`;
}

/** What a new STATUS tells of a fault; `undefined`: nothing. The text follows the id of the charge point. */
export function faultNews(before: Status | undefined, now: Status): Pick<Notice, 'level' | 'message'> | undefined {
  const code = errorCodeOf(now);
  const wasFaulted = before?.state === 'Faulted';
  if (now.state === 'Faulted') {
    if (wasFaulted && code === errorCodeOf(before)) return undefined;
    const what = code === undefined ? 'is faulted' : `is faulted (${code})`;
    return { level: 'error', message: `${what} and ${UNTIL_OVER}; ${(code && REMEDIES[code]) ?? REMEDY}` };
  }
  return wasFaulted ? { level: 'info', message: `is no longer faulted, but ${now.state}` } : undefined;
}
