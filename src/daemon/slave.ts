/** A slave, put together from real parts: its sockets and the driver of its charge point. */
import type { ChargerConfig, SlaveConfig } from '../config/types.js';
import { TYPICAL_VEHICLE } from '../chargers/vehicle.js';
import { VirtualCharger } from '../chargers/virtual.js';
import { type SlaveOptions, SlaveRuntime } from '../runtime/slave.js';
import type { StateStore } from '../ports/state-store.js';
import { FixedHosts } from '../transports/fixed-hosts.js';
import { SlaveNet } from '../transports/slave-net.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { bindFailure } from './bind-failure.js';
import { newBootId, version } from './identity.js';
import type { DaemonLogger } from './pino-logger.js';
import type { Running } from './reloads.js';
import { readyOnce } from './ready-once.js';
import { createNotifier } from './sd-notify.js';
import { openStateFile, slaveFile } from './state-file.js';
import { chargePointAuth, tellAuth } from './site-key.js';

export interface SlaveStart {
  readonly config: SlaveConfig;
  /** Absent: nothing is kept over a restart. */
  readonly stateDir: string | undefined;
  readonly logger: DaemonLogger;
}

/** Throws an `ExitError` when the port or the state directory cannot be had. */
export async function startSlave({ config, stateDir, logger }: SlaveStart): Promise<Running> {
  const { id, networkId, leaseMs, discovery } = config;
  const auth = chargePointAuth(config, process.env);
  const store = slaveStore(stateDir, id);
  const net = await SlaveNet.open({ ...discovery, timers: systemTimers, logger }).catch(bindFailure);
  const masters = new FixedHosts({ hosts: discovery.masters, timers: systemTimers, logger });
  const notifier = createNotifier({ logger, env: process.env });
  const runtime = createSlave(config, {
    networkId,
    leaseMs,
    net,
    logger,
    auth,
    store,
    fixedMasters: () => masters.list(),
    onStep: readyOnce(notifier, logger, 'first limit enforced'),
  });
  logger.log('info', 'START', `evenkeel ${version()} slave ${id}, network id ${networkId}, ${where(config)}`, {});
  tellAuth(auth, logger);
  if (!store)
    logger.log('warn', 'START', 'no state directory: a raised disconnected limit holds before masters know of it', {});
  runtime.start();
  return {
    stop: async () => {
      notifier.stopping();
      runtime.stop();
      masters.close();
      await net.close();
    },
  };
}

function where({ discovery: { port, broadcast, masters } }: SlaveConfig): string {
  const fixed = masters.length > 0 ? [`${masters.length} fixed masters`] : [];
  return [...(broadcast ? [`UDP ${port}`] : []), ...fixed].join(', ');
}

/** One file for each charge point. Throws an `ExitError` when there can be no such directory. */
export function slaveStore(stateDir: string | undefined, chargePointId: string): StateStore | undefined {
  return stateDir === undefined ? undefined : openStateFile(stateDir, systemTimers, slaveFile(chargePointId));
}

type SlaveParts = Pick<SlaveOptions, 'net' | 'logger' | 'auth' | 'store' | 'fixedMasters' | 'onStep'>;

/** One charge point with its driver, new since this start; it does nothing yet. */
export function createSlave(
  config: ChargerConfig,
  { networkId, leaseMs, ...parts }: SlaveParts & Pick<SlaveConfig, 'networkId' | 'leaseMs'>,
): SlaveRuntime {
  const { id: chargePointId, connector } = config;
  const firmware = `evenkeel ${version()}`;
  return new SlaveRuntime({
    ...parts,
    facts: { ...connector, networkId, chargePointId, bootId: newBootId(), firmware, leaseMs },
    charger: virtualCharger(config),
    clock: systemClock,
    timers: systemTimers,
  });
}

/** The virtual driver has a vehicle plugged in from the start. */
function virtualCharger({ connector, driver }: ChargerConfig): VirtualCharger {
  const charger = new VirtualCharger({ phases: connector.phases, energyScale: 1, phaseSwitch: driver.phaseSwitch });
  const { vehiclePhases: phases, vehicleMaxA: maxA } = driver;
  charger.plugIn({ ...TYPICAL_VEHICLE, phases, maxA }, Math.floor(systemClock.monotonicMs()));
  return charger;
}
