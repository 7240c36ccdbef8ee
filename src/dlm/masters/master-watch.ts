/** Watches which master decides in this network id. Tells people of other masters, and of each change of the role. */
import { assert } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type Beacon, compareGrants, type Status } from '../../base/messages.js';
import { setLatest } from '../../base/recent.js';
import type { Ms } from '../../base/units.js';
import { LEASE_MAX_MS } from '../leases/lease-rules.js';
import { drawnExpiryMs } from '../leases/ledger.js';
import type { AlarmBoard } from '../alarms.js';
import { Mastership, type MastershipOptions, PASSIVE_HOLD_MS } from './mastership.js';
import type { Notices } from '../notice.js';

/** Of more masters than this in one network id people may be told twice. */
const TOLD_MAX = 8;

export interface MasterWatchParts {
  readonly networkId: number;
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
}

export class MasterWatch {
  readonly mastership: Mastership;
  readonly #parts: MasterWatchParts;
  /** Since when this master decides; `undefined` while it is passive. */
  #activeSinceMs: Ms | undefined;
  /** The standby, or a master that has stepped back, or saw a slave follow a stronger one: strict for good. */
  #isWeaker: boolean;
  /** Strict until then: BEACONs of an active master came, and what it granted last may be in force. */
  #besideUntilMs: Ms = Number.NEGATIVE_INFINITY;
  /** The role in which people were last told of each other master. */
  readonly #told = new Map<string, string>();

  constructor(options: MastershipOptions, parts: MasterWatchParts, nowMs: Ms) {
    this.mastership = new Mastership(options, nowMs);
    this.#parts = parts;
    const isActive = options.rank === 0 || options.wasActive === true;
    this.#activeSinceMs = isActive ? nowMs : undefined;
    this.#isWeaker = options.rank > 0;
    if (options.rank === 0) return;
    const text = isActive
      ? 'standby: decides, as before'
      : `standby: takes over when no other master was heard for ${PASSIVE_HOLD_MS / 1000} s`;
    parts.notices.add('info', 'START', text, { rank: options.rank });
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.part('mastership', this.mastership);
    this.#activeSinceMs = carrier.value('activeSinceMs', this.#activeSinceMs);
    this.#isWeaker = carrier.value('isWeaker', this.#isWeaker);
    this.#besideUntilMs = carrier.value('besideUntilMs', this.#besideUntilMs);
    carrier.values('told', this.#told);
  }

  /** Since when this master decides; infinite while it is passive. */
  get activeSinceMs(): Ms {
    return this.#activeSinceMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * True when this master counts silent charge points in full (T9). Another master that it does not hear may serve them. Of
   * two masters one must be strict for good: the standby, or else the one that steps back. While both grant, both are.
   */
  isStrict(nowMs: Ms): boolean {
    return this.#isWeaker || nowMs < this.#besideUntilMs;
  }

  /** True for the standby, and for a master that has stepped back, or saw a slave follow a stronger one. */
  get isWeaker(): boolean {
    return this.#isWeaker;
  }

  /** Call for each BEACON. */
  applyBeacon(beacon: Beacon, nowMs: Ms): void {
    this.mastership.applyBeacon(beacon, nowMs);
    this.#watchRival(nowMs);
  }

  /**
   * True when the slave follows a grant of another master and did not report that grant before. Reported again it is no
   * news: it ends after the longest lease. Call for each fresh STATUS, with the one before it.
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

  /** A STATUS of a start in doubt: if it is true, that slave would refuse grants of a lower epoch. */
  applyDoubtfulStatus({ accepted }: Status): void {
    if (accepted.masterId !== this.mastership.id) this.mastership.raiseHighestHeard(accepted.epoch);
  }

  /** T8: an alarm on both sides. People are told again of another master, and after a change of the role. */
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

  /** Updates the role. Call once per cycle. True when another master may have granted: the ledger must count all in full. */
  update(nowMs: Ms): boolean {
    const wasWeaker = this.#isWeaker;
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
    assert(this.#isWeaker || !wasWeaker, `master ${id} counts the silent in full no longer`);
    return isUnknown;
  }

  /**
   * T9: of two masters one is strict for good. Beside one whose BEACONs say that it grants both are, until its last grants have
   * ended, and no longer: a single stolen key can forge BEACONs.
   */
  #watchBeside(isPassive: boolean, nowMs: Ms): void {
    const { mastership } = this;
    const isBehind = isPassive || mastership.isAnyFollowingAnother(nowMs);
    if (isBehind && mastership.rival(nowMs)?.rank === 0) this.#isWeaker = true;
    if (mastership.hearsActive(nowMs)) this.#besideUntilMs = nowMs + drawnExpiryMs(LEASE_MAX_MS);
  }

  #updateRole(nowMs: Ms): boolean {
    this.#watchRival(nowMs);
    const { mastership } = this;
    const wasActive = this.#activeSinceMs !== undefined;
    const isPassive = mastership.isPassive(nowMs);
    this.#watchBeside(isPassive, nowMs);
    if (isPassive) {
      this.#activeSinceMs = undefined;
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
