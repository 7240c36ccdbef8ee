/** From the file's shape to what the program works with. */
import { byName } from '../base/aliases.js';
import { assert, defined } from '../base/assert.js';
import { type Network, wiringIn } from '../base/rotation.js';
import { mapPhases, PHASE_NAMES, type Volts } from '../base/units.js';
import type {
  AllocationRules,
  ChargePoint,
  Circuit,
  PhaseSwitchRules,
  RedistributionRules,
  Schedule,
  Site,
} from '../dlm/types.js';
import { inputConfig, siteInput } from './build-inputs.js';
import { section14aOf } from './build-section-14a.js';
import { solarOf } from './build-solar.js';
import { parseConnection } from './connection.js';
import { connectorDefaults } from './defaults.js';
import { type Endpoint, parseEndpoint } from './endpoint.js';
import type { KnownModel } from './facts.js';
import { PLACE_OF_ONE_PHASE, phasesOf } from './meter-checks.js';
import { fallbackOf, modeFallbackW, modeLimitW, withReserve } from './modes.js';
import { wattsPerAmp } from './network.js';
import { ampsOrShare, toPhases } from './phase-amps.js';
import * as z from 'zod/mini';
import { type ChargePointEntry, connectorSchema } from './schema/charge-points.js';
import type { PhaseSwitchEntry, RedistributionEntry } from './schema/allocation.js';
import type { CircuitEntry } from './schema/circuits.js';
import type { MasterFile } from './schema/master.js';
import type { MeterMapEntry } from './schema/meter-maps.js';
import type { MeterEntry } from './schema/meters.js';
import type { ScheduleEntry } from './schema/schedule.js';
import type { SlaveFile } from './schema/slave.js';
import type {
  ChargerConfig,
  DiscoveryConfig,
  MasterConfig,
  MeterConfig,
  MeterMapConfig,
  MeterWiring,
  MqttConfig,
  SlaveConfig,
} from './types.js';

const MS_PER_S = 1000;
const MS_PER_MIN = 60_000;
/** Of a meter with a map of the file. */
const UNIT_ID_OF_MAPS = 1;

function scheduleOf({ timeZone, rows }: ScheduleEntry): Schedule {
  const rowOf = ({ days, from, to, limitA }: ScheduleEntry['rows'][number]): Schedule['rows'][number] => ({
    days: typeof days === 'string' ? [days] : days,
    from,
    to,
    limitA: toPhases(limitA),
  });
  return { timeZone, rows: rows.map(rowOf) };
}

function circuitOf(entry: CircuitEntry, voltageV: Volts | undefined): Circuit {
  const { parent, operatorLimitA, schedule, meter, backgroundMaxA, imbalanceLimitA, fuse, redistribute, contractW } =
    entry;
  const isLifted = contractW !== undefined && entry.exportMakesRoom === true;
  const limitW = Math.min(
    entry.limitW ?? Number.POSITIVE_INFINITY,
    isLifted ? Number.POSITIVE_INFINITY : (contractW ?? Number.POSITIVE_INFINITY),
    modeLimitW(entry),
  );
  const fallbackW = modeFallbackW(entry);
  return {
    id: entry.id,
    ...(parent !== undefined && { parent }),
    limitA: toPhases(entry.limitA),
    ...(operatorLimitA !== undefined && { operatorLimitA: toPhases(operatorLimitA) }),
    ...(schedule && { schedule: scheduleOf(schedule) }),
    headroomA: ampsOrShare(entry.headroomA, entry),
    ...(meter !== undefined && { meter }),
    meterLocation: entry.meterLocation,
    fallbackA: fallbackOf(entry, voltageV),
    ...(fallbackW !== undefined && { fallbackW: Math.min(fallbackW, limitW) }),
    ...(backgroundMaxA !== undefined && { backgroundMaxA: toPhases(backgroundMaxA) }),
    ...(imbalanceLimitA !== undefined && { imbalanceLimitA }),
    ...(Number.isFinite(limitW) && { limitW }),
    ...(isLifted && { contractW }),
    ...(entry.section14a && { section14a: section14aOf(entry.section14a) }),
    ...(fuse !== undefined && { fuseType: fuse.type }),
    ...(redistribute !== undefined && { redistribute }),
  };
}

function chargePointOf(
  { name, location, session, schedule, rotation, ...entry }: ChargePointEntry,
  network: Network | undefined,
): ChargePoint {
  return {
    ...entry,
    rotation: wiringIn(network, rotation),
    ...(name !== undefined && { name }),
    ...(location !== undefined && { location }),
    ...(session !== undefined && { session }),
    ...(schedule && { schedule: scheduleOf(schedule) }),
  };
}

/** The schema has checked the address already. */
function endpoint(text: string, defaultPort: number): Endpoint {
  return defined(parseEndpoint(text, defaultPort), `address ${text}`);
}

function mapOf({ title, ...entry }: MeterMapEntry): MeterMapConfig {
  return { ...entry, title: title ?? entry.id, phases: phasesOf(entry.rows) };
}

/** `undefined`: connected as labelled. */
function wiringOf({ ctRatio, invert, phase, phaseOrder }: MeterEntry): MeterWiring | undefined {
  const inverted = mapPhases((each) => (Array.isArray(invert) ? invert.includes(PHASE_NAMES[each]) : invert));
  const order = phaseOrder ?? PLACE_OF_ONE_PHASE[phase ?? 'L1'];
  const isPlain = ctRatio === 1 && order === 'RST' && !inverted.includes(true);
  return isPlain ? undefined : { ctRatio, inverted, order };
}

function meterOf(entry: MeterEntry, { meterModels }: MasterFile, knownModels: readonly KnownModel[]): MeterConfig {
  const connection = parseConnection(entry.connection);
  assert(connection.ok, `connection ${entry.connection}`);
  const map = meterModels.find(({ id }) => id === entry.model);
  const known = byName(entry.model, knownModels);
  const wiring = wiringOf(entry);
  return {
    id: entry.id,
    model: known.ok ? known.value.id : entry.model,
    ...(map && { map: mapOf(map) }),
    ...(wiring && { wiring }),
    connection: connection.value,
    unitId: entry.unit ?? (known.ok ? known.value.unitId : UNIT_ID_OF_MAPS),
    pollPeriodMs: entry.pollPeriodMs,
    timeoutMs: entry.timeoutMs,
    maxAgeMs: entry.maxAgeMs,
  };
}

function discoveryOf({ discovery }: MasterFile): DiscoveryConfig {
  const { port, broadcast, interfaces } = discovery;
  return { port, broadcast, interfaces, addresses: discovery.addresses.map((text) => endpoint(text, port)) };
}

function mqttOf({ url, baseTopic, username, password }: NonNullable<MasterFile['mqtt']>): MqttConfig {
  return { url, baseTopic, ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

function rulesOf({ allocation, circuits }: MasterFile): AllocationRules {
  const { stepA, sharing, dwellMin, steadyMin, leastMinPerHour, raiseAPerS, redistribute, phaseSwitch } = allocation;
  // ALM pauses the vehicle that began last.
  const isAlm = circuits.some(({ alm }) => alm !== undefined);
  const { shortage = isAlm ? 'last-connected-first' : 'longest-charging-first' } = allocation;
  return {
    ...{ stepA, sharing, shortage, dwellMs: dwellMin * MS_PER_MIN, steadyMs: steadyMin * MS_PER_MIN },
    leastMsPerHour: leastMinPerHour * MS_PER_MIN,
    ...(raiseAPerS !== undefined && { raiseAPerS }),
    ...(redistribute && { redistribute: redistributionOf(redistribute) }),
    ...(phaseSwitch && { phaseSwitch: phaseSwitchOf(phaseSwitch) }),
  };
}

function phaseSwitchOf({ holdMin, sessionMin, maxPerHour, gainA }: PhaseSwitchEntry): PhaseSwitchRules {
  return { holdMs: holdMin * MS_PER_MIN, maxPerHour, gainA, sessionMs: sessionMin * MS_PER_MIN };
}

function redistributionOf({ holdS, ...amps }: RedistributionEntry): RedistributionRules {
  return { ...amps, holdMs: holdS * MS_PER_S };
}

function siteOf(file: MasterFile): Site {
  const { network } = file;
  const voltageV = wattsPerAmp(network, file.voltageV);
  const chargePoints = file.chargePoints.map((entry) => chargePointOf(entry, network));
  const bare = file.circuits.map((entry) => circuitOf(entry, voltageV));
  const circuits = bare.map((circuit, index) => withReserve(circuit, file.circuits[index] ?? {}, bare, chargePoints));
  const root = defined(
    circuits.find((circuit) => circuit.parent === undefined),
    'the root circuit',
  );
  return {
    site: file.site,
    networkId: file.networkId,
    samplePeriodMs: file.samplePeriodMs,
    leaseMs: file.leaseMs,
    ...(network !== undefined && { network }),
    ...(voltageV !== undefined && { voltageV }),
    circuits,
    chargePoints,
    ...(file.inputs.length > 0 && { inputs: file.inputs.map((input) => siteInput(input, circuits)) }),
    ...(file.solar && { solar: solarOf(file.solar, circuits) }),
    ...(file.defaults && { defaults: file.defaults }),
    defaultCircuit: file.discovery.circuit ?? root.id,
    autoAdopt: file.discovery.autoAdopt,
    allocation: rulesOf(file),
  };
}

/** What is not written of the connector is as the master lists the charge point, or else by default. */
function internalSlaveOf({ id, connector, driver, chargePoints, defaults }: MasterFile): ChargerConfig | undefined {
  if (id === undefined || driver === undefined) return undefined;
  const listed = chargePoints.find((each) => each.id === id);
  if (connector || !listed)
    return { id, connector: connector ?? z.parse(connectorSchema, connectorDefaults(defaults ?? {})), driver };
  const { phases, rotation, maxA, minA, disconnectedLimitA } = listed;
  return { id, connector: { phases, rotation, maxA, minA, disconnectedLimitA }, driver };
}

export function masterConfig(file: MasterFile, knownModels: readonly KnownModel[]): MasterConfig {
  const internalSlave = internalSlaveOf(file);
  return {
    role: 'master',
    site: siteOf(file),
    meters: file.meters.map((meter) => meterOf(meter, file, knownModels)),
    inputs: file.inputs.map(inputConfig),
    discovery: discoveryOf(file),
    ...(file.auth !== undefined && { auth: file.auth }),
    ...(file.keyFile !== undefined && { keyFile: file.keyFile }),
    ...(file.mqtt && { mqtt: mqttOf(file.mqtt) }),
    ...(file.recorder && { recorder: file.recorder }),
    ...(internalSlave && { internalSlave }),
    log: file.log,
  };
}

export function slaveConfig(file: SlaveFile): SlaveConfig {
  const { port, masters, ...discovery } = file.discovery;
  // The master's own port is the one above the port where everybody listens.
  return { ...file, discovery: { ...discovery, port, masters: masters.map((text) => endpoint(text, port + 1)) } };
}
