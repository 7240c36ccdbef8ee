/** A charge point: its connector, the master's row for it, and the driver behind an internal slave. */
import * as z from 'zod/mini';
import { PHASE_SWITCHES } from '../../base/phase-switch.js';
import { ROTATIONS } from '../../base/rotation.js';
import { ACTIVE_PHASES } from '../../dlm/types.js';
import { PILOT_MIN_A } from '../../base/units.js';
import * as f from '../fields.js';
import { key } from '../fields.js';
import { scheduleSchema } from './schedule.js';
import { chargeMode } from './solar.js';

/** Most that one connector may deliver. */
export const CONNECTOR_AMPS_MAX = 500;
export const PILOT_MAX_A = 80;
/** A week; more than any battery of a vehicle. */
const SESSION_MIN_MAX = 10_080;
const SESSION_KWH_MAX = 1000;

const WAKE_UP =
  'false: a vehicle that sleeps after a pause stays asleep; else its charge point interrupts the pilot, three times at most';

const maxA = () => f.amps(PILOT_MIN_A, CONNECTOR_AMPS_MAX);
const minA = () => f.amps(PILOT_MIN_A, PILOT_MAX_A);
const disconnectedLimitA = () => f.amps(0, CONNECTOR_AMPS_MAX);

/** What is known of a connector, in the master's list and in the slave's own file. */
const connectorKeys = () => ({
  maxA: key(
    'Maximum',
    'The most, in A, that the connector may deliver on each phase: its hardware, and what nothing else says.',
    z._default(maxA(), 32),
  ),
  minA: key(
    'Minimum',
    'Below this many A a vehicle is paused instead of throttled; 6 by IEC 61851-1, some cars need 7 or 8.',
    z._default(minA(), 6),
  ),
  disconnectedLimitA: key(
    'Disconnected limit',
    'What the charge point allows by itself, in A, while it hears no master; 0: it stops.',
    z._default(disconnectedLimitA(), 6),
  ),
  phases: key('Phases', 'How many phases are connected.', z._default(f.phaseCount(), 3)),
  rotation: key(
    'Phase rotation',
    "How the connector's L1, L2, L3 meet the grid's, as OCPP spells it. STR: L1 on grid L2, L2 on L3, L3 on L1.",
    z._default(f.oneWord(ROTATIONS), 'RST'),
  ),
});

export const connectorSchema = f.group(connectorKeys());

const sessionSchema = f.group({
  maxMin: key(
    'Session time',
    'Minutes from plugging in, pauses included, after which the vehicle gets nothing more.',
    z.optional(f.minutes(1, SESSION_MIN_MAX)),
  ),
  maxKwh: key(
    'Session energy',
    'Energy in kWh, reckoned from the currents at 230 V, after which the vehicle gets nothing more.',
    z.optional(f.quantity('an energy in kWh', 0.1, SESSION_KWH_MAX)),
  ),
});

export const chargePointSchema = f.group({
  id: key('Charge point id', 'Id that the charge point reports.', f.id('an id')),
  name: key('Name', 'What people call it; shown beside its id.', z.optional(f.title())),
  location: key('Location', 'Where it stands, for people; shown beside its id.', z.optional(f.title('a location'))),
  circuit: key('Circuit', 'Id of the circuit that feeds it.', f.id('the id of a circuit')),
  ...connectorKeys(),
  installationA: key(
    'Installation limit',
    'What the supply line of this charge point carries, in A; at most maxA. Of a station of several: limitA of its circuit.',
    z.optional(f.amps(PILOT_MIN_A, CONNECTOR_AMPS_MAX)),
  ),
  operatorA: key(
    'Operator limit',
    'What the operator wants this charge point to have at most, in A; at most installationA. 0: it gets nothing.',
    z.optional(f.amps(0, CONNECTOR_AMPS_MAX)),
  ),
  imbalanceLimitA: key(
    'Imbalance limit of the charge point',
    'The most, in A, for a vehicle that does not use all three phases (20 A in Germany), whatever the circuits above say.',
    z.optional(f.amps(PILOT_MIN_A, CONNECTOR_AMPS_MAX)),
  ),
  activePhases: key(
    'Active phases',
    'Phases that count for a vehicle. detected: those it was seen to use; connected: all of them, so that none that it adds surprises.',
    z.optional(f.oneWord(ACTIVE_PHASES)),
  ),
  mode: key(
    'Mode',
    'Which power it takes: fast, full-green, green-priority or speed-priority; solar.mode when left out.',
    z.optional(chargeMode()),
  ),
  phaseSwitch: key(
    'Phase switch',
    'What it may be told, if it says that it can. one-three: one phase where three have no minimum; best-phase: a vehicle on one phase goes to the best one.',
    z.optional(f.oneWord(PHASE_SWITCHES)),
  ),
  priority: key('Priority', '1 is served first.', z._default(f.whole(1, 100), 1)),
  session: key(
    'Session limits',
    'What one vehicle may take at most. Then it gets 0 A until it is unplugged.',
    z.optional(sessionSchema),
  ),
  wakeUp: key('Wake-up', `${WAKE_UP}; true when left out.`, z.optional(f.yesNo())),
  schedule: key(
    'Schedule',
    'Lower limits at certain times; docs/schedule.md shows how it is written.',
    z.optional(scheduleSchema(f.amps(0, CONNECTOR_AMPS_MAX), 'never above maxA; below minA it pauses')),
  ),
});

export const defaultsSchema = f.group({
  maxA: key(
    'Maximum',
    'maxA of charge points that leave it out, in A. An adopted one gets at most this.',
    z.optional(maxA()),
  ),
  minA: key(
    'Minimum',
    'minA of charge points that leave it out, in A. An adopted one gets at least this, or is paused.',
    z.optional(minA()),
  ),
  disconnectedLimitA: key(
    'Disconnected limit',
    'disconnectedLimitA of charge points that leave it out, in A; "check" assumes it of slaves that are not listed.',
    z.optional(disconnectedLimitA()),
  ),
  activePhases: key(
    'Active phases',
    'activePhases of charge points that leave it out, and of adopted ones.',
    z.optional(f.oneWord(ACTIVE_PHASES)),
  ),
  wakeUp: key(
    'Wake-up',
    `wakeUp of charge points that leave it out, adopted ones too. ${WAKE_UP}.`,
    z.optional(f.yesNo()),
  ),
});

export const driverSchema = f.group({
  type: key('Driver', 'virtual: a simulated charge point with a simulated vehicle.', f.oneWord(['virtual'])),
  vehiclePhases: key('Vehicle phases', 'How many phases the vehicle uses.', z._default(f.phaseCount(), 3)),
  phaseSwitch: key(
    'Phase switch',
    'The phases that the charge point can connect alone: one-three: L1; best-phase: each. All are connected when left out.',
    z.optional(f.oneWord(PHASE_SWITCHES)),
  ),
  vehicleMaxA: key(
    'Vehicle maximum',
    'The most, in A, that the vehicle draws on each phase.',
    z._default(f.amps(0, CONNECTOR_AMPS_MAX), 32),
  ),
});

export type ChargePointEntry = z.output<typeof chargePointSchema>;
