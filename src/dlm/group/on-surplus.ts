/** Whether a vehicle that charges on PV surplus alone charges now: a cloud, or a kettle, neither starts nor stops it. */
import { failInvariant } from '../../base/assert.js';
import type { Ms } from '../../base/units.js';
import type { SolarRules } from '../types.js';

/** Immutable. */
export interface OnSurplus {
  readonly isOn: boolean;
  /** Since when the surplus says otherwise without a break; `undefined` while it does not. */
  readonly otherwiseSinceMs: Ms | undefined;
}

export interface SurplusTerms {
  /** Enough for what it needs, beside those that are served before. */
  readonly isEnough: boolean;
  /** False: its room came and went, and is not steady yet. */
  readonly mayStart: boolean;
  /** Of a vehicle that is looked at for the first time: one that charges goes on for a while. */
  readonly wasOn: boolean;
  readonly nowMs: Ms;
}

/** The same object if nothing changed. Call once per cycle. */
export function afterSurplus(
  before: OnSurplus | undefined,
  { isEnough, mayStart, wasOn, nowMs }: SurplusTerms,
  { startAfterMs, stopAfterMs }: SolarRules,
): OnSurplus {
  const known = before ?? { isOn: wasOn, otherwiseSinceMs: undefined };
  const { isOn, otherwiseSinceMs = nowMs } = known;
  if (!(otherwiseSinceMs <= nowMs)) failInvariant(`a surplus of ${otherwiseSinceMs} ms, it is ${nowMs} ms`);
  if (isEnough === isOn) return known.otherwiseSinceMs === undefined ? known : { isOn, otherwiseSinceMs: undefined };
  const isDue = nowMs - otherwiseSinceMs >= (isOn ? stopAfterMs : startAfterMs);
  if (isDue && (isOn || mayStart)) return { isOn: !isOn, otherwiseSinceMs: undefined };
  return known.otherwiseSinceMs === undefined ? { isOn, otherwiseSinceMs } : known;
}
