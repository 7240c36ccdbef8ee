/** A GPIO line by programs that look like those of libgpiod 1 and 2. */
import t, { type Test } from 'tap';
import type { Timers } from '../../src/ports/time.js';
import { GpioLine } from '../../src/transports/gpio-line.js';
import { folder } from '../helpers/daemon-process.js';
import { FakeGpiod, isAlive } from '../helpers/fake-gpiod.js';
import { eventually } from '../helpers/machine.js';
import { realTimers } from '../helpers/real-time.js';

const PATH = process.env['PATH'] ?? '';
const NEVER_MS = 3_600_000;

interface Terms {
  readonly version?: 1 | 2;
  readonly beatMs?: number;
  /** Instead of 30 s. */
  readonly rereadMs?: number;
}

/** The pauses before a restart are a tenth of the real ones. */
function timersWith(rereadMs: number): Timers {
  return {
    after: (delayMs, call) => {
      if (delayMs === 30_000) return realTimers.after(rereadMs, call);
      return realTimers.after(delayMs >= 1000 && delayMs < NEVER_MS ? delayMs / 10 : delayMs, call);
    },
  };
}

function started(t: Test, { version = 2, beatMs = NEVER_MS, rereadMs = NEVER_MS }: Terms = {}) {
  const bin = folder(t);
  const gpiod = new FakeGpiod(bin, version);
  process.env['PATH'] = `${bin}:${PATH}`;
  const told: string[] = [];
  const line = new GpioLine({
    ...{ chip: 'gpiochip0', line: 17, beatMs, timers: timersWith(rereadMs) },
    tell: (level, reason) => void told.push(reason === undefined ? level : `${level}: ${reason}`),
  });
  t.teardown(async () => {
    await line.stop();
    gpiod.close();
    process.env['PATH'] = PATH;
  });
  line.start();
  return { gpiod, told, line };
}

for (const version of [1, 2] as const) {
  t.test(`libgpiod ${version}: the level, then each edge`, async (t) => {
    const { gpiod, told, line } = started(t, { version });
    await eventually('the level', () => told.length === 1 && gpiod.monitors.length === 1);
    gpiod.edges('rising');
    await eventually('an edge', () => told.length === 2);
    gpiod.edges('falling');
    await eventually('another edge', () => told.length === 3);
    gpiod.edges('rising', 'falling', 'rising', 'falling', 'rising');
    await eventually('a bounce', () => told.length === 5);
    t.same(told, ['low', 'high', 'low', 'low', 'high'], 'of a bounce: another level, and the last');
    const [pid = 0] = gpiod.monitors;
    t.ok(isAlive(pid));
    await line.stop();
    t.notOk(isAlive(pid), 'no child is left');
  });
}

t.test('the level is told again while the line is watched', async (t) => {
  const { gpiod, told } = started(t, { beatMs: 30 });
  gpiod.setLevel('1');
  await eventually('three times', () => told.length >= 3);
  t.equal(gpiod.monitors.length, 1);
  t.ok(told.slice(1).every((level) => level === told[1]));
});

t.test('an edge that was missed is found when the level is read anew', async (t) => {
  const { gpiod, told } = started(t, { rereadMs: 50 });
  await eventually('the level', () => gpiod.monitors.length >= 1);
  gpiod.setLevel('1');
  await eventually('the new one', () => told.includes('high'));
  t.notOk(
    told.some((each) => each.startsWith('lost')),
    'and that is no loss',
  );
});

t.test('no such program: said clearly, and tried again', async (t) => {
  process.env['PATH'] = folder(t);
  const told: string[] = [];
  const line = new GpioLine({
    ...{ chip: 'gpiochip0', line: 17, beatMs: NEVER_MS, timers: timersWith(NEVER_MS) },
    tell: (level, reason) => void told.push(`${level}: ${reason}`),
  });
  line.start();
  await eventually('a second attempt', () => told.length === 2);
  await line.stop();
  process.env['PATH'] = PATH;
  t.equal(told[0], "lost: the program gpiomon is missing; install libgpiod's tools (Debian: gpiod)");
});

t.test('a monitor that ends: lost, with what it said, started again with growing pauses', async (t) => {
  const { gpiod, told } = started(t);
  await eventually('a monitor', () => gpiod.monitors.length === 1);
  gpiod.setBusy(true);
  process.kill(gpiod.monitors[0] ?? 0, 'SIGKILL');
  await eventually('three attempts', () => told.filter((each) => each.startsWith('lost')).length === 3);
  t.equal(told[1], 'lost: gpiomon ended (SIGKILL)');
  t.equal(told[3], 'lost: gpiomon ended (1): gpiomon: error waiting for events: Device or resource busy');
  gpiod.setBusy(false);
  await eventually('a new one', () => gpiod.monitors.length === 2);
  gpiod.edges('rising');
  await eventually('an edge', () => told.at(-1) === 'high');
});

t.test('what is no level or no edge is a loss', async (t) => {
  const { gpiod, told } = started(t);
  await eventually('a monitor', () => gpiod.monitors.length === 1);
  gpiod.print('event: RISING EDGE\n');
  await eventually('the loss', () => told.at(-1) === 'lost: gpiomon: expected an edge, got "event: RISING ED"');
  gpiod.setLevel('"17"=active');
  await eventually('the next one', () => told.at(-1) === 'lost: gpioget: expected 0 or 1, got "\\"17\\"=active"');
});

t.test('a monitor that prints without end is read little by little', async (t) => {
  const { gpiod, told } = started(t);
  await eventually('a monitor', () => gpiod.monitors.length === 1);
  const untilMs = performance.now() + 500;
  while (performance.now() < untilMs) {
    gpiod.print('1\n2\n'.repeat(500));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  t.ok(told.length < 120, `${told.length} levels in half a second`);
  await eventually('the last one', () => {
    gpiod.edges('rising');
    return told.at(-1) === 'high';
  });
});
