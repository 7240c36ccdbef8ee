/**
 * The account of one charge point in the ledger: its open grants, and its exposure. The exposure is the most that it may draw
 * on each phase, whatever datagrams were lost, delayed or doubled. Only an acknowledgement or the expiry of a lease frees
 * current. Rules H1 to H7 and M1 to M3, with one lease in times and amperes: docs/decisions/0003-ledger-and-leases.md.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type BootId, compareGrants, type GrantNumber } from '../../base/messages.js';
import { onPhases, type PhaseMask } from '../../base/rotation.js';
import { type Amps, isAnyAbove, maxOf, minOf, type Ms, NO_AMPS, type PhaseAmps } from '../../base/units.js';
import { checkCovers, checkNotLowered, checkSame, type Exposure } from './exposure.js';
import {
  acknowledgementMaxAgeMs,
  leaseExpiryMs,
  MEASURING_TOLERANCE_A,
  OFFLINE_AFTER_MS,
  SETTLE_MS,
  SETTLED_AFTER_MS,
} from './lease-rules.js';
import { checkReport, type LedgerReport } from './ledger-report.js';
import { Obedience } from './obedience.js';
import { type GrantTerms, limitsOf, nameOf, OPEN_GRANTS_MAX, type OpenGrant, OpenGrants } from './open-grants.js';
import { Settling } from './settling.js';

/** How long a grant may cause current to flow, counted from the receipt of the STATUS that it answers. */
export function drawnExpiryMs(leaseMs: Ms): Ms {
  return leaseExpiryMs(leaseMs) + SETTLE_MS;
}

/** What is known of a charge point before it is heard. */
interface LedgerFacts {
  readonly id: string;
  readonly disconnectedLimitA: Amps;
  readonly maxA: Amps;
  /** Grid order. */
  readonly connected: PhaseMask;
}

export class LedgerAccount {
  readonly #id: string;
  readonly #open: OpenGrants;
  #bootId: BootId | undefined;
  #disconnectedLimitA: Amps;
  #maxA: Amps;
  #connected: PhaseMask;
  #currentA: PhaseAmps = NO_AMPS;
  #currentAtMs: Ms = Number.NEGATIVE_INFINITY;
  #enforcedA: Amps = 0;
  #enforcedPhases: PhaseMask = 0;
  /** Since when it is heard without a gap. Before that another master may have raised and lowered it, and nobody told. */
  #heardSinceMs: Ms = Number.NEGATIVE_INFINITY;
  /** Sending time of the newest acknowledged grant. */
  #ackedSentAtMs: Ms = Number.NEGATIVE_INFINITY;
  #acked: OpenGrant | undefined;
  readonly #settling: Settling;
  readonly #obedience: Obedience;
  /** Until then the maximum counts, because the grants of an earlier master are not known (M3). */
  #unknownUntilMs: Ms;
  #mayFollowAnother = false;
  #mayBeLowered = false;
  /** Current that a STATUS of an unproven start says may flow. It counts until a STATUS without doubt arrives. */
  #doubtfulA: PhaseAmps = NO_AMPS;
  /** The last computed exposure: one decision asks for it several times. `undefined` after any change. */
  #lastExposure: Exposure | undefined;

  /** `unknownUntilMs`: when the longest lease that an earlier master may have granted has run out, and 5 s more. */
  constructor(facts: LedgerFacts, unknownUntilMs: Ms) {
    const { id, disconnectedLimitA, maxA } = facts;
    assert(disconnectedLimitA >= 0 && maxA >= 0, `${id}: ${disconnectedLimitA} A disconnected, at most ${maxA} A`);
    assert(Number.isFinite(unknownUntilMs), `${id}: its maximum counts until ${unknownUntilMs} ms`);
    this.#id = id;
    this.#open = new OpenGrants(id);
    this.#settling = new Settling(id);
    this.#obedience = new Obedience(id);
    this.#disconnectedLimitA = facts.disconnectedLimitA;
    this.#maxA = facts.maxA;
    this.#connected = facts.connected;
    this.#unknownUntilMs = unknownUntilMs;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#open.carry(carrier);
    this.#bootId = carrier.value('bootId', this.#bootId);
    this.#disconnectedLimitA = carrier.value('disconnectedLimitA', this.#disconnectedLimitA);
    this.#maxA = carrier.value('maxA', this.#maxA);
    this.#connected = carrier.value('connected', this.#connected);
    this.#currentA = carrier.value('currentA', this.#currentA);
    this.#currentAtMs = carrier.value('currentAtMs', this.#currentAtMs);
    this.#enforcedA = carrier.value('enforcedA', this.#enforcedA);
    this.#enforcedPhases = carrier.value('enforcedPhases', this.#enforcedPhases);
    this.#heardSinceMs = carrier.value('heardSinceMs', this.#heardSinceMs);
    this.#ackedSentAtMs = carrier.value('ackedSentAtMs', this.#ackedSentAtMs);
    const acked = carrier.value('acked', this.#acked);
    // The same object as in the list, not a copy: identity is compared.
    this.#acked = acked && (this.#open.find(acked) ?? acked);
    carrier.part('settling', this.#settling);
    carrier.part('obedience', this.#obedience);
    this.#unknownUntilMs = carrier.value('unknownUntilMs', this.#unknownUntilMs);
    this.#mayFollowAnother = carrier.value('mayFollowAnother', this.#mayFollowAnother);
    this.#mayBeLowered = carrier.value('mayBeLowered', this.#mayBeLowered);
    this.#lastExposure = undefined;
    this.#doubtfulA = carrier.value('doubtfulA', this.#doubtfulA);
  }

  /** The limit and the grid phases that the last STATUS reported. A grant within both raises nothing. */
  get enforced(): { readonly limitA: Amps; readonly phases: PhaseMask } {
    return { limitA: this.#enforcedA, phases: this.#enforcedPhases };
  }

  /** True when the charge point has drawn too much for longer than a vehicle needs to follow (faults 18, 19). */
  overdraws(nowMs: Ms): boolean {
    return this.#obedience.overdraws(nowMs);
  }

  /** True when it drew too much in its last STATUS and is silent since. Its maximum counts until it is heard again. */
  isSilentAfterOverdraw(nowMs: Ms): boolean {
    return this.#obedience.isSilentAfterOverdraw(nowMs);
  }

  /** What another master granted is not known here: then only its own report is compared. */
  #watchDraw(followsMe: boolean, nowMs: Ms): void {
    const grantedA =
      followsMe && this.#acked ? maxOf(this.#grantedA(nowMs), this.#settling.countedA(nowMs)) : undefined;
    this.#obedience.applyReport({ currentA: this.#currentA, enforcedA: this.#enforcesA(), grantedA }, nowMs);
  }

  /** True when another master may serve the charge point while it does not follow this one (M7). */
  get mayFollowAnother(): boolean {
    return this.#mayFollowAnother;
  }

  /**
   * `isExpected`, on a strict master: the maximum counts whenever the charge point does not follow this master. `isWeaker`: the
   * other one may also have lowered it just before it was heard here (T9a).
   */
  expectOtherMaster(isExpected: boolean, isWeaker: boolean): void {
    this.#mayBeLowered = isWeaker;
    if (this.#mayFollowAnother === isExpected) return;
    this.#mayFollowAnother = isExpected;
    this.#lastExposure = undefined;
  }

  /** The maximum that the last STATUS reported, before the first one that of the configuration. A per phase. */
  get maxA(): Amps {
    return this.#maxA;
  }

  /** The oldest first. */
  get openGrants(): readonly OpenGrant[] {
    return this.#open.list;
  }

  /** True when the newest acknowledgement is at most A_max old: the slave follows this master. */
  isAcknowledged(nowMs: Ms, leaseMs: Ms): boolean {
    return nowMs - this.#ackedSentAtMs <= acknowledgementMaxAgeMs(leaseMs);
  }

  /** True while the maximum counts because old or foreign grants may be in force. */
  isUnknown(nowMs: Ms): boolean {
    return nowMs < this.#unknownUntilMs;
  }

  /** The maximum counts until then, or until the slave acknowledges a grant of ours. Call when another master may have granted. */
  distrust(untilMs: Ms): void {
    assert(Number.isFinite(untilMs), `${this.#id}: its maximum counts until ${untilMs} ms`);
    this.#unknownUntilMs = Math.max(this.#unknownUntilMs, untilMs);
    this.#lastExposure = undefined;
  }

  /** Updates the account from a STATUS. The caller drops a STATUS that is older than one heard before. */
  applyReport(report: LedgerReport, nowMs: Ms): void {
    checkReport(this.#id, report, { atMs: this.#currentAtMs, nowMs });
    const wereOpen = this.#open.list.length;
    if (report.bootId !== this.#bootId) this.#startOver(report.bootId);
    this.#lastExposure = undefined;
    this.#doubtfulA = NO_AMPS;
    this.#disconnectedLimitA = report.disconnectedLimitA;
    this.#maxA = report.maxA;
    this.#connected = report.connected;
    this.#currentA = report.currentA;
    if (nowMs - this.#currentAtMs > OFFLINE_AFTER_MS) this.#heardSinceMs = nowMs;
    this.#currentAtMs = nowMs;
    const beforeA = this.#enforcesA();
    this.#enforcedA = report.enforcedA;
    this.#enforcedPhases = report.enforcedPhases;
    const enforcedA = this.#enforcesA();
    this.#settling.applyReport({ currentA: report.currentA, enforcedA, beforeA }, nowMs);
    if (report.acceptedIsMine) this.#acknowledge(report.accepted, beforeA, nowMs);
    if (this.#acked) this.#settling.endIfObeyed(report.currentA, minOf(limitsOf(this.#acked), enforcedA), nowMs);
    this.#watchOlderLimit(nowMs);
    this.#watchDraw(report.acceptedIsMine, nowMs);
    const areOpen = this.#open.list.length;
    if (areOpen !== wereOpen && !report.acceptedIsMine) {
      failInvariant(`${this.#id}: ${areOpen} of ${wereOpen} grants stay open, though it follows none of ours`);
    }
  }

  /** A STATUS of an unproven start, while the known start is silent. It may only raise the exposure. A per grid phase. */
  addDoubtfulReport(saidA: PhaseAmps): void {
    this.#lastExposure = undefined;
    this.#doubtfulA = maxOf(this.#doubtfulA, saidA);
    if (isAnyAbove(saidA, this.#doubtfulA, 0)) {
      failInvariant(`${this.#id}: ${this.#doubtfulA.join(', ')} A count of ${saidA.join(', ')} A that may flow`);
    }
  }

  /**
   * Another start than the last one heard. The slave has restarted, or this STATUS is from before its last start. The ledger
   * cannot know which. So every grant stays open until it expires or a newer one is acknowledged.
   */
  #startOver(bootId: BootId): void {
    this.#bootId = bootId;
    this.#acked = undefined;
    this.#ackedSentAtMs = Number.NEGATIVE_INFINITY;
  }

  /** M2: the slave follows this grant, so it cannot accept an older one any more. `enforcedBeforeA`: by the STATUS before. */
  #acknowledge(accepted: GrantNumber, enforcedBeforeA: PhaseAmps, nowMs: Ms): void {
    const grant = this.#open.find(accepted);
    if (!grant) return;
    if (grant === this.#acked && grant === this.#open.oldest) return;
    const olderA = this.#countedBeforeA(grant, nowMs);
    this.#open.forgetBefore(grant);
    if (grant === this.#acked) return;
    // This grant raised it, or an older one did that it may have followed for a while without being heard.
    const grantA = limitsOf(grant);
    const before = this.#acked;
    this.#checkAcknowledged(grant, before, nowMs);
    const beforeA = before ? limitsOf(before) : enforcedBeforeA;
    if (isAnyAbove(maxOf(grantA, olderA), beforeA, 0)) this.#settling.raise(nowMs);
    this.#unknownUntilMs = Math.min(this.#unknownUntilMs, nowMs);
    // Heard again a moment ago: another master may have lowered it just before.
    if (this.#mayBeLowered && this.#isCountedInFull(nowMs, grant.leaseMs)) this.#distrustUntilSettled();
    this.#acked = grant;
    this.#ackedSentAtMs = grant.sentAtMs;
    // A renewal of the same limit does not start the 5 s anew.
    if (isAnyAbove(olderA, grantA, 0)) this.#settling.lower(olderA, nowMs);
  }

  /** The maximum counts until 5 s after it was first heard, or heard again. That may be in the past. */
  #distrustUntilSettled(): void {
    this.#unknownUntilMs = Math.max(this.#unknownUntilMs, this.#heardSinceMs + SETTLED_AFTER_MS);
  }

  /** What the older grants allow; and the disconnected limit, if the slave was silent and may have risen to it. */
  #countedBeforeA(grant: OpenGrant, nowMs: Ms): PhaseAmps {
    const olderA = this.#grantedA(nowMs, grant);
    const wasSilent = nowMs < this.#heardSinceMs + SETTLED_AFTER_MS;
    if (!this.#acked || !wasSilent || this.isAcknowledged(nowMs, grant.leaseMs)) return olderA;
    return maxOf(olderA, onPhases(this.#connected, this.#disconnectedLimitA));
  }

  #checkAcknowledged(grant: OpenGrant, before: OpenGrant | undefined, nowMs: Ms): void {
    if (before && !(compareGrants(grant, before) > 0)) {
      failInvariant(`${this.#id} follows ${nameOf(grant)} after ${nameOf(before)}`);
    }
    if (!(grant.sentAtMs <= nowMs && grant.sentAtMs >= this.#ackedSentAtMs)) {
      failInvariant(
        `${this.#id} follows at ${nowMs} ms what was sent at ${grant.sentAtMs} ms, before: ${this.#ackedSentAtMs} ms`,
      );
    }
  }

  /**
   * A vehicle that was heard a moment ago, and draws more than all limits that are known, follows an older limit that is not
   * known: the former master lowered it just before.
   */
  #watchOlderLimit(nowMs: Ms): void {
    const knownA = maxOf(this.#enforcesA(), this.#settling.countedA(nowMs));
    const isNew = nowMs < this.#heardSinceMs + SETTLED_AFTER_MS;
    if (isNew && isAnyAbove(this.#currentA, knownA, MEASURING_TOLERANCE_A)) this.#distrustUntilSettled();
  }

  /** Books a grant. Call before it is sent. False: too many are open, and it must not be sent. */
  record(grant: OpenGrant): boolean {
    if (grant.bootId !== this.#bootId && grant.limitA > 0) {
      failInvariant(
        `${this.#id}: ${grant.limitA} A for the start ${grant.bootId}, but the present one is ${this.#bootId ?? 'none'}`,
      );
    }
    const before = this.#lastExposure;
    const wereOpen = this.#open.list.length;
    this.#lastExposure = undefined;
    if (before && before.nowMs === grant.sentAtMs)
      checkSame(this.#id, before.exposureA, this.#exposureNowA(before.nowMs, before.leaseMs));
    if (!this.#open.add(grant, this.#isUnheard(grant))) return false;
    // A full list may drop a grant that has run out, on a phase that is not connected any more.
    if (before && before.nowMs === grant.sentAtMs && wereOpen < OPEN_GRANTS_MAX)
      checkNotLowered(this.#id, before.exposureA, this.exposureA(before.nowMs, before.leaseMs));
    return true;
  }

  /** True when `record` would book such a grant. */
  hasRoomFor(grant: GrantTerms): boolean {
    return this.#open.hasRoomFor(grant, this.#isUnheard(grant));
  }

  /** True when the disconnected limit counts at the moment when this grant is sent. */
  #isUnheard({ sentAtMs, leaseMs }: GrantTerms): boolean {
    return !this.isAcknowledged(sentAtMs, leaseMs);
  }

  /** The exposure: the most that the charge point may draw from now on if no more grants are sent. A per grid phase. */
  exposureA(nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const last = this.#lastExposure;
    if (last && last.nowMs === nowMs && last.leaseMs === leaseMs) return last.exposureA;
    const exposureA = this.#exposureNowA(nowMs, leaseMs);
    const said = this.#saidCounts(nowMs, leaseMs) ? this.enforced : undefined;
    checkCovers(this.#id, { exposureA, nowMs, leaseMs }, { grant: this.#open.newest, said });
    this.#lastExposure = { nowMs, leaseMs, exposureA };
    return exposureA;
  }

  #exposureNowA(nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const bookedA = this.#bookedA(nowMs, leaseMs);
    return this.#saidCounts(nowMs, leaseMs) ? maxOf(bookedA, this.#saidA()) : bookedA;
  }

  /** The exposure by our own books alone, without the last STATUS. A per grid phase. */
  #bookedA(nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const knownA = this.#knownA(nowMs, leaseMs);
    return this.#isCountedInFull(nowMs, leaseMs) ? maxOf(knownA, onPhases(this.#connected, this.#maxA)) : knownA;
  }

  #isCountedInFull(nowMs: Ms, leaseMs: Ms): boolean {
    if (this.isUnknown(nowMs) || this.isSilentAfterOverdraw(nowMs)) return true;
    return this.mayFollowAnother && !this.isAcknowledged(nowMs, leaseMs);
  }

  /** Open grants, what still settles, what is in doubt, and the disconnected limit where the slave may have risen to it. */
  #knownA(nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const disconnectedA = this.isAcknowledged(nowMs, leaseMs) ? 0 : this.#disconnectedLimitA;
    let knownA = this.#grantedA(nowMs);
    const settlingA = this.#settling.countedA(nowMs);
    if (settlingA !== NO_AMPS) knownA = maxOf(knownA, settlingA);
    if (this.#doubtfulA !== NO_AMPS) knownA = maxOf(knownA, this.#doubtfulA);
    return disconnectedA === 0 ? knownA : maxOf(knownA, onPhases(this.#connected, disconnectedA));
  }

  /**
   * The most that may be renewed of the limit that the slave reports (M1b), in A per grid phase. That STATUS may have been
   * delayed, and the limit lowered since. So it is never more than our books say. Once this master has granted something in
   * this epoch, the maximum that counts for the past is no reason to renew. Our grants of an earlier epoch belong to that
   * past, because another master decided since.
   */
  renewableA(epoch: number, nowMs: Ms, leaseMs: Ms): PhaseAmps {
    const hasGranted = this.#open.newest?.epoch === epoch;
    const renewableA = hasGranted ? this.#knownA(nowMs, leaseMs) : this.#bookedA(nowMs, leaseMs);
    const exposureA = this.exposureA(nowMs, leaseMs);
    if (isAnyAbove(renewableA, exposureA, 0)) {
      failInvariant(`${this.#id}: ${renewableA.join(', ')} A may be renewed, ${exposureA.join(', ')} A count`);
    }
    return renewableA;
  }

  /**
   * The time from which a silent charge point that obeys draws at most its disconnected limit, if nothing more is sent. May
   * be in the past. Call before it is forgotten.
   */
  silentFromMs(leaseMs: Ms): Ms {
    const expiriesMs = this.#open.list.map((open) => open.expiresAtMs + SETTLE_MS);
    const settledMs = this.#settling.untilMs;
    const fromMs = Math.max(this.#unknownUntilMs, settledMs, this.#currentAtMs + drawnExpiryMs(leaseMs), ...expiriesMs);
    assert(fromMs >= this.#currentAtMs, `${this.#id}: silent from ${fromMs} ms, heard at ${this.#currentAtMs} ms`);
    return fromMs;
  }

  /** The measured current, and the limit that the slave reports: the exposure is never less, whatever we granted. */
  #saidA(): PhaseAmps {
    return maxOf(this.#currentA, this.#enforcesA());
  }

  #enforcesA(): PhaseAmps {
    return onPhases(this.#enforcedPhases, this.#enforcedA);
  }

  /** The last STATUS counts until a grant that answered it has run out and the vehicle has followed. */
  #saidCounts(nowMs: Ms, leaseMs: Ms): boolean {
    return nowMs - this.#currentAtMs <= drawnExpiryMs(leaseMs);
  }

  /** The most that the open grants allow, in A per grid phase; with `before` only the older ones. */
  #grantedA(nowMs: Ms, before?: GrantNumber): PhaseAmps {
    return this.#open.allowedA(this.#disconnectedLimitA, nowMs, before);
  }
}
