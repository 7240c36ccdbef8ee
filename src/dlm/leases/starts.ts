/**
 * The starts of one charge point that were heard. A STATUS may be late, or played back by an attacker. So a new start must
 * prove that it is there now (M2c), and a duplicate id is found (M2h).
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type BootId, compareGrants, type GrantNumber, type Status } from '../../base/messages.js';
import type { Ms } from '../../base/units.js';
import { LEASE_MAX_MS, leaseExpiryMs, SETTLE_MS } from './lease-rules.js';

/** A duplicate id: both clocks run on for longer than any datagram can be under way. */
const DUPLICATE_AFTER_MS: Ms = 60_000;
/** How long an id stays a duplicate after the last STATUS of the box that is heard less. */
const DUPLICATE_HOLD_MS: Ms = 60_000;
/** What another master granted to it is over then, and its vehicle has followed. */
const GRANTED_MAX_MS: Ms = leaseExpiryMs(LEASE_MAX_MS) + SETTLE_MS;
const STARTS_MAX = 8;
/** After this silence a start may have been replaced by a new start of the same box: two heartbeats and a half. */
const REPLACED_AFTER_MS: Ms = 2_500;

interface Start {
  readonly bootId: BootId;
  readonly firstHeardMs: Ms;
  lastHeardMs: Ms;
  lastTauMs: Ms;
  lastAccepted: GrantNumber;
  /** Its clock at its last STATUS before another start was first heard. While there is none: at its own first STATUS. */
  quietTauMs: Ms;
  /** When the newest grant that it follows was sent, by the master's clock. */
  followsSentAtMs: Ms;
}

/** What is known beside a STATUS. */
interface StatusContext {
  /** When the grant that it follows was sent; `undefined` where that is none of ours. */
  readonly followsSentAtMs: Ms | undefined;
  /** The boot id of the start that counts so far. That start is never forgotten. */
  readonly presentId: BootId | undefined;
}

/** `unproven`: the start must still prove that it is there. `waiting`: it has, but the known start may still be there. */
export interface Doubt {
  readonly kind: 'unproven' | 'waiting';
  readonly isPresentSilent: boolean;
}

export class Starts {
  readonly #id: string;
  /** The latest starts, the oldest first. */
  #starts: Start[] = [];
  #duplicateUntilMs: Ms = Number.NEGATIVE_INFINITY;

  /** `chargePointId`: for the message of an invariant. */
  constructor(chargePointId: string) {
    this.#id = chargePointId;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#starts = carrier.value('boots', this.#starts);
    this.#duplicateUntilMs = carrier.value('duplicateUntilMs', this.#duplicateUntilMs);
  }

  /** True when two boxes use this id. */
  isDuplicate(nowMs: Ms): boolean {
    return nowMs < this.#duplicateUntilMs;
  }

  /** M2j: the id was a duplicate when this master, or the one before it on this machine, was there last. */
  expectDuplicate(nowMs: Ms): void {
    this.#duplicateUntilMs = Math.max(this.#duplicateUntilMs, nowMs + DUPLICATE_HOLD_MS);
  }

  /**
   * M2i: call when this master takes over. While it was passive it could ask for no proof. Where another start was heard
   * after the present one had come, both may be there, and the other one may hold a grant of another master.
   */
  suspectDuplicate(presentId: BootId | undefined): void {
    const present = this.#find(presentId);
    if (!present) return;
    for (const other of this.#starts) {
      if (other === present || other.lastHeardMs < present.firstHeardMs) continue;
      this.#duplicateUntilMs = Math.max(this.#duplicateUntilMs, other.lastHeardMs + GRANTED_MAX_MS);
    }
  }

  /** Updates the start that sent a STATUS. False: the STATUS is older than one heard before of the same start. Call first. */
  addStatus(status: Status, { followsSentAtMs, presentId }: StatusContext, nowMs: Ms): boolean {
    const start = this.#find(status.bootId) ?? this.#addStart(status, presentId, nowMs);
    if (isOlder(status, start)) return false;
    this.#checkClocks(start, followsSentAtMs, nowMs);
    start.lastTauMs = status.tauMs;
    start.lastAccepted = status.accepted;
    start.lastHeardMs = nowMs;
    start.followsSentAtMs = followsSentAtMs ?? start.followsSentAtMs;
    for (const other of this.#starts) {
      if (other === start || !areDuplicates(start, other)) continue;
      this.#duplicateUntilMs = Math.max(this.#duplicateUntilMs, other.lastHeardMs + DUPLICATE_HOLD_MS);
    }
    return true;
  }

  #checkClocks(start: Start, followsSentAtMs: Ms | undefined, nowMs: Ms): void {
    const { bootId, firstHeardMs, lastHeardMs, lastTauMs, quietTauMs } = start;
    if (!(firstHeardMs <= lastHeardMs && lastHeardMs <= nowMs)) {
      failInvariant(`${this.#id}, start ${bootId}: heard from ${firstHeardMs} to ${lastHeardMs} ms, it is ${nowMs} ms`);
    }
    if (!(quietTauMs <= lastTauMs)) {
      failInvariant(`${this.#id}, start ${bootId}: its clock went from ${quietTauMs} ms to ${lastTauMs} ms`);
    }
    if (followsSentAtMs !== undefined && !(followsSentAtMs <= nowMs)) {
      failInvariant(`${this.#id}, start ${bootId}: follows at ${nowMs} ms what was sent at ${followsSentAtMs} ms`);
    }
  }

  /**
   * Why a start does not count yet; `undefined` when it counts. While the known start follows our grants, another one must
   * follow a grant that was sent since the known one was first heard. And the known one must be silent. Call after `addStatus`.
   */
  doubt(bootId: BootId, presentId: BootId | undefined, nowMs: Ms): Doubt | undefined {
    const [start, present] = [this.#find(bootId), this.#find(presentId)];
    if (!start || !present || present === start || !isProven(present) || this.isDuplicate(nowMs)) return undefined;
    const isPresentSilent = nowMs - present.lastHeardMs >= REPLACED_AFTER_MS;
    const isThereToo = start.followsSentAtMs > present.firstHeardMs;
    if (isThereToo && isPresentSilent) return undefined;
    return { kind: isThereToo ? 'waiting' : 'unproven', isPresentSilent };
  }

  #find(bootId: BootId | undefined): Start | undefined {
    for (const start of this.#starts) if (start.bootId === bootId) return start;
    return undefined;
  }

  #addStart({ bootId, tauMs, accepted }: Status, presentId: BootId | undefined, nowMs: Ms): Start {
    for (const start of this.#starts) start.quietTauMs = start.lastTauMs;
    const start: Start = {
      bootId,
      firstHeardMs: nowMs,
      lastHeardMs: nowMs,
      lastTauMs: tauMs,
      lastAccepted: accepted,
      quietTauMs: tauMs,
      followsSentAtMs: Number.NEGATIVE_INFINITY,
    };
    const present = this.#find(presentId);
    const others = this.#starts.filter((each) => each !== present).slice(1 - STARTS_MAX);
    this.#starts = [...(present ? [present] : []), ...others, start].slice(-STARTS_MAX - 1);
    const { length } = this.#starts;
    assert(
      length <= STARTS_MAX + 1,
      `${this.#id}: ${length} starts are remembered, at most ${STARTS_MAX} beside the present`,
    );
    assert(this.#find(bootId) === start, `${this.#id}: the start ${bootId} is remembered once`);
    assert(!present || this.#find(presentId) === present, `${this.#id}: the present start ${presentId} is kept`);
    return start;
  }
}

function isProven({ followsSentAtMs }: Start): boolean {
  return followsSentAtMs > Number.NEGATIVE_INFINITY;
}

/** Of two STATUS with the same tau the one that follows the older grant is the older one (M2b). */
function isOlder({ tauMs, accepted }: Status, start: Start): boolean {
  return tauMs < start.lastTauMs || (tauMs === start.lastTauMs && compareGrants(accepted, start.lastAccepted) < 0);
}

/**
 * Two boxes with one id, not one box that has started again. Each follows a grant that was sent after the other was first
 * heard, or both clocks run on. A late STATUS of an earlier start does neither (M2h).
 */
function areDuplicates(a: Start, b: Start): boolean {
  const bothFollow = a.followsSentAtMs > b.firstHeardMs && b.followsSentAtMs > a.firstHeardMs;
  const bothRunOn = [a, b].every((start) => start.lastTauMs > start.quietTauMs + DUPLICATE_AFTER_MS);
  return bothFollow || bothRunOn;
}
