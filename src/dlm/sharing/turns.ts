/**
 * Turns in a shortage. Under every rule a served charge point keeps its turn for the dwell time. Then it yields to an
 * equal one. Contactors and batteries wear with each change, and a vehicle gains nothing from one minute of charging.
 */
import { failInvariant } from '../../base/assert.js';
import type { LimitReason } from '../../base/reason.js';
import type { Ms } from '../../base/units.js';
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';
import type { AllocationRules, ShortageRule } from '../types.js';

/** A vehicle may take this long from its offer to its first current. */
export const START_MAX_MS: Ms = 60_000;
/** A vehicle that declined its offer is served last for this long. Then it gets an offer in its order again. */
export const DECLINED_HOLD_MS: Ms = 3_600_000;
/** An offer unused for this long may be withdrawn. The slowest vehicles take two minutes to start. */
export const UNUSED_MAX_MS: Ms = 180_000;

/** An unseen vehicle that was let go first has shown its phases by then. */
const LOOK_MS: Ms = 60_000;
/** Before all others of its priority. */
const LOOK_FIRST = -1;
const HOUR_MS: Ms = 3_600_000;
/** Of a vehicle that has waited for its least share: behind a boost, before all others. */
const DUE_PRIORITY = 0.5;

/** A charge point and its service in one decision. */
export interface Candidate {
  readonly record: SlaveRecord;
  readonly service: Service;
  /** 1 is served first; 0: a boost. */
  readonly priority: number;
}

/** How often a charge point was put behind the others of its priority. */
export type Behind = ReadonlyMap<SlaveRecord, number>;

/** A place in the order of service. The first key that differs decides; the lower one is served first. */
export type ServiceKey = readonly [
  /** 1 for a vehicle that does not charge now. */
  isLast: 0 | 1,
  priority: number,
  timesBehind: number,
  /** 0 for a charge point whose turn has not ended. */
  isOutOfTurn: 0 | 1,
  /** By the site's rule for a shortage. */
  byRule: number,
];

/** The place of a charge point in the order of service of one division. */
export function serviceKey(
  { record, service, priority }: Candidate,
  behind: Behind,
  rules: AllocationRules,
  nowMs: Ms,
): ServiceKey {
  const { dwellMs, shortage } = rules;
  return [
    isServedLast(record, service, nowMs) ? 1 : 0,
    nowMs >= dueAtMs(service, rules) ? Math.min(priority, DUE_PRIORITY) : priority,
    isLookedAt(record, service, nowMs) ? LOOK_FIRST : (behind.get(record) ?? 0),
    hasTurn(service, nowMs, dwellMs) ? 0 : 1,
    finite(orderByRule(record, shortage, dwellMs), record),
  ];
}

/** Fails on a key that is not a finite number: sorting by it would give a random order. */
function finite(key: number, { id, vehicle }: SlaveRecord): number {
  if (Number.isFinite(key)) return key;
  const times = `connected at ${vehicle.connectedAtMs} ms, charged for ${vehicle.chargingMs} ms`;
  return failInvariant(`the place of ${id} in the order of service is ${key}: ${times}`);
}

function orderByRule({ vehicle }: SlaveRecord, shortage: ShortageRule, dwellMs: Ms): number {
  if (shortage === 'last-connected-first') return vehicle.connectedAtMs;
  // In whole dwell times, so that a second more or less does not end a turn.
  return shortage === 'longest-charging-first' ? Math.floor(vehicle.chargingMs / dwellMs) : 0;
}

/** For sorting: negative when the first is served before the second. */
export function compareService(a: ServiceKey, b: ServiceKey): number {
  for (let key = 0; key < a.length; key++) {
    const difference = (a[key] ?? 0) - (b[key] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True when two charge points are of one class. Then only the order in a shortage separates them. */
export function isSameClass(a: ServiceKey, b: ServiceKey): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** True when the class of the first is served after the class of the second. */
export function isBehind(a: ServiceKey, b: ServiceKey): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

/**
 * True for a vehicle that does not charge now. It keeps an offer of its minimum while no other vehicle needs that
 * current. A full vehicle and one that the master paused look alike. What became of the last offer tells which.
 */
export function isServedLast(
  { status }: SlaveRecord,
  { declinedAtMs, servedSinceMs, appetite }: Service,
  nowMs: Ms,
): boolean {
  if (status?.state === 'Preparing') return true;
  if (status?.state === 'Charging') return false;
  if (declinedAtMs !== undefined && nowMs - declinedAtMs < DECLINED_HOLD_MS) return true;
  const isStarting = servedSinceMs !== undefined && nowMs - servedSinceMs < START_MAX_MS;
  return status?.state === 'SuspendedEV' && appetite.isRefused && !isStarting;
}

/** When a declined offer no longer counts and the vehicle is offered current again; now if it declined none. */
export function askedAgainAtMs({ declinedAtMs }: Service, nowMs: Ms): Ms {
  if (declinedAtMs === undefined) return nowMs;
  if (!(declinedAtMs <= nowMs)) failInvariant(`an offer was left at ${declinedAtMs} ms, it is ${nowMs} ms`);
  return declinedAtMs + DECLINED_HOLD_MS;
}

/** True for a declined offer, less than an hour ago, that is unused for 3 min or has ended: others may have it. */
export function leavesUnused(service: Service, nowMs: Ms): boolean {
  const { servedSinceMs, unusedSinceMs } = service;
  if (!((unusedSinceMs ?? nowMs) <= nowMs))
    failInvariant(`an offer is unused since ${unusedSinceMs} ms, it is ${nowMs} ms`);
  if (nowMs >= askedAgainAtMs(service, nowMs)) return false;
  return servedSinceMs === undefined || (unusedSinceMs !== undefined && nowMs - unusedSinceMs >= UNUSED_MAX_MS);
}

/** True while an unseen vehicle goes before its turn, until it has shown its phases. */
function isLookedAt({ vehicle }: SlaveRecord, { lookedAtMs }: Service, nowMs: Ms): boolean {
  return lookedAtMs !== undefined && nowMs < lookedAtMs + LOOK_MS && !vehicle.hasSettled;
}

/** When a vehicle that waits for others is owed a turn whatever the order says; Infinity: never. */
export function dueAtMs({ waitsSinceMs }: Service, { dwellMs, leastMsPerHour = 0 }: AllocationRules): Ms {
  if (waitsSinceMs === undefined || leastMsPerHour === 0) return Number.POSITIVE_INFINITY;
  return waitsSinceMs + (dwellMs * HOUR_MS) / leastMsPerHour;
}

/**
 * Notes since when a vehicle waits. A whole turn ends that; a shorter one does not. `boundBy`: what binds its share; `refused`:
 * it takes no part. The same object if nothing changed.
 */
export function afterWait(
  service: Service,
  boundBy: LimitReason['kind'] | 'refused' | undefined,
  { dwellMs }: AllocationRules,
  nowMs: Ms,
): Service {
  const { servedSinceMs, waitsSinceMs } = service;
  const isOver = boundBy === 'refused' || (servedSinceMs !== undefined && nowMs - servedSinceMs >= dwellMs);
  const stillMs = boundBy === 'shortage' ? (waitsSinceMs ?? nowMs) : waitsSinceMs;
  const sinceMs = isOver ? undefined : stillMs;
  return sinceMs === waitsSinceMs ? service : { ...service, waitsSinceMs: sinceMs };
}

/** When a served vehicle yields to one that waits, if both go on as now; `undefined`: it does not yield by the clock. */
export function turnEndsAtMs(
  { record, service }: Candidate,
  waiting: SlaveRecord,
  { shortage, dwellMs }: AllocationRules,
  nowMs: Ms,
): Ms | undefined {
  if (shortage !== 'longest-charging-first') return undefined;
  // By whole dwell times, as in `orderByRule`.
  const behindMs = (Math.floor(waiting.vehicle.chargingMs / dwellMs) + 1) * dwellMs - record.vehicle.chargingMs;
  return Math.max((service.servedSinceMs ?? nowMs) + dwellMs, nowMs + behindMs);
}

/** A look is no turn: where a vehicle needs more phases than it was thought to, it waits like all others. */
function hasTurn({ servedSinceMs, lookedAtMs }: Service, nowMs: Ms, dwellMs: Ms): boolean {
  if (servedSinceMs === undefined) return false;
  const isByLook = lookedAtMs !== undefined && Math.abs(servedSinceMs - lookedAtMs) < LOOK_MS;
  return !isByLook && nowMs - servedSinceMs < dwellMs;
}
