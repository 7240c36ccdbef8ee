/**
 * The grants of one charge point that may still be in force: each is written down before it is sent, and stays until a newer
 * one is acknowledged or until it has run out (M1, M2).
 */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type BootId, compareGrants, type GrantNumber } from '../../base/messages.js';
import { hasPhase, onPhases, type PhaseMask } from '../../base/rotation.js';
import { type Amps, type Ms, PHASES, type PhaseAmps } from '../../base/units.js';
import { leaseExpiryMs, OFFLINE_AFTER_MS, SETTLE_MS } from './lease-rules.js';

/** A grant that was sent and is not yet fenced off by the acknowledgement of a newer one. */
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

/** More open grants than this and no further one is sent until one is acknowledged or expires. */
export const OPEN_GRANTS_MAX = 32;

/** An expiry is a sum of fractions of a millisecond: taken apart again it is not exact. */
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

  /** The open grant of that number; a loop, because it is looked for with every STATUS. */
  find(number: GrantNumber): OpenGrant | undefined {
    for (const open of this.#open) if (compareGrants(open, number) === 0) return open;
    return undefined;
  }

  /** False: too many are open. `isUnheard`: its disconnected limit counts anyway. */
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

  /** Those that must stay beside a new one. Where too many are open, those that add nothing go. */
  #beside(grant: GrantTerms, isUnheard: boolean): OpenGrant[] {
    if (this.#open.length < OPEN_GRANTS_MAX) return this.#open;
    const open = this.#open.filter((older) => !isCoveredBy(older, grant));
    // Long unheard: its disconnected limit counts anyway, and that is all that a grant which has run out allows.
    if (open.length < OPEN_GRANTS_MAX || !isUnheard) return open;
    return open.filter((older) => !hasRunOut(older, grant.sentAtMs));
  }

  /** Takes out all older ones. */
  forgetBefore(accepted: OpenGrant): void {
    if (this.#open[0] === accepted) return;
    this.#open = this.#open.filter((open) => compareGrants(open, accepted) >= 0);
    if (this.oldest !== accepted) {
      const oldest = this.oldest ? nameOf(this.oldest) : 'none';
      failInvariant(`${this.#id}: ${nameOf(accepted)} is acknowledged, and the oldest open grant is ${oldest}`);
    }
  }

  /**
   * What they allow: L until the lease is over for sure and the vehicle has followed, then min(L, d). Grid order.
   * `before`: only those that are older.
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

/** The lease is over for sure, and the vehicle has had its time to follow. */
export function hasRunOut(grant: GrantTerms, nowMs: Ms): boolean {
  return nowMs >= grant.expiresAtMs + SETTLE_MS;
}

/** For people: epoch and number. */
export function nameOf({ epoch, seq }: GrantNumber): string {
  return `${epoch}.${seq}`;
}

/** What it allows while its lease runs. Grid order. */
export function limitsOf({ phases, limitA }: OpenGrant): PhaseAmps {
  return onPhases(phases, limitA);
}

/** The newer grant allows at least as much, on at least these phases, for at least as long: the older one adds nothing. */
function isCoveredBy(older: OpenGrant, newer: GrantTerms): boolean {
  const samePhases = (older.phases & ~newer.phases) === 0;
  return samePhases && older.limitA <= newer.limitA && older.expiresAtMs <= newer.expiresAtMs;
}
