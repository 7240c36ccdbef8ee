/** Which slaves were heard lately, and whose new grants they follow. */
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

/** Whose grant a slave has accepted since its last STATUS. */
export type Follows = 'this' | 'stronger' | undefined;

interface Signs {
  heardAtMs: Ms;
  /** When it was last seen to have accepted a new grant of this master. */
  obeyedAtMs: Ms;
  /** When it was last seen to have accepted a new grant of another master. */
  followedAtMs: Ms;
}

export class Followers {
  readonly #signs = new Map<string, Signs>();
  readonly #obeysForMs: Ms;

  /** `obeysForMs`: a slave that accepted no new grant of this master for so long does not follow it. */
  constructor(obeysForMs: Ms) {
    this.#obeysForMs = obeysForMs;
  }

  /** Call once for each STATUS. */
  addStatus(chargePointId: string, follows: Follows, nowMs: Ms): void {
    const never = Number.NEGATIVE_INFINITY;
    const signs = this.#signs.get(chargePointId) ?? { heardAtMs: nowMs, obeyedAtMs: never, followedAtMs: never };
    if (!(signs.heardAtMs <= nowMs && signs.followedAtMs <= signs.heardAtMs)) {
      failInvariant(
        `${chargePointId} is heard at ${nowMs} ms, before ${signs.heardAtMs}, following ${signs.followedAtMs} ms`,
      );
    }
    signs.heardAtMs = nowMs;
    if (follows === 'this') signs.obeyedAtMs = nowMs;
    if (follows === 'stronger') signs.followedAtMs = nowMs;
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

  /** True when a slave that is heard follows a new grant of a stronger master. */
  isAnyFollowingAnother(nowMs: Ms): boolean {
    return this.#count(nowMs).follow > 0;
  }

  /** True when a slave that is heard follows new grants of this master. */
  isAnyFollowingThis(nowMs: Ms): boolean {
    return this.#count(nowMs).obey > 0;
  }

  #count(nowMs: Ms): { readonly heard: number; readonly follow: number; readonly obey: number } {
    let [heard, follow, obey] = [0, 0, 0];
    for (const { heardAtMs, followedAtMs, obeyedAtMs } of this.#signs.values()) {
      if (nowMs - heardAtMs >= HEARD_FOR_MS) continue;
      heard += 1;
      if (nowMs - followedAtMs < FOLLOWS_FOR_MS) follow += 1;
      else if (nowMs - obeyedAtMs < this.#obeysForMs) obey += 1;
    }
    if (!(follow + obey <= heard && heard <= this.#signs.size)) {
      failInvariant(
        `${follow} slaves follow another master, ${obey} this one, of ${heard} heard and ${this.#signs.size} known`,
      );
    }
    return { heard, follow, obey };
  }
}
