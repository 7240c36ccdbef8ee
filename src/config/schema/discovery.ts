/** How master and slaves find each other, in the file of each. */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';
import { interfaces, port } from './common.js';

/** As many as a slave polls (docs/protocol.md). */
const FIXED_MASTERS_MAX = 4;

export const masterDiscoverySchema = f.group({
  port: port(),
  broadcast: key(
    'Broadcast',
    'true: slaves are found by broadcast; false: only the addresses below are used.',
    z._default(f.yesNo(), true),
  ),
  interfaces: interfaces(),
  addresses: key(
    'Fixed addresses',
    'Slaves to be reached without broadcast: HOST or HOST:PORT (the port above when left out).',
    z._default(f.list('addresses', f.slaveAddress()), []),
  ),
  autoAdopt: key(
    'Adopt by itself',
    'true: a slave that is not listed under chargePoints is taken on when it is first heard.',
    z._default(f.yesNo(), true),
  ),
  circuit: key(
    'Circuit of new slaves',
    'Id of the circuit where slaves hang that are not listed; the root when left out.',
    z.optional(f.id('the id of a circuit')),
  ),
});

export const slaveDiscoverySchema = f.group({
  port: port(),
  broadcast: key(
    'Broadcast',
    'true: masters are found by what they send to the port above; false: only the masters below are used.',
    z._default(f.yesNo(), true),
  ),
  interfaces: interfaces(),
  masters: key(
    'Fixed masters',
    "Masters to be asked without having heard them: HOST or HOST:PORT (the master's own port, the next one after the port above, when left out).",
    z._default(f.list('masters', f.masterAddress(), { atMost: FIXED_MASTERS_MAX }), []),
  ),
});

export type DiscoveryEntry = z.output<typeof masterDiscoverySchema>;
export type SlaveDiscoveryEntry = z.output<typeof slaveDiscoverySchema>;
