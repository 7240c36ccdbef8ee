/** What the slaves tell of other masters: who was heard, and who follows a new grant of another one. */
import type { Ms } from '../base/units.js';

/** More slaves than this are not looked at: the roster has no more. */
const SLAVES_MAX = 1_000;
const HEARD_FOR_MS: Ms = 5_000;
const FOLLOWS_FOR_MS: Ms = 10_000;
/** Where more than two are heard, one alone is no proof: it may be broken, or broken into. */
const WITNESSES = 2;

interface Words {
  heardAtMs: Ms;
  /** When it was last seen to have accepted a new grant of another master. */
  followedAtMs: Ms;
}

export class Followers {
  readonly #words = new Map<string, Words>();

  hear(chargePointId: string, followsAnother: boolean, nowMs: Ms): void {
    const words = this.#words.get(chargePointId) ?? { heardAtMs: nowMs, followedAtMs: Number.NEGATIVE_INFINITY };
    if (this.#words.size >= SLAVES_MAX && !this.#words.has(chargePointId)) return;
    words.heardAtMs = nowMs;
    if (followsAnother) words.followedAtMs = nowMs;
    this.#words.set(chargePointId, words);
  }

  isAnyHeard(nowMs: Ms): boolean {
    return this.#heard(nowMs).length > 0;
  }

  /** Enough of those that are heard follow another master. */
  followAnother(nowMs: Ms): boolean {
    const heard = this.#heard(nowMs);
    const follow = heard.filter(({ followedAtMs }) => nowMs - followedAtMs < FOLLOWS_FOR_MS);
    return follow.length > 0 && follow.length >= Math.min(WITNESSES, Math.max(1, heard.length - 1));
  }

  #heard(nowMs: Ms): readonly Words[] {
    return [...this.#words.values()].filter(({ heardAtMs }) => nowMs - heardAtMs < HEARD_FOR_MS);
  }
}
