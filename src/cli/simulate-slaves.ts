/** Virtual DLM slaves in one process: the product's own slave over real sockets, each with a virtual charge point behind. */
import { isId } from '../base/ids.js';
import { type PhaseCount, type Rotation, toGrid } from '../base/rotation.js';
import { TYPICAL_VEHICLE } from '../chargers/vehicle.js';
import { VirtualCharger } from '../chargers/virtual.js';
import { bindFailure } from '../daemon/bind-failure.js';
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import { newBootId, version } from '../daemon/identity.js';
import { createLogger } from '../daemon/pino-logger.js';
import { loadSiteKeys } from '../daemon/site-key.js';
import type { Auth } from '../discovery/auth.js';
import { chargePointKeyRing, chargePointKeys, type NumberedKey } from '../discovery/keys.js';
import type { SlaveFacts } from '../dlm/leases/slave.js';
import { SlaveRuntime } from '../runtime/slave.js';
import { sessionAt, sessionVehicle, type VehicleSession } from '../sim/day/arrivals.js';
import { minuteOfDay } from '../sim/day/time-lapse.js';
import { encodeWireReport } from '../sim/wiring.js';
import { nodeMac } from '../transports/node-mac.js';
import { SlaveNet } from '../transports/slave-net.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { UdpSocket } from '../transports/udp.js';
import { hostPort, untilSignal } from './endpoint.js';
import { sessions, timeLapse } from './world.js';

const STEP_MS = 100;
const LEASE_MS = 15_000;
/** Rotated as an installer would, so that single-phase vehicles load different phases. */
const ROTATED = ['RST', 'STR', 'TRS'] as const satisfies readonly Rotation[];

export interface SimulatedSlaves {
  readonly count: number;
  readonly ids: string | undefined;
  readonly of: number | undefined;
  readonly networkId: number;
  readonly port: number;
  readonly interface: string;
  readonly phases: PhaseCount;
  readonly maxA: number;
  readonly day: boolean;
  readonly data: string | undefined;
  readonly seed: number;
  readonly start: string;
  readonly factor: number;
  readonly began: number | undefined;
  readonly wire: string | undefined;
  /** Of the site: each slave gets its own keys of it. Absent: nothing is signed. */
  readonly keyFile: string | undefined;
}

interface Simulated {
  readonly facts: SlaveFacts;
  readonly charger: VirtualCharger;
  readonly runtime: SlaveRuntime;
  readonly net: SlaveNet;
  session: VehicleSession | undefined;
  reports: number;
}

export async function simulateSlaves(options: SimulatedSlaves): Promise<number> {
  const logger = createLogger({ level: 'info' });
  const ids = idsOf(options);
  const wireTo = options.wire === undefined ? undefined : hostPort('--wire', options.wire, 1);
  const park = options.day ? dayInThePark(options) : parkAtOnce(options);
  const siteKeys = options.keyFile === undefined ? undefined : loadSiteKeys(options.keyFile);
  const slaves = await Promise.all(ids.map((id) => startOne(id, options, siteKeys, logger)));
  const wire = await UdpSocket.open({ host: '127.0.0.1', port: 0, isShared: false, mayBroadcast: false, via: '' });
  const step = setInterval(() => {
    for (const slave of slaves) {
      park(slave);
      if (wireTo) wire.send(wireTo, wireReport(slave));
    }
  }, STEP_MS);
  await untilSignal();
  clearInterval(step);
  for (const { runtime } of slaves) runtime.stop();
  await Promise.all([wire.close(), ...slaves.map(({ net }) => net.close())]);
  await logger.flush();
  return EXIT.ok;
}

function idsOf({ count, ids }: SimulatedSlaves): readonly string[] {
  const list = ids?.split(',') ?? Array.from({ length: count }, (_, index) => `cp${index + 1}`);
  const wrong = list.find((id) => !isId(id));
  if (wrong !== undefined) throw new ExitError(EXIT.usage, `--ids: expected ids like cp1,cp2, got "${wrong}"`);
  return list;
}

/** cp4 is the fourth charge point of the site, wherever its slave runs. */
function placeOf(id: string): number {
  return Math.max(0, Number(/\d+$/.exec(id)?.[0] ?? 1) - 1);
}

async function startOne(
  id: string,
  options: SimulatedSlaves,
  siteKeys: readonly NumberedKey[] | undefined,
  logger: ReturnType<typeof createLogger>,
): Promise<Simulated> {
  const { port, interface: name } = options;
  const where = { port, broadcast: true, interfaces: [name] };
  const net = await SlaveNet.open({ ...where, timers: systemTimers, logger }).catch(bindFailure);
  const charger = new VirtualCharger({ phases: 3, energyScale: options.day ? options.factor : 1 });
  const facts: SlaveFacts = {
    networkId: options.networkId,
    chargePointId: id,
    bootId: newBootId(),
    maxA: options.maxA,
    minA: 6,
    disconnectedLimitA: 6,
    phases: 3,
    rotation: ROTATED[placeOf(id) % ROTATED.length] ?? 'RST',
    firmware: `evenkeel ${version()} virtual`,
    leaseMs: LEASE_MS,
  };
  const auth = siteKeys && chargePointAuthOf(siteKeys, id);
  const runtime = new SlaveRuntime({ facts, charger, net, clock: systemClock, timers: systemTimers, logger, auth });
  runtime.start();
  return { facts, charger, runtime, net, session: undefined, reports: 0 };
}

function chargePointAuthOf(siteKeys: readonly NumberedKey[], id: string): Auth {
  const own = siteKeys.map((key) => chargePointKeys(key, id, nodeMac));
  return { keys: chargePointKeyRing(id, own), mac: nodeMac };
}

function now(): number {
  return Math.floor(systemClock.monotonicMs());
}

/** Vehicles come and go by the sessions of the day. */
function dayInThePark(options: SimulatedSlaves): (slave: Simulated) => void {
  const all = sessions(options.of ?? options.count, { ...options, loadFactor: 1, pvFactor: 1 });
  const lapse = timeLapse(options.start, options.factor);
  const beganMs = options.began ?? systemClock.wallMs();
  return (slave) => {
    const minute = minuteOfDay(lapse, systemClock.wallMs() - beganMs);
    const session = sessionAt(all, placeOf(slave.facts.chargePointId), minute);
    if (session === slave.session) return;
    if (slave.session) slave.charger.unplug(now());
    slave.session = session;
    if (session) slave.charger.plugIn(sessionVehicle(session), now());
  };
}

/** Each has a vehicle from the start that never gets full. */
function parkAtOnce({ phases, maxA }: SimulatedSlaves): (slave: Simulated) => void {
  return ({ charger }) => {
    const isFree = charger.snapshot(now()).state === 'Available';
    if (isFree) charger.plugIn({ ...TYPICAL_VEHICLE, phases, maxA }, now());
  };
}

function wireReport(slave: Simulated): Uint8Array {
  slave.reports += 1;
  const { chargePointId, rotation } = slave.facts;
  const currentA = toGrid(rotation, slave.charger.snapshot(now()).currentA);
  return encodeWireReport({ chargePointId, seq: slave.reports, currentA });
}
