/**
 * The schema of a scenario file: the only place where its keys, ranges, defaults and their descriptions stand; the
 * tables of docs/scenarios.md are made from it. What belongs to a configuration is taken from src/config.
 */
import * as z from 'zod/mini';
import { PILOT_MIN_A } from '../../base/units.js';
import { TYPICAL_VEHICLE } from '../../chargers/vehicle.js';
import * as f from '../../config/fields.js';
import { docs, key } from '../../config/fields.js';
import { CONNECTOR_AMPS_MAX, connectorSchema, PILOT_MAX_A } from '../../config/schema/charge-points.js';
import { CALM_NETWORK } from '../virtual-network.js';

/** A week: the longest that anybody waits for, and far below what a number of milliseconds holds. */
const MINUTES_MAX = 7 * 24 * 60;
const SECONDS_MAX = MINUTES_MAX * 60;
/** A minute: far above what any network or meter takes. */
const DELAY_MAX_MS = 60_000;
const FAULTS_MAX = 1000;
const LOADS_MAX = 2000;
const SOLAR_MAX_W = 5_000_000;

/** What is played knows whole milliseconds only. */
function seconds(low: number) {
  const error = `seconds, ${low} to ${SECONDS_MAX}, with three decimals at most`;
  const isWholeMs = (timeS: number): boolean => Math.abs(timeS * 1000 - Math.round(timeS * 1000)) < 1e-6;
  return f.quantity('seconds', low, SECONDS_MAX).check(z.refine(isWholeMs, { error }));
}

const percent = (high = 100) => f.quantity('a share in percent', 0, high);
const delayMs = () => f.milliseconds(0, DELAY_MAX_MS);

/** A key of a configuration's connector; absent: as configured. */
function asConfigured<S extends z.core.$ZodType>(schema: z.ZodMiniDefault<S>) {
  const { title, description } = docs.get(schema) ?? { title: '', description: '' };
  return key(title, description, z.optional(schema._zod.def.innerType));
}

const clocksSchema = f.group({
  driftPercent: key('Drift', 'No clock runs faster or slower than true time by more.', z._default(percent(5), 0.5)),
});

export const networkSchema = f.group({
  lossPercent: key('Loss', 'Share of the datagrams that are lost.', z._default(percent(), 0)),
  duplicationPercent: key('Duplication', 'Share of the datagrams that arrive twice.', z._default(percent(), 0)),
  delayMinMs: key(
    'Least delay',
    'The least time in ms that a datagram takes.',
    z._default(delayMs(), CALM_NETWORK.delayMinMs),
  ),
  delayMaxMs: key(
    'Largest delay',
    'The most time in ms that a datagram takes.',
    z._default(delayMs(), CALM_NETWORK.delayMaxMs),
  ),
  tailPercent: key('Tail', 'Share of the datagrams that take up to tailMs instead.', z._default(percent(), 0)),
  tailMs: key('Delay of the tail', 'The most time in ms that those take.', z._default(delayMs(), CALM_NETWORK.tailMs)),
});

const metersSchema = f.group({
  latencyMs: key('Latency', 'Milliseconds that a meter takes to answer.', z._default(delayMs(), 5)),
  renewMs: key(
    'Renewal',
    'How often, in ms, a meter renews its registers.',
    z._default(f.milliseconds(20, DELAY_MAX_MS), 200),
  ),
  noiseA: key('Noise', 'Largest error, in A, of what a meter shows.', z._default(f.amps(0, 10), 0.1)),
  roundA: key(
    'Rounding',
    'A meter shows multiples of so many A: 1 for whole amperes; 0 where it rounds nothing.',
    z._default(f.amps(0, 10), 0),
  ),
});

const { maxA, minA, disconnectedLimitA, phases, rotation } = connectorSchema.shape;

export const builtPointSchema = f.group({
  id: key('Charge point', 'Id of a charge point of the configuration.', f.id('the id of a charge point')),
  circuit: key('Circuit', 'Id of the circuit where its cable really ends.', z.optional(f.id('the id of a circuit'))),
  maxA: asConfigured(maxA),
  minA: asConfigured(minA),
  disconnectedLimitA: asConfigured(disconnectedLimitA),
  phases: asConfigured(phases),
  rotation: asConfigured(rotation),
});

export const buildingSchema = f.group({
  circuit: key('Circuit', 'Id of the circuit that feeds these consumers.', f.id('the id of a circuit')),
  lowA: key(
    'Least',
    'The least, in A, that they take together: one number, or [L1, L2, L3].',
    z._default(f.phaseAmps(), 0),
  ),
  highA: key('Most', 'The most, in A, that they take together: one number, or [L1, L2, L3].', f.phaseAmps()),
  everyS: key('Pace', 'Seconds from one change to the next, on average.', z._default(seconds(0.1), 20)),
});

export const daySchema = f.group({
  circuit: key('Circuit', 'Id of the circuit that feeds these consumers.', f.id('the id of a circuit')),
  start: key('Time of day', 'Time of day at the start of the run.', z._default(f.timeOfDay(), '17:00')),
  households: key(
    'Households',
    'How many households of the kind of loadFile it is.',
    z._default(f.quantity('a number of households', 0, 1000), 8),
  ),
  plants: key(
    'PV plants',
    'How many PV plants of the kind of pvFile feed in.',
    z._default(f.quantity('a number of plants', 0, 1000), 0),
  ),
  loadFile: key(
    'Load of a household',
    'File with minute,power_w for each minute of a day, relative to this one; generated when left out.',
    z.optional(f.fileName('the name of a file')),
  ),
  pvFile: key(
    'Production of a plant',
    'File with minute,power_w for each minute of a day, relative to this one; generated when left out.',
    z.optional(f.fileName('the name of a file')),
  ),
});

export const loadSchema = f.group({
  circuit: key('Circuit', 'Id of the circuit that feeds these consumers.', f.id('the id of a circuit')),
  atS: key('Begin', 'Seconds from the start.', seconds(0)),
  loadA: key('Load', 'What they take from then on, in A: one number, or [L1, L2, L3].', f.phaseAmps()),
});

export const solarStepSchema = f.group({
  circuit: key('Circuit', 'Id of the circuit into which it feeds.', f.id('the id of a circuit')),
  atS: key('Begin', 'Seconds from the start.', seconds(0)),
  powerW: key(
    'Power',
    'What PV feeds in from then on, in W: one number, evenly on three phases, or [L1, L2, L3].',
    f.phaseWatts(SOLAR_MAX_W),
  ),
});

const voltageStepSchema = f.group({
  atS: key('Begin', 'Seconds from the start.', seconds(0)),
  voltageV: key('Voltage', 'Between phase and neutral, in V.', f.quantity('a voltage in V', 0, 400)),
});

export const vehicleSchema = f.group({
  chargePoint: key('Charge point', 'Id of the charge point where it is plugged in.', f.id('the id of a charge point')),
  atS: key('Arrival', 'Seconds from the start until it is plugged in.', seconds(0)),
  leaveS: key(
    'Departure',
    'Seconds from the start until it leaves; it stays to the end when left out.',
    z.optional(seconds(0)),
  ),
  phases: key(
    'Phases',
    'How many phases it uses; those of the charge point when left out.',
    z.optional(f.phaseCount()),
  ),
  minA: key(
    'Minimum',
    'Below this many A it does not charge; 6 by IEC 61851-1, 7 or 8 for some.',
    z._default(f.amps(PILOT_MIN_A, PILOT_MAX_A), TYPICAL_VEHICLE.minA),
  ),
  maxA: key(
    'Maximum',
    'The most, in A, that it draws on each phase; maxA of the charge point when left out.',
    z.optional(f.amps(PILOT_MIN_A, CONNECTOR_AMPS_MAX)),
  ),
  energyKwh: key(
    'Energy',
    'Kilowatt-hours until it is full; never when left out.',
    z.optional(f.quantity('an energy in kWh', 0.1, 1000)),
  ),
  reactionMs: key(
    'Reaction',
    'Milliseconds from a new limit to the current that follows it; IEC 61851-1 allows 5000.',
    z._default(delayMs(), TYPICAL_VEHICLE.reactionMs),
  ),
  rampAPerS: key(
    'Ramp',
    'How fast its current rises, in A per second; it falls at once.',
    z._default(f.quantity('a rise in A per second', 0.1, 1000), TYPICAL_VEHICLE.rampAPerS),
  ),
  startS: key(
    'Start',
    'Seconds from its reaction to its first current, after each pause; some vehicles check their battery first.',
    z._default(seconds(0), TYPICAL_VEHICLE.startMs / 1000),
  ),
  coolsEveryS: key(
    'Cooling',
    'After so many seconds of charging it pauses by itself to cool; never when left out.',
    z.optional(seconds(1)),
  ),
  coolsForS: key(
    'Length of the cooling',
    'Seconds that such a pause lasts.',
    z._default(seconds(0), TYPICAL_VEHICLE.coolsForMs / 1000),
  ),
  needsWakeUp: key(
    'Wake-up',
    'true: once paused it stays asleep until it is plugged in anew, or its pilot is interrupted.',
    z._default(f.yesNo(), false),
  ),
});

export const faultSchema = f.group({
  atS: key('Begin', 'Seconds from the start.', seconds(0)),
  forS: key('Length', 'Seconds that it lasts.', seconds(0.1)),
  fault: key('Fault', 'What goes wrong, by its name in the table of faults.', f.id('the name of a fault')),
  target: key(
    'Target',
    'Id of the meter or charge point that it befalls; drawn from the seed when left out.',
    z.optional(f.id('the id of a meter or charge point')),
  ),
});

export const scenarioSchema = f.group({
  name: key('Name', 'What is played, for people.', f.title()),
  durationMin: key(
    'Duration',
    'Minutes that are played; 10 more than the last fault ends at, or 10, when left out.',
    z.optional(f.minutes(1, MINUTES_MAX)),
  ),
  configurationFile: key(
    'Configuration file',
    'The configuration of a master, as evenkeel run reads it; a relative path counts from this file.',
    z.optional(f.fileName('the name of a file such as site.yaml')),
  ),
  // Held against the schema of configurations by their own reader.
  configuration: key(
    'Configuration',
    'The configuration itself instead of the name of its file.',
    z.optional(z.unknown()),
  ),
  standby: key('Standby', 'true: a second master stands by.', z._default(f.yesNo(), false)),
  auth: key(
    'Authentication',
    'on: datagrams are signed; as the configuration says when left out, and off where that says nothing.',
    z.optional(f.oneWord(['on', 'off'])),
  ),
  clocks: key('Clocks', 'How well the clocks run.', z.prefault(clocksSchema, {})),
  network: key(
    'Network',
    'How datagrams travel all the time; what goes wrong later is a fault.',
    z.prefault(networkSchema, {}),
  ),
  meters: key('Meters', 'How well the meters measure.', z.prefault(metersSchema, {})),
  chargePoints: key(
    'Charge points',
    'How charge points are really built; as configured, what is left out.',
    z._default(f.list('charge points', builtPointSchema), []),
  ),
  building: key('Building', 'The other consumers of each circuit.', z._default(f.list('loads', buildingSchema), [])),
  days: key(
    'Days',
    'Households and PV plants of a circuit, through a recorded or generated day.',
    z._default(f.list('days', daySchema), []),
  ),
  loads: key(
    'Loads',
    'The other consumers of a circuit, step by step over time.',
    z._default(f.list('loads', loadSchema, { atMost: LOADS_MAX }), []),
  ),
  solar: key(
    'PV',
    'What PV feeds into a circuit, step by step over time, beside its other consumers.',
    z._default(f.list('steps', solarStepSchema, { atMost: LOADS_MAX }), []),
  ),
  voltage: key(
    'Voltage',
    'The voltage of the grid, step by step over time; before the first step that of the configuration.',
    z._default(f.list('steps', voltageStepSchema, { atMost: LOADS_MAX }), []),
  ),
  vehicles: key('Vehicles', 'Who charges when.', z._default(f.list('vehicles', vehicleSchema), [])),
  faults: key('Faults', 'What goes wrong when.', z._default(f.list('faults', faultSchema, { atMost: FAULTS_MAX }), [])),
});

export type BuiltPointEntry = z.output<typeof builtPointSchema>;
export type BuildingEntry = z.output<typeof buildingSchema>;
export type DayEntry = z.output<typeof daySchema>;
export type LoadEntry = z.output<typeof loadSchema>;
export type SolarStepEntry = z.output<typeof solarStepSchema>;
export type VehicleEntry = z.output<typeof vehicleSchema>;
export type FaultEntry = z.output<typeof faultSchema>;
export type NetworkEntry = z.output<typeof networkSchema>;
export type ScenarioEntry = z.output<typeof scenarioSchema>;
