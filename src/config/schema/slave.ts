/** The file of a slave: one charge point. */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';
import { connectorSchema, driverSchema } from './charge-points.js';
import { auth, keyFile, leaseMs, log, networkId, ROLE_EXPECTED } from './common.js';
import { slaveDiscoverySchema } from './discovery.js';

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

export type SlaveFile = z.output<typeof slaveSchema>;
