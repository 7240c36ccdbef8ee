import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createRepeatFilter, MAX_REMEMBERED, REPEAT_PERIOD_MS } from '../../src/daemon/log-repeats.js';
import { createLogger } from '../../src/daemon/pino-logger.js';
import type { FloodReport } from '../helpers/log-child.js';
import { eventually, pause, Stopwatch } from '../helpers/machine.js';
import { hushed } from '../helpers/hushed.js';
import { needsTools } from '../helpers/tools.js';

const CHILD = fileURLToPath(new URL('../helpers/log-child.js', import.meta.url));
/** Far above what anything here takes: only a child that hangs gets there. */
const HANGS_AFTER_MS = 120_000;

const IDLE_MS = 200;

type JsonLine = Record<string, unknown>;

const toLines = (text: string): JsonLine[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonLine);

function loggerInto(lines: string[], level: 'debug' | 'info' = 'info'): ReturnType<typeof createLogger> {
  return createLogger({ level, stream: { write: (line) => lines.push(line) } });
}

t.test('a JSON line: level, time, event, msg, fields', (t) => {
  const written: string[] = [];
  const logger = loggerInto(written);
  logger.log('debug', 'LIMIT', 'below the level');
  logger.log('info', 'LIMIT', 'cp3 16 A -> 10 A', { limitA: 10, level: 'forged', msg: 'forged', time: 0, event: 'X' });
  t.equal(written.length, 1);
  const [line] = toLines(written.join(''));
  t.same(Object.keys(line ?? {}), ['level', 'time', 'event', 'limitA', 'msg']);
  t.match(line, { level: 'info', time: /^\d{4}-\d\d-\d\dT.*Z$/, event: 'LIMIT', msg: 'cp3 16 A -> 10 A', limitA: 10 });
  t.notMatch(written[0], /forged/);
  t.end();
});

t.test('fields that JSON cannot say do no harm', (t) => {
  const written: string[] = [];
  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  loggerInto(written).log('warn', 'NETWORK', 'odd', { ring, big: 10n, nan: Number.NaN, nothing: undefined });
  t.match(toLines(written.join(''))[0], { msg: 'odd', nan: null });
  t.end();
});

t.test('repeats are left out, and counted', async (t) => {
  const written: string[] = [];
  const logger = loggerInto(written);
  for (let index = 0; index < 38; index++) logger.log('warn', 'METER_ERROR', 'grid: exception 2');
  logger.log('warn', 'METER_ERROR', 'heating: exception 2');
  logger.log('warn', 'METER_LOST', 'grid: exception 2');
  t.equal(written.length, 3, 'another text or another code is another line');
  await logger.flush();
  t.equal(toLines(written.join(''))[3]?.['msg'], 'grid: exception 2 (+37 times)');
  t.equal(written.length, 4);
});

t.test('the filter for repeats', (t) => {
  const filter = createRepeatFilter<string>();
  t.ok(filter.admit('a', 'A', 0));
  t.equal(filter.nextDueMs(), undefined);
  t.notOk(filter.admit('a', 'A', 1));
  t.notOk(filter.admit('a', 'A', REPEAT_PERIOD_MS - 1));
  t.equal(filter.nextDueMs(), REPEAT_PERIOD_MS);
  t.same(filter.due(REPEAT_PERIOD_MS - 1), []);
  t.match(filter.due(REPEAT_PERIOD_MS), [{ line: 'A', count: 2 }]);
  t.notOk(filter.admit('a', 'A', REPEAT_PERIOD_MS + 1), 'the line with the count begins a new period');
  t.match(filter.due(2 * REPEAT_PERIOD_MS), [{ line: 'A', count: 1 }]);
  t.same(filter.due(3 * REPEAT_PERIOD_MS), [], 'quiet again');
  t.ok(filter.admit('a', 'A', 3 * REPEAT_PERIOD_MS));
  t.end();
});

t.test('the filter remembers a bounded number of texts, and loses no count', (t) => {
  const filter = createRepeatFilter<string>();
  filter.admit('first', 'first', 0);
  filter.admit('first', 'first', 0);
  for (let index = 0; index < MAX_REMEMBERED; index++) t.ok(filter.admit(`k${index}`, 'k', 1));
  t.match(filter.due(1), [{ line: 'first', count: 1 }]);
  t.ok(filter.admit('first', 'first', 2), 'forgotten');
  t.same(filter.drain(), []);
  t.end();
});

interface Run {
  readonly child: ChildProcess;
  readonly reports: readonly FloodReport[];
  readonly ended: Promise<number | null>;
}

function run(mode: string, stdout: 'pipe' | 'ignore' | number): Run {
  const stdio: StdioOptions = ['ignore', stdout, 'pipe', 'ipc'];
  const child = spawn(process.execPath, [CHILD, mode], { stdio, timeout: HANGS_AFTER_MS, killSignal: 'SIGKILL' });
  hushed(child);
  const reports: FloodReport[] = [];
  child.on('message', (report) => reports.push(report as FloodReport));
  return { child, reports, ended: once(child, 'exit').then(([code]) => code as number | null) };
}

const firstReport = ({ reports }: Run): Promise<FloodReport> => eventually('the flood', () => reports[0]);

/** What a loop needs while its log is read at once. */
async function undisturbedMs(): Promise<number> {
  const control = run('flood', 'ignore');
  const { tookMs } = await firstReport(control);
  control.child.send('end');
  await control.ended;
  return tookMs;
}

/** Reads on until the end; counts ordinary lines and adds up what LOG_DROPPED tells. */
class Reading {
  lines = 0;
  told = 0;
  readonly ended: Promise<void>;

  constructor(output: Readable) {
    this.ended = this.#read(output);
  }

  async #read(output: Readable): Promise<void> {
    for await (const text of createInterface({ input: output })) {
      const line = JSON.parse(text) as JsonLine;
      if (line['event'] === 'LOG_DROPPED') this.told += Number(line['lines']);
      else this.lines++;
    }
  }

  /** Until nothing is left in the pipe: a logger waits for its reader at the end, but not for long. */
  async caughtUp(): Promise<void> {
    for (let before = -1; before !== this.lines; await pause(IDLE_MS)) before = this.lines;
  }
}

t.test('a reader that stands still costs lines, no time', async (t) => {
  const calmMs = await undisturbedMs();
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-log-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const fifo = join(directory, 'fifo');
  spawnSync('mkfifo', [fifo]);

  await t.test('a socket, as the journal has', async (t) => {
    const watch = new Stopwatch();
    const flood = run('flood', 'pipe');
    const { tookMs, dropped } = await firstReport(flood);
    t.ok(dropped > 0, `${dropped} lines dropped`);
    t.ok(tookMs - watch.lateMs < 4 * calmMs, `${tookMs} ms, undisturbed ${calmMs} ms`);
    const reading = new Reading(flood.child.stdout as Readable);
    await reading.caughtUp();
    flood.child.send('end');
    await reading.ended;
    const { lines, told } = reading;
    t.equal(await flood.ended, 0);
    const final = flood.reports[1];
    t.equal(lines + (final?.dropped ?? 0), final?.logged, 'every line was written or counted');
    t.equal(told, final?.dropped, 'the log tells how many are missing');
  });

  await t.test('a pipe', async (t) => {
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const watch = new Stopwatch();
    const flood = run('flood', fd);
    const { tookMs, dropped } = await firstReport(flood);
    t.ok(dropped > 0, `${dropped} lines dropped`);
    t.ok(tookMs - watch.lateMs < 4 * calmMs, `${tookMs} ms, undisturbed ${calmMs} ms`);
    const reading = new Reading(createReadStream(fifo));
    closeSync(fd);
    await reading.caughtUp();
    flood.child.send('end');
    await reading.ended;
    const { lines, told } = reading;
    t.equal(await flood.ended, 0);
    t.equal(lines + (flood.reports[1]?.dropped ?? 0), flood.reports[1]?.logged);
    t.equal(told, flood.reports[1]?.dropped);
  });

  for (const kind of ['socket', 'pipe'] as const) {
    await t.test(`and does not hold up the end: ${kind}`, async (t) => {
      const fd = kind === 'pipe' ? openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK) : undefined;
      const flood = run('flood', fd ?? 'pipe');
      await firstReport(flood);
      flood.child.send('end');
      t.equal(await flood.ended, 0);
      if (fd !== undefined) closeSync(fd);
    });
  }
});

t.test('a reader that is gone does not end the process', async (t) => {
  const flood = run('flood', 'pipe');
  flood.child.stdout?.destroy();
  const { logged, dropped } = await firstReport(flood);
  t.ok(dropped > logged / 2, `${dropped} of ${logged} lines dropped`);
  flood.child.send('end');
  t.equal(await flood.ended, 0);
});

t.test('in the journal: priority prefix, no time', (t) => {
  const { stdout } = spawnSync(process.execPath, [CHILD, 'journal'], { encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  t.same(
    lines.map((line) => line.slice(0, 3)),
    ['<7>', '<6>', '<4>', '<3>'],
  );
  t.same(JSON.parse(lines[1]?.slice(3) ?? ''), {
    level: 'info',
    event: 'LIMIT',
    limitA: 10,
    msg: 'cp3 16 A -> 10 A: garage L2 full',
  });
  t.end();
});

t.test('not in the journal: JOURNAL_STREAM of somebody else, inherited', (t) => {
  const env = { ...process.env, JOURNAL_STREAM: '1:1' };
  const { stdout } = spawnSync(process.execPath, [CHILD, 'few'], { encoding: 'utf8', env });
  t.match(toLines(stdout)[3], { level: 'error', event: 'CRASH', time: /Z$/ });
  t.end();
});

t.test('on a terminal: text for people', needsTools('python3'), (t) => {
  const onTerminal = (env: NodeJS.ProcessEnv): string[] => {
    const script = 'import pty, sys; pty.spawn(sys.argv[1:])';
    const { stdout } = spawnSync('python3', ['-c', script, process.execPath, CHILD, 'few'], { encoding: 'utf8', env });
    return stdout.trim().split(/\r?\n/);
  };
  const { NO_COLOR: _, ...coloured } = process.env;
  const plain = onTerminal({ ...coloured, NO_COLOR: '1' });
  t.ok(plain.every((line) => /^\d\d:\d\d:\d\d /.test(line)));
  t.same(
    plain.map((line) => line.slice(9)),
    [
      'SLAVE_STATE  cp3 Available',
      'LIMIT        cp3 16 A -> 10 A: garage L2 full',
      'METER_LOST   WARN grid: no answer\\x1b[2J',
      'CRASH        ERROR over',
    ],
  );
  const red = onTerminal(coloured)[3] ?? '';
  t.ok(red.startsWith('\x1b[31m') && red.endsWith('CRASH        ERROR over\x1b[0m'), JSON.stringify(red));
  t.end();
});
