/**
 * What a vehicle that charges leaves of its limit. One that draws clearly less for a while is lowered to what it draws and a
 * margin, where others can use the rest. It gets its fair share again once it takes the margin.
 * docs/decisions/0013-unused-offers.md has the reasons.
 */
import { failInvariant } from '../../base/assert.js';
import type { Amps, Ms } from '../../base/units.js';
import type { RedistributionRules } from '../types.js';

/** Less than this is no charging: what a vehicle does before its first current is the matter of its appetite. */
const DRAWS_A: Amps = 1;
/** A vehicle whose current still rises by more than this has not shown yet what it takes. */
const RISE_A: Amps = 0.1;
/** It has shown what it takes when its current has not risen for so long. It is not lowered again before that. */
const RISE_MS: Ms = 10_000;
/** A vehicle may draw a little less than it could: it takes its margin from this far below its limit on. */
const TAKEN_A: Amps = 0.5;
/** After that a lowered vehicle gets its fair share again, to show whether it takes more by now. */
export const ASKED_AGAIN_MS: Ms = 3_600_000;
/** Each time that a lowered vehicle takes its margin, the next lowering waits for twice as long; so often at most. */
const DOUBLED_MAX = 4;
/** So long after a lowering a vehicle has followed it (IEC 61851-1: 5 s), and its charge point has told so. */
const FOLLOWED_MS: Ms = 8_000;
/** A current that falls by about as much as the limit is no current of the vehicle's own choice. */
const FOLLOWED_SHARES = [0.8, 1.2] as const;
const DUST_A: Amps = 1e-6;

/** What a charge point says of its vehicle. */
export interface Draw {
  /** In force. */
  readonly limitA: Amps;
  /** On the most loaded phase. */
  readonly drawnA: Amps;
}

/** Immutable. */
export interface Leftover {
  /** Since when it draws more than the threshold below its limit; `undefined` while it does not. */
  readonly sinceMs: Ms | undefined;
  /** The most that it drew in the present hold time, and in the one before. */
  readonly mostA: Amps;
  readonly beforeA: Amps;
  readonly countedFromMs: Ms;
  readonly roseAtMs: Ms;
  /** What it drew when it was lowered last; `undefined` while it may have its fair share. */
  readonly drewA: Amps | undefined;
  readonly loweredAtMs: Ms;
  /** As it was before the last lowering, until that has been looked at. */
  readonly loweredFrom: Draw | undefined;
  /** How often it took its margin. */
  readonly taken: number;
}

export interface Terms {
  readonly rules: RedistributionRules;
  /** Limits are multiples of this. */
  readonly stepA: Amps;
}

/** Of one that may have its fair share. */
const FAIR = { drewA: undefined, loweredFrom: undefined, sinceMs: undefined };

export const NO_LEFTOVER: Leftover = {
  sinceMs: undefined,
  mostA: 0,
  beforeA: 0,
  countedFromMs: Number.NEGATIVE_INFINITY,
  roseAtMs: Number.NEGATIVE_INFINITY,
  drewA: undefined,
  loweredAtMs: Number.NEGATIVE_INFINITY,
  loweredFrom: undefined,
  taken: 0,
};

/** Follows the current of one vehicle. The same object if nothing changed. Call once per cycle. */
export function afterDraw(before: Leftover, draw: Draw, terms: Terms, nowMs: Ms): Leftover {
  const { limitA, drawnA } = draw;
  const { rules } = terms;
  if (!(limitA >= 0 && drawnA >= 0)) failInvariant(`${drawnA} A are drawn of ${limitA} A`);
  const raised = afterLowering(before, draw, terms, nowMs);
  const isLeft = drawnA >= DRAWS_A && limitA - drawnA > rules.thresholdA + DUST_A;
  if (!isLeft) return raised.sinceMs === undefined ? raised : { ...raised, sinceMs: undefined };
  if (raised.sinceMs === undefined) {
    const counted = { mostA: drawnA, beforeA: drawnA, countedFromMs: nowMs };
    return { ...raised, ...counted, sinceMs: nowMs, roseAtMs: nowMs };
  }
  const roseAtMs = drawnA > drewMostA(raised) + RISE_A ? nowMs : raised.roseAtMs;
  if (nowMs - raised.countedFromMs >= rules.holdMs) {
    return { ...raised, mostA: drawnA, beforeA: raised.mostA, countedFromMs: nowMs, roseAtMs };
  }
  return drawnA > raised.mostA ? { ...raised, mostA: drawnA, roseAtMs } : raised;
}

/** A lowered vehicle that takes its margin may have its fair share. So may one that is asked again. */
function afterLowering(before: Leftover, draw: Draw, terms: Terms, nowMs: Ms): Leftover {
  const capA = cappedA(before, terms);
  if (capA === undefined) return before;
  if (!(before.loweredAtMs <= nowMs)) failInvariant(`lowered at ${before.loweredAtMs} ms, it is ${nowMs} ms`);
  const isTaken = draw.drawnA >= capA - Math.min(TAKEN_A, terms.rules.marginA / 2);
  if (isTaken) return { ...before, ...FAIR, taken: before.taken + 1 };
  const passedMs = nowMs - before.loweredAtMs;
  if (passedMs >= ASKED_AGAIN_MS) return { ...before, ...FAIR, taken: 0 };
  if (before.loweredFrom === undefined || passedMs < FOLLOWED_MS) return before;
  const hasFollowed = draw.limitA >= capA - DUST_A && follows(before.loweredFrom, draw);
  return hasFollowed ? { ...before, ...FAIR, taken: DOUBLED_MAX } : { ...before, loweredFrom: undefined };
}

/**
 * Some vehicles draw a tenth less than any limit, or their charge point measures so. Each lowering lowers such a current
 * too: in a few minutes it would be at the minimum.
 */
function follows(before: Draw, now: Draw): boolean {
  const loweredA = before.limitA - now.limitA;
  const fellA = before.drawnA - now.drawnA;
  return loweredA > 0 && fellA >= FOLLOWED_SHARES[0] * loweredA && fellA <= FOLLOWED_SHARES[1] * loweredA;
}

function drewMostA({ mostA, beforeA }: Leftover): Amps {
  return Math.max(mostA, beforeA);
}

/** The most that is offered to a lowered vehicle; `undefined`: its fair share. */
export function cappedA({ drewA }: Leftover, { rules, stepA }: Terms): Amps | undefined {
  return drewA === undefined ? undefined : inWholeSteps(drewA + rules.marginA, stepA);
}

/** To what the vehicle may be lowered now; `undefined` while it has not left enough for long enough. */
export function lowerableToA(now: Leftover, { rules, stepA }: Terms, nowMs: Ms): Amps | undefined {
  const { sinceMs, roseAtMs, taken } = now;
  const holdMs = rules.holdMs * 2 ** Math.min(taken, DOUBLED_MAX);
  if (sinceMs === undefined || nowMs - sinceMs < holdMs || nowMs - roseAtMs < RISE_MS) return undefined;
  return inWholeSteps(drewMostA(now) + rules.marginA, stepA);
}

/** Call when the vehicle is lowered. `now`: as it is before that. */
export function lowered(before: Leftover, now: Draw, nowMs: Ms): Leftover {
  return { ...before, drewA: drewMostA(before), loweredAtMs: nowMs, loweredFrom: now, sinceMs: undefined };
}

/** Rounded up. */
export function inWholeSteps(limitA: Amps, stepA: Amps): Amps {
  return Math.round(Math.ceil(limitA / stepA - DUST_A) * stepA * 1e6) / 1e6;
}
