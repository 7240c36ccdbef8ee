/**
 * What a breaker or fuse does with an overload, on the safe side: damage adds up as the time at a current divided by the shortest
 * time in which that current may trip the device, and wears off slowly. At 1 it trips.
 *
 * The points are those of the standards: what must not trip (IEC 60898-1: 1.13 In for 1 h; IEC 60947-2: 1.05 In; IEC 60269 gG:
 * 1.25 In) and the quickest that is allowed far above (IEC 60898-1: 1 s at 2.55 In; gG of 63 A: 10 s at 2.5 In; for IEC 60947-2,
 * which names none, the same as IEC 60898-1). Between them a straight line in logarithms.
 */
import type { Ms } from '../../../base/units.js';
import type { FuseType } from '../../../dlm/types.js';

interface Curve {
  /** A multiple of the rated current that does not trip within the hour. */
  readonly holds: number;
  readonly quick: number;
  readonly quickS: number;
  /** At once from this multiple on. */
  readonly instant: number;
}

const HOUR_S = 3600;
const CURVES: Readonly<Record<FuseType, Curve>> = {
  B: { holds: 1.13, quick: 2.55, quickS: 1, instant: 3 },
  C: { holds: 1.13, quick: 2.55, quickS: 1, instant: 5 },
  D: { holds: 1.13, quick: 2.55, quickS: 1, instant: 10 },
  gG: { holds: 1.25, quick: 2.5, quickS: 10, instant: 10 },
  'IEC60947-2': { holds: 1.05, quick: 2.55, quickS: 1, instant: 5 },
};
/** Damage wears off with this time constant: a bimetal cools within minutes, so this is on the safe side. */
const COOLING_S = 1800;
/** No release is quicker, the instantaneous one neither. */
const INSTANT_S = 0.01;

/** The shortest time in which a device may trip at `share` times its rated current; Infinity where it must hold. */
export function quickestTripS(type: FuseType, share: number): number {
  const { holds, quick, quickS, instant } = CURVES[type];
  if (share <= holds) return Number.POSITIVE_INFINITY;
  if (share >= instant) return INSTANT_S;
  const slope = Math.log(HOUR_S / quickS) / Math.log(quick / holds);
  return Math.max(INSTANT_S, HOUR_S * Math.exp(-slope * Math.log(share / holds)));
}

/** One pole. */
export class BreakerPole {
  readonly #type: FuseType;
  readonly #ratedMa: number;
  #damage = 0;
  #worstDamage = 0;
  #worstShare = 0;
  #overMs: Ms = 0;
  #longestOverMs: Ms = 0;

  /** `ratedMa` 0: nothing is connected there. */
  constructor(type: FuseType, ratedMa: number) {
    this.#type = type;
    this.#ratedMa = ratedMa;
  }

  /** A current that flowed for a while. True when the device may have tripped in it. */
  pass(currentMa: number, forMs: Ms): boolean {
    if (this.#ratedMa === 0) return currentMa > 0 && forMs > 0;
    const share = currentMa / this.#ratedMa;
    this.#worstShare = Math.max(this.#worstShare, share);
    this.#overMs = share > 1 ? this.#overMs + forMs : 0;
    this.#longestOverMs = Math.max(this.#longestOverMs, this.#overMs);
    const tripS = quickestTripS(this.#type, share);
    if (tripS < Number.POSITIVE_INFINITY) this.#damage += forMs / 1000 / tripS;
    else if (this.#damage > 0) this.#damage *= Math.max(0, 1 - forMs / 1000 / COOLING_S);
    this.#worstDamage = Math.max(this.#worstDamage, this.#damage);
    return this.#damage >= 1;
  }

  /** 1: it never was above what it holds; 0: it may have tripped. */
  get margin(): number {
    return Math.max(0, 1 - this.#worstDamage);
  }

  get worstShare(): number {
    return this.#worstShare;
  }

  get longestOverMs(): Ms {
    return this.#longestOverMs;
  }
}
