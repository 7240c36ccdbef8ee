/**
 * When a charge point is told to connect other phases: once that was better for the hold time, not too often, and one at a time. Which
 * position is better: dlm/sharing/phase-switch.
 */
import type { PhaseMask } from '../../base/rotation.js';
import type { Ms } from '../../base/units.js';
import type { PhaseSwitchRules } from '../types.js';

const HOUR_MS: Ms = 3_600_000;
/** A switch that no STATUS confirms in this time, told without a break, has failed. The vehicle charges on where it is. */
export const CONFIRM_MS: Ms = 45_000;
/** After that the charge point is not told again for so long. */
const FAILED_FOR_MS: Ms = HOUR_MS;

interface Aim {
  readonly to: PhaseMask;
  readonly fromMs: Ms;
  /** Since when the charge point is told without a break; `undefined`: it still draws, or is not heard well. */
  readonly toldSinceMs?: Ms | undefined;
}

/** Immutable. Masks are in the connector's order. */
export interface Switching {
  /** Under way: 0 A until a STATUS says that it is there. */
  readonly aim: Aim | undefined;
  /** Would be better without a break since then. */
  readonly better: { readonly to: PhaseMask; readonly sinceMs: Ms } | undefined;
  /** The switches of the last hour. */
  readonly beganMs: readonly Ms[];
  readonly endedAtMs: Ms;
  /** The last one failed: none until then. */
  readonly noneUntilMs: Ms;
}

export const NO_SWITCHING: Switching = {
  aim: undefined,
  better: undefined,
  beganMs: [],
  endedAtMs: Number.NEGATIVE_INFINITY,
  noneUntilMs: Number.NEGATIVE_INFINITY,
};

/** Ends what a STATUS confirms, and what has failed. The same object if nothing changed. */
export function afterPosition(switching: Switching, position: PhaseMask | undefined, nowMs: Ms): Switching {
  const { aim } = switching;
  if (!aim) return switching;
  const ended = { ...switching, aim: undefined, better: undefined, endedAtMs: nowMs };
  if (position === aim.to) return ended;
  const { fromMs, toldSinceMs } = aim;
  if (nowMs - (toldSinceMs ?? fromMs) < CONFIRM_MS) return switching;
  // Never told: that says nothing of its contactors.
  return toldSinceMs === undefined ? ended : { ...ended, noneUntilMs: nowMs + FAILED_FOR_MS };
}

/** Notes whether the charge point is told now. The same object if nothing changed. */
export function afterTold(switching: Switching, isTold: boolean, nowMs: Ms): Switching {
  const { aim } = switching;
  if (!aim || isTold === (aim.toldSinceMs !== undefined)) return switching;
  return { ...switching, aim: { ...aim, toldSinceMs: isTold ? nowMs : undefined } };
}

/** Notes which position would be better now; `undefined`: the present one is good. The same object if nothing changed. */
export function afterBetter(switching: Switching, to: PhaseMask | undefined, nowMs: Ms): Switching {
  if (to === switching.better?.to) return switching;
  return { ...switching, better: to === undefined ? undefined : { to, sinceMs: nowMs } };
}

/** `holdMs`: for so long the position must have been better. */
export function isSwitchDue(switching: Switching, { maxPerHour }: PhaseSwitchRules, holdMs: Ms, nowMs: Ms): boolean {
  const { aim, better, beganMs, noneUntilMs } = switching;
  if (aim || !better || nowMs < noneUntilMs || nowMs - better.sinceMs < holdMs) return false;
  return beganMs.filter((atMs) => nowMs - atMs < HOUR_MS).length < maxPerHour;
}

export function begun(switching: Switching, nowMs: Ms): Switching {
  const { better, beganMs } = switching;
  const recentMs = beganMs.filter((atMs) => nowMs - atMs < HOUR_MS);
  return { ...switching, aim: better && { to: better.to, fromMs: nowMs }, beganMs: [...recentMs, nowMs] };
}

/** What stays when another vehicle is plugged in: the contactors are the same. */
export function forNextVehicle(switching: Switching): Switching {
  return { ...switching, better: undefined };
}
