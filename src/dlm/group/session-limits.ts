/** What a session may take at most, and what is said once that is used up. */
import type { LimitReason } from '../../base/reason.js';
import type { Ms, WattHours } from '../../base/units.js';
import type { SessionLimits } from '../types.js';
import type { SessionAccount } from './session.js';

const MS_PER_MIN = 60_000;
const WH_PER_KWH = 1000;

/** Why the session is over; `undefined` while it may go on. The time counts from plugging in, with all pauses. */
export function sessionOver(limits: SessionLimits, account: SessionAccount, nowMs: Ms): LimitReason | undefined {
  const { maxMin, maxKwh } = limits;
  const { pluggedInMs, energyWh } = account.figures(nowMs) ?? NOTHING;
  if (maxMin !== undefined && pluggedInMs >= maxMin * MS_PER_MIN) return { kind: 'session', maxMin };
  if (maxKwh !== undefined && energyWh >= maxKwh * WH_PER_KWH) return { kind: 'session', maxKwh };
  return undefined;
}

const NOTHING: { readonly pluggedInMs: Ms; readonly energyWh: WattHours } = { pluggedInMs: 0, energyWh: 0 };
