/** A new configuration by SIGHUP: the program as a user has it, with two slaves on loopback. */
import { createSocket } from 'node:dgram';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { Daemon, discoveryPort, PROGRAM } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';

const NETWORK = 4801;

const masterFile = (port: number, limitA: string, more = ''): string => `site: Reload
networkId: ${NETWORK}
leaseMs: 6000
circuits:
  - { id: main, limitA: ${limitA} }
discovery: { port: ${port}, interfaces: [lo] }
chargePoints:
  - { id: cp1, circuit: main }
  - { id: cp2, circuit: main }
${more}`;

const slaveFile = (port: number, id: string): string => `role: slave
networkId: ${NETWORK}
leaseMs: 6000
id: ${id}
auth: off
connector: { phases: 3 }
driver: { type: virtual }
discovery: { port: ${port}, interfaces: [lo] }
`;

const said = (daemon: Daemon, event: string): string[] =>
  daemon.log.filter((line) => line.event === event).map(({ msg }) => msg);
/** The last limit that each slave enforced. */
const limitsOf = (slaves: readonly Daemon[]): number[] =>
  slaves.map((slave) => Number(slave.log.findLast(({ event }) => event === 'ENFORCED')?.['limitA'] ?? 0));

t.test('a smaller fuse is followed at once; a bad file changes nothing; a larger one raises', async (t) => {
  const scratch = t.testdir({});
  const port = await discoveryPort();
  const file = `${scratch}/master.yaml`;
  writeFileSync(file, masterFile(port, '63'));
  const master = new Daemon(PROGRAM, ['run', '-c', file, '--state-dir', `${scratch}/state`]);
  const slaves = ['cp1', 'cp2'].map((id) => {
    writeFileSync(`${scratch}/${id}.yaml`, slaveFile(port, id));
    return new Daemon(PROGRAM, ['slave', '-c', `${scratch}/${id}.yaml`]);
  });
  t.teardown(() => Promise.all([master, ...slaves].map((daemon) => daemon.end())));
  const sumA = (): number => limitsOf(slaves).reduce((sum, limitA) => sum + limitA, 0);
  await eventually(
    () => `62 A together: ${limitsOf(slaves)}`,
    () => sumA() >= 62,
  );
  const seen = slaves.map(({ log }) => log.length);

  writeFileSync(file, masterFile(port, '40'));
  process.kill(master.pid, 'SIGHUP');
  await eventually(
    () => `20 A each: ${limitsOf(slaves)}`,
    () => limitsOf(slaves).every((limitA) => limitA === 20),
  );
  t.match(said(master, 'RELOAD'), [/master\.yaml is good, 1 value of it is new$/, 'circuits.main.limitA: 63 -> 40']);
  for (const [index, { log }] of slaves.entries()) {
    const limits = log.slice(seen[index]).filter(({ event }) => event === 'ENFORCED');
    t.ok(
      limits.every(({ limitA }) => limitA === 20),
      'no other limit on the way, and no pause',
    );
  }

  writeFileSync(file, masterFile(port, '5O'));
  process.kill(master.pid, 'SIGHUP');
  await master.until('the refusal', () => said(master, 'RELOAD_REFUSED').length === 1);
  t.match(
    said(master, 'RELOAD_REFUSED')[0],
    /master\.yaml:5:25 circuits\[0\]\.limitA: expected .*"5O"\nthe configuration of before goes on$/,
  );
  writeFileSync(file, masterFile(port, '40'));
  process.kill(master.pid, 'SIGHUP');
  await master.until('nothing new', () => said(master, 'RELOAD').some((text) => /nothing changes$/.test(text)));
  t.equal(said(master, 'START').filter((text) => text.startsWith('evenkeel')).length, 2, 'neither was a start');

  writeFileSync(file, masterFile(port, '63', 'allocation: { stepA: 0.5 }\n'));
  for (let time = 0; time < 5; time++) process.kill(master.pid, 'SIGHUP');
  await eventually(
    () => `63 A together: ${limitsOf(slaves)}`,
    () => sumA() === 63,
  );
  t.match(await master.end(), { code: 0 });
});

t.test('what cannot be started is refused too, and a hangup while it starts waits', async (t) => {
  const scratch = t.testdir({});
  const [port, other] = [await discoveryPort(), await discoveryPort()];
  const file = `${scratch}/master.yaml`;
  writeFileSync(file, masterFile(port, '63'));
  // All that a master would try.
  const taken = Array.from({ length: 16 }, () => createSocket('udp4'));
  await Promise.all(
    taken.map((socket, index) => new Promise<void>((done) => socket.bind(other + 1 + index, '127.0.0.1', done))),
  );
  t.teardown(() => taken.map((socket) => socket.close()));
  const master = new Daemon(PROGRAM, ['run', '-c', file, '--state-dir', `${scratch}/state`]);
  t.teardown(() => master.end());
  await master.untilEvent('START');
  writeFileSync(file, masterFile(other, '63'));
  process.kill(master.pid, 'SIGHUP');
  await master.until('the refusal', () => said(master, 'RELOAD_REFUSED').length === 1);
  t.match(said(master, 'RELOAD_REFUSED')[0], /in use|taken|holds/);
  await master.until('the former one', () => {
    const refusedAt = master.log.findIndex(({ event }) => event === 'RELOAD_REFUSED');
    return master.log.slice(refusedAt).some(({ event }) => event === 'READY');
  });
  t.match(said(master, 'NETWORK').at(-1), `listens on 127.0.0.1:${port + 1}`);
  t.match(await master.end(), { code: 0 });
});

t.test('a slave goes on, and says that it does not reload', async (t) => {
  const scratch = t.testdir({ 'cp.yaml': slaveFile(await discoveryPort(), 'cp1') });
  const slave = new Daemon(PROGRAM, ['slave', '-c', `${scratch}/cp.yaml`]);
  t.teardown(() => slave.end());
  await slave.untilEvent('READY');
  process.kill(slave.pid, 'SIGHUP');
  await slave.untilEvent('RELOAD');
  t.match(await slave.end(), { code: 0 });
});

t.test('other keys in the same file are a change, and are not shown', async (t) => {
  const scratch = t.testdir({});
  const [file, keyFile] = [`${scratch}/master.yaml`, `${scratch}/site.key`];
  const makeKeys = async (): Promise<void> => {
    rmSync(keyFile, { force: true });
    t.match(await new Daemon(PROGRAM, ['keys', 'init', '--key-file', keyFile]).ended, { code: 0 });
  };
  await makeKeys();
  writeFileSync(file, masterFile(await discoveryPort(), '63', `auth: on\nkeyFile: ${keyFile}\n`));
  const master = new Daemon(PROGRAM, ['run', '-c', file]);
  t.teardown(() => master.end());
  await master.untilEvent('READY');
  await makeKeys();
  process.kill(master.pid, 'SIGHUP');
  await master.until('the second start', () => said(master, 'READY').length === 2);
  t.match(said(master, 'RELOAD'), [/1 value of it is new$/, 'secret keys: (secret) -> (secret)']);
  chmodSync(keyFile, 0o644);
  process.kill(master.pid, 'SIGHUP');
  await master.until('the refusal', () => said(master, 'RELOAD_REFUSED').length === 1);
  t.match(said(master, 'RELOAD_REFUSED')[0], /site\.key: expected a key file for its owner alone/);
  t.match(await master.end(), { code: 0 });
});

t.test('a hangup while the program is loaded waits for the first start', async (t) => {
  const scratch = t.testdir({});
  const file = `${scratch}/master.yaml`;
  writeFileSync(file, masterFile(await discoveryPort(), '63'));
  const main = new URL('../../src/cli/lean.js', import.meta.url).pathname;
  // As soon as a hangup is held, if that is before the life of the daemon begins.
  const early = `process.on('newListener', (signal) => {
    if (signal !== 'SIGHUP' || process.listenerCount('uncaughtException') > 0) return;
    setImmediate(() => process.kill(process.pid, 'SIGHUP'));
  });`;
  const master = new Daemon(process.execPath, [
    `--import=data:text/javascript,${encodeURIComponent(early)}`,
    main,
    'run',
    '-c',
    file,
  ]);
  t.teardown(() => master.end());
  await master.until('nothing new', () => said(master, 'RELOAD').some((text) => /nothing changes$/.test(text)));
  t.match(await master.end(), { code: 0 });
});
