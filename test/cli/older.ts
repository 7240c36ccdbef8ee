/** After an update the commands are newer than the master that still runs. They work with what it says. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { folder, output } from '../helpers/daemon-process.js';
import { sampleAnswer, sampleChargePoint, sampleSlave } from '../helpers/sample-status.js';

/** What version 0.1.0 does not say. */
const LATER = new Set([
  'unread',
  'silent',
  'neededA',
  'name',
  'location',
  'silentBecause',
  'sums',
  'powerW',
  'sessionWh',
  'chargingMs',
  'pluggedInMs',
]);

function asOlder(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (LATER.has(key) ? undefined : inner)));
}

/** Answers every request so; the path of its socket. */
function olderMaster(t: Test, value: unknown): Promise<string> {
  const path = join(folder(t), 'control.sock');
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(`${JSON.stringify({ ok: true, value: asOlder(value) })}\n`));
  });
  t.teardown(() => server.close());
  return new Promise((resolve) => server.listen(path, () => resolve(path)));
}

t.test('status of an older master: what it does not say is left out', async (t) => {
  const socket = await olderMaster(t, sampleAnswer({ chargePoints: [sampleChargePoint()] }));
  const { code, stdout, stderr } = await output(['status', '--socket', socket]);
  t.same([code, stderr], [0, '']);
  t.match(stdout, /^Car park north: active, epoch 7, 1 of 2 charge points heard/);
  t.match(stdout, /^cp1 +Charging +10 +16 +9\.9\/0\/0 +13 s +garage L2 full$/m);
  t.notMatch(stdout, /undefined|NaN|null/);
});

t.test('slaves of an older master', async (t) => {
  const slave = sampleSlave({ keptBecause: 'is still heard: switch it off first' });
  const socket = await olderMaster(t, [slave]);
  const { code, stdout, stderr } = await output(['slaves', 'list', '--socket', socket]);
  t.same([code, stderr], [0, '']);
  t.match(stdout, /^cp1 +listed +garage +now/m);
  t.match(stdout, slave.firmware);
  t.notMatch(stdout, /undefined|NaN|null/);
});
