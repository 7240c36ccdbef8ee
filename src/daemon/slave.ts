/** A slave, put together from real parts: its sockets and the driver of its charge point. */
import type { SlaveConfig } from '../config/types.js';
import { TYPICAL_VEHICLE } from '../chargers/vehicle.js';
import { VirtualCharger } from '../chargers/virtual.js';
import { SlaveRuntime } from '../runtime/slave.js';
import { SlaveNet } from '../transports/slave-net.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { bindFailure } from './bind-failure.js';
import { newBootId, version } from './identity.js';
import type { DaemonLogger } from './pino-logger.js';
import type { Running } from './process.js';
import { chargePointAuth, tellAuth } from './site-key.js';

/** Throws an `ExitError` when the port cannot be had. */
export async function startSlave(config: SlaveConfig, logger: DaemonLogger): Promise<Running> {
  const { id, networkId, leaseMs, connector, discovery } = config;
  const auth = chargePointAuth(config, process.env);
  const net = await SlaveNet.open({ ...discovery, timers: systemTimers, logger }).catch(bindFailure);
  const runtime = new SlaveRuntime({
    facts: {
      ...connector,
      networkId,
      chargePointId: id,
      bootId: newBootId(),
      firmware: `evenkeel ${version()}`,
      leaseMs,
    },
    charger: virtualCharger(config),
    net,
    clock: systemClock,
    timers: systemTimers,
    logger,
    auth,
  });
  logger.log('info', 'START', `evenkeel ${version()} slave ${id}, network id ${networkId}, UDP ${discovery.port}`, {});
  tellAuth(auth, logger);
  runtime.start();
  return {
    stop: async () => {
      runtime.stop();
      await net.close();
    },
  };
}

/** The virtual driver has a vehicle plugged in from the start. */
function virtualCharger({ connector, driver }: SlaveConfig): VirtualCharger {
  const charger = new VirtualCharger({ phases: connector.phases, energyScale: 1 });
  const { vehiclePhases: phases, vehicleMaxA: maxA } = driver;
  charger.plugIn({ ...TYPICAL_VEHICLE, phases, maxA }, Math.floor(systemClock.monotonicMs()));
  return charger;
}
