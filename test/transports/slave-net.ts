import { spawnSync } from 'node:child_process';
import t from 'tap';
import { UdpSocket } from '../../src/transports/udp.js';
import { Daemon, discoveryPort, fileIn, folder, PROGRAM } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { needs } from '../helpers/tools.js';
import { bytes, masterNet, slaveNet } from './nets.js';

t.test('slaves on one machine share the discovery port, and poll from ports of their own', async (t) => {
  const port = await discoveryPort();
  const slaves = [await slaveNet(t, { port }), await slaveNet(t, { port })];
  const master = await masterNet(t, { port });
  master.net.broadcast(bytes('beacon'));
  await eventually('the broadcast', () => slaves.every(({ heard }) => heard.length > 0));
  for (const [index, { net }] of slaves.entries()) {
    net.send({ host: '127.0.0.1', port: port + 1, via: '' }, bytes(`status ${index}`));
  }
  const heard = await eventually('both', () => {
    const found = master.heard.filter(({ text }) => text.startsWith('status'));
    return found.length === 2 && found;
  });
  t.not(heard[0]?.port, heard[1]?.port);
  t.ok(heard.every((each) => each.port !== port));
});

t.test('a call to its own address reaches it too', async (t) => {
  const port = await discoveryPort();
  const slave = await slaveNet(t, { port });
  const master = await masterNet(t, { port, broadcast: false, addresses: [{ host: '127.0.0.1', port }] });
  master.net.broadcast(bytes('beacon'));
  t.match(await eventually('the call', () => slave.heard[0]), { text: 'beacon', port: port + 1 });
});

t.test('without named interfaces it listens everywhere, and looks for nothing', async (t) => {
  const port = await discoveryPort();
  const { timers, heard } = await slaveNet(t, { port, interfaces: [] });
  const master = await masterNet(t, { port });
  master.net.broadcast(bytes('beacon'));
  await eventually('the broadcast', () => heard[0]);
  t.equal(timers.count, 0);
});

t.test('without broadcast: nothing but the answers to its own polls', async (t) => {
  const port = await discoveryPort();
  const { net, timers, heard } = await slaveNet(t, { port, broadcast: false });
  const master = await masterNet(t, { port, addresses: [{ host: '127.0.0.1', port }] });
  net.send({ host: '127.0.0.1', port: port + 1, via: '' }, bytes('status'));
  const status = await eventually('the poll', () => master.heard.find(({ text }) => text === 'status'));
  master.net.broadcast(bytes('beacon'));
  master.net.send({ host: status.from, port: status.port, via: 'lo' }, bytes('grant'));
  t.match(await eventually('the answer', () => heard[0]), { text: 'grant', port: port + 1 });
  t.same([heard.length, timers.count], [1, 0]);
});

t.test('a port that somebody else holds alone: nothing stays open', async (t) => {
  const port = await discoveryPort();
  const holder = await UdpSocket.open({ host: '127.255.255.255', port, isShared: false, mayBroadcast: false, via: '' });
  t.teardown(() => holder.close());
  await t.rejects(slaveNet(t, { port }), { name: 'BindError', code: 'EADDRINUSE', host: '127.255.255.255', port });
  const again = await UdpSocket.open({ host: '127.0.0.1', port, isShared: false, mayBroadcast: false, via: '' });
  await again.close();
});

t.test('what cannot be sent is told once', async (t) => {
  const { net, logger } = await slaveNet(t, { port: await discoveryPort() });
  for (let index = 0; index < 3; index++) net.send({ host: '127.255.255.255', port: 9, via: '' }, bytes('status'));
  await eventually('the error', () => logger.lines[0]);
  await new Promise((resolve) => setImmediate(resolve));
  t.match(logger.lines, [{ level: 'warn', event: 'NETWORK', message: 'sending failed: EACCES' }]);
  t.equal(logger.lines.length, 1);
});

/** In a network of its own, where loopback is down at first. */
const canUnshare =
  spawnSync('unshare', ['-rnpf', '--kill-child', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status === 0;

t.test(
  'an interface that comes up after the start of slave and master',
  needs(canUnshare, 'no network namespaces, or no ip command'),
  async (t) => {
    const directory = folder(t);
    const text = 'role: slave\nid: a\ndriver: { type: virtual }\ndiscovery: { interfaces: [lo] }\n';
    const site = 'site: X\ncircuits: [{ id: main, limitA: 32 }]\ndiscovery: { interfaces: [lo] }\n';
    const [slaveFile, masterFile] = [fileIn(directory, 's.yaml', text), fileIn(directory, 'm.yaml', site)];
    // Commands come from its stdin; all that runs in the namespace ends with the first process there.
    const script = `"$0" slave -c ${slaveFile} & "$0" run -c ${masterFile} & while read -r line; do $line; done`;
    const network = new Daemon('unshare', ['-rnpf', '--kill-child', 'bash', '-c', script, PROGRAM]);
    t.teardown(() => network.end('SIGKILL'));
    await network.untilEvent('NETWORK', /^no interface with an IPv4 address \(lo\); looking again$/);
    await network.untilEvent('NETWORK', /^no interface with an IPv4 address yet \(lo\); looking again$/);
    network.write('ip link set lo up');
    await network.untilEvent('NETWORK', /^listens on 127\.0\.0\.1, 127\.255\.255\.255$/);
    await network.untilEvent('NETWORK', /^lo: listens on 127\.0\.0\.1:16031, broadcasts to 127\.255\.255\.255:16030$/);
    await network.untilEvent('SLAVE_FOUND', /^a /);
  },
);
