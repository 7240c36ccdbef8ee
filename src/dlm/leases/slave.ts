/**
 * The slave's side of the leases: which grants it accepts (S1), what it enforces and until when (S2 to S4, S6), what it
 * reports. The caller sends a STATUS after each accepted grant (S5). Pure: the slave's monotonic clock is an argument. It is
 * in whole milliseconds, because these travel.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { ErrorCode } from '../../base/error-codes.js';
import type { BootId, ChargePointState, Grant, Status } from '../../base/messages.js';
import { compareGrants } from '../../base/messages.js';
import { canConnect, type PhaseSwitchView } from '../../base/phase-switch.js';
import { connectedMask, hasPhase, type PhaseCount, type PhaseMask, type Rotation } from '../../base/rotation.js';
import {
  type Amps,
  mapPhases,
  type Ms,
  NO_AMPS,
  perPhase,
  type PerPhase,
  type PhaseAmps,
  type PhaseIndex,
  PHASES,
} from '../../base/units.js';
import { HOLD_MS, LEASE_MAX_MS } from './lease-rules.js';

export interface SlaveFacts {
  readonly networkId: number;
  readonly chargePointId: string;
  readonly bootId: BootId;
  readonly maxA: Amps;
  readonly minA: Amps;
  readonly disconnectedLimitA: Amps;
  readonly phases: PhaseCount;
  readonly rotation: Rotation;
  readonly firmware: string;
  /** The lease of the site: it counts for the hold until a grant has a longer one. */
  readonly leaseMs: Ms;
}

/** What the charge point shows of itself. */
export interface SlaveObservation {
  readonly state: ChargePointState;
  readonly sessionId: number;
  /** Connector order. */
  readonly currentA: PhaseAmps;
  /** Absent: the charge point has no phase switch. */
  readonly phaseSwitch?: PhaseSwitchView;
  readonly errorCode?: ErrorCode;
}

/** `accepted`, or why a grant was not accepted. */
export type GrantVerdict = 'accepted' | 'otherBoot' | 'notNewer' | 'expired' | 'outdated' | 'notMine';

export type EnforcedReason = 'grant' | 'newVehicle' | 'leaseExpired' | 'disconnected' | 'booting' | 'switching';

export interface Enforced {
  readonly limitA: Amps;
  readonly reason: EnforcedReason;
  /** The connector's phases that the limit was counted for. */
  readonly phases: PhaseMask;
}

/** Less than this on a phase is noise, not a vehicle. */
export const PHASE_IN_USE_A: Amps = 1;
/** S6c: the vehicle has dropped a phase that carried no more than that for so long, while another one carried more. */
export const PHASE_DROPPED_AFTER_MS: Ms = 60_000;
const NEVER: PerPhase<Ms> = perPhase(Number.POSITIVE_INFINITY);

/** A current that a vehicle feeds back loads the phase too: only its magnitude is told and counted. */
function withoutSigns(observed: SlaveObservation): SlaveObservation {
  const { currentA } = observed;
  return currentA.every((amps) => amps >= 0)
    ? observed
    : { ...observed, currentA: mapPhases((p) => Math.abs(currentA[p])) };
}

/** S10: on other phases a vehicle counts as another one. */
function isOtherVehicle(now: SlaveObservation, before: SlaveObservation): boolean {
  return now.sessionId !== before.sessionId || now.phaseSwitch?.phases !== before.phaseSwitch?.phases;
}

interface AcceptedGrant {
  readonly grant: Grant;
  readonly acceptedAtMs: Ms;
}

export class SlaveCore {
  readonly #facts: SlaveFacts;
  readonly #startedAtMs: Ms;
  #accepted: AcceptedGrant | undefined;
  /** S8: the disconnected limit of which masters know. Infinite: nothing is remembered of it. */
  #confirmedA: Amps;
  #isConfirmed = false;
  /** T for the hold. A takeover grants for the rest of a lease only, while the leases of others run on. */
  #longestLeaseMs: Ms;
  #observation: SlaveObservation = { state: 'Available', sessionId: 0, currentA: NO_AMPS };
  /** The same as it came, with the sign of currents that a vehicle feeds back. */
  #observed: SlaveObservation = this.#observation;
  #usedPhases: PhaseMask = 0;
  /** When each phase first carried current since this vehicle came, or since it dropped the phase. */
  #usedAtMs: [Ms, Ms, Ms];
  /** S6c: since when each phase in use carries nothing, while another one does. Infinity: it carries some, or all rest. */
  #idleSinceMs: PerPhase<Ms> = NEVER;
  /** S6c: the phases that this vehicle has dropped before. A phase that came back stays in use. */
  #onceDropped: PhaseMask = 0;
  #vehicleSinceMs: Ms;
  /** The last result of `enforced`. It holds until the lease or the hold ends, or until a grant or a vehicle comes. */
  #enforced: Enforced = { limitA: 0, phases: 0, reason: 'booting' };
  #enforcedFromMs: Ms = Number.POSITIVE_INFINITY;
  #enforcedUntilMs: Ms = Number.NEGATIVE_INFINITY;

  /** `confirmedA`: the disconnected limit that a GRANT confirmed in an earlier start (S8). */
  constructor(facts: SlaveFacts, nowMs: Ms, confirmedA: Amps = Number.POSITIVE_INFINITY) {
    const { chargePointId: id, maxA, disconnectedLimitA: d, leaseMs } = facts;
    assert(maxA >= 0 && d >= 0, `${id}: at most ${maxA} A, disconnected ${d} A`);
    assert(confirmedA >= 0, `${id}: a disconnected limit of ${confirmedA} A was confirmed`);
    assert(leaseMs > 0 && leaseMs <= LEASE_MAX_MS, `${id}: the lease of the site is ${leaseMs} ms`);
    assert(Number.isInteger(nowMs), `${id}: its clock of ${nowMs} ms travels in whole ms`);
    this.#facts = facts;
    this.#startedAtMs = nowMs;
    this.#confirmedA = confirmedA;
    this.#longestLeaseMs = facts.leaseMs;
    this.#vehicleSinceMs = nowMs;
    this.#usedAtMs = [nowMs, nowMs, nowMs];
  }

  get facts(): SlaveFacts {
    return this.#facts;
  }

  get observation(): SlaveObservation {
    return this.#observation;
  }

  /** True as soon as the master that answers knows the configured disconnected limit (S8). */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** S8: the disconnected limit in A that holds now. A higher one that is configured must be confirmed first. */
  get disconnectedA(): Amps {
    return Math.min(this.#facts.disconnectedLimitA, this.#confirmedA);
  }

  /** The connector's phases that carried current since this vehicle came. */
  get usedPhases(): PhaseMask {
    return this.#usedPhases;
  }

  /** S1: decides on a grant that arrived, and keeps it when it is accepted. Send a STATUS at once then (S5). */
  hearGrant(grant: Grant, nowMs: Ms): GrantVerdict {
    if (grant.chargePointId !== this.#facts.chargePointId || grant.networkId !== this.#facts.networkId)
      return 'notMine';
    if (grant.bootId !== this.#facts.bootId) return 'otherBoot';
    if (this.#accepted && compareGrants(grant, this.#accepted.grant) <= 0) return 'notNewer';
    if (grant.tauMs > nowMs || grant.tauMs + grant.leaseMs <= nowMs) return 'expired';
    if (this.#isOutdated(grant, nowMs)) return 'outdated';
    this.#accept(grant, nowMs);
    return 'accepted';
  }

  #accept(grant: Grant, nowMs: Ms): void {
    const before = this.#accepted;
    this.#accepted = { grant, acceptedAtMs: nowMs };
    this.#longestLeaseMs = Math.max(this.#longestLeaseMs, grant.leaseMs);
    if (grant.phases !== 0) this.#confirm();
    this.#enforcedUntilMs = Number.NEGATIVE_INFINITY;
    this.#checkAccepted(grant, before, nowMs);
  }

  /**
   * S8: a GRANT of this start answers a STATUS of this start, and each of those tells the configured limit. But a GRANT for no phases
   * is a probe (M2c): the master may not count that STATUS yet.
   */
  #confirm(): void {
    this.#isConfirmed = true;
    this.#confirmedA = this.#facts.disconnectedLimitA;
  }

  #checkAccepted(grant: Grant, before: AcceptedGrant | undefined, nowMs: Ms): void {
    const { chargePointId: id } = this.#facts;
    const [leaseEndsMs, holdEndsMs] = [this.#leaseEndsMs(), this.#holdEndsMs()];
    if (before && !(compareGrants(grant, before.grant) > 0)) {
      failInvariant(`${id} accepts ${grant.epoch}.${grant.seq} after ${before.grant.epoch}.${before.grant.seq}`);
    }
    if (before && !(nowMs >= before.acceptedAtMs)) {
      failInvariant(`${id} accepts a grant at ${nowMs} ms, the one before at ${before.acceptedAtMs} ms`);
    }
    if (!(leaseEndsMs > nowMs && leaseEndsMs <= nowMs + grant.leaseMs)) {
      failInvariant(`${id}: a lease of ${grant.leaseMs} ms, accepted at ${nowMs} ms, ends at ${leaseEndsMs} ms`);
    }
    if (!(holdEndsMs >= leaseEndsMs + HOLD_MS)) {
      failInvariant(`${id}: its hold ends at ${holdEndsMs} ms, its lease at ${leaseEndsMs} ms`);
    }
  }

  /**
   * S1a: a new master lets a slave keep the limit that it reported in a STATUS. The slave may have been lowered since that STATUS,
   * by a later grant or by the end of a lease. Then the former master may have given the difference to others, and only the
   * answer to a later STATUS counts. A master without its state file may begin with the epoch of the former one. So the
   * name is compared too (S1b).
   */
  #isOutdated({ epoch, masterId, tauMs }: Grant, nowMs: Ms): boolean {
    const last = this.#accepted?.grant;
    if (!this.#accepted || (epoch === last?.epoch && masterId === last.masterId)) return false;
    const leaseEndsMs = this.#leaseEndsMs();
    return tauMs <= this.#accepted.acceptedAtMs || (leaseEndsMs <= nowMs && tauMs < leaseEndsMs);
  }

  /** Keeps what the charge point shows now, and notices a new vehicle and new phases. Call before `enforced` and `status`. */
  observe(observed: SlaveObservation, nowMs: Ms): void {
    if (observed !== this.#observed) this.#applyObserved(observed, nowMs);
    this.#dropPhases(nowMs);
  }

  #applyObserved(observed: SlaveObservation, nowMs: Ms): void {
    this.#observed = observed;
    const observation = withoutSigns(observed);
    if (isOtherVehicle(observation, this.#observation)) {
      this.#usedPhases = 0;
      this.#vehicleSinceMs = nowMs;
      this.#onceDropped = 0;
    }
    if (isOtherVehicle(observation, this.#observation) || observation.phaseSwitch !== this.#observation.phaseSwitch) {
      this.#enforcedUntilMs = Number.NEGATIVE_INFINITY;
    }
    this.#observation = observation;
    for (const phase of PHASES) {
      if (observation.currentA[phase] > PHASE_IN_USE_A) this.#markUsed(phase, nowMs);
    }
    this.#noteIdle(observation, nowMs);
    if (!(this.#vehicleSinceMs <= nowMs)) {
      failInvariant(`${this.#facts.chargePointId}: a vehicle since ${this.#vehicleSinceMs} ms, it is ${nowMs} ms`);
    }
  }

  /** S6c: which phases rest while another one carries current. Where all rest, the vehicle pauses, and drops none. */
  #noteIdle({ currentA }: SlaveObservation, nowMs: Ms): void {
    const isIdle = (p: PhaseIndex): boolean => hasPhase(this.#usedPhases, p) && currentA[p] <= PHASE_IN_USE_A;
    const isCharging = currentA.some((amps) => amps > PHASE_IN_USE_A);
    const before = this.#idleSinceMs;
    this.#idleSinceMs =
      isCharging && PHASES.some(isIdle)
        ? mapPhases((p) => (isIdle(p) ? Math.min(before[p], nowMs) : Number.POSITIVE_INFINITY))
        : NEVER;
  }

  /**
   * S6c: frees a phase that the vehicle has dropped, once in a session. If the phase comes back, it is a new one: 0 A until
   * a GRANT answers a STATUS that told of it.
   */
  #dropPhases(nowMs: Ms): void {
    if (this.#idleSinceMs === NEVER) return;
    for (const p of PHASES) {
      const idleMs = nowMs - this.#idleSinceMs[p];
      if (idleMs < PHASE_DROPPED_AFTER_MS || hasPhase(this.#onceDropped, p)) continue;
      this.#usedPhases &= ~(1 << p);
      this.#onceDropped |= 1 << p;
      this.#enforcedUntilMs = Number.NEGATIVE_INFINITY;
    }
  }

  #markUsed(phase: 0 | 1 | 2, nowMs: Ms): void {
    if (hasPhase(this.#usedPhases, phase)) return;
    this.#usedPhases |= 1 << phase;
    this.#usedAtMs[phase] = nowMs;
    this.#enforcedUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** S6: a grant counts for this vehicle, and for phases that it does not cover, if it answers a STATUS from then on. */
  #needsGrantSinceMs(granted: PhaseMask): Ms {
    const uncovered = this.#usedPhases & ~granted;
    let sinceMs = this.#vehicleSinceMs;
    for (const p of PHASES) if (hasPhase(uncovered, p)) sinceMs = Math.max(sinceMs, this.#usedAtMs[p]);
    return sinceMs;
  }

  /** The limit that holds now, in A per phase, and the rule behind it. */
  enforced(nowMs: Ms): Enforced {
    if (nowMs >= this.#enforcedFromMs && nowMs < this.#enforcedUntilMs) return this.#enforced;
    this.#enforced = this.#enforcedAt(nowMs);
    this.#enforcedFromMs = nowMs;
    this.#enforcedUntilMs = this.nextChangeMs(nowMs) ?? Number.POSITIVE_INFINITY;
    this.#checkEnforced(this.#enforced, nowMs);
    return this.#enforced;
  }

  /** S2 to S4 said once more: the limit is never above what the lease, its end and the hold allow. */
  #checkEnforced({ limitA, reason, phases }: Enforced, nowMs: Ms): void {
    const { chargePointId: id, maxA } = this.#facts;
    const grant = this.#accepted?.grant;
    const grantedA = Math.min(grant?.limitA ?? 0, maxA);
    const leasedA = nowMs < this.#leaseEndsMs() ? grantedA : Math.min(grantedA, this.disconnectedA);
    const mostA = nowMs < this.#holdEndsMs() ? leasedA : this.disconnectedA;
    if (!(limitA >= 0 && limitA <= mostA))
      failInvariant(`${id} enforces ${limitA} A (${reason}), at most ${mostA} A hold`);
    if (!(phases >= 0 && phases <= 0b111)) failInvariant(`${id} enforces on the phases ${phases}`);
    if (!(this.#enforcedUntilMs > nowMs)) {
      failInvariant(`${id}: what holds from ${nowMs} ms on holds until ${this.#enforcedUntilMs} ms`);
    }
    if (grant && !(grant.tauMs <= nowMs))
      failInvariant(`${id}: its grant answers a poll of ${grant.tauMs} ms, it is ${nowMs} ms`);
  }

  /** S10: whatever was granted, nothing is offered while the phase switch moves. */
  #enforcedAt(nowMs: Ms): Enforced {
    const rule = this.#ruleAt(nowMs);
    return this.#observation.phaseSwitch?.isMoving ? { ...rule, reason: 'switching', limitA: 0 } : rule;
  }

  /** S10: the phases to connect now; `undefined`: the switch stays where it is. Call after `enforced` was put into force. */
  switchTo(nowMs: Ms): PhaseMask | undefined {
    const { phaseSwitch, currentA } = this.#observation;
    const to = this.#accepted?.grant.switchTo;
    if (to === undefined || !phaseSwitch || phaseSwitch.isMoving || phaseSwitch.phases === to) return undefined;
    const { limitA, reason } = this.enforced(nowMs);
    const isAtRest = limitA === 0 && reason === 'grant' && currentA.every((amps) => amps <= PHASE_IN_USE_A);
    return isAtRest && canConnect(phaseSwitch.switchable, to) ? to : undefined;
  }

  #ruleAt(nowMs: Ms): Enforced {
    const { disconnectedA } = this;
    const connected = connectedMask(this.#facts.phases);
    if (nowMs >= this.#holdEndsMs()) return { limitA: disconnectedA, reason: 'disconnected', phases: connected };
    if (!this.#accepted) return { limitA: 0, reason: 'booting', phases: connected };
    const { grant } = this.#accepted;
    const { phases } = grant;
    const limitA = Math.min(grant.limitA, this.#facts.maxA);
    if (grant.tauMs < this.#needsGrantSinceMs(phases)) {
      return { limitA: this.#ungrantedA(grant), reason: 'newVehicle', phases };
    }
    if (nowMs < this.#leaseEndsMs()) return { limitA, reason: 'grant', phases };
    return { limitA: Math.min(limitA, disconnectedA), reason: 'leaseExpired', phases };
  }

  /** S2: counted from the slave's own STATUS, never from the receipt of the grant. */
  #leaseEndsMs(): Ms {
    const grant = this.#accepted?.grant;
    return grant ? grant.tauMs + grant.leaseMs : Number.NEGATIVE_INFINITY;
  }

  /** S3, S4: counted from acceptance, or from the start. */
  #holdEndsMs(): Ms {
    return (this.#accepted?.acceptedAtMs ?? this.#startedAtMs) + this.#longestLeaseMs + HOLD_MS;
  }

  /** When the lease or the hold ends next, by the slave's clock; `undefined` when neither is running. */
  nextChangeMs(nowMs: Ms): Ms | undefined {
    const leaseEndsMs = this.#leaseEndsMs();
    if (leaseEndsMs > nowMs) return leaseEndsMs;
    const holdEndsMs = this.#holdEndsMs();
    return holdEndsMs > nowMs ? holdEndsMs : undefined;
  }

  /** S6, S6a: 0 A where the grant covers fewer phases than are connected, because the master counts nothing there. */
  #ungrantedA(grant: Grant): Amps {
    const coversAll = (connectedMask(this.#facts.phases) & ~grant.phases) === 0;
    return coversAll ? Math.min(grant.limitA, this.#facts.maxA, this.disconnectedA) : 0;
  }

  /** The STATUS to send now. */
  status(nowMs: Ms): Status {
    const { networkId, chargePointId, bootId, disconnectedLimitA, maxA, minA, phases, rotation, firmware } =
      this.#facts;
    const grant = this.#accepted?.grant;
    const enforced = this.enforced(nowMs);
    const { errorCode } = this.#observation;
    const leaseLeftMs = grant ? Math.max(0, grant.tauMs + grant.leaseMs - nowMs) : 0;
    if (!(leaseLeftMs <= this.#longestLeaseMs)) {
      failInvariant(`${chargePointId} says that ${leaseLeftMs} ms are left of a lease of ${this.#longestLeaseMs} ms`);
    }
    const { phaseSwitch } = this.#observation;
    return {
      type: 'status',
      networkId,
      chargePointId,
      bootId,
      tauMs: nowMs,
      accepted: { masterId: grant?.masterId ?? '', epoch: grant?.epoch ?? 0, seq: grant?.seq ?? 0 },
      enforcedA: enforced.limitA,
      enforcedPhases: enforced.phases,
      leaseLeftMs,
      disconnectedLimitA,
      maxA,
      minA,
      state: this.#observation.state,
      currentA: this.#observation.currentA,
      phases,
      rotation,
      usedPhases: this.#usedPhases,
      sessionId: this.#observation.sessionId,
      firmware,
      ...(phaseSwitch && { switchable: phaseSwitch.switchable, switchedTo: phaseSwitch.phases }),
      ...(errorCode !== undefined && { errorCode }),
    };
  }
}
