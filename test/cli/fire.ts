/** One master under fire: garbage, and SIGSTOP. Its slaves are held by the test, on real sockets. */
import { createSocket } from 'node:dgram';
import type { Test } from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { decode, encode } from '../../src/discovery/codec.js';
import { type Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';
import type { WireSlave } from './wire-slave.js';

const FLOOD = 100_000;
/** So many go out before the next turn of the event loop: about what a loopback takes without dropping much. */
const BURST = 250;
const NOISE_BYTES = 1 << 16;
/** Some are longer than any message. */
const DATAGRAM_BYTES_MAX = 1_400;
const STOPPED_MS = 5_000;
/** Both vehicles share this fuse. */
const FUSE_A = 32;

interface Fire {
  readonly port: number;
  readonly a: WireSlave;
  readonly b: WireSlave;
  readonly master: Daemon;
}

/** Half of them random, half real messages with some bytes changed; those that are still messages are no garbage. */
function garbage(slave: WireSlave, seed: number): () => Uint8Array {
  const rng = seededRng(seed);
  const below = (end: number): number => Math.floor(rng.between(0, end));
  const noise = Uint8Array.from({ length: NOISE_BYTES }, () => below(256));
  const beacon = slave.beacons[0];
  const originals = [slave.status(), ...(beacon ? [beacon] : [])].map((message) => encode(message, 1));
  const next = (): Uint8Array => {
    const from = below(NOISE_BYTES - DATAGRAM_BYTES_MAX);
    if (below(2) === 0) return noise.subarray(from, from + below(DATAGRAM_BYTES_MAX));
    const bytes = Uint8Array.from(originals[below(originals.length)] ?? []);
    for (let changes = 1 + below(4); changes > 0; changes--) bytes[below(bytes.length)] = noise[from + changes] ?? 0;
    return below(4) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
  };
  return () => {
    for (;;) {
      const bytes = next();
      if (!decode(bytes, 0).ok) return bytes;
    }
  };
}

async function flood(next: () => Uint8Array, targets: readonly { host: string; port: number }[]): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.setBroadcast(true);
  for (let sent = 0; sent < FLOOD; sent += BURST) {
    for (let index = 0; index < BURST; index++) {
      const { host, port } = targets[index % targets.length] ?? { host: '127.0.0.1', port: 1 };
      socket.send(next(), port, host);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise<void>((resolve) => socket.close(resolve));
}

aside('a master under fire', async (t) => {
  const port = await discoveryPort();
  const config = siteFile(t, { port, limitA: FUSE_A, chargePoints: ['a', 'b'] });
  const [a, b] = await Promise.all([wireSlave(t, { id: 'a', port }), wireSlave(t, { id: 'b', port })]);
  const fire = { port, a, b, master: started(t, ['run', '-c', config]) };
  await Promise.all([a.untilEnforced(16), b.untilEnforced(16)]);
  await t.test('100,000 datagrams of garbage: told once, control goes on', (t) => underGarbage(t, fire));
  await t.test('SIGSTOP for 5 s: told, and nobody is raised in that cycle', (t) => afterStop(t, fire));

  t.match(await fire.master.end(), { code: 0 });
});

async function underGarbage(t: Test, { master, port, a, b }: Fire): Promise<void> {
  const seed = 20_260_701;
  t.comment(`garbage of seed ${seed} (underGarbage in test/cli/fire.ts)`);
  const grantsBefore = a.grants.length;
  await flood(garbage(a, seed), [
    { host: '127.0.0.1', port: port + 1 },
    { host: '127.255.255.255', port },
  ]);
  t.ok(a.grants.length > grantsBefore, `${a.grants.length - grantsBefore} grants came meanwhile`);
  await Promise.all([a.untilGrants(5), b.untilGrants(5)]);
  t.same([a.enforcedA, b.enforcedA], [16, 16]);
  const dropped = master.log.filter((line) => line.event === 'DATAGRAM_DROPPED');
  t.equal(dropped.length, 1);
  t.match(dropped[0], {
    level: 'warn',
    from: '127.0.0.1',
    msg: /^datagrams dropped: 1 \w+; the last from 127\.0\.0\.1$/,
  });
  t.equal(master.messages('SLAVE_FOUND').length, 2, 'nobody was made up');
}

/** While it stands still a vehicle asks for what is free: it gets it, but not in the cycle that came late. */
async function afterStop(t: Test, { master, a, b }: Fire): Promise<void> {
  b.state = 'Available';
  await a.untilEnforced(FUSE_A);
  a.state = 'Preparing';
  await a.untilEnforced(6);
  const from = master.log.length;
  master.signal('SIGSTOP');
  a.state = 'Charging';
  await new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
  master.signal('SIGCONT');
  const late = await master.untilEvent(
    'LOOP_LATE',
    /^no cycle for \d+ ms: no charge point is raised in this one$/,
    from,
  );
  t.equal(late.level, 'warn');
  t.ok(Number(late['lateMs']) >= STOPPED_MS);
  await a.untilEnforced(FUSE_A);
  const raised = await master.untilEvent('LIMIT', /^a .* -> 32 A: /, from);
  t.ok(raised.time > late.time, `late at ${late.time}, raised at ${raised.time}`);
}
