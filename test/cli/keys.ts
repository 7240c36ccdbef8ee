/** `evenkeel keys`, and a site of processes with keys: who is served, and that no key ever shows. */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, discoveryPort, fileIn, folder, output } from '../helpers/daemon-process.js';
import { refusal } from './refusal.js';
import { aside, siteFile, started, wireSlave } from './world.js';

const CODE = /[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){6}/;
const FLOOD = 3_000;

const modeOf = (file: string): number => statSync(file).mode & 0o777;

aside('keys init, show, rotate', async (t) => {
  const keyFile = join(folder(t), 'etc', 'keys', 'site.key');
  const keys = (...args: string[]) => output(['keys', ...args, '--key-file', keyFile], { isMeasured: true });
  const refused = (...args: string[]) => refusal('keys', ...args, '--key-file', keyFile);
  t.match(await refused('show', '--charge-point', 'cp1'), { code: 78, stderr: /make one with: evenkeel keys init/ });
  const init = await keys('init');
  t.match(init, { code: 0, stderr: '' });
  const siteCode = CODE.exec(init.stdout)?.[0] ?? '';
  t.match(readFileSync(keyFile, 'utf8'), `key 1 ${siteCode}\n`);
  t.strictSame([modeOf(keyFile), modeOf(join(keyFile, '..'))], [0o600, 0o700]);
  t.match(await refused('init'), {
    code: 64,
    stderr: /expected no file, got one; a key is never overwritten/,
  });
  t.match(readFileSync(keyFile, 'utf8'), siteCode, 'untouched');

  const [shown, json] = await Promise.all([
    keys('show', '--charge-point', 'cp1', '--charge-point', 'cp2'),
    keys('show', '--charge-point', 'cp1', '--json'),
  ]);
  t.match(shown, { code: 0, stderr: '' });
  const codes = shown.stdout.match(new RegExp(CODE, 'g')) ?? [];
  t.equal(codes.length, 4);
  t.strictSame([codes[0] === codes[2], new Set(codes).size], [true, 3], 'one network code, a code for each');
  t.notOk(shown.stdout.includes(siteCode));
  const one = { keyId: 1, network: codes[0], chargePoint: codes[1] };
  t.same(JSON.parse(json.stdout), { keyFile, keyIds: [1], chargePoints: [{ id: 'cp1', keys: [one] }] });
  const config = siteFile(t, { port: 1000, chargePoints: ['cp1', 'cp2'], more: `keyFile: ${keyFile}` });
  const all = await output(['keys', 'show', '--all', '-c', config]);
  t.equal(all.stdout, shown.stdout, '--all, with the file that the configuration names');
  t.match(await refused('show', '--charge-point', 'a b'), { code: 64, stderr: /expected the id of a charge point/ });

  t.match(await refused('rotate', '--finish'), { code: 64, stderr: /expected two keys, got one \(key id 1\)/ });
  t.match(await keys('rotate'), { code: 0, stdout: /key id 2/ });
  t.match(await refused('rotate'), { code: 64, stderr: /expected one key, got key ids 1 and 2; .* --finish/ });
  t.match(await keys('show', '--slave-file', 'cp1'), {
    stdout: new RegExp(`chargePoint cp1\nkey 1 ${codes[0]} ${codes[1]}\nkey 2 `),
  });
  t.match(await keys('rotate', '--finish'), { code: 0, stdout: /Key id 1 is gone/ });
  t.match(readFileSync(keyFile, 'utf8'), /^key 2 /m);
  t.notMatch(readFileSync(keyFile, 'utf8'), siteCode);
  t.strictSame([modeOf(keyFile), readdirSync(join(keyFile, '..'))], [0o600, ['site.key']], 'nothing is left over');
  chmodSync(keyFile, 0o644);
  t.match(await refused('show'), {
    code: 77,
    stderr: `${keyFile}: expected a key file for its owner alone, got mode 0644; type: chmod 600 ${keyFile}\n`,
  });
});

/** Datagrams with a good header and a wrong tag, from one socket after the other, as fast as loopback takes them. */
async function forge(port: number): Promise<void> {
  const status = Buffer.alloc(256);
  status.write('454b010201010000', 'hex');
  status.write('01026131', 28, 'hex');
  for (let sent = 0; sent < FLOOD; sent += 100) {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    for (let i = 0; i < 100; i++) socket.send(status, port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

aside('a site with keys: slaves with them are served, others are not', async (t) => {
  const port = await discoveryPort();
  const keyFile = join(folder(t), 'site.key');
  const stateDir = folder(t);
  await output(['keys', 'init', '--key-file', keyFile]);
  const slaveKeys = await output(['keys', 'show', '--slave-file', 'cp1', '--key-file', keyFile]);
  const slaveKeyFile = fileIn(folder(t), 'cp1.key', slaveKeys.stdout);
  const slaveText = `role: slave
id: cp1
auth: on
keyFile: ${slaveKeyFile}
leaseMs: 6000
driver: { type: virtual }
discovery: { port: ${port}, interfaces: [lo] }
`;
  const slaveConfig = fileIn(folder(t), 'slave.yaml', slaveText);
  const config = siteFile(t, { port, chargePoints: ['cp1', 'cp2'], more: `auth: on\nkeyFile: ${keyFile}` });
  t.match(await output(['slave', '-c', slaveConfig]), { code: 77 }, 'others can read its keys');
  chmodSync(slaveKeyFile, 0o600);
  const unsigned = await wireSlave(t, { id: 'x', port });
  const run = (): Daemon => started(t, ['run', '-c', config, '--state-dir', stateDir]);
  let master = run();
  const cp1 = started(t, ['slave', '-c', slaveConfig]);
  const cp2 = started(t, ['simulate', 'slaves', '--ids', 'cp2', '--port', `${port}`, '--key-file', keyFile]);
  await Promise.all([
    cp1.untilEvent('ENFORCED', / -> 1\d A \(grant\)$/),
    cp2.untilEvent('ENFORCED', / -> 1\d A \(grant\)$/),
  ]);
  await master.untilEvent('AUTH', /^auth on \(key id 1\)$/);
  await cp1.untilEvent('AUTH', /^auth on \(key id 1\)$/);

  unsigned.masters.set('master', { host: '127.0.0.1', port: port + 1 });
  await master.untilEvent(
    'DATAGRAM_DROPPED',
    /\d unsigned; the last from 127\.0\.0\.1; unsigned: the sender has no key/,
  );
  t.equal(unsigned.grants.length, 0);

  await forge(port + 1);
  const from = master.log.length;
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  t.notOk(
    master.log.slice(from).some(({ event }) => event === 'SLAVE_LOST'),
    'nobody is lost under a flood',
  );

  const before = await output(['keys', 'rotate', '--key-file', keyFile]);
  t.equal(before.code, 0);
  const ended = await master.end('SIGTERM');
  t.equal(ended.code, 0);
  t.match(master.messages('DATAGRAM_DROPPED').join('\n'), /bad tag/, 'the rest is told at the end');
  const first = master;
  master = run();
  await master.untilEvent('AUTH', /^auth on \(key id 1, 2\)$/);
  await master.untilEvent('SLAVE_FOUND', /^cp1 /);
  await master.untilEvent('SLAVE_FOUND', /^cp2 /);
  await Promise.all([master.end('SIGTERM'), cp1.end('SIGTERM'), cp2.end('SIGTERM')]);
  const secrets = [readFileSync(keyFile, 'utf8'), slaveKeys.stdout].flatMap(
    (text) => text.match(new RegExp(CODE, 'g')) ?? [],
  );
  t.equal(secrets.length, 4);
  for (const { stdout, stderr } of [first, master, cp1, cp2]) {
    for (const secret of secrets) t.notOk(`${stdout}${stderr}`.includes(secret.slice(0, 9)), 'no key in a log');
  }
  const grep = spawnSync('grep', ['-rlE', secrets.map((secret) => secret.slice(0, 9)).join('|'), stateDir]);
  t.equal(String(grep.stdout), '', 'nor in the state');
});

aside('auth is off: told at every start; on without a key: 78 and the way out', async (t) => {
  const port = await discoveryPort();
  const master = started(t, ['run', '-c', siteFile(t, { port, more: 'auth: off' })]);
  t.match(await master.untilEvent('AUTH'), { level: 'warn', msg: /^auth is off: any device on the network/ });
  t.match(await master.end('SIGTERM'), { code: 0 });
  const keyFile = join(folder(t), 'site.key');
  const config = siteFile(t, { port, more: `auth: on\nkeyFile: ${keyFile}` });
  const refused = started(t, ['run', '-c', config]);
  t.match(await refused.ended, { code: 78 });
  t.match(
    refused.messages('STOP')[0],
    `${keyFile}: expected a key file, as auth is on, got nothing; make it with: evenkeel keys init`,
  );
  t.match(await output(['check', '-c', config]), { code: 0, stdout: /\nauth: will not start: [\s\S]*got\s+nothing/ });
});
