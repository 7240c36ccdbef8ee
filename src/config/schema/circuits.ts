/** A fuse and what is known of its circuit. */
import * as z from 'zod/mini';
import { FALLBACK_IGNORED_A, FUSE_TYPES } from '../../dlm/types.js';
import * as f from '../fields.js';
import { key } from '../fields.js';
import { almSchema, dlbSchema } from './modes.js';
import { scheduleSchema } from './schedule.js';
import { section14aSchema } from './section-14a.js';

const FUSE_KINDS = 'B, C, D: circuit breakers by IEC 60898-1; gG: fuses by IEC 60269; IEC60947-2: industrial breakers.';

/** Three phases of `AMPS_MAX` at the highest voltage. */
const WATTS_MAX = 5_000_000;

export const circuitSchema = f.group({
  id: key('Circuit id', 'Name of the circuit; other entries and the MQTT topics use it.', f.id('an id')),
  parent: key(
    'Parent circuit',
    'Id of the circuit that feeds this one. Exactly one circuit has none: the root, at the grid connection.',
    z.optional(f.id('the id of a circuit')),
  ),
  limitA: key(
    'Fuse',
    'Rated current of the fuse in A: one number, or [L1, L2, L3]. Nothing ever lifts the limit above it.',
    f.phaseAmps(),
  ),
  operatorLimitA: key(
    'Operator limit',
    "The operator's own limit in A, never above limitA: one number, or [L1, L2, L3].",
    z.optional(f.phaseAmps()),
  ),
  schedule: key(
    'Schedule',
    'Lower limits at certain times, for all charge points below together; docs/schedule.md shows how it is written.',
    z.optional(scheduleSchema(f.phaseAmps(), 'one number, or [L1, L2, L3]; never above limitA')),
  ),
  limitW: key(
    'Power limit',
    'What its three phases may carry together, in W, at the voltage that the meter shows: charge points and other load. Beside limitA; both hold.',
    z.optional(f.watts(WATTS_MAX)),
  ),
  contractW: key(
    'Contract',
    'The power in W that is contracted at the meter of this circuit. It holds like limitW; the lower one counts.',
    z.optional(f.watts(WATTS_MAX)),
  ),
  exportMakesRoom: key(
    'Export makes room',
    'true: what is fed in at the meter comes on top of contractW, once charge points have shown which way the meter counts. Never above a fuse.',
    z.optional(f.yesNo()),
  ),
  dlb: key(
    'DLB',
    'A power for the charge points of this circuit; one minimum is kept free for those that are idle or not heard. docs/dlb-alm.md.',
    z.optional(dlbSchema(WATTS_MAX)),
  ),
  alm: key(
    'ALM',
    'A power at the meter of this circuit, less 5 % and a reserve, less the load beside the charge points. docs/dlb-alm.md.',
    z.optional(almSchema(WATTS_MAX)),
  ),
  section14a: key(
    'Section 14a EnWG',
    'What its charge points may draw while the grid operator asks for less; docs/section-14a.md. Of one circuit at most.',
    z.optional(section14aSchema),
  ),
  headroomA: key(
    'Headroom',
    'Safety distance that is kept below the limit: one number in A, [L1, L2, L3], or "10 %" of the fuse or the operator limit, whichever is lower.',
    z._default(f.phaseAmpsOrShare(), 0),
  ),
  meter: key(
    'Meter',
    'Id of the meter that sits at the supply of this circuit. Without one the limit is divided as it stands.',
    z.optional(f.id('the id of a meter')),
  ),
  meterLocation: key(
    'Meter location',
    'including: the meter sees the charge points too; excluding: it sees the other consumers only.',
    z._default(f.oneWord(['including', 'excluding']), 'including'),
  ),
  fallbackA: key(
    'Fallback',
    `What the charge points take together, in A or as a share such as "10 %" of the limit, while the meter is lost. 0: stop; ${FALLBACK_IGNORED_A}: ignore the loss.`,
    z._default(
      f.phaseAmpsOrShare(
        FALLBACK_IGNORED_A,
        `0 to ${f.AMPS_MAX}, or ${FALLBACK_IGNORED_A} to ignore the loss of the meter`,
      ),
      0,
    ),
  ),
  backgroundMaxA: key(
    'Largest other load',
    'The most, in A, that the other consumers ever take together; for the checks of the fallback values.',
    z.optional(f.phaseAmps()),
  ),
  imbalanceLimitA: key(
    'Imbalance limit',
    'Largest allowed difference in A between the currents of two phases (20 A in Germany).',
    z.optional(f.amps(0, f.AMPS_MAX)),
  ),
  redistribute: key(
    'Redistribution',
    'false: what a charging vehicle below leaves of its limit stays its own, also with allocation.redistribute.',
    z.optional(f.yesNo()),
  ),
  fuse: key(
    'Kind of fuse',
    'How simulations count an overload (evenkeel simulate site); the most sensitive one, B, when left out.',
    z.optional(f.group({ type: key('Type', FUSE_KINDS, f.oneWord(FUSE_TYPES)) })),
  ),
});

export type CircuitEntry = z.output<typeof circuitSchema>;
