/** Which master decides: the epoch of the grants, and what to do about other masters in the same network id (M3, M7). */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Beacon, GrantNumber } from '../../base/messages.js';
import { setLatest } from '../../base/recent.js';
import type { Ms } from '../../base/units.js';
import { Followers, type Follows } from './followers.js';

/** This master takes over so long after the last sign of the master that outranks it (T2). */
export const PASSIVE_HOLD_MS: Ms = 10_000;

/** No master counts this far. A higher epoch is faulty or forged, and a master above it could not count on. */
export const EPOCH_MAX = 0xfffffff0;

/** A master whose BEACONs arrive, but which none of the heard slaves follows, counts for so long only (T5). */
const GHOST_AFTER_MS: Ms = 20_000;

/** While slaves follow this master and BEACONs of a stronger one come, it grants so long only what lowers (T5b)... */
const YIELD_MS: Ms = 2_500;
/** ...and that at most once in this time. */
const YIELD_EVERY_MS: Ms = 60_000;

/** Two heartbeats of a slave, and more: it tells of a grant that it follows. */
const OBEYS_SLACK_MS: Ms = 2_500;

/** More masters than this are not remembered. Each BEACON is judged all the same. */
const OTHERS_MAX = 8;

/** `standby`: waits until the other master is silent. `passive`: steps back for a master that should not be there. */
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
  /** The highest epoch in the state file; 0 without one. */
  readonly lastEpoch: number;
  /** 0: decides unless another master outranks it. More: a standby, which listens first. */
  readonly rank: number;
  /** It decided until a moment ago, and starts anew with another configuration: it does not listen first. */
  readonly wasActive?: boolean | undefined;
  /** Each slave gets a new grant once in this time. */
  readonly samplePeriodMs: Ms;
}

function followed(isMine: boolean, isStronger: boolean): Follows {
  if (isMine) return 'this';
  return isStronger ? 'stronger' : undefined;
}

type AcceptedGrant = GrantNumber & { readonly masterId: string };

export class Mastership {
  readonly id: string;
  readonly rank: number;
  readonly #others = new Map<string, OtherMaster>();
  #epoch: number;
  #highestHeard: number;
  readonly #followers: Followers;
  /** Masters whose BEACONs came for long while no slave followed them, and when that was found: until a slave follows them. */
  readonly #ghosts = new Map<string, Ms>();
  /** Passive until then because slaves follow a stronger master, or because a standby has just begun to listen. */
  #passiveUntilMs: Ms;
  /** Passive because of BEACONs of a stronger master: since when without a break, and until when. */
  #outrankedFromMs: Ms = Number.POSITIVE_INFINITY;
  #outrankedUntilMs: Ms = Number.NEGATIVE_INFINITY;
  /** When it last began to leave the polls to a stronger master. */
  #yieldedAtMs: Ms = Number.NEGATIVE_INFINITY;

  constructor({ id, lastEpoch, rank, wasActive, samplePeriodMs }: MastershipOptions, nowMs: Ms) {
    this.#followers = new Followers(OBEYS_SLACK_MS + YIELD_MS + samplePeriodMs);
    assert(Number.isInteger(lastEpoch) && lastEpoch >= 0, `master ${id}: the epoch ${lastEpoch} is remembered`);
    assert(Number.isInteger(rank) && rank >= 0, `master ${id}: rank ${rank}`);
    this.id = id;
    this.rank = rank;
    this.#highestHeard = Math.min(lastEpoch, EPOCH_MAX - 1);
    this.#epoch = this.#highestHeard + 1;
    this.#passiveUntilMs = rank > 0 && !wasActive ? nowMs + PASSIVE_HOLD_MS : Number.NEGATIVE_INFINITY;
    assert(this.#epoch >= 1 && this.#epoch <= EPOCH_MAX, `master ${id}: starts with epoch ${this.#epoch}`);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('others', this.#others);
    this.#epoch = carrier.value('epoch', this.#epoch);
    this.#highestHeard = carrier.value('highestHeard', this.#highestHeard);
    carrier.part('followers', this.#followers);
    carrier.values('ghosts', this.#ghosts);
    this.#passiveUntilMs = carrier.value('passiveUntilMs', this.#passiveUntilMs);
    this.#outrankedFromMs = carrier.value('outrankedFromMs', this.#outrankedFromMs);
    this.#outrankedUntilMs = carrier.value('outrankedUntilMs', this.#outrankedUntilMs);
    this.#yieldedAtMs = carrier.value('yieldedAtMs', this.#yieldedAtMs);
  }

  /** The epoch of the grants of this master. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * True while another master decides. A passive master sends no grants. BEACONs alone prove nothing while slaves follow this
   * master (T5a): a single stolen key could silence it.
   */
  isPassive(nowMs: Ms): boolean {
    return nowMs < this.#passiveUntilMs || (this.isOutranked(nowMs) && !this.#followers.isAnyFollowingThis(nowMs));
  }

  /** True while BEACONs of a stronger master come, and it is no ghost. */
  isOutranked(nowMs: Ms): boolean {
    return nowMs < this.#outrankedUntilMs && !this.#isGhost(nowMs);
  }

  /**
   * True for a moment after BEACONs of a stronger master came. Of two masters that answer the same poll the slave follows the
   * first. So a master that is there gets the polls for itself, and a forged BEACON costs a delay of raises.
   */
  isYielding(nowMs: Ms): boolean {
    return nowMs - this.#yieldedAtMs < YIELD_MS && !this.isPassive(nowMs);
  }

  /** True when no slave follows the stronger master: it is out of their reach, or its BEACONs are played back (T5). */
  #isGhost(nowMs: Ms): boolean {
    const isOld = nowMs - this.#outrankedFromMs >= GHOST_AFTER_MS;
    return isOld && this.#followers.isAnyHeard(nowMs) && !this.#followers.areFollowingAnother(nowMs);
  }

  /** True while BEACONs of an active master come, a ghost or not: it may serve slaves that are not heard here. */
  hearsActive(nowMs: Ms): boolean {
    return this.others(nowMs).some(({ active }) => active);
  }

  /** True when a slave tells of a new grant of a stronger master. BEACONs alone can be forged; two slaves make this one passive. */
  isAnyFollowingAnother(nowMs: Ms): boolean {
    return this.#followers.isAnyFollowingAnother(nowMs);
  }

  /** The role, for people. */
  role(nowMs: Ms): Role {
    if (!this.isPassive(nowMs)) return 'active';
    return this.rank > 0 ? 'standby' : 'passive';
  }

  /** The other masters that were heard in the last 10 s, or that slaves follow. */
  others(nowMs: Ms): readonly OtherMaster[] {
    return [...this.#others.values()].filter(({ heardAtMs }) => nowMs - heardAtMs < PASSIVE_HOLD_MS);
  }

  /** True for this master, and for another one that was heard before. */
  knows(masterId: string): boolean {
    return masterId === this.id || this.#others.has(masterId);
  }

  /** A master that should not be there: active beside this one, or of rank 0 and stepped back. None for a standby. */
  rival(nowMs: Ms): OtherMaster | undefined {
    if (this.role(nowMs) === 'standby') return undefined;
    const rival = this.others(nowMs).find(({ active, rank }) => active || rank === 0);
    assert(rival?.masterId !== this.id, `master ${this.id} is its own rival`);
    return rival;
  }

  /** A BEACON of another master may make this one passive for 10 s. */
  applyBeacon(beacon: Beacon, nowMs: Ms): void {
    const { masterId, rank, epoch, active } = beacon;
    if (masterId === this.id) return;
    // Where slaves follow this master, what they follow tells enough: each new epoch costs a moment of full counts.
    if (!this.#followers.isAnyFollowingThis(nowMs)) this.raiseHighestHeard(epoch);
    if (epoch > EPOCH_MAX) return;
    this.#remember({ masterId, rank, epoch, active, heardAtMs: nowMs });
    if (!active || !this.#isOutrankedBy(beacon)) return;
    // A ghost too: it gets no slave while this master answers every poll first.
    const isYieldDue = nowMs - this.#yieldedAtMs >= YIELD_EVERY_MS;
    if (isYieldDue && this.#followers.isAnyFollowingThis(nowMs)) this.#yieldedAtMs = nowMs;
    if (this.#isGhost(nowMs)) setLatest(this.#ghosts, masterId, nowMs, OTHERS_MAX);
    if (this.#ghosts.has(masterId)) return;
    if (nowMs >= this.#outrankedUntilMs) this.#outrankedFromMs = nowMs;
    this.#outrankedUntilMs = this.#later(this.#outrankedUntilMs, nowMs + PASSIVE_HOLD_MS);
    const [fromMs, untilMs] = [this.#outrankedFromMs, this.#outrankedUntilMs];
    assert(fromMs <= nowMs, `master ${this.id} is outranked from ${fromMs} to ${untilMs} ms, it is ${nowMs} ms`);
  }

  /** The time until which this master is passive only moves forward. */
  #later(beforeMs: Ms, nextMs: Ms): Ms {
    assert(nextMs >= beforeMs, `master ${this.id}: passive until ${nextMs} ms, before: ${beforeMs} ms`);
    return nextMs;
  }

  /** T1: the lower rank decides. Between equal ranks the higher epoch decides, so that a newcomer steps back. */
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
   * A slave reports the grant that it follows. True when that is a grant of another master. `isNew`: the slave accepted it
   * since its last STATUS. So that master lives, even where its BEACONs are not heard (T3).
   */
  applyAccepted(chargePointId: string, accepted: AcceptedGrant, isNew: boolean, nowMs: Ms): boolean {
    const { masterId, epoch } = accepted;
    const isForeign = epoch > 0 && masterId !== this.id;
    const rank = isForeign ? (this.#others.get(masterId)?.rank ?? 0) : this.rank;
    const isStronger = isForeign && epoch <= EPOCH_MAX && this.#isOutrankedBy({ rank, epoch, masterId });
    const isMine = masterId === this.id && epoch === this.#epoch;
    this.#followers.addStatus(chargePointId, isNew ? followed(isMine, isStronger) : undefined, nowMs);
    if (isForeign) this.raiseHighestHeard(epoch);
    if (isStronger && isNew && this.#followers.areFollowingAnother(nowMs)) {
      this.#remember({ masterId, rank, epoch, active: true, heardAtMs: nowMs });
      this.#ghosts.delete(masterId);
      this.#passiveUntilMs = this.#later(this.#passiveUntilMs, nowMs + PASSIVE_HOLD_MS);
      assert(this.isPassive(nowMs), `master ${this.id} grants beside ${masterId}, which slaves follow`);
    }
    return isForeign;
  }

  /** Remembers an epoch that was heard; `renew` goes above it. */
  raiseHighestHeard(epoch: number): void {
    if (epoch < EPOCH_MAX) this.#highestHeard = Math.max(this.#highestHeard, epoch);
    if (!(this.#highestHeard < EPOCH_MAX)) failInvariant(`master ${this.id} believes the epoch ${this.#highestHeard}`);
  }

  /** Moves the epoch above all that was heard, because slaves accept the highest only. True when it changed. Call once per cycle. */
  renew(nowMs: Ms): boolean {
    // Behind a stronger master it stays below: else both would climb above each other.
    if (this.isPassive(nowMs) || this.isOutranked(nowMs) || this.#highestHeard < this.#epoch) return false;
    const before = this.#epoch;
    this.#epoch = this.#highestHeard + 1;
    assert(this.#epoch > before, `master ${this.id}: epoch ${this.#epoch} follows ${before}`);
    assert(this.#epoch <= EPOCH_MAX, `master ${this.id}: epoch ${this.#epoch} is above ${EPOCH_MAX}`);
    return true;
  }
}
