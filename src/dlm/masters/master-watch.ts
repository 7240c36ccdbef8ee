/** Watches who decides in this network id: tells people of other masters, and of each change between passive and active. */
import { assert } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type Beacon, compareGrants, type Status } from '../../base/messages.js';
import { setLatest } from '../../base/recent.js';
import type { Ms } from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import { Mastership, type MastershipOptions, PASSIVE_HOLD_MS } from './mastership.js';
import type { Notices } from '../notice.js';

/** More masters than this in one network id, and some are told of again. */
const TOLD_MAX = 8;

export interface MasterWatchParts {
  readonly networkId: number;
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
}

export class MasterWatch {
  readonly mastership: Mastership;
  readonly #parts: MasterWatchParts;
  /** Since when it decides; `undefined` while it is passive. */
  #activeSinceMs: Ms | undefined;
  #isStrict: boolean;
  /** What people were told last of each other master. */
  readonly #told = new Map<string, string>();

  constructor(options: MastershipOptions, parts: MasterWatchParts, nowMs: Ms) {
    this.mastership = new Mastership(options, nowMs);
    this.#parts = parts;
    this.#activeSinceMs = options.rank > 0 ? undefined : nowMs;
    this.#isStrict = options.rank > 0;
    if (options.rank === 0) return;
    const text = `standby: takes over when no other master was heard for ${PASSIVE_HOLD_MS / 1000} s`;
    parts.notices.add('info', 'START', text, { rank: options.rank });
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.part('mastership', this.mastership);
    this.#activeSinceMs = carrier.value('activeSinceMs', this.#activeSinceMs);
    this.#isStrict = carrier.value('isStrict', this.#isStrict);
    carrier.values('told', this.#told);
  }

  /** Since when it decides; in the future while it is passive. */
  get activeSinceMs(): Ms {
    return this.#activeSinceMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * A charge point that does not answer this master may be served by another one that it does not hear. Of two masters one has
   * to count such charge points in full: the standby, or else the one that has stepped back once.
   */
  get isStrict(): boolean {
    return this.#isStrict;
  }

  applyBeacon(beacon: Beacon, nowMs: Ms): void {
    this.mastership.applyBeacon(beacon, nowMs);
    this.#watchRival(nowMs);
  }

  /**
   * True when the slave follows a grant of another master that it did not tell of before. Said again it is no news: what that
   * grant allows is over after the longest lease.
   */
  applyStatus(status: Status, before: Status | undefined, nowMs: Ms): boolean {
    const { chargePointId, accepted } = status;
    const known = before?.bootId === status.bootId ? before.accepted : undefined;
    const isNew = known !== undefined && compareGrants(accepted, known) > 0;
    const isForeign = this.mastership.applyAccepted(chargePointId, accepted, isNew, nowMs);
    if (isForeign && isNew) this.#watchRival(nowMs);
    const isKnown = known?.masterId === accepted.masterId && compareGrants(accepted, known) === 0;
    return isForeign && !isKnown;
  }

  /** Words of a boot in doubt: if they are true, grants of lower epochs would be refused. */
  applyDoubtfulStatus({ accepted }: Status): void {
    if (accepted.masterId !== this.mastership.id) this.mastership.raiseHighestHeard(accepted.epoch);
  }

  /** M7: an alarm on both sides, said again when it is another master, or when the roles have changed. */
  #watchRival(nowMs: Ms): void {
    const { networkId, alarms, notices } = this.#parts;
    const rival = this.mastership.rival(nowMs);
    if (!rival) {
      this.#told.clear();
      alarms.set('TWO_MASTERS', undefined, nowMs);
      return;
    }
    const { masterId, epoch, active } = rival;
    const isPassive = this.mastership.isPassive(nowMs);
    const what = active ? 'is active' : 'has stepped back';
    const role = isPassive ? 'this one is passive' : 'this one stays active';
    const text = `another master ${masterId} (epoch ${epoch}) ${what} in network id ${networkId}; ${role}`;
    alarms.set('TWO_MASTERS', text, nowMs);
    if (this.#told.get(masterId) === role) return;
    setLatest(this.#told, masterId, role, TOLD_MAX);
    assert(this.#told.size <= TOLD_MAX, `${this.#told.size} masters were told of, at most ${TOLD_MAX}`);
    notices.add('error', 'TWO_MASTERS', text, { otherMaster: masterId, otherEpoch: epoch });
  }

  /** Once per cycle. True when others granted until now, or may have: what the slaves hold is not known any more. */
  update(nowMs: Ms): boolean {
    const wasStrict = this.#isStrict;
    const isUnknown = this.#updateRole(nowMs);
    const [{ id }, isActive] = [this.mastership, this.#activeSinceMs !== undefined];
    assert(
      isActive !== this.mastership.isPassive(nowMs),
      `master ${id} is ${isActive ? 'active, and' : 'not active, nor'} passive`,
    );
    assert(isActive || !isUnknown, `master ${id} is passive, and takes over`);
    assert(
      !isActive || this.activeSinceMs <= nowMs,
      `master ${id} is active since ${this.activeSinceMs} ms, it is ${nowMs} ms`,
    );
    assert(this.#isStrict || !wasStrict, `master ${id} counts the silent in full no longer`);
    return isUnknown;
  }

  #updateRole(nowMs: Ms): boolean {
    this.#watchRival(nowMs);
    const { mastership } = this;
    const wasActive = this.#activeSinceMs !== undefined;
    if (mastership.isPassive(nowMs)) {
      this.#activeSinceMs = undefined;
      if (mastership.rival(nowMs)?.rank === 0) this.#isStrict = true;
      return false;
    }
    const isRenewed = mastership.renew(nowMs);
    const { notices } = this.#parts;
    if (isRenewed) notices.add('warn', 'EPOCH', `grants continue with epoch ${mastership.epoch}`, {});
    if (wasActive) return isRenewed;
    this.#activeSinceMs = nowMs;
    const ghost = mastership.rival(nowMs);
    const why = ghost?.active
      ? `no charge point that is heard here follows master ${ghost.masterId}`
      : `no other master for ${PASSIVE_HOLD_MS / 1000} s`;
    const text = `${why}: this one takes over with epoch ${mastership.epoch}`;
    notices.add('warn', 'TAKEOVER', text, { epoch: mastership.epoch });
    return true;
  }
}
