/** Everything the master knows of one charge point: its facts, its account in the ledger, its vehicle, its last STATUS. */
import { assert, defined, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { compareGrants, type Grant, type Status } from '../../base/messages.js';
import type { LimitCause, LimitReason } from '../../base/reason.js';
import {
  connectedMask,
  maskToGrid,
  type Network,
  networkOf,
  onPhases,
  type PhaseMask,
  currentsToGrid,
} from '../../base/rotation.js';
import { type Amps, maxOf, type Ms, NO_AMPS, type PhaseAmps, perPhase, type Watts } from '../../base/units.js';
import { type Doubt, Starts } from '../leases/starts.js';
import { ReportedDraw } from '../load/reported-draw.js';
import { drawnExpiryMs, LedgerAccount } from '../leases/ledger.js';
import { LEASE_MAX_MS, OFFLINE_AFTER_MS } from '../leases/lease-rules.js';
import type { OpenGrant } from '../leases/open-grants.js';
import { believed, saidA, wired } from './believed.js';
import { assertFacts, assertSaid, failGrant } from './record-checks.js';
import type { ChargePoint, ChargePointDefaults } from '../types.js';
import { type OwnLimits, ownMaximum } from './own-maximum.js';
import type { HeardStatus, LastPoll, Listener, RememberedSlave, SlaveOptions } from './record-types.js';
import { RestWatch } from './rest.js';
import { SentGrants } from './sent-grants.js';
import { carriedService, forNextVehicle, NOT_YET_SERVED, type Service } from './service.js';
import { powerSaidW, SessionAccount } from './session.js';
import { VehicleTracker } from './vehicle.js';

export class SlaveRecord {
  readonly id: string;
  readonly isListed: boolean;
  readonly account: LedgerAccount;
  readonly vehicle = new VehicleTracker();
  readonly session = new SessionAccount();
  readonly rest = new RestWatch();
  readonly grants: SentGrants;
  #isAdopted: boolean;
  #isRemembered: boolean;
  #isAnnounced = false;
  #reason: LimitReason = { kind: 'offline' };
  #service: Service = NOT_YET_SERVED;
  readonly #configured: ChargePoint;
  readonly #lastSeq: number;
  readonly #limits: OwnLimits & Pick<ChargePointDefaults, 'minA' | 'activePhases' | 'wakeUp'>;
  #facts: ChargePoint;
  #status: Status | undefined;
  #lastHeardMs: Ms = Number.NEGATIVE_INFINITY;
  readonly #starts: Starts;
  #isImplausible = false;
  #wasDuplicate = false;
  readonly #drawn = new ReportedDraw();

  constructor(options: SlaveOptions) {
    this.id = options.facts.id;
    this.#starts = new Starts(this.id);
    this.#configured = options.facts;
    this.#facts = options.facts;
    this.#limits = options.isListed ? options.facts : (options.defaults ?? {});
    this.#lastSeq = options.lastSeq ?? 0;
    this.grants = new SentGrants(this.id, this.#lastSeq + 1);
    assertFacts(options.facts);
    this.isListed = options.isListed;
    this.#isAdopted = options.isAdopted;
    this.#isRemembered = options.isListed;
    const connected = maskToGrid(options.facts.rotation, connectedMask(options.facts.phases));
    this.account = new LedgerAccount({ ...options.facts, connected }, options.unknownUntilMs);
  }

  /** A record as it was constructed, read from a recording. `carry` must fill it. */
  static blank(carrier: Carrier): SlaveRecord {
    const origin = carrier.value<SlaveOptions | undefined>('origin', undefined);
    return new SlaveRecord(defined(origin, 'where a slave record comes from'));
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    const [facts, lastSeq] = [this.#configured, this.#lastSeq];
    const origin = { facts, isListed: this.isListed, isAdopted: false, unknownUntilMs: 0, lastSeq };
    carrier.value('origin', { ...origin, defaults: this.#limits });
    carrier.part('account', this.account);
    carrier.part('vehicle', this.vehicle);
    carrier.part('session', this.session);
    carrier.part('rest', this.rest);
    carrier.part('grants', this.grants);
    this.#isAdopted = carrier.value('isAdopted', this.#isAdopted);
    this.#isRemembered = carrier.value('isRemembered', this.#isRemembered);
    this.#isAnnounced = carrier.value('isAnnounced', this.#isAnnounced);
    this.#reason = carrier.value('reason', this.#reason);
    this.#service = carriedService(carrier, this.#service);
    this.#facts = carrier.value('facts', this.#facts);
    this.#status = carrier.value('status', this.#status);
    this.#lastHeardMs = carrier.value('lastHeardMs', this.#lastHeardMs);
    this.#starts.carry(carrier);
    this.#wasDuplicate = carrier.value('wasDuplicate', this.#wasDuplicate);
    this.#isImplausible = carrier.value('isImplausible', this.#isImplausible);
    carrier.part('drawn', this.#drawn);
  }

  get isAdopted(): boolean {
    return this.#isAdopted;
  }

  adopt(): void {
    assert(!this.#isAdopted, `${this.id} is adopted twice`);
    this.#isAdopted = true;
  }

  /** True: the configuration or the state file has the charge point. The master raises no limit before that. */
  get isRemembered(): boolean {
    return this.#isRemembered;
  }

  /** Call when the state file has the charge point. */
  remember(): void {
    this.#isRemembered = true;
  }

  /** True: the operator was told that the charge point is there. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  announce(isThere: boolean): void {
    this.#isAnnounced = isThere;
  }

  /** Why the limit of the charge point is as it is. */
  get reason(): LimitReason {
    return this.#reason;
  }

  explain(reason: LimitReason): void {
    this.#reason = reason;
  }

  /** The turn, the pause and the offers of the vehicle after the last decision. */
  get service(): Service {
    return this.#service;
  }

  applyService(service: Service): void {
    this.#service = service;
  }

  /** Stores the last grant. Call after the ledger has booked it, and before it is sent. */
  applyGrant(grant: Grant): void {
    if (grant.bootId !== this.#status?.bootId) failGrant(grant, `start ${this.#status?.bootId} is present`);
    if (!this.grants.isPollAnswered) failGrant(grant, 'the last poll still waits for an answer');
    this.grants.add(grant);
  }

  get #network(): Network {
    return networkOf(this.#configured.rotation);
  }

  get facts(): ChargePoint {
    return this.#facts;
  }

  /** Which of its own limits makes `facts.maxA`. */
  get ownMaximum(): LimitCause {
    return ownMaximum(this.#limits, this.#status?.maxA ?? this.#facts.maxA);
  }

  get status(): Status | undefined {
    return this.#status;
  }

  get lastPoll(): LastPoll | undefined {
    if (!this.#status) return undefined;
    return { bootId: this.#status.bootId, tauMs: this.#status.tauMs, receivedAtMs: this.#lastHeardMs };
  }

  /** True: its last STATUS said what cannot be (H8). */
  get isImplausible(): boolean {
    return this.#isImplausible;
  }

  isOnline(nowMs: Ms): boolean {
    return nowMs - this.#lastHeardMs <= OFFLINE_AFTER_MS;
  }

  isDuplicate(nowMs: Ms): boolean {
    return this.#starts.isDuplicate(nowMs);
  }

  /** Call for a charge point that the state file has as a duplicate. */
  expectDuplicate(nowMs: Ms): void {
    this.#starts.expectDuplicate(nowMs);
    this.#wasDuplicate = true;
  }

  /** True when the id has become a duplicate since the last call, or is none any more. Call once per cycle. */
  watchDuplicate(nowMs: Ms): boolean {
    const is = this.isDuplicate(nowMs);
    const hasChanged = is !== this.#wasDuplicate;
    this.#wasDuplicate = is;
    return hasChanged;
  }

  /** Call before the first STATUS, with what the state file has of the vehicle. */
  expectVehicle({ session, rest }: Pick<RememberedSlave, 'session' | 'rest'>): void {
    if (!session) return;
    this.session.expect(session);
    this.rest.expect(session, rest);
  }

  /** True while its vehicle may sleep, and is woken up again and again. */
  isBeingWoken(nowMs: Ms): boolean {
    return this.#status !== undefined && this.#limits.wakeUp !== false && this.rest.isBeingWoken(this.#status, nowMs);
  }

  /** The number of the wake-up to ask for now. */
  dueWakeUp(nowMs: Ms): number | undefined {
    if (!this.#status || this.#limits.wakeUp === false) return undefined;
    return this.rest.dueWakeUp(this.#status, nowMs);
  }

  /** Call when another master may have granted until now. `tookOver`: this one was passive until now. */
  distrust(tookOver: boolean, nowMs: Ms): void {
    this.account.distrust(nowMs + drawnExpiryMs(LEASE_MAX_MS));
    if (tookOver) this.#starts.suspectDuplicate(this.#status?.bootId);
  }

  /** Updates the record by a STATUS. It does not apply an older STATUS of the same start, nor one of a start in doubt. */
  applyStatus(status: Status, master: Listener, nowMs: Ms): HeardStatus {
    if (status.chargePointId !== this.id) failInvariant(`${this.id} is told the STATUS of ${status.chargePointId}`);
    if (!(nowMs >= this.#lastHeardMs))
      failInvariant(`${this.id} is heard at ${nowMs} ms after ${this.#lastHeardMs} ms`);
    const followsSentAtMs = this.#followedGrant(status, master)?.sentAtMs;
    const presentId = this.#status?.bootId;
    if (!this.#starts.addStatus(status, { followsSentAtMs, presentId }, nowMs)) return 'stale';
    this.grants.numberAbove(status, master.epoch);
    const doubt = master.grants ? this.#doubt(status, nowMs) : undefined;
    if (doubt) return doubt;
    this.#applyFresh(status, master, nowMs);
    return this.isDuplicate(nowMs) ? 'duplicate' : 'fresh';
  }

  /** The doubt about the start of a STATUS, if any. Such a STATUS may only raise the exposure, if the known start is silent. */
  #doubt(status: Status, nowMs: Ms): Doubt['kind'] | undefined {
    const doubt = this.#starts.doubt(status.bootId, this.#status?.bootId, nowMs);
    if (doubt?.isPresentSilent) this.account.addDoubtfulReport(saidA(wired(status, this.#network)));
    return doubt?.kind;
  }

  /** The open grant that the charge point follows by this STATUS; `undefined`: none of this master. */
  #followedGrant({ accepted, bootId }: Status, master: Listener): OpenGrant | undefined {
    if (!isOf(master, accepted)) return undefined;
    for (const open of this.account.openGrants) {
      if (open.bootId === bootId && compareGrants(open, accepted) === 0) return open;
    }
    return undefined;
  }

  /** Updates all parts of the record. Call for a STATUS that is not stale, of a start that is not in doubt. */
  #applyFresh(said: Status, master: Listener, nowMs: Ms): void {
    const { isListed } = this;
    const status = believed(said, { maxA: Math.max(this.grantedA, this.#configured.maxA), isListed });
    this.#isImplausible = status !== said;
    this.#status = status;
    this.#lastHeardMs = nowMs;
    this.grants.awaitAnswer();
    // The vehicle was charging before the first grant of this master: its turn begins now.
    if (this.grants.last === undefined && status.state === 'Charging' && this.#service.servedSinceMs === undefined) {
      this.#service = { ...this.#service, servedSinceMs: nowMs };
    }
    this.#learn(status);
    const { phases, rotation } = this.#facts;
    if (this.vehicle.applyStatus(status, nowMs)) this.#service = forNextVehicle(this.#service);
    this.session.applyStatus(status, nowMs, rotation);
    this.rest.applyStatus(status, nowMs);
    const currentA = currentsToGrid(rotation, status.currentA);
    this.#drawn.addStatus(currentA, nowMs);
    this.account.applyReport(
      {
        bootId: status.bootId,
        acceptedIsMine: isOf(master, status.accepted),
        accepted: status.accepted,
        enforcedA: status.enforcedA,
        enforcedPhases: maskToGrid(rotation, status.enforcedPhases),
        disconnectedLimitA: status.disconnectedLimitA,
        maxA: status.maxA,
        connected: maskToGrid(rotation, connectedMask(phases)),
        currentA,
      },
      nowMs,
    );
    assertSaid(status, this.account.enforced.limitA, this.account.maxA);
  }

  /** Updates the facts of the charge point. They seldom change: the object stays the same until they do. */
  #learn(status: Status): void {
    const known = this.#facts;
    const { phases, rotation } = this.isListed ? this.#configured : wired(status, this.#network);
    const { disconnectedLimitA } = status;
    const { limitA: maxA } = ownMaximum(this.#limits, status.maxA);
    const minA = Math.max(this.#limits.minA ?? 0, status.minA);
    const isSameConnector = phases === known.phases && rotation === known.rotation;
    const isSameRange = maxA === known.maxA && minA === known.minA;
    if (isSameConnector && isSameRange && disconnectedLimitA === known.disconnectedLimitA) return;
    this.#facts = { ...this.#configured, phases, rotation, maxA, minA, disconnectedLimitA };
    assertFacts(this.#facts);
    const listedA = this.#limits.maxA ?? maxA;
    assert(maxA <= listedA, `${this.id} may take ${maxA} A, the configuration lists ${listedA} A`);
  }

  /** True: a grant of the enforced limit allows no more than the charge point may draw without a master. */
  get isAtMostDisconnected(): boolean {
    return this.account.enforced.limitA <= this.#facts.disconnectedLimitA;
  }

  get #countsConnected(): boolean {
    return this.#limits.activePhases === 'connected';
  }

  /** The phases that a grant must cover now, in connector order. */
  activePhases(): PhaseMask {
    if (!this.#status) return connectedMask(3);
    if (this.#countsConnected) return this.vehicle.connected(this.#facts.phases);
    return this.vehicle.activePhases({ usedPhases: this.#status.usedPhases, phases: this.#facts.phases });
  }

  /** The phases that an unseen vehicle uses most likely, in connector order; `undefined` where no guess is due. */
  likelyPhases(): PhaseMask | undefined {
    if (!this.#status || this.#countsConnected) return undefined;
    return this.vehicle.likelyPhases({ usedPhases: this.#status.usedPhases, phases: this.#facts.phases });
  }

  /** By the last STATUS; 0 W while the charge point is silent. */
  powerW(nowMs: Ms): Watts {
    return this.#status && this.isOnline(nowMs) ? powerSaidW(this.#status, this.#facts.rotation) : 0;
  }

  /** Measured current by the last STATUS, in A per phase of the grid. While the charge point is silent: 0 A. */
  currentA(nowMs: Ms): PhaseAmps {
    return this.#status && this.isOnline(nowMs) ? currentsToGrid(this.#facts.rotation, this.#status.currentA) : NO_AMPS;
  }

  /**
   * The most and the least that the charge point reported since `fromMs`, in A per phase of the grid. Metering subtracts the
   * most. Example: a vehicle drew 16 A and stopped, and the meter still shows 40 A. The building draws 24 A, not 40 A: do not
   * lower the others. Raise no charge point on the difference of most and least. A silent charge point counts 0 A here. Its
   * current then counts twice, as load of the building and as exposure, which is safe.
   */
  drawnSince(fromMs: Ms, nowMs: Ms): { readonly mostA: PhaseAmps; readonly leastA: PhaseAmps } {
    if (!this.isOnline(nowMs)) return { mostA: NO_AMPS, leastA: NO_AMPS };
    return this.#drawn.rangeSince(fromMs, nowMs);
  }

  /** The disconnected limit on the connected phases, in A per phase of the grid. */
  disconnectedA(): PhaseAmps {
    const { rotation, phases, disconnectedLimitA } = this.#facts;
    return onPhases(maskToGrid(rotation, connectedMask(phases)), disconnectedLimitA);
  }

  /** The exposure, in A per phase of the grid. For a duplicate id: at least twice the maximum. */
  exposureA(nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const exposureA = this.account.exposureA(nowMs, leaseMs);
    return this.isDuplicate(nowMs) ? maxOf(exposureA, perPhase(2 * this.account.maxA)) : exposureA;
  }

  /** The limit of the last grant, arrived or not, in A. Before the first grant: the limit that the charge point enforces. */
  get grantedA(): Amps {
    return this.grants.last?.limitA ?? this.account.enforced.limitA;
  }

  /** What the state file keeps of this charge point. Its maximum must be above 0 A. */
  remembered(): RememberedSlave {
    const { id, disconnectedLimitA, phases, rotation } = this.#facts;
    const adopted = this.#isAdopted && !this.isListed;
    const { maxA } = this.account;
    assert(maxA > 0, `${id} is to be remembered with a maximum of ${maxA} A`);
    assert(this.#isAdopted || this.#isRemembered, `${id} is to be remembered, but was never adopted`);
    const session = this.session.remembered();
    const { cause: rest } = this.rest;
    const vehicle = session && { session, ...(rest && { rest }) };
    const known = { id, adopted, maxA, disconnectedLimitA, phases, rotation, ...vehicle };
    return this.#wasDuplicate ? { ...known, isDuplicate: true } : known;
  }
}

function isOf({ id, epoch }: Listener, accepted: Status['accepted']): boolean {
  return accepted.masterId === id && accepted.epoch === epoch;
}
