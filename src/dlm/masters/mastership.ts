/** Which master decides: the epoch of the grants, and what to do about other masters in the same network id (M3, M7). */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Beacon, GrantNumber } from '../../base/messages.js';
import { setLatest } from '../../base/recent.js';
import type { Ms } from '../../base/units.js';
import { Followers } from './followers.js';

/** So long after the last sign of the master that outranks this one it takes over. */
export const PASSIVE_HOLD_MS: Ms = 10_000;

/** Nobody counts this far; one that is as high is broken or forged, and going above it would end the counting. */
export const EPOCH_MAX = 0xfffffff0;

/** A master whose BEACONs come, but which no slave follows that is heard here, is not waited for longer. */
const GHOST_AFTER_MS: Ms = 20_000;

/** More masters than this are not remembered; each is judged all the same. */
const OTHERS_MAX = 8;

/** `standby`: waits for the other to fall silent. `passive`: another one is active that should not be there. */
export type Role = 'active' | 'passive' | 'standby';

export interface OtherMaster {
  readonly masterId: string;
  readonly rank: number;
  readonly epoch: number;
  readonly active: boolean;
  readonly heardAtMs: Ms;
}

export interface MastershipOptions {
  readonly id: string;
  /** The highest that is remembered from before; 0 when nothing is. */
  readonly lastEpoch: number;
  /** 0: decides unless another one outranks it. More: a standby, which listens first. */
  readonly rank: number;
}

type AcceptedGrant = GrantNumber & { readonly masterId: string };

export class Mastership {
  readonly id: string;
  readonly rank: number;
  readonly #others = new Map<string, OtherMaster>();
  #epoch: number;
  #highestHeard: number;
  readonly #followers = new Followers();
  /** Because slaves follow a stronger master, or because this one has just begun to listen. */
  #passiveUntilMs: Ms;
  /** Because of BEACONs of a stronger master: since when without a break, until when. */
  #outrankedFromMs: Ms = Number.POSITIVE_INFINITY;
  #outrankedUntilMs: Ms = Number.NEGATIVE_INFINITY;

  constructor({ id, lastEpoch, rank }: MastershipOptions, nowMs: Ms) {
    assert(Number.isInteger(lastEpoch) && lastEpoch >= 0, `master ${id}: the epoch ${lastEpoch} is remembered`);
    assert(Number.isInteger(rank) && rank >= 0, `master ${id}: rank ${rank}`);
    this.id = id;
    this.rank = rank;
    this.#highestHeard = Math.min(lastEpoch, EPOCH_MAX - 1);
    this.#epoch = this.#highestHeard + 1;
    this.#passiveUntilMs = rank > 0 ? nowMs + PASSIVE_HOLD_MS : Number.NEGATIVE_INFINITY;
    assert(this.#epoch >= 1 && this.#epoch <= EPOCH_MAX, `master ${id}: starts with epoch ${this.#epoch}`);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('others', this.#others);
    this.#epoch = carrier.value('epoch', this.#epoch);
    this.#highestHeard = carrier.value('highestHeard', this.#highestHeard);
    carrier.part('followers', this.#followers);
    this.#passiveUntilMs = carrier.value('passiveUntilMs', this.#passiveUntilMs);
    this.#outrankedFromMs = carrier.value('outrankedFromMs', this.#outrankedFromMs);
    this.#outrankedUntilMs = carrier.value('outrankedUntilMs', this.#outrankedUntilMs);
  }

  get epoch(): number {
    return this.#epoch;
  }

  isPassive(nowMs: Ms): boolean {
    return nowMs < this.#passiveUntilMs || (nowMs < this.#outrankedUntilMs && !this.#isGhost(nowMs));
  }

  /** Its BEACONs come from afar, or somebody plays them back: the slaves that are heard here would be served by nobody. */
  #isGhost(nowMs: Ms): boolean {
    const isOld = nowMs - this.#outrankedFromMs >= GHOST_AFTER_MS;
    return isOld && this.#followers.isAnyHeard(nowMs) && !this.#followers.areFollowingAnother(nowMs);
  }

  role(nowMs: Ms): Role {
    if (!this.isPassive(nowMs)) return 'active';
    return this.rank > 0 ? 'standby' : 'passive';
  }

  /** The masters that were heard lately, or that slaves follow. */
  others(nowMs: Ms): readonly OtherMaster[] {
    return [...this.#others.values()].filter(({ heardAtMs }) => nowMs - heardAtMs < PASSIVE_HOLD_MS);
  }

  /** Whether it was heard before. */
  knows(masterId: string): boolean {
    return masterId === this.id || this.#others.has(masterId);
  }

  /** One that should not be there: active beside this one, or one that was to decide and has stepped back. */
  rival(nowMs: Ms): OtherMaster | undefined {
    if (this.role(nowMs) === 'standby') return undefined;
    const rival = this.others(nowMs).find(({ active, rank }) => active || rank === 0);
    assert(rival?.masterId !== this.id, `master ${this.id} is its own rival`);
    return rival;
  }

  applyBeacon(beacon: Beacon, nowMs: Ms): void {
    const { masterId, rank, epoch, active } = beacon;
    if (masterId === this.id) return;
    this.raiseHighestHeard(epoch);
    if (epoch > EPOCH_MAX) return;
    this.#remember({ masterId, rank, epoch, active, heardAtMs: nowMs });
    if (!active || !this.#isOutrankedBy(beacon)) return;
    if (nowMs >= this.#outrankedUntilMs) this.#outrankedFromMs = nowMs;
    this.#outrankedUntilMs = this.#later(this.#outrankedUntilMs, nowMs + PASSIVE_HOLD_MS);
    const [fromMs, untilMs] = [this.#outrankedFromMs, this.#outrankedUntilMs];
    assert(fromMs <= nowMs, `master ${this.id} is outranked from ${fromMs} to ${untilMs} ms, it is ${nowMs} ms`);
  }

  /** A time until which it is passive only moves forward. */
  #later(beforeMs: Ms, nextMs: Ms): Ms {
    assert(nextMs >= beforeMs, `master ${this.id}: passive until ${nextMs} ms, before: ${beforeMs} ms`);
    return nextMs;
  }

  /** A standby gives the office back; between equals the higher epoch decides, so that a newcomer steps back. */
  #isOutrankedBy({ rank, epoch, masterId }: Pick<OtherMaster, 'rank' | 'epoch' | 'masterId'>): boolean {
    if (rank !== this.rank) return rank < this.rank;
    return epoch > this.#epoch || (epoch === this.#epoch && masterId > this.id);
  }

  #remember(other: OtherMaster): void {
    const { masterId, epoch } = other;
    assert(masterId !== this.id, `master ${this.id} is remembered as another one`);
    assert(epoch >= 0 && epoch <= EPOCH_MAX, `master ${masterId} is remembered with epoch ${epoch}`);
    setLatest(this.#others, masterId, other, OTHERS_MAX);
    assert(this.#others.size <= OTHERS_MAX, `${this.#others.size} other masters are remembered, at most ${OTHERS_MAX}`);
  }

  /**
   * A slave reports the grant it follows. True when it is another master's. `isNew`: it has accepted it since its last word,
   * so that master lives, even where its BEACONs are not heard.
   */
  applyAccepted(chargePointId: string, accepted: AcceptedGrant, isNew: boolean, nowMs: Ms): boolean {
    const { masterId, epoch } = accepted;
    const isForeign = epoch > 0 && masterId !== this.id;
    const rank = isForeign ? (this.#others.get(masterId)?.rank ?? 0) : this.rank;
    const isStronger = isForeign && epoch <= EPOCH_MAX && this.#isOutrankedBy({ rank, epoch, masterId });
    this.#followers.addStatus(chargePointId, isStronger && isNew, nowMs);
    if (isForeign) this.raiseHighestHeard(epoch);
    if (isStronger && isNew && this.#followers.areFollowingAnother(nowMs)) {
      this.#remember({ masterId, rank, epoch, active: true, heardAtMs: nowMs });
      this.#passiveUntilMs = this.#later(this.#passiveUntilMs, nowMs + PASSIVE_HOLD_MS);
      assert(this.isPassive(nowMs), `master ${this.id} grants beside ${masterId}, which slaves follow`);
    }
    return isForeign;
  }

  raiseHighestHeard(epoch: number): void {
    if (epoch < EPOCH_MAX) this.#highestHeard = Math.max(this.#highestHeard, epoch);
    if (!(this.#highestHeard < EPOCH_MAX)) failInvariant(`master ${this.id} believes the epoch ${this.#highestHeard}`);
  }

  /** Slaves take grants of the highest epoch only: moves past all that was heard. True when the epoch changed. */
  renew(nowMs: Ms): boolean {
    if (this.isPassive(nowMs) || this.#highestHeard < this.#epoch) return false;
    const before = this.#epoch;
    this.#epoch = this.#highestHeard + 1;
    assert(this.#epoch > before, `master ${this.id}: epoch ${this.#epoch} follows ${before}`);
    assert(this.#epoch <= EPOCH_MAX, `master ${this.id}: epoch ${this.#epoch} is above ${EPOCH_MAX}`);
    return true;
  }
}
