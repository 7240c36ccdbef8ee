/**
 * The grants of one charge point that may still be in force. A grant is written down before it is sent. It stays until a newer
 * one is acknowledged, or until it has run out (M1, M2).
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type BootId, compareGrants, type GrantNumber } from '../../base/messages.js';
import { hasPhase, onPhases, type PhaseMask } from '../../base/rotation.js';
import { type Amps, type Ms, PHASES, type PhaseAmps } from '../../base/units.js';
import { leaseExpiryMs, OFFLINE_AFTER_MS, SETTLE_MS } from './lease-rules.js';

/** A grant that was sent, while no newer one is acknowledged. */
export interface OpenGrant extends GrantNumber {
  readonly bootId: BootId;
  readonly limitA: Amps;
  readonly leaseMs: Ms;
  /** Grid order. */
  readonly phases: PhaseMask;
  readonly sentAtMs: Ms;
  readonly expiresAtMs: Ms;
}

/** What a grant allows, and until when. */
export type GrantTerms = Omit<OpenGrant, 'epoch' | 'seq' | 'bootId'>;

/** With this many open grants no further one is sent, until one is acknowledged or expires. */
export const OPEN_GRANTS_MAX = 32;

/** An expiry is a sum of fractions of a millisecond. Its parts cannot be had back exactly. */
const ROUNDING_MS: Ms = 1;

export class OpenGrants {
  readonly #id: string;
  /** The oldest first. */
  #open: OpenGrant[] = [];

  /** `chargePointId`: for the message of an invariant. */
  constructor(chargePointId: string) {
    this.#id = chargePointId;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#open = carrier.value('open', this.#open);
  }

  get list(): readonly OpenGrant[] {
    return this.#open;
  }

  get oldest(): OpenGrant | undefined {
    return this.#open[0];
  }

  get newest(): OpenGrant | undefined {
    return this.#open[this.#open.length - 1];
  }

  /** The open grant with that number. A loop, because every STATUS asks for it. */
  find(number: GrantNumber): OpenGrant | undefined {
    for (const open of this.#open) if (compareGrants(open, number) === 0) return open;
    return undefined;
  }

  /** False: too many are open, and nothing was added. `isUnheard`: the disconnected limit counts anyway. */
  add(grant: OpenGrant, isUnheard: boolean): boolean {
    this.#checkNew(grant);
    const before = this.#open.length;
    this.#open = this.#beside(grant, isUnheard);
    if (this.#open.length >= OPEN_GRANTS_MAX) {
      if (this.#open.length !== before)
        failInvariant(`${this.#id}: a refused grant took ${before} to ${this.#open.length}`);
      return false;
    }
    this.#open.push(grant);
    if (this.#open.length > OPEN_GRANTS_MAX || this.newest !== grant) {
      failInvariant(`${this.#id}: grant ${nameOf(grant)} is not the last of ${this.#open.length} open ones`);
    }
    return true;
  }

  #checkNew(grant: OpenGrant): void {
    const { limitA, phases, leaseMs, sentAtMs, expiresAtMs } = grant;
    const last = this.newest;
    if (last && !(compareGrants(grant, last) > 0)) {
      failInvariant(`${this.#id}: grant ${nameOf(grant)} follows ${nameOf(last)}: they are numbered upwards`);
    }
    if (!(limitA >= 0 && limitA < Number.POSITIVE_INFINITY)) failInvariant(`${this.#id}: a grant of ${limitA} A`);
    if (!(phases >= 0 && phases <= 0b111)) failInvariant(`${this.#id}: a grant for the phases ${phases}`);
    const answeredAgeMs = sentAtMs - (expiresAtMs - leaseExpiryMs(leaseMs));
    if (!(answeredAgeMs >= -ROUNDING_MS && answeredAgeMs <= OFFLINE_AFTER_MS + ROUNDING_MS)) {
      failInvariant(`${this.#id}: grant ${nameOf(grant)} answers a STATUS of ${answeredAgeMs} ms ago`);
    }
  }

  /** Whether `add` would add such a grant. */
  hasRoomFor(grant: GrantTerms, isUnheard: boolean): boolean {
    return this.#beside(grant, isUnheard).length < OPEN_GRANTS_MAX;
  }

  /** The open grants that must stay beside a new one. Where too many are open, those that add nothing are dropped. */
  #beside(grant: GrantTerms, isUnheard: boolean): OpenGrant[] {
    if (this.#open.length < OPEN_GRANTS_MAX) return this.#open;
    const open = this.#open.filter((older) => !isCoveredBy(older, grant));
    // A grant that has run out allows the disconnected limit and no more. That counts anyway for an unheard charge point.
    if (open.length < OPEN_GRANTS_MAX || !isUnheard) return open;
    return open.filter((older) => !hasRunOut(older, grant.sentAtMs));
  }

  /** Drops all grants that are older than the acknowledged one. */
  forgetBefore(accepted: OpenGrant): void {
    if (this.#open[0] === accepted) return;
    this.#open = this.#open.filter((open) => compareGrants(open, accepted) >= 0);
    if (this.oldest !== accepted) {
      const oldest = this.oldest ? nameOf(this.oldest) : 'none';
      failInvariant(`${this.#id}: ${nameOf(accepted)} is acknowledged, and the oldest open grant is ${oldest}`);
    }
  }

  /**
   * The most that the open grants allow, in A per grid phase. A grant allows L until it has run out, then min(L, d).
   * `before`: only grants that are older than this number.
   */
  allowedA(disconnectedLimitA: Amps, nowMs: Ms, before?: GrantNumber): PhaseAmps {
    const mostA: [Amps, Amps, Amps] = [0, 0, 0];
    for (const open of this.#open) {
      if (before && compareGrants(open, before) >= 0) break;
      const allowedA = hasRunOut(open, nowMs) ? Math.min(open.limitA, disconnectedLimitA) : open.limitA;
      for (const p of PHASES) mostA[p] = Math.max(mostA[p], hasPhase(open.phases, p) ? allowedA : 0);
    }
    return mostA;
  }
}

/** True when the lease has ended by any clock, and the vehicle has had its 5 s to follow. */
export function hasRunOut(grant: GrantTerms, nowMs: Ms): boolean {
  return nowMs >= grant.expiresAtMs + SETTLE_MS;
}

/** Epoch and number of a grant, for messages: 3.17. */
export function nameOf({ epoch, seq }: GrantNumber): string {
  return `${epoch}.${seq}`;
}

/** What a grant allows while its lease runs, in A per grid phase. */
export function limitsOf({ phases, limitA }: OpenGrant): PhaseAmps {
  return onPhases(phases, limitA);
}

/** True when the newer grant allows at least as much, on at least these phases, for at least as long. */
function isCoveredBy(older: OpenGrant, newer: GrantTerms): boolean {
  const samePhases = (older.phases & ~newer.phases) === 0;
  return samePhases && older.limitA <= newer.limitA && older.expiresAtMs <= newer.expiresAtMs;
}
