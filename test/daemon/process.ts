import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Daemon } from '../helpers/daemon-process.js';

const CHILD = fileURLToPath(new URL('../helpers/process-child.js', import.meta.url));

function child(mode: string, isMeasured = true): Daemon {
  return new Daemon(process.execPath, [CHILD, mode], { isMeasured });
}

const events = (daemon: Daemon): string[] => daemon.log.map(({ event, msg }) => `${event} ${msg}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal}: an orderly stop, exit code 0`, async (t) => {
    const daemon = child('good');
    await daemon.untilEvent('START');
    t.match(await daemon.end(signal), { code: 0, signal: null });
    t.same(events(daemon), [
      'START runs',
      `STOP stops on ${signal}; leases run out by themselves`,
      'NETWORK was told to stop',
    ]);
  });
}

t.test('a stop that hangs ends all the same, within 2 s', async (t) => {
  const daemon = child('hangs', false);
  await daemon.untilEvent('START');
  const { code, tookMs } = await daemon.end();
  t.equal(code, 0);
  t.ok(tookMs < 2_000, `${tookMs} ms`);
});

for (const mode of ['throws', 'rejects']) {
  t.test(`a bug that ${mode}: no cycle more, CRASH with its stack, exit code 70`, async (t) => {
    const daemon = child(mode);
    t.match(await daemon.ended, { code: 70, signal: null });
    t.same(events(daemon), ['START runs', 'NETWORK was told to stop', 'CRASH bug: provoked']);
    t.match(daemon.log.at(-1), { level: 'error', stack: /process-child/ });
  });
}

t.test('a broken invariant says so', async (t) => {
  const daemon = child('invariant');
  t.match(await daemon.ended, { code: 70 });
  t.same(events(daemon), ['CRASH broken invariant: the sum fits']);
});

t.test('a start that the system refuses: its reason and its exit code, no stack', async (t) => {
  const daemon = child('refused');
  t.match(await daemon.ended, { code: 71 });
  t.match(daemon.log, [{ level: 'error', event: 'STOP', msg: 'UDP port 1: taken' }]);
});

t.test('a reload that hangs does not hold an orderly stop', async (t) => {
  const daemon = child('reload-hangs', false);
  await daemon.untilEvent('START');
  process.kill(daemon.pid, 'SIGHUP');
  await daemon.untilEvent('RELOAD');
  const { code, tookMs } = await daemon.end();
  t.equal(code, 0);
  t.ok(tookMs < 2_000, `${tookMs} ms`);
});

t.test('nor does it hold a crash: no cycle more', async (t) => {
  // Measured, tap's own listener would end the process at SIGHUP.
  const daemon = child('reload-throws', false);
  await daemon.untilEvent('START');
  process.kill(daemon.pid, 'SIGHUP');
  t.match(await daemon.ended, { code: 70, signal: null });
  t.same(events(daemon), [
    'START runs',
    'RELOAD stops for a reload',
    'NETWORK was told to stop',
    'CRASH bug: provoked',
  ]);
});
