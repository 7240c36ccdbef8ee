/** A slave, put together from real parts: its sockets and the driver of its charge point. */
import type { ChargerConfig, SlaveConfig } from '../config/types.js';
import { TYPICAL_VEHICLE } from '../chargers/vehicle.js';
import { VirtualCharger } from '../chargers/virtual.js';
import { type SlaveOptions, SlaveRuntime } from '../runtime/slave.js';
import { FixedHosts } from '../transports/fixed-hosts.js';
import { SlaveNet } from '../transports/slave-net.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { bindFailure } from './bind-failure.js';
import { newBootId, version } from './identity.js';
import type { DaemonLogger } from './pino-logger.js';
import type { Running } from './process.js';
import { readyOnce } from './ready-once.js';
import { createNotifier } from './sd-notify.js';
import { chargePointAuth, tellAuth } from './site-key.js';

/** Throws an `ExitError` when the port cannot be had. */
export async function startSlave(config: SlaveConfig, logger: DaemonLogger): Promise<Running> {
  const { id, networkId, leaseMs, discovery } = config;
  const auth = chargePointAuth(config, process.env);
  const net = await SlaveNet.open({ ...discovery, timers: systemTimers, logger }).catch(bindFailure);
  const masters = new FixedHosts({ hosts: discovery.masters, timers: systemTimers, logger });
  const notifier = createNotifier({ logger, env: process.env });
  const runtime = createSlave(config, {
    networkId,
    leaseMs,
    net,
    logger,
    auth,
    fixedMasters: () => masters.list(),
    onStep: readyOnce(notifier, logger, 'first limit enforced'),
  });
  logger.log('info', 'START', `evenkeel ${version()} slave ${id}, network id ${networkId}, ${where(config)}`, {});
  tellAuth(auth, logger);
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

type SlaveParts = Pick<SlaveOptions, 'net' | 'logger' | 'auth' | 'fixedMasters' | 'onStep'>;

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
  const charger = new VirtualCharger({ phases: connector.phases, energyScale: 1 });
  const { vehiclePhases: phases, vehicleMaxA: maxA } = driver;
  charger.plugIn({ ...TYPICAL_VEHICLE, phases, maxA }, Math.floor(systemClock.monotonicMs()));
  return charger;
}
