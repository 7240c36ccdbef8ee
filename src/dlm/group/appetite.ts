/**
 * What a vehicle takes of its offers. Some vehicles need more than the minimum of their charge point: below that they say
 * SuspendedEV, like a full one. An offer that was not taken yet is not refused. It stays for a minute. Then the next step is
 * offered: 8, 10, 11 A. What the vehicle needs is remembered for the session. docs/decisions/0015-vehicles.md has the reasons.
 */
import { failInvariant } from '../../base/assert.js';
import type { Amps, Ms } from '../../base/units.js';

/** A vehicle takes its first current within this time, the slowest ones excepted. */
const OFFER_MS: Ms = 60_000;
/** One that took this offer and stopped by itself is full, or cools for a moment. */
const STOPPED_MS: Ms = 30_000;
/** Most vehicles start at 6 A (IEC 61851-1), nearly all others at 8 A, the few that are left at 10 or 11 A. */
const STEPS_A: readonly Amps[] = [8, 10, 11];
/** A vehicle takes its offer when it draws this share of it, or of the last step. */
const TAKEN_SHARE = 0.4;
/** It stopped for so long after a lowering. Twice in a session shows that it needs more than it was lowered to. */
const LOWERED_MS: Ms = 10_000;
const LOWERED_STOPS = 2;
/** A step that no offer confirmed for so long was a wrong guess, or there is no room for it. */
const GUESS_MS: Ms = 1_800_000;
/** A vehicle that has not followed a lower limit yet draws more than this above it. */
const FOLLOWED_A: Amps = 0.25;

/** Immutable. */
export interface Appetite {
  /** The lowest limit of which it took its share in this session; Infinity before that. */
  readonly tookA: Amps;
  /** It refused less than this; 0: it refused nothing. */
  readonly needsA: Amps;
  readonly needsSinceMs: Ms | undefined;
  /** How often it stopped because it was lowered, and whether that of its present offer is among them. */
  readonly stops: number;
  readonly isStopCounted: boolean;
  /** Since when it takes nothing of its present offer; `undefined` while it takes some, or has none. */
  readonly leftSinceMs: Ms | undefined;
  /** True once it took some of its present offer. */
  readonly isTaken: boolean;
  /** True after it left an offer that its minimum does not explain: it is full, or asleep, or waits for its own reasons. */
  readonly isRefused: boolean;
  /** True once it was asked with every step since it left an offer. */
  readonly isAsked: boolean;
  /** What it was known to need before it was asked; `undefined` while it is not. */
  readonly knownA: Amps | undefined;
  /** True when it charged in this session, was paused by its master, and left the offer after that. */
  readonly isAsleep: boolean;
}

export const UNKNOWN_APPETITE: Appetite = {
  tookA: Number.POSITIVE_INFINITY,
  needsA: 0,
  needsSinceMs: undefined,
  stops: 0,
  isStopCounted: false,
  leftSinceMs: undefined,
  isTaken: false,
  isRefused: false,
  isAsked: false,
  knownA: undefined,
  isAsleep: false,
};

/** What the charge point offers and its vehicle draws. */
export interface Offer {
  /** The limit in force. 0: below the minimum, so nothing is offered. */
  readonly offeredA: Amps;
  /** On its most loaded phase. */
  readonly drawnA: Amps;
  /** No more can be offered, even if all others yield. */
  readonly maxA: Amps;
  /** What nobody draws on its phases, its own offer included. */
  readonly spareA: Amps;
  /** True: it may sleep, and is woken up. Until that is over it refuses nothing. */
  readonly isBeingWoken: boolean;
}

/** True when a vehicle that stopped by itself may be asked now: then `Offer.spareA` counts. */
export function isAskDue({ isRefused, isAsked, tookA, leftSinceMs }: Appetite, nowMs: Ms): boolean {
  const mayBeAsked = isRefused && !isAsked && tookA < Number.POSITIVE_INFINITY;
  return mayBeAsked && leftSinceMs !== undefined && nowMs - leftSinceMs >= OFFER_MS;
}

/** Follows one offer. The same object if nothing changed. Call once per cycle. */
export function afterOffer(before: Appetite, offer: Offer, nowMs: Ms): Appetite {
  const { offeredA, drawnA } = offer;
  if (!(offeredA >= 0 && drawnA >= 0)) failInvariant(`${drawnA} A are drawn of an offer of ${offeredA} A`);
  if (offeredA === 0) return afterPause(before, nowMs);
  const lastStepA = STEPS_A.at(-1) ?? offeredA;
  if (drawnA >= TAKEN_SHARE * Math.min(offeredA, lastStepA)) return afterTaking(before, offer);
  const leftSinceMs = before.leftSinceMs ?? nowMs;
  const isLowered = before.isTaken && offeredA < before.tookA && !before.isStopCounted;
  if (isLowered && nowMs - leftSinceMs >= LOWERED_MS) return afterStop({ ...before, leftSinceMs }, offer, nowMs);
  const hasStopped = before.isTaken && before.tookA <= offeredA;
  if (nowMs - leftSinceMs < (hasStopped ? STOPPED_MS : OFFER_MS)) return changed(before, { leftSinceMs });
  return afterRefusal(before, offer, nowMs);
}

function afterPause(before: Appetite, nowMs: Ms): Appetite {
  const { tookA, needsSinceMs } = before;
  const isWrong = tookA === Number.POSITIVE_INFINITY && needsSinceMs !== undefined && nowMs - needsSinceMs >= GUESS_MS;
  const needs = isWrong ? { needsA: 0, needsSinceMs: undefined } : {};
  return changed(before, { ...needs, leftSinceMs: undefined, isTaken: false });
}

/** It stopped right after it was lowered. The second time tells what it needs, though no offer stays for a minute. */
function afterStop(before: Appetite, { offeredA, maxA }: Offer, nowMs: Ms): Appetite {
  const counted = { ...before, stops: before.stops + 1, isStopCounted: true };
  const nextA = STEPS_A.find((stepA) => stepA > offeredA && stepA <= maxA);
  if (counted.stops < LOWERED_STOPS || nextA === undefined) return counted;
  return { ...counted, needsA: Math.max(counted.needsA, nextA), needsSinceMs: nowMs };
}

function afterTaking(before: Appetite, { offeredA, drawnA }: Offer): Appetite {
  const hasFollowed = drawnA <= offeredA + FOLLOWED_A;
  const tookA = hasFollowed ? Math.min(before.tookA, offeredA) : before.tookA;
  const needsA = Math.min(before.needsA, tookA);
  const good = { leftSinceMs: undefined, isTaken: true, isRefused: false, isAsked: false, knownA: undefined };
  return changed(before, { tookA, needsA, ...good, isAsleep: false, isStopCounted: false });
}

/** The next step, or what a refusal of the last one means. */
function afterRefusal(before: Appetite, offer: Offer, nowMs: Ms): Appetite {
  const { offeredA, maxA, spareA, isBeingWoken } = offer;
  const nextA = STEPS_A.find((stepA) => stepA > offeredA && stepA <= maxA);
  // One that stopped by itself may have cooled down since, and need more than it keeps. It is asked with what nobody draws.
  const mayAsk = !before.isRefused || (isAskDue(before, nowMs) && nextA !== undefined && nextA <= spareA);
  if (nextA !== undefined && mayAsk && before.tookA > offeredA) {
    const step = { needsA: nextA, needsSinceMs: nowMs, leftSinceMs: nowMs };
    if (!before.isRefused) return { ...before, ...step };
    return { ...before, ...step, knownA: before.knownA ?? before.needsA, isAsleep: isAsleepNow(before) };
  }
  if (isBeingWoken) return changed(before, { leftSinceMs: nowMs });
  if (before.isRefused) return afterLastQuestion(before, nextA === undefined, nowMs);
  // Nothing helped: what it needs is no more than what it took before.
  const needsA = before.tookA === Number.POSITIVE_INFINITY ? 0 : before.needsA;
  return { ...before, needsA, isRefused: true, isAsleep: isAsleepNow(before), leftSinceMs: nowMs };
}

function isAsleepNow({ isAsleep, isTaken, tookA }: Appetite): boolean {
  return isAsleep || (!isTaken && tookA < Number.POSITIVE_INFINITY);
}

/** It left the last step too, or others draw that current now. */
function afterLastQuestion(before: Appetite, isLastStep: boolean, nowMs: Ms): Appetite {
  if (!isAskDue(before, nowMs)) return changed(before, { isAsleep: isAsleepNow(before) });
  // A step that it left counts for it no longer: a full vehicle keeps no more than others leave.
  const { knownA, needsA } = before;
  const asked = { isAsked: isLastStep, needsA: knownA ?? needsA, knownA: undefined, leftSinceMs: nowMs };
  return { ...before, ...asked, isAsleep: isAsleepNow(before) };
}

/** The offer that stays for a vehicle that left it, if nobody else can use it: enough for nearly all of them to start. */
export function standingA({ needsA, tookA }: Appetite, minA: Amps): Amps {
  const provenA = tookA === Number.POSITIVE_INFINITY ? 0 : Math.min(tookA, STEPS_A[0] ?? tookA);
  return Math.max(minA, needsA, provenA);
}

function changed(before: Appetite, now: Partial<Appetite>): Appetite {
  for (const key of Object.keys(now) as (keyof Appetite)[]) {
    if (before[key] !== now[key]) return { ...before, ...now };
  }
  return before;
}
