/** Everything the master knows of one charge point: its facts, its account in the ledger, its vehicle, its last words. */
import { assert, defined, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type BootId, compareGrants, type Grant, type GrantNumber, type Status } from '../../base/messages.js';
import type { LimitReason } from '../../base/reason.js';
import { connectedMask, maskToGrid, onPhases, type PhaseMask, type Rotation, toGrid } from '../../base/rotation.js';
import { type Amps, maxOf, type Ms, NO_AMPS, type PhaseAmps, perPhase } from '../../base/units.js';
import { type Doubt, Starts } from '../leases/starts.js';
import { ReportedDraw } from '../load/reported-draw.js';
import { LedgerAccount } from '../leases/ledger.js';
import { OFFLINE_AFTER_MS } from '../leases/lease-rules.js';
import type { OpenGrant } from '../leases/open-grants.js';
import type { ChargePoint } from '../types.js';
import { assertFacts, assertNewest, assertNumberedUp, failGrant } from './record-checks.js';
import { carriedService, NOT_YET_SERVED, type Service } from './service.js';
import { VehicleTracker } from './vehicle.js';

/** What is kept of a slave over a restart of the master. */
export interface RememberedSlave {
  readonly id: string;
  /** Taken on although the configuration does not list it; it stays so when unlisted slaves are no longer taken on. */
  readonly adopted: boolean;
  readonly maxA: Amps;
  readonly disconnectedLimitA: Amps;
  readonly phases: 1 | 2 | 3;
  readonly rotation: Rotation;
}

/** A number that is higher is broken or forged. */
const SEQ_BELIEVED_MAX = 0xfffffff0;
export type HeardStatus = 'fresh' | 'stale' | 'duplicate' | Doubt['kind'];

/** The poll that grants answer. */
export interface LastPoll {
  readonly bootId: BootId;
  readonly tauMs: Ms;
  readonly receivedAtMs: Ms;
}

/** Who listens. */
export interface Listener {
  readonly id: string;
  readonly epoch: number;
  /** False while it is passive: then it cannot ask a boot for a proof. */
  readonly grants: boolean;
}

export interface SlaveOptions {
  readonly facts: ChargePoint;
  /** True when the configuration lists it: then the configuration's rotation and phases hold. */
  readonly isListed: boolean;
  readonly isAdopted: boolean;
  /** M3: until then its full maximum counts. */
  readonly unknownUntilMs: Ms;
  /** Its grants are numbered above this: a grant of before it was forgotten must not be taken for one of now. */
  readonly lastSeq?: number;
}

export class SlaveRecord {
  readonly id: string;
  readonly isListed: boolean;
  readonly account: LedgerAccount;
  readonly vehicle = new VehicleTracker();
  #isAdopted: boolean;
  #isRemembered: boolean;
  #isAnnounced = false;
  #reason: LimitReason = { kind: 'offline' };
  #lastGrant: Grant | undefined;
  #isOwed = false;
  #service: Service = NOT_YET_SERVED;
  readonly #configured: ChargePoint;
  #facts: ChargePoint;
  #status: Status | undefined;
  #lastHeardMs: Ms = Number.NEGATIVE_INFINITY;
  readonly #starts: Starts;
  #isPollAnswered = false;
  #lastNumber: GrantNumber = { epoch: 0, seq: 0 };
  readonly #lowestSeq: number;
  readonly #drawn = new ReportedDraw();

  constructor(options: SlaveOptions) {
    this.id = options.facts.id;
    this.#starts = new Starts(this.id);
    this.#configured = options.facts;
    this.#facts = options.facts;
    this.#lowestSeq = (options.lastSeq ?? 0) + 1;
    assert(this.#lowestSeq > 0, `grants to ${this.id} are numbered from ${this.#lowestSeq}`);
    assertFacts(options.facts);
    this.isListed = options.isListed;
    this.#isAdopted = options.isAdopted;
    this.#isRemembered = options.isListed;
    const connected = maskToGrid(options.facts.rotation, connectedMask(options.facts.phases));
    this.account = new LedgerAccount({ ...options.facts, connected }, options.unknownUntilMs);
  }

  /** What `origin` noted; to be filled by `carry`. */
  static blank(carrier: Carrier): SlaveRecord {
    const origin = carrier.value<SlaveOptions | undefined>('origin', undefined);
    return new SlaveRecord(defined(origin, 'where a slave record comes from'));
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    const [facts, lastSeq] = [this.#configured, this.#lowestSeq - 1];
    carrier.value('origin', { facts, isListed: this.isListed, isAdopted: false, unknownUntilMs: 0, lastSeq });
    carrier.part('account', this.account);
    carrier.part('vehicle', this.vehicle);
    this.#isAdopted = carrier.value('isAdopted', this.#isAdopted);
    this.#isRemembered = carrier.value('isRemembered', this.#isRemembered);
    this.#isAnnounced = carrier.value('isAnnounced', this.#isAnnounced);
    this.#reason = carrier.value('reason', this.#reason);
    this.#lastGrant = carrier.value('lastGrant', this.#lastGrant);
    this.#isOwed = carrier.value('isOwed', this.#isOwed);
    this.#service = carriedService(carrier, this.#service);
    this.#facts = carrier.value('facts', this.#facts);
    this.#status = carrier.value('status', this.#status);
    this.#lastHeardMs = carrier.value('lastHeardMs', this.#lastHeardMs);
    this.#starts.carry(carrier);
    this.#isPollAnswered = carrier.value('isPollAnswered', this.#isPollAnswered);
    this.#lastNumber = carrier.value('lastNumber', this.#lastNumber);
    carrier.part('drawn', this.#drawn);
  }

  get isAdopted(): boolean {
    return this.#isAdopted;
  }

  adopt(): void {
    assert(!this.#isAdopted, `${this.id} is adopted twice`);
    this.#isAdopted = true;
  }

  /** False until the state file knows it: only then may it be raised. */
  get isRemembered(): boolean {
    return this.#isRemembered;
  }

  /** The state file knows it from now on. */
  remember(): void {
    this.#isRemembered = true;
  }

  /** Whether people were told that it is there. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  announce(isThere: boolean): void {
    this.#isAnnounced = isThere;
  }

  /** Why its limit is as it is. */
  get reason(): LimitReason {
    return this.#reason;
  }

  explain(reason: LimitReason): void {
    this.#reason = reason;
  }

  /** The turn, the pause and the offers of its vehicle, as the last decision left them. */
  get service(): Service {
    return this.#service;
  }

  applyService(service: Service): void {
    this.#service = service;
  }

  get lastGrant(): Grant | undefined {
    return this.#lastGrant;
  }

  /** The grant is booked, and will be sent now. */
  applyGrant(grant: Grant): void {
    assertNewest(grant, this.#lastGrant, this.#lastNumber, this.id);
    if (grant.bootId !== this.#status?.bootId) failGrant(grant, `start ${this.#status?.bootId} is present`);
    if (!this.#isPollAnswered) failGrant(grant, 'the last poll still waits for an answer');
    this.#lastGrant = grant;
  }

  /** A decision could not be sent, because the last poll was answered already: the next one is answered at once. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  owe(isOwed: boolean): void {
    this.#isOwed = isOwed;
  }

  get facts(): ChargePoint {
    return this.#facts;
  }

  get status(): Status | undefined {
    return this.#status;
  }

  get lastPoll(): LastPoll | undefined {
    if (!this.#status) return undefined;
    return { bootId: this.#status.bootId, tauMs: this.#status.tauMs, receivedAtMs: this.#lastHeardMs };
  }

  isOnline(nowMs: Ms): boolean {
    return nowMs - this.#lastHeardMs <= OFFLINE_AFTER_MS;
  }

  isDuplicate(nowMs: Ms): boolean {
    return this.#starts.isDuplicate(nowMs);
  }

  /** Takes in a STATUS, unless it is older than one heard before from the same boot, or of a boot that is not proven. */
  applyStatus(status: Status, master: Listener, nowMs: Ms): HeardStatus {
    if (status.chargePointId !== this.id) failInvariant(`${this.id} is told the STATUS of ${status.chargePointId}`);
    if (!(nowMs >= this.#lastHeardMs))
      failInvariant(`${this.id} is heard at ${nowMs} ms after ${this.#lastHeardMs} ms`);
    const followsSentAtMs = this.#followedGrant(status, master)?.sentAtMs;
    const presentId = this.#status?.bootId;
    if (!this.#starts.addStatus(status, { followsSentAtMs, presentId }, nowMs)) return 'stale';
    this.#numberAbove(status, master);
    const doubt = master.grants ? this.#doubt(status, nowMs) : undefined;
    if (doubt) return doubt;
    this.#applyFresh(status, master, nowMs);
    return this.isDuplicate(nowMs) ? 'duplicate' : 'fresh';
  }

  /** Of a boot in doubt: what it says frees nothing, but it may be true. If the known one is gone, at least so much counts. */
  #doubt(status: Status, nowMs: Ms): Doubt['kind'] | undefined {
    const doubt = this.#starts.doubt(status.bootId, this.#status?.bootId, nowMs);
    if (doubt?.isPresentSilent) this.account.addDoubtfulReport(saidA(status));
    return doubt?.kind;
  }

  /** Another master may have used up our epoch, where it cannot grow any more: slaves take higher numbers only. */
  #numberAbove({ accepted }: Status, { epoch }: Listener): void {
    if (accepted.epoch !== epoch || accepted.seq > SEQ_BELIEVED_MAX) return;
    const seq = this.#lastNumber.epoch === epoch ? this.#lastNumber.seq : 0;
    if (accepted.seq > seq) this.#lastNumber = { epoch, seq: accepted.seq };
  }

  #followedGrant({ accepted, bootId }: Status, master: Listener): OpenGrant | undefined {
    if (!isOf(master, accepted)) return undefined;
    for (const open of this.account.openGrants) {
      if (open.bootId === bootId && compareGrants(open, accepted) === 0) return open;
    }
    return undefined;
  }

  #applyFresh(status: Status, master: Listener, nowMs: Ms): void {
    this.#status = status;
    this.#lastHeardMs = nowMs;
    this.#isPollAnswered = false;
    // Found charging after a start: its turn goes on.
    if (this.#lastGrant === undefined && status.state === 'Charging' && this.#service.servedSinceMs === undefined) {
      this.#service = { ...this.#service, servedSinceMs: nowMs };
    }
    this.#learn(status);
    const { phases, rotation } = this.#facts;
    if (this.vehicle.applyStatus(status, nowMs)) this.#forgetOffers();
    const currentA = toGrid(rotation, status.currentA);
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
    const { enforced, maxA } = this.account;
    if (enforced.limitA !== status.enforcedA || maxA !== status.maxA) {
      failInvariant(
        `${this.id} says ${status.enforcedA} of ${status.maxA} A, the ledger ${enforced.limitA} of ${maxA} A`,
      );
    }
  }

  /** Another vehicle is there. */
  #forgetOffers(): void {
    this.#service = { ...this.#service, declinedAtMs: undefined, unusedSinceMs: undefined, withdrawn: undefined };
  }

  /** Its facts seldom change: the object stays while they are the same. */
  #learn(status: Status): void {
    const known = this.#facts;
    const { phases, rotation } = this.isListed ? this.#configured : status;
    const { disconnectedLimitA } = status;
    const maxA = this.isListed ? Math.min(this.#configured.maxA, status.maxA) : status.maxA;
    const minA = this.isListed ? Math.max(this.#configured.minA, status.minA) : status.minA;
    const isSameConnector = phases === known.phases && rotation === known.rotation;
    const isSameRange = maxA === known.maxA && minA === known.minA;
    if (isSameConnector && isSameRange && disconnectedLimitA === known.disconnectedLimitA) return;
    this.#facts = { ...this.#configured, phases, rotation, maxA, minA, disconnectedLimitA };
    assertFacts(this.#facts);
    const listedA = this.isListed ? this.#configured.maxA : maxA;
    assert(maxA <= listedA, `${this.id} may take ${maxA} A, the configuration lists ${listedA} A`);
  }

  /** Told to keep what it enforces, it is allowed nothing that it may not take without a master. */
  get isAtMostDisconnected(): boolean {
    return this.account.enforced.limitA <= this.#facts.disconnectedLimitA;
  }

  /** The connector's phases that a grant must cover now. */
  activePhases(): PhaseMask {
    if (!this.#status) return connectedMask(3);
    const { phases } = this.#facts;
    const active = this.vehicle.activePhases({ usedPhases: this.#status.usedPhases, phases });
    const isConnected = active !== 0 && (active & ~connectedMask(phases)) === 0;
    if (!isConnected) failInvariant(`${this.id} has ${phases} phases, active are ${active}`);
    return active;
  }

  /** Measured, grid order; nothing while it is silent. */
  currentA(nowMs: Ms): PhaseAmps {
    return this.#status && this.isOnline(nowMs) ? toGrid(this.#facts.rotation, this.#status.currentA) : NO_AMPS;
  }

  /**
   * What a meter may show of it that measured at some moment since `fromMs`: the most and the least that it drew by its own
   * word. The most is what is taken off the meter: else a vehicle that stops would look like load of the building until the
   * meter follows, and pull the others down with it. The difference is what nobody may be raised on. A silent one is taken to
   * draw nothing: what it does draw is then counted twice, as load of the building too, and that is on the safe side.
   */
  drawnSince(fromMs: Ms, nowMs: Ms): { readonly mostA: PhaseAmps; readonly leastA: PhaseAmps } {
    if (!this.isOnline(nowMs)) return { mostA: NO_AMPS, leastA: NO_AMPS };
    return this.#drawn.rangeSince(fromMs, nowMs);
  }

  /** Its disconnected limit on the phases that it is connected to, grid order. */
  disconnectedA(): PhaseAmps {
    const { rotation, phases, disconnectedLimitA } = this.#facts;
    return onPhases(maskToGrid(rotation, connectedMask(phases)), disconnectedLimitA);
  }

  exposureA(nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const exposureA = this.account.exposureA(nowMs, leaseMs);
    return this.isDuplicate(nowMs) ? maxOf(exposureA, perPhase(2 * this.account.maxA)) : exposureA;
  }

  /** The limit that was last sent, whether it has arrived or not; before the first one what it says it enforces. */
  get grantedA(): Amps {
    return this.#lastGrant?.limitA ?? this.account.enforced.limitA;
  }

  /** One poll, one GRANT: a forged sender address draws no more datagrams to it than were sent in its name. */
  get isPollAnswered(): boolean {
    return this.#isPollAnswered;
  }

  answerPoll(): void {
    if (!this.#status) failInvariant(`a poll of ${this.id} is answered, but none was heard`);
    if (this.#isPollAnswered) failInvariant(`the last poll of ${this.id} is answered twice`);
    this.#isPollAnswered = true;
  }

  get lastNumber(): GrantNumber {
    return this.#lastNumber;
  }

  nextNumber(epoch: number): GrantNumber {
    const last = this.#lastNumber;
    this.#lastNumber = { epoch, seq: last.epoch === epoch ? last.seq + 1 : this.#lowestSeq };
    assertNumberedUp(this.#lastNumber, last, this.id);
    return this.#lastNumber;
  }

  remembered(): RememberedSlave {
    const { id, disconnectedLimitA, phases, rotation } = this.#facts;
    const adopted = this.#isAdopted && !this.isListed;
    const { maxA } = this.account;
    assert(maxA > 0, `${id} is to be remembered with a maximum of ${maxA} A`);
    assert(this.#isAdopted || this.#isRemembered, `${id} is to be remembered, but was never adopted`);
    return { id, adopted, maxA, disconnectedLimitA, phases, rotation };
  }
}

function isOf({ id, epoch }: Listener, accepted: Status['accepted']): boolean {
  return accepted.masterId === id && accepted.epoch === epoch;
}

/** The most that the words of a boot in doubt admit, on all its phases; grid order. */
function saidA({ rotation, phases, disconnectedLimitA, enforcedA }: Status): PhaseAmps {
  return onPhases(maskToGrid(rotation, connectedMask(phases)), Math.max(disconnectedLimitA, enforcedA));
}
