/** Which master decides: the epoch of the grants, and what to do about another master in the same network id (M3, M7). */
import type { Beacon, GrantNumber } from '../base/messages.js';
import type { Ms } from '../base/units.js';

/** So long after the last word of the master that outranks this one it takes over again. */
export const PASSIVE_HOLD_MS: Ms = 10_000;

/** Nobody counts this far; one that is as high is broken or forged, and going above it would end the counting. */
export const EPOCH_MAX = 0xfffffff0;

export type BeaconVerdict = 'own' | 'weaker' | 'stronger';

export class Mastership {
  readonly id: string;
  #epoch: number;
  #highestHeard: number;
  #passiveUntilMs: Ms = Number.NEGATIVE_INFINITY;
  #otherSeenUntilMs: Ms = Number.NEGATIVE_INFINITY;
  #other = '';

  /** `lastEpoch`: the highest that is remembered from before; 0 when nothing is. */
  constructor(id: string, lastEpoch: number) {
    this.id = id;
    this.#highestHeard = Math.min(lastEpoch, EPOCH_MAX - 1);
    this.#epoch = this.#highestHeard + 1;
  }

  get epoch(): number {
    return this.#epoch;
  }

  isPassive(nowMs: Ms): boolean {
    return nowMs < this.#passiveUntilMs;
  }

  /** The other active master that was heard lately. */
  other(nowMs: Ms): string | undefined {
    return nowMs < this.#otherSeenUntilMs ? this.#other : undefined;
  }

  hearBeacon(beacon: Beacon, nowMs: Ms): BeaconVerdict {
    if (beacon.masterId === this.id) return 'own';
    this.#hearEpoch(beacon.epoch);
    if (!beacon.active || beacon.epoch > EPOCH_MAX) return 'weaker';
    this.#other = beacon.masterId;
    this.#otherSeenUntilMs = nowMs + PASSIVE_HOLD_MS;
    const isStronger = beacon.epoch > this.#epoch || (beacon.epoch === this.#epoch && beacon.masterId > this.id);
    if (isStronger) this.#passiveUntilMs = nowMs + PASSIVE_HOLD_MS;
    return isStronger ? 'stronger' : 'weaker';
  }

  /** A slave reports the grant it follows. True when it is another master's. */
  hearAccepted(accepted: GrantNumber & { readonly masterId: string }): boolean {
    if (accepted.epoch === 0 || accepted.masterId === this.id) return false;
    this.#hearEpoch(accepted.epoch);
    return true;
  }

  #hearEpoch(epoch: number): void {
    if (epoch < EPOCH_MAX) this.#highestHeard = Math.max(this.#highestHeard, epoch);
  }

  /** Slaves take grants of the highest epoch only: moves past all that was heard. True when the epoch changed. */
  renew(nowMs: Ms): boolean {
    if (this.isPassive(nowMs) || this.#highestHeard < this.#epoch) return false;
    this.#epoch = this.#highestHeard + 1;
    return true;
  }
}
