/** Everything the master knows of one charge point: its facts, its account in the ledger, its vehicle, its last words. */
import { type BootId, compareGrants, type Grant, type GrantNumber, type Status } from '../base/messages.js';
import type { LimitReason } from '../base/reason.js';
import { connectedMask, maskToGrid, onPhases, type PhaseMask, type Rotation, toGrid } from '../base/rotation.js';
import { type Amps, mapPhases, maxOf, type Ms, NO_AMPS, PHASES, type PhaseAmps, perPhase } from '../base/units.js';
import { LedgerAccount, type OpenGrant } from './ledger.js';
import { OFFLINE_AFTER_MS } from './lease-rules.js';
import type { ChargePoint } from './types.js';
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

/** Two boxes with one id: both clocks run on for longer than any datagram can be under way. */
const DUPLICATE_AFTER_MS: Ms = 60_000;
/** How long the suspicion holds after the last word of the one that is heard less. */
const DUPLICATE_HOLD_MS: Ms = 60_000;
const BOOTS_MAX = 8;
/** What it drew is remembered for so long, for meters that follow late; and no more words than this. */
const DRAWN_KEPT_MS: Ms = 30_000;
const DRAWN_KEPT_MAX = 128;
/** Changes of its current below this are noise. */
const NOISE_A: Amps = 1;
/** A word that is older says nothing of now: two heartbeats and a half. */
const WORD_MAX_AGE_MS: Ms = 2_500;

/** A number that is higher is broken or forged. */
const SEQ_BELIEVED_MAX = 0xfffffff0;
/** One that fell silent for this long may have been replaced by a new boot of the same box: two heartbeats and a half. */
const REPLACED_AFTER_MS: Ms = 2_500;

/** `unproven`: of a boot that has still to show that it is there now. `waiting`: it has, but the one before it may still be there. */
export type HeardStatus = 'fresh' | 'stale' | 'duplicate' | 'unproven' | 'waiting';

/** The poll that grants answer. */
export interface LastPoll {
  readonly bootId: BootId;
  readonly tauMs: Ms;
  readonly receivedAtMs: Ms;
}

interface Boot {
  readonly bootId: BootId;
  readonly firstHeardMs: Ms;
  lastHeardMs: Ms;
  lastTauMs: Ms;
  lastAccepted: GrantNumber;
  /** Its clock at its last word before another boot was heard first; at its own first word while there was none. */
  quietTauMs: Ms;
  /** When the newest grant was sent that it follows; by the master's clock. */
  followsSentAtMs: Ms;
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
  isAdopted: boolean;
  /** False until the state file knows it: only then may it be raised. */
  isRemembered: boolean;
  /** Whether people were told that it is there. */
  isAnnounced = false;
  reason: LimitReason = { kind: 'offline' };
  lastGrant: Grant | undefined;
  /** A decision could not be sent, because the last poll was answered already: the next one is answered at once. */
  isOwed = false;
  /** Paused for want of current until then, so that nothing flaps. */
  pausedUntilMs: Ms = Number.NEGATIVE_INFINITY;
  /** Since when it has a share without a pause; `undefined` while it has none. */
  servedSinceMs: Ms | undefined;
  /** When it last left an offered current unused; `undefined` once it charges, and for a new vehicle. */
  declinedAtMs: Ms | undefined;
  readonly #configured: ChargePoint;
  #facts: ChargePoint;
  #status: Status | undefined;
  #lastHeardMs: Ms = Number.NEGATIVE_INFINITY;
  /** The latest boots that were heard, the oldest first. */
  #boots: Boot[] = [];
  #duplicateUntilMs: Ms = Number.NEGATIVE_INFINITY;
  #isPollAnswered = false;
  #lastNumber: GrantNumber = { epoch: 0, seq: 0 };
  readonly #lowestSeq: number;
  /** Its last words of what it draws, from `drawnFrom` on. */
  readonly #drawnAtMs: Ms[] = [];
  readonly #drawnA: PhaseAmps[] = [];
  #drawnFrom = 0;

  constructor(options: SlaveOptions) {
    this.id = options.facts.id;
    this.#configured = options.facts;
    this.#facts = options.facts;
    this.#lowestSeq = (options.lastSeq ?? 0) + 1;
    this.isListed = options.isListed;
    this.isAdopted = options.isAdopted;
    this.isRemembered = options.isListed;
    const connected = maskToGrid(options.facts.rotation, connectedMask(options.facts.phases));
    this.account = new LedgerAccount({ ...options.facts, connected }, options.unknownUntilMs);
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
    return nowMs < this.#duplicateUntilMs;
  }

  /** Takes in a STATUS, unless it is older than one heard before from the same boot, or of a boot that is not proven. */
  hear(status: Status, master: Listener, nowMs: Ms): HeardStatus {
    const boot = this.#bootOf(status.bootId) ?? this.#meetBoot(status, nowMs);
    if (isOlder(status, boot)) return 'stale';
    boot.lastTauMs = status.tauMs;
    boot.lastAccepted = status.accepted;
    boot.lastHeardMs = nowMs;
    boot.followsSentAtMs = this.#followedGrant(status, master)?.sentAtMs ?? boot.followsSentAtMs;
    for (const other of this.#boots) {
      if (other === boot || !areTwins(boot, other)) continue;
      this.#duplicateUntilMs = Math.max(this.#duplicateUntilMs, other.lastHeardMs + DUPLICATE_HOLD_MS);
    }
    this.#numberAbove(status, master);
    const doubt = master.grants ? this.#doubt(boot, status, nowMs) : undefined;
    if (doubt) return doubt;
    this.#take(status, master, nowMs);
    return this.isDuplicate(nowMs) ? 'duplicate' : 'fresh';
  }

  /**
   * While a boot is known that follows our grants, the words of another one may be old ones, played back: it counts once it has
   * followed a grant too, and the known one is silent.
   */
  #doubt(boot: Boot, status: Status, nowMs: Ms): 'unproven' | 'waiting' | undefined {
    const present = this.#presentBoot();
    if (!present || present === boot || !isProven(present) || this.isDuplicate(nowMs)) return undefined;
    const isSilent = nowMs - present.lastHeardMs >= REPLACED_AFTER_MS;
    if (isProven(boot) && isSilent) return undefined;
    // What it says frees nothing, but it may be true: if the known one is gone, at least so much counts.
    if (isSilent) this.account.hearDoubtful(saidA(status));
    return isProven(boot) ? 'waiting' : 'unproven';
  }

  #presentBoot(): Boot | undefined {
    return this.#status && this.#bootOf(this.#status.bootId);
  }

  #bootOf(bootId: BootId): Boot | undefined {
    for (const boot of this.#boots) if (boot.bootId === bootId) return boot;
    return undefined;
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

  #meetBoot({ bootId, tauMs, accepted }: Status, nowMs: Ms): Boot {
    for (const boot of this.#boots) boot.quietTauMs = boot.lastTauMs;
    const boot: Boot = {
      bootId,
      firstHeardMs: nowMs,
      lastHeardMs: nowMs,
      lastTauMs: tauMs,
      lastAccepted: accepted,
      quietTauMs: tauMs,
      followsSentAtMs: Number.NEGATIVE_INFINITY,
    };
    const present = this.#presentBoot();
    const others = this.#boots.filter((each) => each !== present).slice(1 - BOOTS_MAX);
    this.#boots = [...(present ? [present] : []), ...others, boot].slice(-BOOTS_MAX - 1);
    return boot;
  }

  #take(status: Status, master: Listener, nowMs: Ms): void {
    this.#status = status;
    this.#lastHeardMs = nowMs;
    this.#isPollAnswered = false;
    // Found charging after a start: its turn goes on.
    if (this.lastGrant === undefined && status.state === 'Charging') this.servedSinceMs ??= nowMs;
    this.#learn(status);
    const { phases, rotation } = this.#facts;
    if (this.vehicle.hear(status, nowMs)) this.declinedAtMs = undefined;
    const currentA = toGrid(rotation, status.currentA);
    this.#keepDrawn(currentA, nowMs);
    this.account.hear(
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
  }

  /** The oldest are cut off many at once: the others need not move with every word. */
  #keepDrawn(currentA: PhaseAmps, nowMs: Ms): void {
    const drawnAtMs = this.#drawnAtMs;
    drawnAtMs.push(nowMs);
    this.#drawnA.push(currentA);
    const isFull = drawnAtMs.length - this.#drawnFrom > DRAWN_KEPT_MAX;
    if (isFull || nowMs - (drawnAtMs[this.#drawnFrom + 1] ?? nowMs) > DRAWN_KEPT_MS) this.#drawnFrom += 1;
    if (this.#drawnFrom < DRAWN_KEPT_MAX) return;
    drawnAtMs.splice(0, this.#drawnFrom);
    this.#drawnA.splice(0, this.#drawnFrom);
    this.#drawnFrom = 0;
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
  }

  /** Told to keep what it enforces, it is allowed nothing that it may not take without a master. */
  get isAtMostDisconnected(): boolean {
    return this.account.enforced.limitA <= this.#facts.disconnectedLimitA;
  }

  /** The connector's phases that a grant must cover now. */
  activePhases(): PhaseMask {
    if (!this.#status) return connectedMask(3);
    return this.vehicle.activePhases({ usedPhases: this.#status.usedPhases, phases: this.#facts.phases });
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
    const mostA: [Amps, Amps, Amps] = [0, 0, 0];
    const leastA: [Amps, Amps, Amps] = nowMs - this.#lastHeardMs > WORD_MAX_AGE_MS ? [0, 0, 0] : [1e9, 1e9, 1e9];
    for (let index = this.#drawnA.length - 1; index >= this.#drawnFrom; index--) {
      const wordA = this.#drawnA[index] ?? NO_AMPS;
      for (const p of PHASES) {
        mostA[p] = Math.max(mostA[p], wordA[p]);
        leastA[p] = Math.min(leastA[p], wordA[p]);
      }
      // The last word before holds until the next one.
      if ((this.#drawnAtMs[index] ?? fromMs) <= fromMs) break;
    }
    return { mostA, leastA: mapPhases((p) => (mostA[p] - leastA[p] > NOISE_A ? leastA[p] : mostA[p])) };
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
    return this.lastGrant?.limitA ?? this.account.enforced.limitA;
  }

  /** One poll, one GRANT: whoever forges a sender draws no more to it than he sends. */
  answerPoll(): boolean {
    const mayAnswer = !this.#isPollAnswered;
    this.#isPollAnswered = true;
    return mayAnswer;
  }

  get lastNumber(): GrantNumber {
    return this.#lastNumber;
  }

  nextNumber(epoch: number): GrantNumber {
    const last = this.#lastNumber;
    this.#lastNumber = { epoch, seq: last.epoch === epoch ? last.seq + 1 : this.#lowestSeq };
    return this.#lastNumber;
  }

  remembered(): RememberedSlave {
    const { id, disconnectedLimitA, phases, rotation } = this.#facts;
    const adopted = this.isAdopted && !this.isListed;
    return { id, adopted, maxA: this.account.maxA, disconnectedLimitA, phases, rotation };
  }
}

function isOf({ id, epoch }: Listener, accepted: Status['accepted']): boolean {
  return accepted.masterId === id && accepted.epoch === epoch;
}

/** The most that the words of a boot in doubt admit, on all its phases; grid order. */
function saidA({ rotation, phases, disconnectedLimitA, enforcedA }: Status): PhaseAmps {
  return onPhases(maskToGrid(rotation, connectedMask(phases)), Math.max(disconnectedLimitA, enforcedA));
}

function isProven({ followsSentAtMs }: Boot): boolean {
  return followsSentAtMs > Number.NEGATIVE_INFINITY;
}

/** Two words of the same millisecond are told apart by the grant that they follow. */
function isOlder({ tauMs, accepted }: Status, boot: Boot): boolean {
  return tauMs < boot.lastTauMs || (tauMs === boot.lastTauMs && compareGrants(accepted, boot.lastAccepted) < 0);
}

/**
 * Two boxes with one id, not one that has started again: each follows a grant that was sent after the other was first heard, or
 * both go on speaking. A late word of an earlier start does neither.
 */
function areTwins(a: Boot, b: Boot): boolean {
  const bothFollow = a.followsSentAtMs > b.firstHeardMs && b.followsSentAtMs > a.firstHeardMs;
  const bothRunOn = [a, b].every((boot) => boot.lastTauMs > boot.quietTauMs + DUPLICATE_AFTER_MS);
  return bothFollow || bothRunOn;
}
