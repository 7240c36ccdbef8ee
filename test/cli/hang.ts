/** Everything around the master hangs: the broker, the meter, the reader of its log. It goes on, and still ends in time. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { discoveryPort, folder } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';

/** CONNACK: accepted (MQTT 3.1.1 section 3.2). */
const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const CHUNK = Buffer.alloc(4096, '\n');

interface SilentPeer {
  readonly port: number;
  readonly asked: () => boolean;
}

/** Accepts connections, answers the first bytes with `answer`, and is silent from then on. */
function silentPeer(t: Test, answer?: Buffer): Promise<SilentPeer> {
  let wasAsked = false;
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      wasAsked = true;
      if (answer) socket.write(answer);
    });
    t.teardown(() => socket.destroy());
  });
  t.teardown(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address ? address.port : 0, asked: () => wasAsked });
    });
  });
}

/** A pipe that is full to the brim, and that nobody reads: whoever writes to it waits. */
function fullPipe(t: Test): number {
  const path = join(folder(t), 'stdout');
  spawnSync('mkfifo', [path]);
  const [filler, fd] = [openSync(path, constants.O_RDWR | constants.O_NONBLOCK), openSync(path, constants.O_RDWR)];
  t.teardown(() => {
    closeSync(filler);
    closeSync(fd);
  });
  try {
    for (;;) writeSync(filler, CHUNK);
  } catch {
    return fd;
  }
}

aside('broker, meter and the reader of the log hang: the loop goes on, and SIGTERM ends it within 2 s', async (t) => {
  const port = await discoveryPort();
  const [broker, meter] = [await silentPeer(t, CONNACK), await silentPeer(t)];
  const more = `meters:
  - { id: grid, model: siemens-pac2200, connection: "tcp://127.0.0.1:${meter.port}", timeoutMs: 300, maxAgeMs: 500 }
mqtt: { url: "mqtt://127.0.0.1:${broker.port}" }
`;
  const config = siteFile(t, { port, circuit: ', meter: grid, fallbackA: 10', chargePoints: ['a'], more });
  const a = await wireSlave(t, { id: 'a', port });
  const master = started(t, ['run', '-c', config], { stdoutFd: fullPipe(t) });
  await a.untilEnforced(10);
  t.ok(meter.asked(), 'the meter was asked');
  await a.until('the broker', broker.asked);
  await a.untilGrants(20);
  const { code, tookMs } = await master.end('SIGTERM');
  t.equal(code, 0);
  t.ok(tookMs < 2_000, `${tookMs} ms`);
});
