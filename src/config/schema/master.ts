/** The file of a master. */
import { NETWORKS } from '../../base/rotation.js';
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';
import { allocationSchema } from './allocation.js';
import { chargePointSchema, connectorSchema, defaultsSchema, driverSchema } from './charge-points.js';
import { circuitSchema } from './circuits.js';
import { auth, keyFile, leaseMs, log, networkId, ROLE_EXPECTED } from './common.js';
import { masterDiscoverySchema } from './discovery.js';
import { INPUTS_MAX, inputSchema } from './inputs.js';
import { meterMapSchema } from './meter-maps.js';
import { meterSchema } from './meters.js';
import { mqttSchema, recorderSchema } from './services.js';
import { solarSchema } from './solar.js';

/** A site has dozens; the bound keeps every walk through the tree short. */
export const CIRCUITS_MAX = 1000;
/** More kinds of meters than any site has. */
export const METER_MAPS_MAX = 32;
export const SAMPLE_PERIOD_DEFAULT_MS = 1000;

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
  network: key(
    'Network',
    'TN: 230 V between phase and neutral. IT: 230 V between two conductors, and a vehicle on one phase loads both.',
    z.optional(f.oneWord(NETWORKS)),
  ),
  voltageV: key(
    'Voltage',
    'Between phase and neutral, in an IT network between two conductors, in V, where power is reckoned from currents and no meter shows it. 230 when left out.',
    z.optional(f.quantity('a voltage in V', 100, 400)),
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
  defaults: key(
    'Defaults',
    'For charge points that leave a key out, and for adopted ones that are not listed.',
    z.optional(defaultsSchema),
  ),
  chargePoints: key(
    'Charge points',
    'What is known of particular charge points; others may be found by discovery.',
    z._default(f.list('charge points', chargePointSchema), []),
  ),
  inputs: key(
    'Digital inputs',
    'Contacts and messages that lower a limit while they are active.',
    z._default(f.list('inputs', inputSchema, { atMost: INPUTS_MAX }), []),
  ),
  solar: key(
    'PV surplus',
    'Where PV surplus is measured, and which charge points take it; docs/solar.md. Nobody looks at it when left out.',
    z.optional(solarSchema),
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

export type MasterFile = z.output<typeof masterSchema>;
