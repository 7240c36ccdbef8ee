/**
 * How calm a charge point was, and what that allows. Contactors and batteries wear with each start. A building that wanders
 * around the minimum must not open and close a contactor all day, nor move a limit up and down every few seconds.
 * docs/decisions/0015-vehicles.md has the reasons.
 */
import { failInvariant } from '../../base/assert.js';
import type { CalmHold } from '../../base/reason.js';
import type { Amps, Ms } from '../../base/units.js';

/** So many times of steady room are looked back on: an hour for the 5 min of the configuration. */
const WINDOW_STEADY_TIMES = 12;
/** In this window a vehicle may start once, and five more times after pauses. */
const STOPS_MAX = 5;
/** From the second stop on the room wanders. A start then needs this much more than the minimum. */
const SPARE_A: Amps = 1;
/** A lowering so soon after a raise shows that the raise came too early. */
const TOGGLE_MS: Ms = 10_000;
/** Once may happen: a meter shows a vehicle before its STATUS arrives. Twice within so long is a load that wanders. */
const AGAIN_MS: Ms = 60_000;
/** Then the next raise waits for so long; twice as long after each further toggle, up to the longest wait. */
const RAISE_WAIT_MS: Ms = 30_000;
export const RAISE_WAIT_MAX_MS: Ms = 120_000;
/** A larger raise goes at once, if so much of it is left. */
const RAISE_SPARE_A: Amps = 0.5;
/** No vehicle is raised twice within so long, but while it starts, or by a ramp. */
export const RAISE_EVERY_MS: Ms = 10_000;
/** A vehicle that starts may be raised again for so long: others confirm their lower limits one after the other. */
const START_MS: Ms = 10_000;
/** If the ledger permits a part of a raise only, the rest is waited for, so that it is one raise. Then the part goes. */
const PART_WAIT_MS: Ms = 5_000;
/** A step up that is taken back within the steady time, because the room fell by no more than this, is a nudge. */
const NUDGE_A: Amps = 1;
/**
 * After a nudge within 10 s, or a second one within the steady time, a step up needs something to spare for a steady time;
 * twice as long after each further nudge, up to so many steady times.
 */
export const TIGHT_STEADY_TIMES_MAX = 8;
const MS_PER_S = 1000;
/** Of a step. */
const ROUNDING = 1e-6;

/** Immutable. */
export interface Calm {
  /** When the master last paused the vehicle because the room had become too small. Oldest first. */
  readonly stopsMs: readonly Ms[];
  /** Since when there is room for a start without a break, with something to spare and without. */
  readonly spareSinceMs: Ms | undefined;
  readonly roomSinceMs: Ms | undefined;
  readonly grantedA: Amps;
  readonly raisedAtMs: Ms;
  /** By how much; infinite once it was taken back. */
  readonly raisedByA: Amps;
  /** What the circuits above left on its phases then. */
  readonly raisedIntoA: Amps;
  /** When it was last raised from 0 A. */
  readonly startedAtMs: Ms;
  /** Since when the ledger permits a part of a raise only. */
  readonly partSinceMs: Ms | undefined;
  readonly toggledAtMs: Ms;
  /** No raise before that, and how long the last wait was. */
  readonly noRaiseUntilMs: Ms;
  readonly raiseWaitMs: Ms;
  /** When a step was last taken back, and until when the next one needs something to spare. */
  readonly nudgedAtMs: Ms;
  readonly tightUntilMs: Ms;
  readonly tightMs: Ms;
  /** How far a ramp has come; `undefined` while nothing is raised by one. */
  readonly ramp: { readonly levelA: Amps; readonly atMs: Ms } | undefined;
}

export const ALWAYS_CALM: Calm = {
  stopsMs: [],
  spareSinceMs: undefined,
  roomSinceMs: undefined,
  grantedA: 0,
  raisedAtMs: Number.NEGATIVE_INFINITY,
  raisedByA: Number.POSITIVE_INFINITY,
  raisedIntoA: 0,
  startedAtMs: Number.NEGATIVE_INFINITY,
  partSinceMs: undefined,
  toggledAtMs: Number.NEGATIVE_INFINITY,
  noRaiseUntilMs: Number.NEGATIVE_INFINITY,
  raiseWaitMs: 0,
  nudgedAtMs: Number.NEGATIVE_INFINITY,
  tightUntilMs: Number.NEGATIVE_INFINITY,
  tightMs: 0,
  ramp: undefined,
};

/** Call when the room of a served vehicle has become too small for its minimum. */
export function afterStop(before: Calm, nowMs: Ms): Calm {
  return {
    ...before,
    stopsMs: [...before.stopsMs, nowMs].slice(-STOPS_MAX),
    spareSinceMs: undefined,
    roomSinceMs: undefined,
  };
}

/** True when a start needs steady room: the room became too small twice within the window. */
export function isWandering({ stopsMs }: Calm, steadyMs: Ms, nowMs: Ms): boolean {
  return stopsMs.length > 1 && isInWindow(stopsMs.at(-2), steadyMs, nowMs);
}

function isInWindow(atMs: Ms | undefined, steadyMs: Ms, nowMs: Ms): boolean {
  return atMs !== undefined && nowMs - atMs < WINDOW_STEADY_TIMES * steadyMs;
}

/** Notes the room of a paused vehicle. `roomA`: what it could get, `minA`: what it needs. The same object if unchanged. */
export function afterRoom(before: Calm, roomA: Amps, minA: Amps, nowMs: Ms): Calm {
  const spareSinceMs = roomA >= minA + SPARE_A ? (before.spareSinceMs ?? nowMs) : undefined;
  const roomSinceMs = roomA >= minA ? (before.roomSinceMs ?? nowMs) : undefined;
  const isSame = spareSinceMs === before.spareSinceMs && roomSinceMs === before.roomSinceMs;
  return isSame ? before : { ...before, spareSinceMs, roomSinceMs };
}

/** True when a vehicle whose room wandered may start: it has been steady for `steadyMs`, or twice that without a spare. */
export function mayStart({ stopsMs, spareSinceMs, roomSinceMs }: Calm, steadyMs: Ms, nowMs: Ms): boolean {
  if (stopsMs.length === STOPS_MAX && isInWindow(stopsMs[0], steadyMs, nowMs)) return false;
  if (spareSinceMs !== undefined && nowMs - spareSinceMs >= steadyMs) return true;
  return roomSinceMs !== undefined && nowMs - roomSinceMs >= 2 * steadyMs;
}

/** As much of a raise as leaves something to spare, while raises wait; both in A. What is left of it must be a step at least. */
export function calmRaiseA(grantedA: Amps, shareA: Amps, stepA: Amps): Amps {
  const spareA = Math.ceil(RAISE_SPARE_A / stepA) * stepA;
  return shareA - spareA >= grantedA + stepA ? shareA - spareA : grantedA;
}

/** A vehicle that has a limit, and should have another one. */
export interface RaiseTerms {
  readonly shareA: Amps;
  readonly stepA: Amps;
  /** What the circuits above it leave beside all limits in force. Asked for only where it matters. */
  readonly roomA: () => Amps;
  readonly nowMs: Ms;
}

/** What it may have of its share now, and why not all. */
export interface CalmLimit {
  readonly limitA: Amps;
  /** Absent: it may have all. */
  readonly held?: CalmHold;
}

/** A lowering and a start are never held. Call after `afterGrant` and `afterRamp`. */
export function calmLimit(calm: Calm, terms: RaiseTerms): CalmLimit {
  const { grantedA } = calm;
  const { shareA, nowMs, stepA } = terms;
  if (shareA <= grantedA || grantedA === 0 || isStarting(calm, nowMs)) return ramped(calm, shareA, stepA);
  if (calm.ramp === undefined && nowMs - calm.raisedAtMs < RAISE_EVERY_MS) return { limitA: grantedA, held: 'raised' };
  if (nowMs < calm.noRaiseUntilMs) {
    return { ...ramped(calm, calmRaiseA(grantedA, shareA, stepA), stepA), held: 'takenBack' };
  }
  return isTight(calm, terms) ? { limitA: grantedA, held: 'takenBack' } : ramped(calm, shareA, stepA);
}

function isStarting({ startedAtMs }: Calm, nowMs: Ms): boolean {
  return nowMs - startedAtMs < START_MS;
}

/** A step that would take the last ampere, where such steps were taken back. */
function isTight({ tightUntilMs, grantedA }: Calm, { shareA, stepA, roomA, nowMs }: RaiseTerms): boolean {
  const raiseA = shareA - grantedA;
  return nowMs < tightUntilMs && raiseA <= Math.max(NUDGE_A, stepA) && roomA() < raiseA + SPARE_A;
}

function ramped({ ramp, grantedA }: Calm, shareA: Amps, stepA: Amps): CalmLimit {
  if (ramp === undefined || shareA <= grantedA) return { limitA: shareA };
  const limitA = Math.max(grantedA, Math.floor(ramp.levelA / stepA + ROUNDING) * stepA);
  return limitA < shareA ? { limitA, held: 'ramp' } : { limitA: shareA };
}

export interface RampTerms {
  readonly shareA: Amps;
  /** A vehicle starts with this. */
  readonly neededA: Amps;
  /** What the charge point says that it follows. */
  readonly followedA: Amps;
  readonly stepA: Amps;
  readonly aPerS: number;
  readonly nowMs: Ms;
}

/** A grant and the STATUS that tells of it take so long, and one of them may be lost. */
const FOLLOWS_WITHIN_S = 3;

/** Lets a ramp go on towards the share; it ends there. Call once per cycle. The same object if nothing changed. */
export function afterRamp(before: Calm, terms: RampTerms): Calm {
  const { shareA, neededA, followedA, stepA, aPerS, nowMs } = terms;
  const { grantedA, ramp } = before;
  if (shareA <= grantedA) return ramp === undefined ? before : { ...before, ramp: undefined };
  const startA = grantedA > 0 ? grantedA : Math.ceil(neededA / stepA - ROUNDING) * stepA;
  const risenA = grantedA > 0 && ramp ? (aPerS * (nowMs - ramp.atMs)) / MS_PER_S : 0;
  // No further ahead of the limit than a step and a second: what the ledger holds up is not made up for.
  const risingA = Math.min(startA + stepA + aPerS, Math.max(startA, ramp?.levelA ?? 0) + risenA);
  // Nor of a charge point that hears no grants: it would have all of it at once.
  const heardA = Math.max(startA, Math.max(followedA, neededA) + stepA + FOLLOWS_WITHIN_S * aPerS);
  const levelA = Math.min(shareA, risingA, heardA);
  return { ...before, ramp: { levelA, atMs: nowMs } };
}

/** How long a part of a raise still waits for the rest, and the calm with that noted. */
export function afterPart(before: Calm, isPart: boolean, nowMs: Ms): { readonly calm: Calm; readonly waits: boolean } {
  const isHeld = isPart && before.grantedA > 0 && before.ramp === undefined && !isStarting(before, nowMs);
  const partSinceMs = isHeld ? (before.partSinceMs ?? nowMs) : undefined;
  const calm = partSinceMs === before.partSinceMs ? before : { ...before, partSinceMs };
  return { calm, waits: partSinceMs !== undefined && nowMs - partSinceMs < PART_WAIT_MS };
}

export interface GrantTerms {
  /** A load that nobody controls can take the room. */
  readonly wanders: boolean;
  readonly steadyMs: Ms;
  readonly stepA: Amps;
  /** What the circuits above leave for charge points on its phases. Asked for only when its limit changed. */
  readonly capacityA: () => Amps;
  readonly nowMs: Ms;
}

/** Follows the granted limit. The same object if nothing changed. Call once per cycle. */
export function afterGrant(before: Calm, grantedA: Amps, terms: GrantTerms): Calm {
  const { nowMs } = terms;
  if (grantedA === before.grantedA) return before;
  if (!(before.raisedAtMs <= nowMs)) failInvariant(`a raise of ${before.raisedAtMs} ms, it is ${nowMs} ms`);
  if (grantedA > before.grantedA) {
    const startedAtMs = before.grantedA === 0 ? nowMs : before.startedAtMs;
    const raised = { raisedAtMs: nowMs, raisedByA: grantedA - before.grantedA, raisedIntoA: terms.capacityA() };
    return { ...before, grantedA, ...raised, startedAtMs };
  }
  const lowered = { ...before, grantedA, raisedByA: Number.POSITIVE_INFINITY };
  if (grantedA === 0 || !terms.wanders) return lowered;
  return { ...lowered, ...afterToggle(before, nowMs), ...afterNudge(before, before.grantedA - grantedA, terms) };
}

function afterToggle(before: Calm, nowMs: Ms): Partial<Calm> {
  if (nowMs - before.raisedAtMs > TOGGLE_MS) return {};
  const isAgain = nowMs - before.toggledAtMs <= AGAIN_MS + 2 * before.raiseWaitMs;
  const raiseWaitMs = isAgain ? Math.min(RAISE_WAIT_MAX_MS, Math.max(RAISE_WAIT_MS, 2 * before.raiseWaitMs)) : 0;
  return { toggledAtMs: nowMs, raiseWaitMs, noRaiseUntilMs: nowMs + raiseWaitMs };
}

function afterNudge(before: Calm, byA: Amps, { steadyMs, stepA, capacityA, nowMs }: GrantTerms): Partial<Calm> {
  const { raisedByA, raisedAtMs, raisedIntoA, nudgedAtMs, tightUntilMs } = before;
  const isStep = Math.max(raisedByA, byA) <= Math.max(NUDGE_A, stepA) && nowMs - raisedAtMs <= steadyMs;
  if (!isStep || raisedIntoA - capacityA() > NUDGE_A) return {};
  const isAgain = nowMs - Math.max(nudgedAtMs, tightUntilMs) <= steadyMs;
  if (!isAgain && nowMs - raisedAtMs > TOGGLE_MS) return { nudgedAtMs: nowMs };
  const longerMs = isAgain ? 2 * before.tightMs : 0;
  const tightMs = Math.min(TIGHT_STEADY_TIMES_MAX * steadyMs, Math.max(steadyMs, longerMs));
  return { nudgedAtMs: nowMs, tightUntilMs: nowMs + tightMs, tightMs };
}
