/** How the current is divided. */
import * as z from 'zod/mini';
import { SHARING_RULES, SHORTAGE_RULES } from '../../dlm/types.js';
import * as f from '../fields.js';
import { key } from '../fields.js';

export const allocationSchema = f.group({
  stepA: key('Step', 'Limits are multiples of this many A.', z._default(f.amps(0.1, 16), 1)),
  sharing: key(
    'Sharing',
    'equal: the same for all; priority: all have their minimum, then priority 1 is served first.',
    z._default(f.oneWord(SHARING_RULES), 'equal'),
  ),
  shortage: key(
    'Shortage',
    'Who is paused first when not every vehicle can have its minimum.',
    z._default(f.oneWord(SHORTAGE_RULES), 'longest-charging-first'),
  ),
  dwellMin: key(
    'Dwell time',
    'Minutes that a vehicle charges at least before it yields to another one of its rank.',
    z._default(f.minutes(1, 120), 15),
  ),
  steadyMin: key(
    'Steady room',
    'Where a load has paused a vehicle twice within 12 times this: minutes of steady room before it starts again.',
    z._default(f.minutes(0, 60), 5),
  ),
});
