/** Section 14a EnWG: from the number of devices to the power that their group is guaranteed. */
import type { Watts } from '../base/units.js';
import type { Section14aRules } from '../dlm/types.js';
import type { Section14aEntry } from './schema/section-14a.js';

/** What each device is guaranteed by itself. */
const DEVICE_W: Watts = 4200;
const MS_PER_MIN = 60_000;

export function section14aOf({ devices, factors, failsafeAfterMin, failsafeW }: Section14aEntry): Section14aRules {
  const factor = factors[Math.min(devices, factors.length) - 1] ?? 1;
  // A factor has two decimals, and watts none that matter.
  const limitW = Math.round(DEVICE_W * (1 + (devices - 1) * factor));
  return { limitW, failsafeW: devices * failsafeW, failsafeAfterMs: failsafeAfterMin * MS_PER_MIN };
}
