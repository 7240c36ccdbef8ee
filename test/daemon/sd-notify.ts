import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createNotifier, type Notifier } from '../../src/daemon/sd-notify.js';
import { needsSystemd, receiver, words } from '../helpers/notify-socket.js';
import { eventually } from '../helpers/machine.js';
import { keepingLogger } from '../helpers/real-time.js';

type Tap = Pick<typeof t, 'teardown'>;

function scratch(t: Tap): string {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-notify-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function notifier(env: NodeJS.ProcessEnv, logger = keepingLogger()): Notifier {
  const { NOTIFY_SOCKET: _, WATCHDOG_USEC: __, WATCHDOG_PID: ___, ...clean } = process.env;
  return createNotifier({ logger, env: { ...clean, ...env } });
}

t.test('without systemd nothing is started', (t) => {
  const logger = keepingLogger();
  const notify = notifier({ PATH: '/nonexistent' }, logger);
  notify.ready('x');
  notify.tickDone(0, 'x');
  notify.stopping();
  t.same(logger.lines, []);
  t.end();
});

t.test('ready, watchdog and status from the ticks, stopping', needsSystemd, async (t) => {
  const systemd = await receiver(t);
  const notify = notifier({ NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '10000000' });
  notify.ready('12 charge points');
  await eventually('READY', () => systemd.heard.length === 1);
  t.same(words(systemd.heard[0]), ['READY=1', 'STATUS=12 charge points']);

  notify.tickDone(1_000, '12 charge points');
  await eventually('the first ping', () => systemd.heard.length === 2);
  t.same(words(systemd.heard[1]), ['WATCHDOG=1'], 'the status is known already');
  for (let nowMs = 2_000; nowMs < 6_000; nowMs += 1_000) notify.tickDone(nowMs, 'too early');
  notify.tickDone(6_000, '48.2/63 A\non L2');
  await eventually('the second ping', () => systemd.heard.length === 3);
  t.same(words(systemd.heard[2]), ['STATUS=48.2/63 A on L2', 'WATCHDOG=1'], 'half of the period later');

  notify.stopping();
  await eventually('STOPPING', () => systemd.heard.length === 4);
  t.same(words(systemd.heard[3]), ['STATUS=stopping', 'STOPPING=1']);
});

t.test('no watchdog: the status every 10 s, if it changed', needsSystemd, async (t) => {
  const systemd = await receiver(t);
  const foreign = { WATCHDOG_USEC: '10000000', WATCHDOG_PID: '1' };
  const notify = notifier({ NOTIFY_SOCKET: systemd.path, ...foreign });
  notify.tickDone(0, 'a');
  await eventually('a', () => systemd.heard.length === 1);
  notify.tickDone(9_999, 'b');
  notify.tickDone(10_000, 'a');
  notify.tickDone(10_001, 'c');
  await eventually('c', () => systemd.heard.length === 2);
  t.same(systemd.heard.map(words), [['STATUS=a'], ['STATUS=c']]);
});

t.test('one child at a time; what comes up meanwhile is merged, nothing is lost', needsSystemd, async (t) => {
  const systemd = await receiver(t);
  const notify = notifier({ NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '2000' });
  notify.tickDone(0, 'first');
  notify.ready('second');
  for (let nowMs = 1; nowMs <= 100; nowMs++) notify.tickDone(nowMs, `status ${nowMs}`);
  notify.stopping();
  await eventually('the end', () => systemd.heard.some((datagram) => datagram.includes('STOPPING')));
  t.equal(systemd.heard.length, 2);
  t.same(words(systemd.heard[1]), ['READY=1', 'STATUS=stopping', 'STOPPING=1', 'WATCHDOG=1']);
});

t.test('a reload and its end are never one message, however fast they come', needsSystemd, async (t) => {
  const systemd = await receiver(t);
  const notify = notifier({ NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '2000' });
  notify.tickDone(0, 'a');
  notify.tickDone(1, 'b');
  for (let time = 0; time < 2; time++) {
    notify.reloading();
    notify.ready('reloaded');
    notify.tickDone(10 + time, 'reloaded');
  }
  notify.stopping();
  await eventually('the end', () => systemd.heard.some((datagram) => datagram.includes('STOPPING')));
  const kinds = systemd.heard.map((datagram) =>
    words(datagram)
      .map((word) => word.split('=')[0])
      .filter((word) => word === 'RELOADING' || word === 'READY' || word === 'STOPPING')
      .join(' '),
  );
  t.same(kinds, ['', '', 'RELOADING', 'READY', 'RELOADING', 'READY STOPPING']);
});

t.test('a missing systemd-notify is told once', async (t) => {
  const logger = keepingLogger();
  const notify = notifier({ NOTIFY_SOCKET: '/nonexistent', PATH: '/nonexistent' }, logger);
  notify.ready('x');
  await eventually('the line about it', () => logger.lines.length > 0);
  for (let nowMs = 0; nowMs < 100_000; nowMs += 10_000) {
    notify.tickDone(nowMs, `status ${nowMs}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.match(logger.lines, [{ event: 'NOTIFY_FAILED', message: /^systemd-notify: spawn systemd-notify ENOENT/ }]);
  t.equal(logger.lines.length, 1);
});

t.test('what was not heard is said again with the next tick', async (t) => {
  const directory = scratch(t);
  const tool = join(directory, 'systemd-notify');
  const script = (status: number): string => `#!/bin/sh\necho "$@" >> ${directory}/calls\nexit ${status}\n`;
  writeFileSync(tool, script(1));
  chmodSync(tool, 0o755);
  const logger = keepingLogger();
  const notify = notifier({ NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '10000000', PATH: `${directory}:/bin` }, logger);
  notify.ready('x');
  await eventually('the failure', () => logger.lines.length === 1);
  t.match(logger.lines[0]?.message, 'systemd-notify: it ended with 1');
  writeFileSync(tool, script(0));
  notify.tickDone(0, 'x');
  const calls = await eventually('the second call', () => {
    const output = spawnSync('cat', [join(directory, 'calls')], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    return output.length === 2 && output;
  });
  t.same(calls, ['READY=1 STATUS=x', 'READY=1 STATUS=x WATCHDOG=1']);
});
