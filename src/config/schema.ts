/**
 * The schema of both configuration files: the only place where keys, ranges, defaults and their descriptions stand.
 * The types of what is read, the checks, the texts of the issues and the published JSON Schema all come from here.
 */
import * as z from 'zod/mini';
import { ROTATIONS } from '../base/rotation.js';
import { FALLBACK_IGNORED_A, FUSE_TYPES, SHARING_RULES, SHORTAGE_RULES } from '../dlm/types.js';
import { MODBUS_PORT } from './connection.js';
import * as f from './fields.js';
import { key } from './fields.js';
import { meterMapSchema } from './meter-map-schema.js';

const DISCOVERY_PORT = 16030;
/** Most that one connector may deliver. */
export const CONNECTOR_AMPS_MAX = 500;
/** IEC 61851-1: the control pilot cannot signal less; a charger may round a smaller limit up to it. */
export const PILOT_MIN_A = 6;
export const PILOT_MAX_A = 80;
/** A site has dozens; the bound keeps every walk through the tree short. */
const CIRCUITS_MAX = 1000;
/** As many as a slave polls (docs/protocol.md). */
const FIXED_MASTERS_MAX = 4;
/** More kinds of meters than any site has. */
const METER_MAPS_MAX = 32;
const FUSE_KINDS = 'B, C, D: circuit breakers by IEC 60898-1; gG: fuses by IEC 60269; IEC60947-2: industrial breakers.';
export const ROLES = ['master', 'slave'] as const;
const ROLE_EXPECTED = `one of ${ROLES.join(', ')}`;

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
  headroomA: key(
    'Headroom',
    'Safety distance in A that is kept below the limit: one number, or [L1, L2, L3].',
    z._default(f.phaseAmps(), 0),
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
    `What the charge points take together, in A, while the meter is lost. 0: stop; ${FALLBACK_IGNORED_A}: ignore the loss.`,
    z._default(
      f.phaseAmps(FALLBACK_IGNORED_A, `0 to ${f.AMPS_MAX}, or ${FALLBACK_IGNORED_A} to ignore the loss of the meter`),
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
  fuse: key(
    'Kind of fuse',
    'How simulations count an overload (evenkeel simulate site); the most sensitive one, B, when left out.',
    z.optional(f.group({ type: key('Type', FUSE_KINDS, f.oneWord(FUSE_TYPES)) })),
  ),
});

export const meterSchema = f.group({
  id: key('Meter id', 'Name of the meter; circuits and the MQTT topics use it.', f.id('an id')),
  model: key(
    'Model',
    'Model of the meter; "evenkeel meter models" lists those that are known.',
    f.id('the model of a meter'),
  ),
  connection: key(
    'Connection',
    `Modbus TCP: tcp://HOST:PORT (port ${MODBUS_PORT} when left out). A serial line: rtu:PATH?baud=9600&parity=none&stopBits=1 with a PATH below /dev/serial/by-id. A gateway that passes RTU frames on: rtu+tcp://HOST:PORT. For devices that need a longer pause before they are asked: turnaroundMs=20 behind the ?.`,
    f.meterConnection(),
  ),
  unit: key(
    'Unit id',
    'Modbus unit id; as the model has it from the factory, mostly 1, when left out.',
    z.optional(f.whole(0, 255)),
  ),
  ctRatio: key(
    'Transformer ratio',
    'Currents and powers are multiplied with it: 40 for transformers 200/5 A that the meter does not know of.',
    z._default(f.factor(0.001, 10_000), 1),
  ),
  invert: key(
    'Inverted transformers',
    "Current transformers that sit the wrong way round: true for all, or those phases in the meter's own order.",
    z._default(f.somePhases(), false),
  ),
  phase: key(
    'Phase',
    'The phase of the grid where a meter with one phase sits; L1 when left out.',
    z.optional(f.phaseName()),
  ),
  phaseOrder: key(
    'Phase order',
    "How the L1, L2, L3 of a meter with three phases meet the grid's. STR: its L1 on grid L2, its L2 on L3, its L3 on L1.",
    z.optional(f.oneWord(ROTATIONS)),
  ),
  pollPeriodMs: key(
    'Poll period',
    'Milliseconds from one reading to the next.',
    z._default(f.milliseconds(50, 60_000), 250),
  ),
  timeoutMs: key(
    'Timeout',
    'Milliseconds that the device may take for one request, from its turn on the line on.',
    z._default(f.milliseconds(50, 60_000), 1000),
  ),
  maxAgeMs: key(
    'Maximum age',
    'Milliseconds after which a value counts as lost, and the fallback holds.',
    z._default(f.milliseconds(100, 600_000), 3000),
  ),
});

const networkId = () =>
  key(
    'DLM network id',
    'Separates several groups in one LAN: master and slaves of different ids ignore each other.',
    z._default(f.whole(0, 65535), 0),
  );

const port = () =>
  key('UDP port', 'Port of master and slaves, the same for all of a group.', z._default(f.udpPort(), DISCOVERY_PORT));

const interfaces = () =>
  key(
    'Network interfaces',
    'Names of the interfaces to use; empty: every one that can broadcast, and loopback only when it is named.',
    z._default(f.list('interface names', f.interfaceName()), []),
  );

const log = () =>
  key(
    'Log',
    'What is written to the log.',
    z.prefault(
      f.group({
        level: key(
          'Level',
          'Least important kind of line that is written.',
          z._default(f.oneWord(['debug', 'info', 'warn', 'error']), 'info'),
        ),
      }),
      {},
    ),
  );

const auth = () =>
  key(
    'Authentication',
    'on: datagrams are signed, and unsigned ones dropped; off: whoever reaches the network can forge limits. On where keyFile is given or a key is found, when left out.',
    z.optional(f.oneWord(['on', 'off'])),
  );

const keyFile = (description: string, example: string) => key('Key file', description, z.optional(f.filePath(example)));

/** What is known of a connector, in the master's list and in the slave's own file. */
const connectorKeys = () => ({
  maxA: key(
    'Maximum',
    'The most, in A, that the connector may deliver on each phase (hardware, cable, installation).',
    z._default(f.amps(PILOT_MIN_A, CONNECTOR_AMPS_MAX), 32),
  ),
  minA: key(
    'Minimum',
    'Below this many A a vehicle is paused instead of throttled; 6 by IEC 61851-1, some cars need 7 or 8.',
    z._default(f.amps(PILOT_MIN_A, PILOT_MAX_A), 6),
  ),
  disconnectedLimitA: key(
    'Disconnected limit',
    'What the charge point allows by itself, in A, while it hears no master; 0: it stops.',
    z._default(f.amps(0, CONNECTOR_AMPS_MAX), 6),
  ),
  phases: key('Phases', 'How many phases are connected.', z._default(f.phaseCount(), 3)),
  rotation: key(
    'Phase rotation',
    "How the connector's L1, L2, L3 meet the grid's, as OCPP spells it. STR: L1 on grid L2, L2 on L3, L3 on L1.",
    z._default(f.oneWord(ROTATIONS), 'RST'),
  ),
});

export const chargePointSchema = f.group({
  id: key('Charge point id', 'Id that the charge point reports.', f.id('an id')),
  circuit: key('Circuit', 'Id of the circuit that feeds it.', f.id('the id of a circuit')),
  ...connectorKeys(),
  priority: key('Priority', '1 is served first.', z._default(f.whole(1, 100), 1)),
});

export const masterDiscoverySchema = f.group({
  port: port(),
  broadcast: key(
    'Broadcast',
    'true: slaves are found by broadcast; false: only the addresses below are used.',
    z._default(f.yesNo(), true),
  ),
  interfaces: interfaces(),
  addresses: key(
    'Fixed addresses',
    'Slaves to be reached without broadcast: HOST or HOST:PORT (the port above when left out).',
    z._default(f.list('addresses', f.slaveAddress()), []),
  ),
  autoAdopt: key(
    'Adopt by itself',
    'true: a slave that is not listed under chargePoints is taken on when it is first heard.',
    z._default(f.yesNo(), true),
  ),
  circuit: key(
    'Circuit of new slaves',
    'Id of the circuit where slaves hang that are not listed; the root when left out.',
    z.optional(f.id('the id of a circuit')),
  ),
});

const allocationSchema = f.group({
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
});

const RECORDER_MB_DEFAULT = 16;
const RECORDER_MB_MAX = 1024;

const mqttSchema = f.group({
  url: key('Broker', 'mqtt://HOST or mqtt://HOST:PORT; mqtts:// for TLS.', f.mqttUrl()),
  baseTopic: key('Base topic', 'First part of every topic.', z._default(f.topic(), 'evenkeel')),
  username: key('User name', 'Name to log in to the broker with.', z.optional(f.credential('a user name'))),
  password: key('Password', 'Password to log in to the broker with.', z.optional(f.credential('a password'))),
});

const recorderSchema = f.group({
  file: key(
    'File',
    'The ring file; default: recorder.ring in the state directory.',
    z.optional(f.filePath('/var/lib/evenkeel/recorder.ring')),
  ),
  maxMb: key(
    'Size',
    'Its greatest size in MB; the oldest part is written over.',
    z._default(f.whole(1, RECORDER_MB_MAX), RECORDER_MB_DEFAULT),
  ),
});

export const SAMPLE_PERIOD_DEFAULT_MS = 1000;
export const LEASE_DEFAULT_MS = 15_000;

function leaseMs(description: string) {
  return key('Lease', description, z._default(f.milliseconds(6000, 60_000), LEASE_DEFAULT_MS));
}

export const connectorSchema = f.group(connectorKeys());

const driverSchema = f.group({
  type: key('Driver', 'virtual: a simulated charge point with a simulated vehicle.', f.oneWord(['virtual'])),
  vehiclePhases: key('Vehicle phases', 'How many phases the vehicle uses.', z._default(f.phaseCount(), 3)),
  vehicleMaxA: key(
    'Vehicle maximum',
    'The most, in A, that the vehicle draws on each phase.',
    z._default(f.amps(0, CONNECTOR_AMPS_MAX), 32),
  ),
});

export const masterSchema = f.group({
  role: key(
    'Role',
    'master: this file is for the DLM master.',
    z._default(z.literal('master', { error: ROLE_EXPECTED }), 'master'),
  ),
  site: key('Site', 'Name of the site, for people and for the MQTT topics.', f.title()),
  networkId: networkId(),
  samplePeriodMs: key(
    'Sample period',
    'Milliseconds from one division of the current to the next.',
    z._default(f.milliseconds(100, 60_000), SAMPLE_PERIOD_DEFAULT_MS),
  ),
  leaseMs: leaseMs(
    'Milliseconds that a limit holds without being renewed; then the charge point falls to its disconnected limit.',
  ),
  circuits: key(
    'Circuits',
    'Every fuse that matters, as a tree.',
    f.list('circuits', circuitSchema, { atLeast: 1, atMost: CIRCUITS_MAX }),
  ),
  meters: key('Meters', 'The meters that the circuits name.', z._default(f.list('meters', meterSchema), [])),
  meterModels: key(
    'Meter models',
    'Register maps of meters that evenkeel does not know; docs/meters.md shows how they are written.',
    z._default(f.list('meter models', meterMapSchema, { atMost: METER_MAPS_MAX }), []),
  ),
  discovery: key('Discovery', 'How master and slaves find each other.', z.prefault(masterDiscoverySchema, {})),
  chargePoints: key(
    'Charge points',
    'What is known of particular charge points; others may be found by discovery.',
    z._default(f.list('charge points', chargePointSchema), []),
  ),
  auth: auth(),
  keyFile: keyFile(
    'File with the key of the site; "evenkeel keys init" makes it. Default: the systemd credential site-key, else /etc/evenkeel/keys/site.key.',
    '/etc/evenkeel/keys/site.key',
  ),
  allocation: key('Allocation', 'How the current is divided.', z.prefault(allocationSchema, {})),
  mqtt: key('MQTT', 'The broker that gets the state of the site; no MQTT when left out.', z.optional(mqttSchema)),
  recorder: key(
    'Recorder',
    'Keeps what the master hears and decides in a file for "evenkeel replay"; nothing is recorded when left out.',
    z.optional(recorderSchema),
  ),
  log: log(),
  id: key(
    'Internal slave',
    'Id of the charge point beside this master; no internal slave when left out.',
    z.optional(f.id('the id of the internal slave')),
  ),
  connector: key(
    'Connector',
    'The charging interface of the internal slave; when left out, as chargePoints lists it.',
    z.optional(connectorSchema),
  ),
  driver: key('Driver', 'What stands behind the internal slave.', z.optional(driverSchema)),
});

export const slaveDiscoverySchema = f.group({
  port: port(),
  broadcast: key(
    'Broadcast',
    'true: masters are found by what they send to the port above; false: only the masters below are used.',
    z._default(f.yesNo(), true),
  ),
  interfaces: interfaces(),
  masters: key(
    'Fixed masters',
    "Masters to be asked without having heard them: HOST or HOST:PORT (the master's own port, the next one after the port above, when left out).",
    z._default(f.list('masters', f.masterAddress(), { atMost: FIXED_MASTERS_MAX }), []),
  ),
});

export const slaveSchema = f.group({
  role: key('Role', 'slave: this file is for one charge point.', z.literal('slave', { error: ROLE_EXPECTED })),
  networkId: networkId(),
  leaseMs: leaseMs("The master's lease. After a start without master 0 A holds for it and 10 s more."),
  id: key('Charge point id', 'Id that this charge point reports to the master.', f.id('an id')),
  connector: key('Connector', 'The one charging interface of this slave.', z.prefault(connectorSchema, {})),
  auth: auth(),
  keyFile: keyFile(
    'File with the keys of this charge point; "evenkeel keys show --slave-file ID" prints it. Default: the systemd credential charge-point-key, else /etc/evenkeel/keys/charge-point.key.',
    '/etc/evenkeel/keys/charge-point.key',
  ),
  driver: key('Driver', 'What stands behind this slave.', driverSchema),
  discovery: key('Discovery', 'How the master is found.', z.prefault(slaveDiscoverySchema, {})),
  log: log(),
});

export type CircuitEntry = z.output<typeof circuitSchema>;
export type MeterEntry = z.output<typeof meterSchema>;
export type ChargePointEntry = z.output<typeof chargePointSchema>;
export type DiscoveryEntry = z.output<typeof masterDiscoverySchema>;
export type SlaveDiscoveryEntry = z.output<typeof slaveDiscoverySchema>;
export type MasterFile = z.output<typeof masterSchema>;
export type SlaveFile = z.output<typeof slaveSchema>;
