/**
 * How calm a charge point was, and what that allows. Contactors and batteries wear with each start. A building that wanders
 * around the minimum must not open and close a contactor all day, nor move a limit up and down every few seconds.
 * docs/decisions/0015-vehicles.md has the reasons.
 */
import { failInvariant } from '../../base/assert.js';
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

/** Immutable. */
export interface Calm {
  /** When the master last paused the vehicle because the room had become too small. Oldest first. */
  readonly stopsMs: readonly Ms[];
  /** Since when there is room for a start without a break, with something to spare and without. */
  readonly spareSinceMs: Ms | undefined;
  readonly roomSinceMs: Ms | undefined;
  readonly grantedA: Amps;
  readonly raisedAtMs: Ms;
  readonly toggledAtMs: Ms;
  /** No raise before that, and how long the last wait was. */
  readonly noRaiseUntilMs: Ms;
  readonly raiseWaitMs: Ms;
}

export const ALWAYS_CALM: Calm = {
  stopsMs: [],
  spareSinceMs: undefined,
  roomSinceMs: undefined,
  grantedA: 0,
  raisedAtMs: Number.NEGATIVE_INFINITY,
  toggledAtMs: Number.NEGATIVE_INFINITY,
  noRaiseUntilMs: Number.NEGATIVE_INFINITY,
  raiseWaitMs: 0,
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

/** Follows the granted limit. The same object if nothing changed. Call once per cycle. */
export function afterGrant(before: Calm, grantedA: Amps, nowMs: Ms): Calm {
  if (grantedA === before.grantedA) return before;
  if (!(before.raisedAtMs <= nowMs)) failInvariant(`a raise of ${before.raisedAtMs} ms, it is ${nowMs} ms`);
  if (grantedA > before.grantedA) return { ...before, grantedA, raisedAtMs: nowMs };
  if (grantedA === 0 || nowMs - before.raisedAtMs > TOGGLE_MS) return { ...before, grantedA };
  const isAgain = nowMs - before.toggledAtMs <= AGAIN_MS + 2 * before.raiseWaitMs;
  const raiseWaitMs = isAgain ? Math.min(RAISE_WAIT_MAX_MS, Math.max(RAISE_WAIT_MS, 2 * before.raiseWaitMs)) : 0;
  return { ...before, grantedA, toggledAtMs: nowMs, raiseWaitMs, noRaiseUntilMs: nowMs + raiseWaitMs };
}
