import t from 'tap';
import { BindError, UdpSocket } from '../../src/transports/udp.js';
import { discoveryPort } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { bytes, masterNet, slaveNet } from './nets.js';

t.test('a broadcast is heard by slaves and by masters, and answered to the own port', async (t) => {
  const port = await discoveryPort();
  const [master, slave] = [await masterNet(t, { port }), await slaveNet(t, { port })];
  const own = `lo: listens on 127.0.0.1:${port + 1}, broadcasts to 127.255.255.255:${port}`;
  t.match(master.logger.lines, [{ level: 'info', event: 'NETWORK', message: own }]);
  master.net.broadcast(bytes('beacon'));
  const beacon = await eventually('the broadcast', () => slave.heard[0]);
  t.same(beacon, { text: 'beacon', from: '127.0.0.1', port: port + 1, via: '' });
  await eventually('its own broadcast', () => master.heard.find(({ text }) => text === 'beacon'));
  slave.net.send({ host: beacon.from, port: beacon.port, via: '' }, bytes('status'));
  const status = await eventually('the answer', () => master.heard.find(({ text }) => text === 'status'));
  t.equal(status.via, 'lo');
  master.net.send({ host: status.from, port: status.port, via: status.via }, bytes('grant'));
  await eventually('the grant', () => slave.heard.find(({ text }) => text === 'grant'));
});

t.test('further masters on one machine take the next ports; the seventeenth finds none', async (t) => {
  const port = await discoveryPort();
  const taken = await UdpSocket.open({
    host: '127.0.0.1',
    port: port + 2,
    isShared: false,
    mayBroadcast: false,
    via: '',
  });
  t.teardown(() => taken.close());
  const masters = [await masterNet(t, { port }), await masterNet(t, { port })];
  t.match(masters[0]?.logger.lines[0]?.message, `127.0.0.1:${port + 1},`);
  t.match(masters[1]?.logger.lines[0]?.message, `127.0.0.1:${port + 3},`);
  for (let index = 4; index <= 16; index++) await masterNet(t, { port });
  const error: unknown = await masterNet(t, { port }).catch((reason: unknown) => reason);
  t.ok(error instanceof BindError && error.code === 'EADDRINUSE' && error.port === port + 16, String(error));
});

t.test('without broadcast: only fixed addresses are called, and nobody else is heard', async (t) => {
  const port = await discoveryPort();
  const slave = await slaveNet(t, { port: port + 1 });
  const bystander = await slaveNet(t, { port });
  const master = await masterNet(t, { port, broadcast: false, addresses: [{ host: '127.0.0.1', port: port + 1 }] });
  t.match(master.logger.lines[0]?.message, /, does not broadcast$/);
  master.net.broadcast(bytes('beacon'));
  await eventually('the call', () => slave.heard[0]);
  const other = await masterNet(t, { port });
  other.net.broadcast(bytes('other'));
  await eventually('the other master', () => bystander.heard[0]);
  t.same(
    bystander.heard.map(({ text }) => text),
    ['other'],
  );
  t.same(master.heard, []);
});

t.test('a discovery port that somebody else holds alone', async (t) => {
  const port = await discoveryPort();
  const holder = await UdpSocket.open({ host: '0.0.0.0', port, isShared: false, mayBroadcast: false, via: '' });
  t.teardown(() => holder.close());
  await t.rejects(masterNet(t, { port }), { name: 'BindError', code: 'EADDRINUSE', port });
});

t.test('no such interface: told, and looked for again', async (t) => {
  const { net, timers, logger } = await masterNet(t, { port: await discoveryPort(), interfaces: ['nix0'] });
  t.match(logger.lines, [{ level: 'warn', message: 'no interface with an IPv4 address yet (nix0); looking again' }]);
  net.broadcast(bytes('to nobody'));
  net.send({ host: '127.0.0.1', port: 9, via: '' }, bytes('to nobody'));
  for (let look = 0; look < 3; look++) {
    timers.fire();
    await eventually('the next look', () => timers.count === 1);
  }
  t.equal(logger.lines.length, 1, 'told once');
  await net.close();
  t.equal(timers.count, 0, 'no timer is left');
});
