/**
 * The starts of one charge point that were heard. Its words may be late, or played back by somebody who listened: which start is
 * there now has to be proven, and two boxes with one id are found out.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type BootId, compareGrants, type GrantNumber, type Status } from '../../base/messages.js';
import type { Ms } from '../../base/units.js';

/** Two boxes with one id: both clocks run on for longer than any datagram can be under way. */
const DUPLICATE_AFTER_MS: Ms = 60_000;
/** How long the suspicion holds after the last word of the one that is heard less. */
const DUPLICATE_HOLD_MS: Ms = 60_000;
const BOOTS_MAX = 8;
/** One that fell silent for this long may have been replaced by a new boot of the same box: two heartbeats and a half. */
const REPLACED_AFTER_MS: Ms = 2_500;

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

/** `unproven`: it has still to show that it is there now. `waiting`: it has, but the one before it may still be there. */
export interface Doubt {
  readonly of: 'unproven' | 'waiting';
  readonly isPresentSilent: boolean;
}

export class Boots {
  readonly #id: string;
  /** The latest that were heard, the oldest first. */
  #boots: Boot[] = [];
  #duplicateUntilMs: Ms = Number.NEGATIVE_INFINITY;

  /** `chargePointId`: for the message of an invariant. */
  constructor(chargePointId: string) {
    this.#id = chargePointId;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#boots = carrier.value('boots', this.#boots);
    this.#duplicateUntilMs = carrier.value('duplicateUntilMs', this.#duplicateUntilMs);
  }

  /** Whether two boxes go by this id. */
  areTwo(nowMs: Ms): boolean {
    return nowMs < this.#duplicateUntilMs;
  }

  /**
   * False for a word that is older than one heard before of the same boot. `followsSentAtMs`: when the grant was sent that it
   * follows, where that is one of ours; `presentId`: of the boot that counts so far, which is never forgotten.
   */
  hear(status: Status, followsSentAtMs: Ms | undefined, presentId: BootId | undefined, nowMs: Ms): boolean {
    const boot = this.#find(status.bootId) ?? this.#meet(status, presentId, nowMs);
    if (isOlder(status, boot)) return false;
    this.#checkClocks(boot, followsSentAtMs, nowMs);
    boot.lastTauMs = status.tauMs;
    boot.lastAccepted = status.accepted;
    boot.lastHeardMs = nowMs;
    boot.followsSentAtMs = followsSentAtMs ?? boot.followsSentAtMs;
    for (const other of this.#boots) {
      if (other === boot || !areTwins(boot, other)) continue;
      this.#duplicateUntilMs = Math.max(this.#duplicateUntilMs, other.lastHeardMs + DUPLICATE_HOLD_MS);
    }
    return true;
  }

  #checkClocks(boot: Boot, followsSentAtMs: Ms | undefined, nowMs: Ms): void {
    const { bootId, firstHeardMs, lastHeardMs, lastTauMs, quietTauMs } = boot;
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
   * While a boot is present that follows our grants, another one counts once it has followed a grant too that was sent since the
   * present one was first heard, and the present one is silent.
   */
  doubt(bootId: BootId, presentId: BootId | undefined, nowMs: Ms): Doubt | undefined {
    const [boot, present] = [this.#find(bootId), this.#find(presentId)];
    if (!boot || !present || present === boot || !isProven(present) || this.areTwo(nowMs)) return undefined;
    const isPresentSilent = nowMs - present.lastHeardMs >= REPLACED_AFTER_MS;
    const isThereToo = boot.followsSentAtMs > present.firstHeardMs;
    if (isThereToo && isPresentSilent) return undefined;
    return { of: isThereToo ? 'waiting' : 'unproven', isPresentSilent };
  }

  #find(bootId: BootId | undefined): Boot | undefined {
    for (const boot of this.#boots) if (boot.bootId === bootId) return boot;
    return undefined;
  }

  #meet({ bootId, tauMs, accepted }: Status, presentId: BootId | undefined, nowMs: Ms): Boot {
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
    const present = this.#find(presentId);
    const others = this.#boots.filter((each) => each !== present).slice(1 - BOOTS_MAX);
    this.#boots = [...(present ? [present] : []), ...others, boot].slice(-BOOTS_MAX - 1);
    const { length } = this.#boots;
    assert(
      length <= BOOTS_MAX + 1,
      `${this.#id}: ${length} starts are remembered, at most ${BOOTS_MAX} beside the present`,
    );
    assert(this.#find(bootId) === boot, `${this.#id}: the start ${bootId} is remembered once`);
    assert(!present || this.#find(presentId) === present, `${this.#id}: the present start ${presentId} is kept`);
    return boot;
  }
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
