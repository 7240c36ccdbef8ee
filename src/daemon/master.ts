/** The master, put together from real parts: sockets, meters, broker, log, state file, systemd. */
import { hostname } from 'node:os';
import { seededRng } from '../base/rng.js';
import type { MasterConfig, MqttConfig } from '../config/types.js';
import { siteSlug } from '../northbound/topics.js';
import type { BroadcastPort } from '../ports/datagram-port.js';
import type { StateStore } from '../ports/state-store.js';
import type { StatusSink } from '../ports/status-sink.js';
import { MasterRuntime } from '../runtime/master.js';
import { MasterNet } from '../transports/master-net.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { openBuses } from './buses.js';
import { controlPath } from './control-path.js';
import { type ControlSocket, openControlSocket } from './control-socket.js';
import { masterIdOf, newBootId, newSeed, version } from './identity.js';
import { createInputs, type Inputs } from './inputs.js';
import { type InternalSlave, openInternalSlave } from './internal-slave.js';
import { createMeters, type Meters } from './meters.js';
import { bindFailure } from './bind-failure.js';
import type { DaemonLogger } from './pino-logger.js';
import type { Running } from './reloads.js';
import { optimizerFor } from './optimizer.js';
import { readyOnce } from './ready-once.js';
import { type DaemonRecorder, openRecorder } from './recorder.js';
import type { Notifier } from './sd-notify.js';
import { siteAuth, tellAuth } from './site-key.js';
import { Section14aFile } from './section-14a-file.js';
import { openStateFile } from './state-file.js';

/** How often a reload looks whether the state file is written. */
const SAVE_LOOK_MS = 5;

export interface MasterStart {
  readonly config: MasterConfig;
  readonly configFile: string;
  /** Absent: nothing is kept over a restart. */
  readonly stateDir: string | undefined;
  /** Waits until no other master is active. */
  readonly isStandby: boolean;
  /** It decided until a moment ago, with the configuration before this one. */
  readonly wasActive: boolean;
  readonly notifier: Notifier;
  /** Where commands are taken, as asked for; absent: where controlPath says. */
  readonly socket: string | undefined;
  readonly logger: DaemonLogger;
}

/** Throws an `ExitError` when a port or the state directory cannot be had. */
export async function startMaster(start: MasterStart): Promise<Running> {
  const { stateDir, socket, logger } = start;
  const store = stateDir === undefined ? undefined : openStateFile(stateDir, systemTimers);
  const path = controlPath({ socket, stateDir, env: process.env });
  // Before anything else: of two masters with one state directory the second ends here.
  const control = path && (await openControlSocket({ path, isAsked: socket !== undefined, logger }));
  if (!path) logger.log('info', 'CONTROL', 'no commands are taken: no --socket, state or runtime directory', {});
  const opened: (() => Promise<void>)[] = control ? [() => control.close()] : [];
  try {
    return await assembleMaster(start, { ...(store && { store }), ...(control && { control }), opened });
  } catch (error) {
    // The process may go on with another configuration.
    await Promise.allSettled(opened.map((close) => close()));
    throw error;
  }
}

interface Opened {
  readonly store?: StateStore;
  readonly control?: ControlSocket;
  /** Closes what was opened, should the rest fail. */
  readonly opened: (() => Promise<void>)[];
}

async function assembleMaster(
  { config, configFile, stateDir, isStandby, wasActive, notifier, logger }: MasterStart,
  { store, control, opened }: Opened,
): Promise<Running> {
  const { site, discovery } = config;
  const auth = siteAuth(config, process.env);
  const bootId = newBootId();
  const masterId = masterIdOf(bootId);
  logger.log('info', 'START', `evenkeel ${version()} master ${masterId}: ${describeSite(config)}`, {
    configFile,
    stateDir: stateDir ?? null,
    masterId,
  });
  tellAuth(auth, logger);
  if (!store) logger.log('warn', 'START', 'no state directory: after a restart old leases are waited for', {});
  const sockets = await MasterNet.open({ ...discovery, timers: systemTimers, logger }).catch(bindFailure);
  opened.push(() => sockets.close());
  const internal =
    config.internalSlave &&
    (await openInternalSlave(config.internalSlave, config, { sockets, auth, logger, stateDir }));
  if (internal) opened.push(() => internal.stop());
  const net = internal?.net ?? sockets;
  const sinks = config.mqtt ? [await mqttSink(config.mqtt, config, logger)] : [];
  opened.push(...sinks.map((sink) => () => sink.close()));
  const buses = openBuses();
  opened.push(() => buses.close());
  const inputs = await createInputs(config, buses, { masterId, emit: (news) => runtime.hear(news) });
  const meters = createMeters(
    config.meters,
    site,
    {
      emit: (event) => runtime.hearMeter(event),
      drawnBehindA: (meterId) => runtime.drawnBehindA(meterId),
    },
    buses,
  );
  const identity = { site, version: version(), masterId, bootId, rank: isStandby ? 1 : 0 };
  let isActive = false;
  const taped = { ...identity, isLasting: store !== undefined, clock: systemClock };
  const recorder = config.recorder && openRecorder(config.recorder, stateDir, taped, logger);
  const section14aLog =
    stateDir === undefined
      ? undefined
      : new Section14aFile({ directory: stateDir, clock: systemClock, timers: systemTimers, logger });
  const optimizeFor = optimizerFor();
  const tellReady = readyOnce(notifier, logger, 'first decision made');
  const runtime: MasterRuntime = new MasterRuntime({
    ...identity,
    wasActive,
    recorder,
    net,
    clock: systemClock,
    timers: systemTimers,
    logger,
    sinks,
    ...(store && { store }),
    ...(section14aLog && { section14aLog }),
    auth,
    meters,
    onTick: (nowMs, summary) => {
      optimizeFor(runtime.controller.records.length);
      tellReady(nowMs, summary);
    },
  });
  meters.start();
  runtime.start();
  inputs.start();
  internal?.start();
  control?.serve(runtime.commands);
  return {
    get isActive() {
      return isActive;
    },
    stop: async (isReload) => {
      isActive = runtime.isActive;
      if (isReload) {
        notifier.reloading();
        await saved(runtime);
      } else notifier.stopping();
      await stopMaster(runtime, { meters, inputs, sinks, net, internal, control, recorder, section14aLog });
    },
  };
}

function describeSite({ site, meters, mqtt, discovery, internalSlave }: MasterConfig): string {
  const circuits = `${site.circuits.length} circuits, ${site.chargePoints.length} charge points listed`;
  const where = discovery.broadcast ? `UDP ${discovery.port}` : `${discovery.addresses.length} fixed addresses`;
  const internal = internalSlave ? `, internal slave ${internalSlave.id}` : '';
  return `site "${site.site}", network id ${site.networkId}, ${circuits}, ${meters.length} meters, ${where}, MQTT ${mqtt?.url ?? 'off'}${internal}`;
}

/** Loaded only where it is configured: the library costs 12 MB. */
async function mqttSink(mqtt: MqttConfig, { site }: MasterConfig, logger: DaemonLogger): Promise<StatusSink> {
  const { createMqttPublisher } = await import('../northbound/mqtt-publisher.js');
  return createMqttPublisher({
    ...mqtt,
    site: site.site,
    clientId: `evenkeel-${hostname()}-${siteSlug(site.site)}-${site.networkId}`,
    logger,
    clock: systemClock,
    timers: systemTimers,
    rng: seededRng(newSeed()),
  });
}

/** The next start reads the state file: no save may be under way. Control goes on meanwhile. */
async function saved(runtime: MasterRuntime): Promise<void> {
  while (runtime.isSaving) await new Promise((resolve) => setTimeout(resolve, SAVE_LOOK_MS));
}

/** Grants are not taken back: they run out by themselves, and the slaves go on with what they have until then. */
async function stopMaster(
  runtime: MasterRuntime,
  parts: {
    meters: Meters;
    inputs: Inputs;
    sinks: readonly StatusSink[];
    net: BroadcastPort;
    internal: InternalSlave | undefined;
    control: ControlSocket | undefined;
    recorder: DaemonRecorder | undefined;
    section14aLog: Section14aFile | undefined;
  },
): Promise<void> {
  runtime.stop();
  await Promise.all([
    parts.control?.close(),
    parts.internal?.stop(),
    parts.inputs.stop(),
    parts.meters.stop(),
    parts.net.close(),
    ...parts.sinks.map((sink) => sink.close()),
    parts.recorder?.close(),
    parts.section14aLog?.close(),
  ]);
}
