/** Which slaves were heard lately, and which of them follow a new grant of another master. */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { setLatest } from '../../base/recent.js';
import type { Ms } from '../../base/units.js';

/** As many as the roster has. Of more, the slave that was silent longest is forgotten. */
const SLAVES_MAX = 1_000;
const HEARD_FOR_MS: Ms = 5_000;
const FOLLOWS_FOR_MS: Ms = 10_000;
/** Where more than two slaves are heard, one alone is no proof: it may be faulty, or its key stolen (T4). */
const WITNESSES = 2;

interface Signs {
  heardAtMs: Ms;
  /** When it was last seen to have accepted a new grant of another master. */
  followedAtMs: Ms;
}

export class Followers {
  readonly #signs = new Map<string, Signs>();

  /** Call once for each STATUS. `followsAnother`: it tells of a new grant of a stronger master. */
  addStatus(chargePointId: string, followsAnother: boolean, nowMs: Ms): void {
    const signs = this.#signs.get(chargePointId) ?? { heardAtMs: nowMs, followedAtMs: Number.NEGATIVE_INFINITY };
    if (!(signs.heardAtMs <= nowMs && signs.followedAtMs <= signs.heardAtMs)) {
      failInvariant(
        `${chargePointId} is heard at ${nowMs} ms, before ${signs.heardAtMs}, following ${signs.followedAtMs} ms`,
      );
    }
    signs.heardAtMs = nowMs;
    if (followsAnother) signs.followedAtMs = nowMs;
    setLatest(this.#signs, chargePointId, signs, SLAVES_MAX);
    if (this.#signs.size > SLAVES_MAX) failInvariant(`${this.#signs.size} slaves are watched, at most ${SLAVES_MAX}`);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('words', this.#signs);
  }

  /** True when at least one slave was heard lately. */
  isAnyHeard(nowMs: Ms): boolean {
    return this.#count(nowMs).heard > 0;
  }

  /** True when enough of the slaves that are heard follow another master. */
  areFollowingAnother(nowMs: Ms): boolean {
    const { heard, follow } = this.#count(nowMs);
    return follow > 0 && follow >= Math.min(WITNESSES, Math.max(1, heard - 1));
  }

  #count(nowMs: Ms): { readonly heard: number; readonly follow: number } {
    let [heard, follow] = [0, 0];
    for (const { heardAtMs, followedAtMs } of this.#signs.values()) {
      if (nowMs - heardAtMs >= HEARD_FOR_MS) continue;
      heard += 1;
      if (nowMs - followedAtMs < FOLLOWS_FOR_MS) follow += 1;
    }
    if (!(follow <= heard && heard <= this.#signs.size)) {
      failInvariant(`${follow} slaves follow another master, of ${heard} heard and ${this.#signs.size} known`);
    }
    return { heard, follow };
  }
}
