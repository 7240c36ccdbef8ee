/** Master and slave in one process, beside another master on the same loopback. */
import t, { type Test } from 'tap';
import { internalLink } from '../../src/transports/internal-link.js';
import { discoveryPort } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { bytes, masterNet, slaveNet } from './nets.js';

const INSIDE = { host: 'internal', port: 0, via: '' };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function linked(t: Test, port: number) {
  const [masterSide, slaveSide] = [await masterNet(t, { port }), await slaveNet(t, { port })];
  const link = internalLink(masterSide.net, slaveSide.net);
  const [toMaster, toSlave]: [string[], string[]] = [[], []];
  link.master.subscribe((data, { host, port: from }) => toMaster.push(`${Buffer.from(data)} ${host}:${from}`));
  link.slave.subscribe((data, { host, port: from }) => toSlave.push(`${Buffer.from(data)} ${host}:${from}`));
  return { link, toMaster, toSlave };
}

t.test('a BEACON goes inside and outside, and is heard once inside', async (t) => {
  const port = await discoveryPort();
  const { link, toSlave } = await linked(t, port);
  const other = await masterNet(t, { port });
  link.master.broadcast(bytes('beacon'));
  await eventually('the other master', () => other.heard.some(({ text }) => text === 'beacon'));
  other.net.broadcast(bytes('beacon of the other'));
  await eventually('the other beacon', () => toSlave.length >= 2);
  t.same(toSlave, ['beacon internal:0', `beacon of the other 127.0.0.1:${port + 2}`]);
});

t.test('a poll and its answer, inside and to another master', async (t) => {
  const port = await discoveryPort();
  const { link, toMaster, toSlave } = await linked(t, port);
  const other = await masterNet(t, { port });
  link.slave.send(INSIDE, bytes('status'));
  link.slave.send({ host: '127.0.0.1', port: port + 2, via: '' }, bytes('status'));
  t.same(toMaster, [], 'not before the sender has finished');
  await settled();
  t.same(toMaster, ['status internal:0']);
  link.master.send(INSIDE, bytes('grant'));
  const { from, port: to } = await eventually('the poll', () => other.heard[0]);
  other.net.send({ host: from, port: to, via: 'lo' }, bytes('grant of the other'));
  await eventually('the answers', () => toSlave.length === 2);
  t.same([...toSlave].sort(), ['grant internal:0', `grant of the other 127.0.0.1:${port + 2}`]);
});

t.test('other slaves reach the master as ever', async (t) => {
  const port = await discoveryPort();
  const { link, toMaster } = await linked(t, port);
  const slave = await slaveNet(t, { port });
  slave.net.send({ host: '127.0.0.1', port: port + 1, via: '' }, bytes('status'));
  const [status = ''] = await eventually('the poll', () => toMaster.length > 0 && toMaster);
  link.master.send({ host: '127.0.0.1', port: Number(status.split(':')[1]), via: 'lo' }, bytes('grant'));
  await eventually('the answer', () => slave.heard.some(({ text }) => text === 'grant'));
});

t.test('the bytes of that moment, at most so many at once, none after the end', async (t) => {
  const { link, toMaster, toSlave } = await linked(t, await discoveryPort());
  const data = bytes('before');
  link.slave.send(INSIDE, data);
  data.set(bytes('after!'));
  await settled();
  t.same(toMaster, ['before internal:0']);
  for (let count = 0; count < 100; count++) link.master.send(INSIDE, bytes('grant'));
  await settled();
  t.equal(toSlave.length, 64);
  link.master.send(INSIDE, bytes('grant'));
  await link.slave.close();
  await settled();
  t.equal(toSlave.length, 64);
});
