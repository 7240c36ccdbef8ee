/** A broker that talks without end: the loop keeps its turns, the broker is dropped, and what is published comes back with it. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { createMqttPublisher } from '../../src/northbound/mqtt-publisher.js';
import { eventually } from '../helpers/machine.js';
import { keepingLogger, realClock, realTimers } from '../helpers/real-time.js';
import { sampleStatus } from '../helpers/sample-status.js';

/** Packets as they are on the wire (MQTT 3.1.1, section 3). */
const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]);
const FLOODS: Readonly<Record<string, Buffer>> = {
  PUBACK: Buffer.from([0x40, 0x02, 0x12, 0x34]),
  PINGRESP: Buffer.from([0xd0, 0x00]),
  PUBLISH: Buffer.concat([Buffer.from([0x30, 0x04, 0x00, 0x01]), Buffer.from('tx')]),
  'PUBLISH to be acknowledged': Buffer.concat([
    Buffer.from([0x32, 0x06, 0x00, 0x01]),
    Buffer.from('t'),
    Buffer.from([0, 7, 0x78]),
  ]),
};
/** A message that never ends. */
const ENDLESS = Buffer.concat([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x01]), Buffer.from('t')]);
const CHUNK_BYTES = 256 * 1024;

/** Acknowledges each connection, then writes the same again and again. */
async function flooding(
  t: Test,
  beginning: Buffer,
  again: Buffer,
): Promise<{ readonly port: number; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const chunk = Buffer.concat(Array.from({ length: Math.ceil(CHUNK_BYTES / again.length) }, () => again));
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    const flood = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', flood);
    socket.once('data', () => {
      socket.write(Buffer.concat([CONNACK, beginning]));
      flood();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** How often the loop comes round until that holds. */
async function turnsUntil(what: string, holds: () => boolean): Promise<number> {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await eventually(what, holds);
  clearImmediate(next);
  return turns;
}

const KINDS = [
  ...Object.entries(FLOODS).map(([name, packet]) => [name, Buffer.alloc(0), packet] as const),
  ['an endless message', ENDLESS, Buffer.alloc(1024)] as const,
];

for (const [name, beginning, again] of KINDS) {
  t.test(`a flood: ${name}`, async (t) => {
    const { port, sockets } = await flooding(t, beginning, again);
    const logger = keepingLogger();
    const publisher = createMqttPublisher({
      ...{ url: `mqtt://127.0.0.1:${port}`, baseTopic: 'evenkeel', site: 'Flood', clientId: 'evenkeel-test' },
      ...{ logger, clock: realClock, timers: realTimers, rng: seededRng(1) },
    });
    t.teardown(() => publisher.close());
    publisher.publish(sampleStatus());
    const turns = await turnsUntil('the end of the flood', () => logger.events().includes('MQTT_LOST'));
    t.ok(turns >= 64, `${turns} turns of the loop for what is heard of a flood`);
    const expected = `mqtt://127.0.0.1:${port}: it says far more than it is asked for; control goes on`;
    t.equal(logger.lines.find(({ event }) => event === 'MQTT_LOST')?.message, expected);
    t.equal(sockets.length, 1);
    await eventually('another attempt', () => sockets.length === 2);
  });
}
