/** Coils and discrete inputs by real frames: those that the protocol's own text shows, and a device that shares no code with us. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { RegisterBlock, RegisterBus } from '../../src/ports/register-bus.js';
import { bitLevel, InputPoller } from '../../src/runtime/input-poller.js';
import { modbusTcpBus } from '../../src/transports/modbus-tcp.js';
import { busFor } from '../../src/transports/buses.js';
import { hushed } from '../helpers/hushed.js';
import { eventually } from '../helpers/machine.js';
import { realClock, realTimers } from '../helpers/real-time.js';
import { needsPymodbus, PYTHON } from '../helpers/tools.js';
import { freePort, type RawRequest, rawDevice } from './modbus-peers.js';
import { rtuGateway, withCrc } from './rtu-peers.js';

const HOST = '127.0.0.1';
const LONG_MS = 10_000;
/** Tests run in build/test/transports; the script stays in the source tree. */
const SCRIPT = fileURLToPath(new URL('../../../test/independent/coil-server.py', import.meta.url));

/** Modbus application protocol V1.1b3, 6.1 and 6.2: the request and the answer there, and the states as its text lists them. */
const EXAMPLES = [
  {
    block: { functionCode: 1, address: 0x13, count: 0x13 },
    request: '0100130013',
    answer: '0103cd6b05',
    states: '1011001111010110101',
  },
  {
    block: { functionCode: 2, address: 0xc4, count: 0x16 },
    request: '0200c40016',
    answer: '0203acdb35',
    states: '0011010111011011101011',
  },
] as const;

function states(words: Uint16Array): string {
  return words.join('');
}

for (const { block, request, answer, states: expected } of EXAMPLES) {
  t.test(`function ${block.functionCode}, the example of the protocol, by TCP and by RTU`, async (t) => {
    const device = await rawDevice(({ socket, frame }) => {
      t.equal(frame.subarray(7).toString('hex'), request);
      const pdu = Buffer.from(answer, 'hex');
      const head = Buffer.from(frame.subarray(0, 7));
      head.writeUInt16BE(1 + pdu.length, 4);
      socket.write(Buffer.concat([head, pdu]));
    });
    const tcp = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
    const read = await tcp.read(7, block, LONG_MS);
    t.equal(read.ok && states(read.value), expected);
    await tcp.close();
    await device.close();
    const gateway = await rtuGateway(({ frame, say }) => {
      t.equal(frame.subarray(1, 6).toString('hex'), request);
      say(withCrc([7, ...Buffer.from(answer, 'hex')]));
    });
    const rtu = busFor({ kind: 'rtu+tcp', host: HOST, port: gateway.port }, realTimers);
    const again = await rtu.read(7, block, LONG_MS);
    t.equal(again.ok && states(again.value), expected);
    await rtu.close();
    await gateway.close();
  });
}

t.test('RTU: a late coil is not taken for the next one, and an exception is told', async (t) => {
  const coil = (address: number): RegisterBlock => ({ functionCode: 1, address, count: 1 });
  let late: Buffer | undefined;
  const gateway = await rtuGateway(({ address, count, frame, say, index }) => {
    const bytes = Math.ceil(count / 8);
    const own = withCrc([1, 1, bytes, ...Array.from({ length: bytes }, () => (address === 5 ? 1 : 0))]);
    if (index === 0) {
      late = own;
      return;
    }
    if (late) say(late);
    late = undefined;
    if (frame[3] === 9) say(withCrc([1, 0x81, 2]));
    else say(own);
  });
  const bus = busFor({ kind: 'rtu+tcp', host: HOST, port: gateway.port }, realTimers);
  const first = await bus.read(1, coil(5), 100);
  t.match(first, { ok: false, error: { kind: 'timeout' } });
  const second = await bus.read(1, coil(6), LONG_MS);
  t.same(second.ok && [...second.value], [0], 'not the 1 of the coil before');
  t.match(await bus.read(1, coil(9), LONG_MS), { ok: false, error: { text: 'exception 2: illegal data address' } });
  await bus.close();
  await gateway.close();
});

t.test('RTU: after an answer that never came the next coil is read all the same', async (t) => {
  const gateway = await rtuGateway(({ count, say, index }) => {
    const bytes = Math.ceil(count / 8);
    if (index > 0) say(withCrc([1, 1, bytes, ...Array.from({ length: bytes }, () => 1)]));
  });
  const bus = busFor({ kind: 'rtu+tcp', host: HOST, port: gateway.port }, realTimers);
  const block = { functionCode: 1, address: 5, count: 1 } as const;
  t.match(await bus.read(1, block, 100), { ok: false, error: { kind: 'timeout' } });
  const second = await bus.read(1, block, 1000);
  t.same(second.ok && [...second.value], [1]);
  t.equal(gateway.requests[1]?.count, 9, 'asked for another size first');
  await bus.close();
  await gateway.close();
});

t.test('TCP: a byte count that does not fit is no answer', async (t) => {
  const device = await rawDevice(({ socket, frame }: RawRequest) => {
    const head = Buffer.from(frame.subarray(0, 7));
    head.writeUInt16BE(5, 4);
    socket.write(Buffer.concat([head, Buffer.from([1, 2, 1, 0])]));
  });
  const bus = modbusTcpBus({ host: HOST, port: device.port }, realTimers);
  t.notOk((await bus.read(1, { functionCode: 1, address: 0, count: 1 }, 200)).ok);
  await bus.close();
  await device.close();
});

t.test('the poller: one bit of a register, as an input of a meter may be', async (t) => {
  const bus: RegisterBus = {
    read: (_, { functionCode, address, count }) => {
      t.same([address, count], [207, 1]);
      return Promise.resolve({ ok: true, value: Uint16Array.of(functionCode === 3 ? 0x8004 : 0) });
    },
    close: () => Promise.resolve(),
  };
  const timing = { pollPeriodMs: 500, timeoutMs: 100, maxAgeMs: 3000, clock: realClock, timers: realTimers };
  const levels = ([3, 4] as const).flatMap((functionCode) =>
    [0, 2, 14, 15].map(
      (bit) =>
        new Promise<string>((resolve) => {
          const place = { unitId: 1, functionCode, address: 207, bit };
          const poller = new InputPoller({ ask: (ms) => bitLevel(bus, place, ms), ...timing, tell: resolve });
          poller.start();
          setImmediate(() => poller.stop());
        }),
    ),
  );
  t.same(await Promise.all(levels), ['low', 'high', 'low', 'high', 'low', 'low', 'low', 'low']);
});

t.test('the poller: a device by pymodbus, its levels, its loss and its return', needsPymodbus(), async (t) => {
  const port = await freePort();
  const bus = modbusTcpBus({ host: HOST, port }, realTimers);
  const told: string[] = [];
  const pollers = ([1, 2] as const).map(
    (functionCode) =>
      new InputPoller({
        ask: (ms) => bitLevel(bus, { unitId: 1, functionCode, address: 3, bit: 0 }, ms),
        ...{ pollPeriodMs: 20, timeoutMs: 1000, maxAgeMs: 300 },
        ...{ clock: realClock, timers: realTimers },
        tell: (level, reason) => void told.push(`${functionCode} ${level} ${reason ?? ''}`.trim()),
      }),
  );
  const last = (functionCode: number): string => told.findLast((each) => each.startsWith(`${functionCode} `)) ?? '';
  for (const poller of pollers) poller.start();
  await eventually('that nothing is there', () => last(1).includes('ECONNREFUSED') && last(2).includes('ECONNREFUSED'));
  await new Promise((resolve) => setTimeout(resolve, 150));
  const lostTwice = told.length;
  const child = spawn(PYTHON, [SCRIPT, '--port', String(port)]);
  hushed(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  t.equal((await lines.next()).value, 'ready');
  await eventually('both low', () => last(1) === '1 low' && last(2) === '2 low');
  t.equal(lostTwice, 2, 'a loss is told once');
  child.stdin.write('coil 3 1\n');
  await eventually('the coil', () => last(1) === '1 high');
  t.equal(last(2), '2 low');
  child.stdin.write('input 3 1\ncoil 3 0\n');
  await eventually('the discrete input', () => last(1) === '1 low' && last(2) === '2 high');
  child.kill('SIGKILL');
  await eventually('the loss', () => last(1).startsWith('1 lost') && last(2).startsWith('2 lost'));
  for (const poller of pollers) poller.stop();
  await bus.close();
});
