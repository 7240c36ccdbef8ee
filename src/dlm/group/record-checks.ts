/** Invariants of the record of a charge point. A failed check is a fault of the master: no datagram can cause it. */
import { assert, failInvariant } from '../../base/assert.js';
import { compareGrants, type Grant, type GrantNumber, type Status } from '../../base/messages.js';
import { type Amps, isValidLoad, type Ms } from '../../base/units.js';
import type { ChargePoint } from '../types.js';
import type { Service } from './service.js';

/** All numbers are finite and not negative. The minimum may be above the maximum: then the charge point gets 0 A. */
export function assertFacts({ id, maxA, minA, disconnectedLimitA, phases }: ChargePoint): void {
  const isReckonable = isValidLoad([minA, maxA, disconnectedLimitA]);
  assert(isReckonable, `${id}: ${minA} to ${maxA} A, disconnected limit ${disconnectedLimitA} A`);
  assert(phases >= 1 && phases <= 3, `${id} has ${phases} phases`);
}

/** The grant is for charge point `id`, has the newest number, and is newer than the last grant. Call before it is stored. */
export function assertNewest(grant: Grant, last: GrantNumber | undefined, newest: GrantNumber, id: string): void {
  if (grant.chargePointId !== id) failGrant(grant, `this is the record of ${id}`);
  if (grant.seq !== newest.seq || grant.epoch !== newest.epoch) failGrant(grant, numberText('newest', newest));
  if (last && !(compareGrants(grant, last) > 0)) failGrant(grant, numberText('sent before', last));
}

function numberText(what: string, { epoch, seq }: GrantNumber): string {
  return `${epoch}/${seq} is the number ${what}`;
}

/** Ends the process: an invariant of this grant does not hold. */
export function failGrant({ chargePointId, bootId, epoch, seq }: Grant, text: string): never {
  failInvariant(`grant ${epoch}/${seq} to start ${bootId} of ${chargePointId}: ${text}`);
}

/** The number of the next grant is above the number of the last one. */
export function assertNumberedUp(next: GrantNumber, last: GrantNumber, id: string): void {
  if (compareGrants(next, last) > 0 && next.seq > 0) return;
  failInvariant(`grant ${next.epoch}/${next.seq} of ${id} is to follow ${last.epoch}/${last.seq}`);
}

/** Past times are not after `nowMs`. A pause lasts at most `pauseMs` more. A withdrawn offer has the reason 'declined'. */
export function assertService(service: Service, id: string, nowMs: Ms, pauseMs: Ms): void {
  const { servedSinceMs = nowMs, declinedAtMs = nowMs, unusedSinceMs = nowMs, pausedUntilMs, withdrawn } = service;
  if (!(servedSinceMs <= nowMs)) failInvariant(`${id} is served since ${servedSinceMs} ms, it is ${nowMs} ms`);
  if (!(declinedAtMs <= nowMs)) failInvariant(`${id} left its offer at ${declinedAtMs} ms, it is ${nowMs} ms`);
  if (!(unusedSinceMs <= nowMs)) failInvariant(`${id} uses nothing since ${unusedSinceMs} ms, it is ${nowMs} ms`);
  if (!(pausedUntilMs <= nowMs + pauseMs))
    failInvariant(`${id} is paused until ${pausedUntilMs} ms, it is ${nowMs} ms`);
  const { drewA = 0, loweredAtMs, taken } = service.leftover;
  if (!(drewA >= 0 && taken >= 0 && loweredAtMs <= nowMs)) {
    failInvariant(`${id} drew ${drewA} A when it was lowered at ${loweredAtMs} ms, it is ${nowMs} ms`);
  }
  if (withdrawn && withdrawn.reason.kind !== 'declined') {
    failInvariant(`the offer of ${id} is withdrawn until ${withdrawn.untilMs} ms for '${withdrawn.reason.kind}'`);
  }
}

/** The ledger counts what the STATUS says. */
export function assertSaid({ chargePointId, enforcedA, maxA }: Status, bookedA: Amps, bookedMaxA: Amps): void {
  if (bookedA === enforcedA && bookedMaxA === maxA) return;
  failInvariant(`${chargePointId} says ${enforcedA} of ${maxA} A, the ledger ${bookedA} of ${bookedMaxA} A`);
}
