/**
 * Turns in a shortage. A charge point that has current keeps it for the dwell time before it yields to an equal one, whatever
 * the rule: contactors and batteries dislike flapping, and a car that charges for a minute has gained nothing.
 */
import { failInvariant } from '../../base/assert.js';
import type { Ms } from '../../base/units.js';
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';
import type { AllocationRules, ShortageRule } from '../types.js';

/** From the first current that is offered to the first that is drawn a vehicle may take this long. */
const START_MAX_MS: Ms = 60_000;
/** A vehicle that took nothing of its offer is served after all others for so long. Then it is asked again. */
export const DECLINED_HOLD_MS: Ms = 3_600_000;
/** What is left unused for this long may go to others: the slowest vehicles take two minutes to start. */
export const UNUSED_MAX_MS: Ms = 180_000;

/** A charge point in one decision. */
export interface Candidate {
  readonly record: SlaveRecord;
  readonly service: Service;
}

/** How often a charge point was put behind the others of its priority. */
export type Behind = ReadonlyMap<SlaveRecord, number>;

/** The place of a charge point in the order of service. The first key that differs decides; the lower one is served first. */
export type ServiceKey = readonly [
  /** 1 for a vehicle that does not charge now. */
  isLast: 0 | 1,
  priority: number,
  timesBehind: number,
  /** 0 for a charge point in its turn. */
  isOutOfTurn: 0 | 1,
  /** By the site's rule for a shortage. */
  byRule: number,
];

export function serviceKey(
  { record, service }: Candidate,
  behind: Behind,
  { dwellMs, shortage }: AllocationRules,
  nowMs: Ms,
): ServiceKey {
  return [
    isServedLast(record, service, nowMs) ? 1 : 0,
    record.facts.priority,
    behind.get(record) ?? 0,
    hasTurn(service, nowMs, dwellMs) ? 0 : 1,
    finite(orderByRule(record, shortage, dwellMs), record),
  ];
}

/** A key that is no number would leave the order to chance. */
function finite(key: number, { id, vehicle }: SlaveRecord): number {
  if (Number.isFinite(key)) return key;
  const times = `connected at ${vehicle.connectedAtMs} ms, charged for ${vehicle.chargingMs} ms`;
  return failInvariant(`the place of ${id} in the order of service is ${key}: ${times}`);
}

function orderByRule({ vehicle }: SlaveRecord, shortage: ShortageRule, dwellMs: Ms): number {
  if (shortage === 'last-connected-first') return vehicle.connectedAtMs;
  // In whole dwell times: nobody yields for a second more or less.
  return shortage === 'longest-charging-first' ? Math.floor(vehicle.chargingMs / dwellMs) : 0;
}

export function compareService(a: ServiceKey, b: ServiceKey): number {
  for (let key = 0; key < a.length; key++) {
    const difference = (a[key] ?? 0) - (b[key] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether two charge points are of one class: only the rules for a shortage tell them apart. */
export function isSameClass(a: ServiceKey, b: ServiceKey): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** Whether the class of the first is served after that of the second. */
export function isBehind(a: ServiceKey, b: ServiceKey): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

/**
 * True for a vehicle that does not charge now: the minimum stays open for it where no other one needs it. A paused vehicle
 * looks like one that waits; what it did with the last offer tells them apart.
 */
export function isServedLast({ status }: SlaveRecord, { declinedAtMs, servedSinceMs }: Service, nowMs: Ms): boolean {
  if (status?.state === 'Preparing') return true;
  if (status?.state === 'Charging') return false;
  if (declinedAtMs !== undefined && nowMs - declinedAtMs < DECLINED_HOLD_MS) return true;
  return status?.state === 'SuspendedEV' && !(servedSinceMs !== undefined && nowMs - servedSinceMs < START_MAX_MS);
}

/** The service with what the vehicle does with its offer now; the same object where nothing changed. Once before each division. */
export function afterOffer({ status }: SlaveRecord, service: Service, nowMs: Ms): Service {
  const { servedSinceMs } = service;
  if (!((servedSinceMs ?? nowMs) <= nowMs))
    failInvariant(`an offer is made since ${servedSinceMs} ms, it is ${nowMs} ms`);
  const isUnused = status?.state === 'SuspendedEV' && servedSinceMs !== undefined;
  const unusedSinceMs = isUnused ? (service.unusedSinceMs ?? nowMs) : undefined;
  let declinedAtMs = status?.state === 'Charging' ? undefined : service.declinedAtMs;
  if (isUnused && nowMs - servedSinceMs >= START_MAX_MS) declinedAtMs = nowMs;
  const isSame = unusedSinceMs === service.unusedSinceMs && declinedAtMs === service.declinedAtMs;
  return isSame ? service : { ...service, unusedSinceMs, declinedAtMs };
}

/** When a vehicle that left its offer is asked again; now where it left none. */
export function askedAgainAtMs({ declinedAtMs }: Service, nowMs: Ms): Ms {
  if (declinedAtMs === undefined) return nowMs;
  if (!(declinedAtMs <= nowMs)) failInvariant(`an offer was left at ${declinedAtMs} ms, it is ${nowMs} ms`);
  return declinedAtMs + DECLINED_HOLD_MS;
}

/** The vehicle took nothing of its offer for a while, and is not being asked again just now. */
export function leavesUnused(service: Service, nowMs: Ms): boolean {
  const { servedSinceMs, unusedSinceMs } = service;
  if (!((unusedSinceMs ?? nowMs) <= nowMs))
    failInvariant(`an offer is unused since ${unusedSinceMs} ms, it is ${nowMs} ms`);
  if (nowMs >= askedAgainAtMs(service, nowMs)) return false;
  return servedSinceMs === undefined || (unusedSinceMs !== undefined && nowMs - unusedSinceMs >= UNUSED_MAX_MS);
}

function hasTurn({ servedSinceMs }: Service, nowMs: Ms, dwellMs: Ms): boolean {
  return servedSinceMs !== undefined && nowMs - servedSinceMs < dwellMs;
}
