/** How the current is divided. */
import * as z from 'zod/mini';
import { PHASE_SWITCH_RULES, SHARING_RULES, SHORTAGE_RULES } from '../../dlm/types.js';
import * as f from '../fields.js';
import { key } from '../fields.js';

export const redistributionSchema = f.group({
  thresholdA: key(
    'Threshold',
    'A vehicle that draws more than this many A below its limit leaves a part of it.',
    z._default(f.amps(0.5, 32), 2),
  ),
  holdS: key('Hold time', 'Seconds for which it must do so before it is lowered.', z._default(f.seconds(10, 600), 30)),
  marginA: key(
    'Margin',
    'What a lowered vehicle keeps above its current, in A; never more than thresholdA.',
    z._default(f.amps(0.5, 32), 1),
  ),
});

const MS_PER_MIN = 60_000;

const phaseSwitchSchema = f.group({
  holdMin: key(
    'Hold time',
    'Minutes for which other phases must be better without a break before a charge point is switched.',
    z._default(f.minutes(1, 60), PHASE_SWITCH_RULES.holdMs / MS_PER_MIN),
  ),
  maxPerHour: key(
    'Switches per hour',
    'The most of one charge point.',
    z._default(f.whole(1, 20), PHASE_SWITCH_RULES.maxPerHour),
  ),
  gainA: key(
    'Gain',
    'How many A more another phase must have, for a vehicle on one phase.',
    z._default(f.amps(1, 32), PHASE_SWITCH_RULES.gainA),
  ),
  sessionMin: key(
    'First minutes',
    'Minutes from plugging in before which a vehicle is not switched.',
    z._default(f.minutes(0, 60), PHASE_SWITCH_RULES.sessionMs / MS_PER_MIN),
  ),
});

export const allocationSchema = f.group({
  stepA: key('Step', 'Limits are multiples of this many A.', z._default(f.amps(0.1, 16), 1)),
  sharing: key(
    'Sharing',
    'equal: the same for all; priority: all have their minimum, then priority 1 is served first.',
    z._default(f.oneWord(SHARING_RULES), 'equal'),
  ),
  shortage: key(
    'Shortage',
    'Who is paused first when not every vehicle can have its minimum. longest-charging-first when left out; last-connected-first where a circuit has alm.',
    z.optional(f.oneWord(SHORTAGE_RULES)),
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
  leastMinPerHour: key(
    'Least share',
    'Minutes of each hour that a vehicle which waits in a shortage gets, whatever the order says: with 5, and dwellMin 15, for 15 min after 3 h. 0: the order holds for ever.',
    z._default(f.minutes(0, 30), 5),
  ),
  raiseAPerS: key(
    'Ramp',
    'How fast the limit of a charge point rises at most, in A per second; lowerings go at once. At once when left out.',
    z.optional(f.quantity('A per second', 0.1, 32)),
  ),
  redistribute: key(
    'Redistribution',
    'What a charging vehicle leaves of its limit goes to others that can use it. Off when left out.',
    z.optional(redistributionSchema),
  ),
  phaseSwitch: key(
    'Phase switches',
    'When charge points with phaseSwitch are switched. The defaults hold when left out.',
    z.optional(phaseSwitchSchema),
  ),
});

export type PhaseSwitchEntry = z.output<typeof phaseSwitchSchema>;
export type RedistributionEntry = z.output<typeof redistributionSchema>;
