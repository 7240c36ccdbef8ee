/** Keys that both files have, the master's and the slave's. */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';

const DISCOVERY_PORT = 16030;
export const ROLES = ['master', 'slave'] as const;
export const ROLE_EXPECTED = `one of ${ROLES.join(', ')}`;

export const LEASE_DEFAULT_MS = 15_000;

export function leaseMs(description: string) {
  return key('Lease', description, z._default(f.milliseconds(6000, 60_000), LEASE_DEFAULT_MS));
}

export const networkId = () =>
  key(
    'DLM network id',
    'Separates several groups in one LAN: master and slaves of different ids ignore each other.',
    z._default(f.whole(0, 65535), 0),
  );

export const port = () =>
  key('UDP port', 'Port of master and slaves, the same for all of a group.', z._default(f.udpPort(), DISCOVERY_PORT));

export const interfaces = () =>
  key(
    'Network interfaces',
    'Names of the interfaces to use; empty: every one that can broadcast, and loopback only when it is named.',
    z._default(f.list('interface names', f.interfaceName()), []),
  );

export const log = () =>
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

export const auth = () =>
  key(
    'Authentication',
    'on: datagrams are signed, and unsigned ones dropped; off: any device on the network can forge limits. On where keyFile is given or a key is found, when left out.',
    z.optional(f.oneWord(['on', 'off'])),
  );

export const keyFile = (description: string, example: string) =>
  key('Key file', description, z.optional(f.filePath(example)));
