/** Section 14a EnWG: what the grid operator may ask of the charge points of a circuit. */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';

/** More than any site has. */
const DEVICES_MAX = 10_000;
const FACTORS_MAX = 50;
const FAILSAFE_MAX_W = 100_000;
const DAY_MIN = 1440;
/** By the BNetzA (BK6-22-300), for 1, 2, 3 ... devices; the last one holds for more. */
const FACTORS = [1, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45];

export const section14aSchema = f.group({
  devices: key(
    'Devices',
    'How many controllable devices of section 14a EnWG the charge points of this circuit are, as they are registered with the grid operator.',
    f.whole(1, DEVICES_MAX),
  ),
  factors: key(
    'Factors',
    'Simultaneity factors for 1, 2, 3 ... devices; the last one holds for more. The guaranteed power is 4200 W and (devices - 1) x factor x 4200 W.',
    z._default(f.list('factors', f.quantity('a factor', 0, 1), { atLeast: 1, atMost: FACTORS_MAX }), FACTORS),
  ),
  failsafeAfterMin: key(
    'Failsafe after',
    'Minutes for which the guaranteed power holds once the source of the signal is lost; then failsafeW holds until it is heard.',
    z._default(f.minutes(1, 7 * DAY_MIN), 120),
  ),
  failsafeW: key(
    'Failsafe power',
    'What each device may draw from the grid, in W, while the source of the signal is lost for longer than that.',
    z._default(f.watts(FAILSAFE_MAX_W), 4200),
  ),
});

export type Section14aEntry = z.output<typeof section14aSchema>;
