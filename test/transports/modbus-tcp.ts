/** The Modbus TCP bus when all is well, and its bounds. */
import { createRequire } from 'node:module';
import t from 'tap';
import { modbusTcpBus } from '../../src/transports/modbus-tcp.js';
import { eventually } from '../helpers/machine.js';
import { realTimers } from '../helpers/real-time.js';
import { answerTo, freePort, type RawRequest, rawDevice, registers } from './modbus-peers.js';

const HOST = '127.0.0.1';

t.test('the request on the wire, and the words of the answer', async (t) => {
  const frames: string[] = [];
  const device = await rawDevice(({ socket, frame }) => {
    frames.push(frame.toString('hex'));
    socket.write(answerTo(frame, 0xabcd));
  });
  const bus = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
  t.strictSame(await bus.read(1, registers(1, 3), 2000), { ok: true, value: Uint16Array.of(0xabcd, 0xabcd, 0xabcd) });
  t.strictSame(await bus.read(7, registers(0x1234, 1, 4), 2000), { ok: true, value: Uint16Array.of(0xabcd) });
  t.strictSame(frames, ['000100000006010300010003', '000200000006070412340001']);
  t.equal(device.connections(), 1);
  await bus.close();
  await device.close();
});

t.test('reads of one device wait for one another, in order, and never share the wire', async (t) => {
  const asked: number[] = [];
  const held: RawRequest[] = [];
  const device = await rawDevice((request) => {
    asked.push(request.frame.readUInt16BE(8));
    held.push(request);
    if (held.length > 1) t.fail('a second request before the first was answered');
    setImmediate(() => {
      held.splice(0);
      request.socket.write(answerTo(request.frame, request.frame.readUInt16BE(8)));
    });
  });
  const bus = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
  const addresses = Array.from({ length: 17 }, (_, index) => 100 + index);
  const answers = await Promise.all(addresses.map((address) => bus.read(1, registers(address, 1), 5000)));
  t.strictSame(
    answers.map((answer) => answer.ok && answer.value[0]),
    addresses,
  );
  t.strictSame(asked, addresses);
  t.equal(device.connections(), 1);
  await bus.close();
  await device.close();
});

t.test('a dead unit behind a gateway takes its own time, and not that of those who wait', async (t) => {
  const device = await rawDevice(({ socket, frame }) => {
    if (frame[6] !== 9) socket.write(answerTo(frame, frame[6] ?? 0));
  });
  const bus = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
  const dead = bus.read(9, registers(1, 1), 200);
  const others = [1, 2, 3].map((unit) => bus.read(unit, registers(1, 1), 150));
  t.strictSame(await Promise.all(others), [
    { ok: true, value: Uint16Array.of(1) },
    { ok: true, value: Uint16Array.of(2) },
    { ok: true, value: Uint16Array.of(3) },
  ]);
  t.strictSame(await dead, { ok: false, error: { kind: 'timeout', text: 'no answer within 200 ms' } });
  await bus.close();
  await device.close();
});

t.test('closing ends the reads, the connection and the bus', async (t) => {
  const device = await rawDevice(() => {});
  const bus = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
  const reads = [bus.read(1, registers(1, 1), 60_000), bus.read(1, registers(2, 1), 60_000)];
  await eventually('the connection', () => device.open() === 1);
  await bus.close();
  const closed = { ok: false, error: { kind: 'unreachable', text: 'the bus is closed' } };
  t.strictSame(await Promise.all(reads), [closed, closed]);
  await eventually('the end of the connection', () => device.open() === 0);
  t.strictSame(await bus.read(1, registers(1, 1), 60_000), closed);
  await bus.close();
  await device.close();

  const never = modbusTcpBus({ host: HOST, port: await freePort() }, realTimers);
  await never.close();
  t.throws(() => modbusTcpBus({ host: HOST, port: 0 }, realTimers), /port 0/);
});

t.test('many reads on one connection leave no listeners behind', async (t) => {
  const warnings: string[] = [];
  const warn = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', warn);
  const device = await rawDevice(({ socket, frame }) => socket.write(answerTo(frame, 1)));
  const bus = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
  let good = 0;
  for (let index = 0; index < 600; index++) if ((await bus.read(1, registers(1, 2), 2000)).ok) good++;
  t.equal(good, 600, 'also past the 256 transaction ids of modbus-serial');
  t.equal(device.connections(), 1);
  await bus.close();
  await device.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warn);
  t.strictSame(warnings, []);
});

t.test('the native serialport stays out, and can still be loaded', (t) => {
  const require = createRequire(import.meta.url);
  const loaded = Object.keys(require.cache).filter((path) => /\/@?serialport\//.test(path));
  t.strictSame(loaded, []);
  t.ok(
    Object.keys(require.cache).some((path) => /\/modbus-serial\//.test(path)),
    'modbus-serial itself is there',
  );
  t.end();
});
