/** The slave in the master's own process: the same slave as any other, with a shorter way to this master. */
import type { ChargerConfig, MasterConfig } from '../config/types.js';
import type { Auth } from '../discovery/auth.js';
import type { BroadcastPort } from '../ports/datagram-port.js';
import { internalLink, type MasterSockets } from '../transports/internal-link.js';
import { SlaveNet } from '../transports/slave-net.js';
import { systemTimers } from '../transports/system-time.js';
import { bindFailure } from './bind-failure.js';
import type { DaemonLogger } from './pino-logger.js';
import { createSlave, slaveStore } from './slave.js';

export interface InternalSlave {
  /** The master's way to this slave and to all others. */
  readonly net: BroadcastPort;
  start(): void;
  stop(): Promise<void>;
}

export interface InternalSlaveParts {
  readonly sockets: MasterSockets;
  /** The site's: the keys of this charge point are among those that follow from it. */
  readonly auth: Auth | undefined;
  readonly logger: DaemonLogger;
  /** The master's; absent: nothing is kept over a restart. */
  readonly stateDir: string | undefined;
}

/**
 * It listens to other masters too, whatever the master itself does: while another one decides, that one serves it.
 * Throws an `ExitError` when the port cannot be had.
 */
export async function openInternalSlave(
  charger: ChargerConfig,
  { site, discovery: { port, interfaces } }: MasterConfig,
  { sockets, auth, logger, stateDir }: InternalSlaveParts,
): Promise<InternalSlave> {
  const where = { port, interfaces, broadcast: true };
  const slaveNet = await SlaveNet.open({ ...where, timers: systemTimers, logger }).catch(bindFailure);
  const link = internalLink(sockets, slaveNet);
  const { networkId, leaseMs } = site;
  const store = slaveStore(stateDir, charger.id);
  const runtime = createSlave(charger, { networkId, leaseMs, net: link.slave, auth, logger, store });
  return {
    net: link.master,
    start: () => runtime.start(),
    stop: async () => {
      runtime.stop();
      await link.slave.close();
    },
  };
}
