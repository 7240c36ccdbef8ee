/** Commands to a running master: status and slaves, as processes over its socket. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { discoveryPort, type Daemon, folder, type Output, output } from '../helpers/daemon-process.js';
import { Stopwatch } from '../helpers/machine.js';
import { aside, remembered, siteFile, started, wireSlave } from './world.js';
import type { WireSlave } from './wire-slave.js';

interface Site {
  readonly stateDir: string;
  readonly master: Daemon;
  readonly x: WireSlave;
  readonly say: (...args: readonly string[]) => Promise<Output>;
}

aside('a master that is asked: status, list, adopt, forget, clear', async (t) => {
  const port = await discoveryPort();
  const config = siteFile(t, { port, chargePoints: ['a'] });
  const stateDir = folder(t);
  const run = (): Daemon => started(t, ['run', '-c', config, '--state-dir', stateDir]);
  const first = run();
  const a = await wireSlave(t, { id: 'a', port });
  const x = await wireSlave(t, { id: 'x-17', port });
  const say = (...args: readonly string[]): Promise<Output> =>
    output([...args, '--state-dir', stateDir], { isMeasured: true });
  await a.untilEnforced(32);
  await first.untilEvent('SLAVE_FOUND', /^x-17 heard \(NOT adopted/);

  await t.test('status and list', (t) => asked(t, { stateDir, master: first, x, say }));
  await t.test('adopt: current, a line in the log, and the state file knows', (t) =>
    adopted(t, { stateDir, master: first, x, say }),
  );
  await t.test('a second master at the same place: 71, and the first goes on', async (t) => {
    const second = await output(['run', '-c', config, '--state-dir', stateDir]);
    t.equal(second.code, 71);
    t.match(second.stdout, /control\.sock: expected none in use, got one of a running daemon; stop it, /);
    t.match(await say('status'), { code: 0 });
  });

  await first.end('SIGKILL');
  t.ok(existsSync(join(stateDir, 'control.sock')), 'a kill leaves the socket behind');
  const second = run();
  await t.test('it stays adopted after a kill; forget and clear say what they do', (t) =>
    forgotten(t, { stateDir, master: second, x, say }),
  );
  t.match(await second.end('SIGTERM'), { code: 0 });
  t.notOk(existsSync(join(stateDir, 'control.sock')), 'an orderly end takes it along');
});

async function asked(t: Test, { stateDir, master, say }: Site): Promise<void> {
  const path = join(stateDir, 'control.sock');
  t.equal((await master.untilEvent('CONTROL')).msg, `commands are taken at ${path}`);
  t.equal(statSync(path).mode & 0o777, 0o660);
  const [shown, explained, unknown, json, list, listed] = await Promise.all([
    say('status'),
    say('explain', 'a'),
    say('explain', 'aa'),
    output(['status', '--json', '--socket', path]),
    output(['slaves', 'list'], { env: { RUNTIME_DIRECTORY: stateDir } }),
    output(['slaves', 'list', '--json'], { env: { STATE_DIRECTORY: stateDir } }),
  ]);
  t.match(shown, { code: 0, stderr: '' });
  t.match(shown.stdout, /^Loopback: active, epoch 1, 2 of 2 charge points heard, auth off$/m);
  t.match(shown.stdout, /^a +Charging +32 +32 +32\/32\/32 .*its own maximum$/m);
  t.match(explained, { code: 0, stdout: /^a {2}32 A: its own maximum; next: nothing, it has all that it can take\n$/ });
  t.match(unknown, { code: 65, stderr: /charge point: expected one that is known, got aa; did you mean "a"\?/ });
  t.match(JSON.parse(json.stdout), { site: 'Loopback', role: 'active', chargePoints: [{ id: 'a' }, { id: 'x-17' }] });
  t.match(list, { code: 0, stderr: '' });
  t.match(list.stdout, /^waits for: evenkeel slaves adopt x-17$/m);
  t.match(JSON.parse(listed.stdout), [
    { id: 'a', membership: 'listed', online: true, address: /^127\.0\.0\.1:\d+$/, firmware: 'wire' },
    { id: 'x-17', membership: 'waiting', online: true },
  ]);
}

async function adopted(t: Test, { stateDir, master, x, say }: Site): Promise<void> {
  t.match(await say('slaves', 'adopt', 'x-71'), {
    code: 65,
    stdout: '',
    stderr: 'expected the id of a known charge point, got "x-71"; did you mean "x-17"?\n',
  });
  t.equal(x.enforcedA, 0);
  t.match(await say('slaves', 'adopt', 'x-17'), { code: 0, stdout: 'x-17 is adopted\n', stderr: '' });
  t.match(remembered(stateDir), { slaves: [{ id: 'a' }, { id: 'x-17', adopted: true }] }, 'written before it is said');
  await master.untilEvent('SLAVE_ADOPTED', /^x-17 is adopted at circuit main$/);
  await x.untilEnforced(16);
  t.match(await say('slaves', 'adopt', 'x-17'), { code: 0, stdout: 'x-17 is taken on already\n' });
  t.match(await say('set', 'pause', 'x-17'), { code: 0, stdout: 'x-17: pause done\n', stderr: '' });
  await x.untilEnforced(0);
  t.match(remembered(stateDir), { settings: { chargePoints: [{ id: 'x-17', isPaused: true }] } });
  t.match(await say('set', 'resume', 'x-17'), { code: 0 });
  await x.untilEnforced(16);
  t.match(await say('set', 'operator-limit', 'x-71', '10'), { code: 65, stderr: /did you mean "x-17"\?/ });
  t.match(await say('set', 'operator-limit', 'main', '9e9'), { code: 65, stderr: /^expected 0 A to at most / });
  t.match(await say('set', 'operator-limit', 'main', 'much'), { code: 64, stderr: /got "much"/ });
}

/** Asked for before the end of its lease; where the machine was too late for that, once more. */
async function forgottenEarly(t: Test, { master, x, say }: Omit<Site, 'stateDir'>): Promise<Output> {
  for (;;) {
    const watch = new Stopwatch();
    const from = master.log.length;
    x.polls = false;
    await master.untilEvent('SLAVE_LOST', /^x-17 /, from);
    const early = await say('slaves', 'forget', 'x-17');
    if (early.code === 65 || watch.lateMs < watch.tookMs / 2) return early;
    t.comment(`this machine was late by ${watch.lateMs} ms: it is heard, and lost once more`);
    x.polls = true;
    await master.untilEvent('SLAVE_FOUND', /^x-17 /, from);
    await x.untilEnforced(16);
  }
}

async function forgotten(t: Test, { stateDir, master, x, say }: Site): Promise<void> {
  await master.untilEvent('SLAVE_FOUND', /^x-17 heard \(adopted/);
  const from = x.grants.length;
  await x.until('current in the new epoch', () =>
    x.grants.slice(from).some(({ grant }) => grant.epoch === 2 && grant.limitA === 16),
  );
  t.match(await say('slaves', 'forget', 'x-17'), { code: 65, stderr: 'x-17 is still heard: switch it off first\n' });
  t.match(await say('slaves', 'clear', '--yes'), {
    code: 0,
    stdout: 'kept: x-17 is still heard: switch it off first\n',
  });
  const early = await forgottenEarly(t, { master, x, say });
  t.match(early, { code: 65, stderr: /^x-17 may still draw by what it was granted: wait \d+ s\n$/ });
  const waitS = Number(/\d+ s/.exec(early.stderr)?.[0].slice(0, -2));
  await new Promise((resolve) => setTimeout(resolve, waitS * 1_000));
  const unasked = await say('slaves', 'forget', 'x-17');
  t.match(unasked, { code: 64, stdout: '' });
  t.match(
    unasked.stderr,
    /^x-17: 6 A on main are no longer reserved for it\n.*\nexpected --yes, since there is no terminal/,
  );
  t.match(await say('slaves', 'forget', 'x-17', '--yes'), { code: 0, stdout: 'x-17 is forgotten\n' });
  t.match(JSON.stringify(remembered(stateDir)), /^(?!.*x-17)/);
  await master.untilEvent('SLAVE_FORGOTTEN', /^x-17 is forgotten; the 6 A /);
  t.match(await say('slaves', 'clear', '--json'), {
    code: 0,
    stdout: /^\{\n {2}"forgotten": \[\],\n {2}"kept": \[\],\n {2}"notWritten": null\n\}\n$/,
  });
}

aside('nobody there: 69 and the way out; a socket that cannot be had: 71, or gone without', async (t) => {
  const directory = folder(t);
  const path = join(directory, 'control.sock');
  const nobody = `control socket ${path}: expected a running master, got nothing there; start it, or say where it is with --socket\n`;
  const port = await discoveryPort();
  const config = siteFile(t, { port });
  const missing = join(directory, 'missing/control.sock');
  const [status, slaves, run] = await Promise.all([
    output(['status', '--socket', path]),
    output(['slaves', 'clear', '--yes', '--socket', path]),
    output(['run', '-c', config, '--socket', missing]),
  ]);
  for (const each of [status, slaves]) t.match(each, { code: 69, stdout: '', stderr: nobody });
  t.equal(run.code, 71);
  t.match(run.stdout, `expected a place where it can be made, got no folder ${join(directory, 'missing')}`);
  const without = started(t, ['run', '-c', config], { env: { RUNTIME_DIRECTORY: join(directory, 'missing') } });
  const warned = await without.untilEvent('CONTROL', /goes on without: evenkeel status and slaves cannot reach it$/);
  t.equal(warned.level, 'warn');
  await without.untilEvent('READY');
  await without.end('SIGTERM');
});
