/** What must hold of a charge point's record. A failed check is a fault of the master: nothing that is heard can cause it. */
import { assert, failInvariant } from '../../base/assert.js';
import { compareGrants, type Grant, type GrantNumber } from '../../base/messages.js';
import { isValidLoad, type Ms } from '../../base/units.js';
import type { ChargePoint } from '../types.js';
import type { Service } from './service.js';

/** Every number can be reckoned with. A charge point may say that its minimum is above its maximum: then it gets nothing. */
export function assertFacts({ id, maxA, minA, disconnectedLimitA, phases }: ChargePoint): void {
  const isReckonable = isValidLoad([minA, maxA, disconnectedLimitA]);
  assert(isReckonable, `${id}: ${minA} to ${maxA} A, disconnected limit ${disconnectedLimitA} A`);
  assert(phases >= 1 && phases <= 3, `${id} has ${phases} phases`);
}

/** A grant goes to the charge point that it was booked for, by the newest number, and after all before it. */
export function assertNewest(grant: Grant, last: GrantNumber | undefined, newest: GrantNumber, id: string): void {
  if (grant.chargePointId !== id) failGrant(grant, `this is the record of ${id}`);
  if (grant.seq !== newest.seq || grant.epoch !== newest.epoch) failGrant(grant, numberText('newest', newest));
  if (last && !(compareGrants(grant, last) > 0)) failGrant(grant, numberText('sent before', last));
}

function numberText(what: string, { epoch, seq }: GrantNumber): string {
  return `${epoch}/${seq} is the number ${what}`;
}

export function failGrant({ chargePointId, bootId, epoch, seq }: Grant, text: string): never {
  failInvariant(`grant ${epoch}/${seq} to start ${bootId} of ${chargePointId}: ${text}`);
}

export function assertNumberedUp(next: GrantNumber, last: GrantNumber, id: string): void {
  if (compareGrants(next, last) > 0 && next.seq > 0) return;
  failInvariant(`grant ${next.epoch}/${next.seq} of ${id} is to follow ${last.epoch}/${last.seq}`);
}

/** Its times have begun, and what ends ends for a reason. `pauseMs`: the longest pause. */
export function assertService(service: Service, id: string, nowMs: Ms, pauseMs: Ms): void {
  const { servedSinceMs = nowMs, declinedAtMs = nowMs, unusedSinceMs = nowMs, pausedUntilMs, withdrawn } = service;
  if (!(servedSinceMs <= nowMs)) failInvariant(`${id} is served since ${servedSinceMs} ms, it is ${nowMs} ms`);
  if (!(declinedAtMs <= nowMs)) failInvariant(`${id} left its offer at ${declinedAtMs} ms, it is ${nowMs} ms`);
  if (!(unusedSinceMs <= nowMs)) failInvariant(`${id} uses nothing since ${unusedSinceMs} ms, it is ${nowMs} ms`);
  if (!(pausedUntilMs <= nowMs + pauseMs))
    failInvariant(`${id} is paused until ${pausedUntilMs} ms, it is ${nowMs} ms`);
  if (withdrawn && withdrawn.reason.kind !== 'declined') {
    failInvariant(`the offer of ${id} is withdrawn until ${withdrawn.untilMs} ms for '${withdrawn.reason.kind}'`);
  }
}
