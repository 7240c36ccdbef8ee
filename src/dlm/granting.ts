/** Applies a decision: only here does it change the records. Books each grant, then makes the datagram. */
import { failInvariant } from '../base/assert.js';
import type { BootId, Grant, Status } from '../base/messages.js';
import { maskToGrid, type PhaseMask } from '../base/rotation.js';
import { isAnyAbove, type Ms } from '../base/units.js';
import type { Decision, PlannedGrant } from './decide.js';
import type { SlaveRecord } from './group/slave-record.js';
import { LEASE_MAX_MS, leaseExpiryMs } from './leases/lease-rules.js';
import type { Site } from './types.js';

/** The largest limit that a GRANT can carry: 16 bits of 0.01 A. */
const WIRE_MAX_A = 655.35;

/** The master that sends the grants. */
export interface Granter {
  readonly masterId: string;
  readonly bootId: BootId;
}

/** What is granted to a charge point, and which STATUS the grant answers. */
interface Terms {
  readonly limitA: number;
  readonly phases: number;
  readonly leaseMs: Ms;
  readonly bootId: BootId;
  readonly tauMs: Ms;
  readonly receivedAtMs: Ms;
  readonly wakeUp?: number | undefined;
  readonly switchTo?: PhaseMask | undefined;
}

export class Granting {
  readonly #site: Site;
  readonly #granter: Granter;

  constructor(site: Site, granter: Granter) {
    this.#site = site;
    this.#granter = granter;
  }

  /** Applies all of a decision. The grants are booked already; send them in this order. All are of this epoch. */
  apply(decision: Decision, epoch: number, nowMs: Ms): readonly Grant[] {
    for (const [record, service] of decision.services) record.applyService(service);
    for (const [record, reason] of decision.reasons) record.explain(reason);
    for (const [record, { isOwed }] of decision.unanswered) record.grants.owe(isOwed);
    return decision.grants.flatMap((planned) => this.#send(planned, epoch, nowMs) ?? []);
  }

  #send(planned: PlannedGrant, epoch: number, nowMs: Ms): Grant | undefined {
    const { record, limitA, phases, leaseMs, isBooked, exposureA, wakeUp, switchTo } = planned;
    const { lastPoll } = record;
    if (!lastPoll) failInvariant(`a grant of ${record.id} answers no poll`);
    record.grants.answerPoll();
    const { bootId, tauMs, receivedAtMs } = lastPoll;
    const terms = { limitA, phases, leaseMs, bootId, tauMs, receivedAtMs, wakeUp, switchTo };
    const grant = this.#booked(record, terms, epoch, nowMs);
    if ((grant !== undefined) !== isBooked) {
      const open = `${record.account.openGrants.length} grants are open`;
      failInvariant(`${limitA} A for ${record.id} are ${isBooked ? 'not ' : ''}booked, unlike decided: ${open}`);
    }
    if (!grant) return undefined;
    const bookedA = record.exposureA(nowMs, this.#site.leaseMs);
    if (isAnyAbove(bookedA, exposureA, 0)) {
      failInvariant(`${record.id} may draw ${bookedA.join(', ')} A, but ${exposureA.join(', ')} A were decided`);
    }
    record.applyGrant(grant);
    return grant;
  }

  /** A probe: a GRANT of 0 A to an unproven start. Only a slave that is there now can follow it. */
  probe(record: SlaveRecord, { bootId, tauMs }: Status, epoch: number, nowMs: Ms): Grant | undefined {
    const terms = { limitA: 0, phases: 0, leaseMs: this.#site.leaseMs, bootId, tauMs, receivedAtMs: nowMs };
    return this.#booked(record, terms, epoch, nowMs);
  }

  /** Books the grant before it can be sent; `undefined` when the ledger accepts no other one. */
  #booked(record: SlaveRecord, terms: Terms, lastEpoch: number, nowMs: Ms): Grant | undefined {
    const { limitA, phases, leaseMs, bootId, tauMs, receivedAtMs, wakeUp, switchTo } = terms;
    if (switchTo !== undefined && limitA > 0) failInvariant(`${record.id} is to switch its phases, with ${limitA} A`);
    const isPossible = limitA >= 0 && limitA <= WIRE_MAX_A && leaseMs > 0 && leaseMs <= LEASE_MAX_MS;
    if (!isPossible || !(receivedAtMs <= nowMs)) failTerms(record, terms, nowMs);
    const { epoch, seq } = record.grants.nextNumber(lastEpoch);
    const grid = maskToGrid(record.facts.rotation, phases);
    const expiresAtMs = receivedAtMs + leaseExpiryMs(leaseMs);
    const open = { epoch, seq, bootId, limitA, leaseMs, phases: grid, sentAtMs: nowMs, expiresAtMs };
    if (!record.account.record(open)) return undefined;
    return {
      type: 'grant',
      networkId: this.#site.networkId,
      masterId: this.#granter.masterId,
      masterBootId: this.#granter.bootId,
      chargePointId: record.id,
      bootId,
      tauMs,
      epoch,
      seq,
      limitA,
      leaseMs,
      phases,
      ...(wakeUp !== undefined && { wakeUp }),
      ...(switchTo !== undefined && { switchTo }),
    };
  }
}

function failTerms({ id }: SlaveRecord, { limitA, leaseMs, receivedAtMs }: Terms, nowMs: Ms): never {
  failInvariant(`${id} is to have ${limitA} A for ${leaseMs} ms, heard at ${receivedAtMs} ms, it is ${nowMs} ms`);
}
