/** The demo as a whole, with real processes and sockets on loopback: what is killed comes back, and nothing is left. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Test } from 'tap';
import { Daemon, PROGRAM } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { needsTools } from '../helpers/tools.js';
import { aside } from './world.js';

/** It ends by itself when the test fails to end it. */
const GUARD_S = 600;

class Demo {
  readonly #process: Daemon;

  constructor(seconds: number, isMeasured = false) {
    this.#process = new Daemon(PROGRAM, ['demo', '--seconds', `${seconds}`], { isMeasured });
  }

  get lines(): readonly string[] {
    return this.#process.text;
  }

  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  /** The first line that matches, among those from `from` on. */
  until(pattern: RegExp, from = 0): Promise<string> {
    return this.#process.until(`a line ${pattern}`, () => this.lines.slice(from).find((line) => pattern.test(line)));
  }

  /** Process ids by name: "pids: broker 7, master 8, ...". */
  async pids(): Promise<ReadonlyMap<string, number>> {
    const line = await this.until(/ pids: /);
    const entries = [...line.replace(/.* pids: /, '').matchAll(/(\w+) (\d+)/g)];
    return new Map(entries.map(([, name = '', pid]) => [name, Number(pid)]));
  }

  /** Of those that were started again too. */
  allPids(): readonly number[] {
    return this.lines.flatMap((line) => {
      const list = / pids: (.*)/.exec(line)?.[1] ?? / started again, pid (\d+)/.exec(line)?.[1] ?? '';
      return [...list.matchAll(/\b\d+/g)].map(([pid]) => Number(pid));
    });
  }

  folder(): string {
    const line = this.lines.find((each) => each.includes('configuration ')) ?? '';
    return dirname(line.replace(/.*configuration /, ''));
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.signal(signal);
  }

  async exitCode(): Promise<number | string | null> {
    const { code, signal } = await this.#process.ended;
    return code ?? signal;
  }
}

/** A process that has ended and waits for its parent to notice it is gone too. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

aside(
  'demo: a killed slave, meter and broker: one line each, the others go on, all recover, nothing is left',
  async (t) => {
    const demo = new Demo(GUARD_S, true);
    t.teardown(() => demo.kill('SIGTERM'));
    const pids = await demo.pids();
    t.strictSame([...pids.keys()], ['broker', 'master', 'meter', 'cp1', 'cp2', 'cp3', 'cp4', 'cp5', 'cp6']);
    await demo.until(/complete after/);
    await demo.until(/ LIMIT .*cp\d 0 A -> \d+ A/);
    const before = demo.lines.length;
    const killed = ['cp3', 'meter', 'broker'];
    for (const name of killed) process.kill(pids.get(name) ?? 0, 'SIGKILL');
    for (const name of killed) {
      await demo.until(
        new RegExp(` ${name} \\(pid ${pids.get(name)}\\) ended by SIGKILL; starts again in 3 s`),
        before,
      );
      await demo.until(new RegExp(` ${name} started again, pid \\d+`), before);
    }
    await Promise.all([
      demo.until(/ SLAVE_LOST .*cp3 /, before),
      demo.until(/ METER_LOST .*grid/, before),
      demo.until(/ MQTT_LOST /, before),
      demo.until(/ SLAVE_FOUND .*cp3 heard/, before),
      demo.until(/ METER_OK /, before),
      demo.until(/ MQTT_CONNECTED /, before),
    ]);
    const recovered = demo.lines.length;
    await demo.until(/ day \d\d:\d\d; meter grid \d.*; cp1 .*, cp3 (?:limit|free).*, cp6 /, recovered);
    await demo.until(/ main .*L1 -?\d/, recovered);
    for (const event of ['ended by SIGKILL', 'started again, pid'])
      t.equal(demo.count(new RegExp(event)), 3, `3 ${event}`);
    // Beside busy neighbours a meter may be lost at another time too, without a kill.
    const since = demo.lines.slice(before, recovered);
    for (const event of ['SLAVE_LOST', 'METER_LOST'])
      t.equal(since.filter((line) => line.includes(` ${event} `)).length, 1, event);
    t.equal(demo.count(/ START /), 1, 'the master goes on');
    t.equal(demo.count(/ CRASH /), 0);

    const folder = demo.folder();
    t.ok(existsSync(folder));
    demo.kill('SIGTERM');
    t.equal(await demo.exitCode(), 0);
    t.equal(demo.allPids().length, 9 + 3);
    t.strictSame(demo.allPids().filter(isAlive), [], 'no process is left');
    t.notOk(existsSync(folder), 'its folder is removed');
    const report = demo.lines.slice(demo.lines.findIndex((line) => line.startsWith('demo: ')));
    t.match(report[0], /limits changed \d+ times; restarts: broker 1, meter 1, cp3 1$/);
    // A vehicle may take 5 s to follow; more than the time of reaction no phase may be above its limit.
    const within =
      /^(?:main|garage) +L\d {2}highest +-?[\d.]+ A of \d+ A, (?:never above|above for \d\.\d s at the longest)$/;
    t.equal(report.filter((line) => within.test(line)).length, 6, report.join('\n'));
  },
);

aside('demo: --seconds ends it; 69 tells that the site was never complete', async (t) => {
  const demo = new Demo(0.2);
  t.equal(await demo.exitCode(), 69);
  t.match(demo.lines.at(-1), /never complete/);
  t.notOk(existsSync(demo.folder()));
});

aside('demo: killed itself, it takes every process with it', async (t) => {
  const demo = new Demo(GUARD_S);
  t.teardown(() => demo.kill('SIGKILL'));
  const pids = await demo.pids();
  t.equal([...pids.values()].filter(isAlive).length, 9);
  demo.kill('SIGKILL');
  t.equal(await demo.exitCode(), 'SIGKILL');
  t.teardown(() => {
    for (const pid of demo.allPids().filter(isAlive)) process.kill(pid, 'SIGKILL');
    rmSync(demo.folder(), { recursive: true, force: true });
  });
  await eventually('the end of all processes', () => !demo.allPids().some(isAlive));
  t.pass('none is left');
});

aside(
  'demo on a terminal: the table, keys that kill and quit, and the screen given back',
  onTerminal,
  needsTools('script'),
);

async function onTerminal(t: Test): Promise<void> {
  const command = `stty cols 80 rows 24 && exec ${PROGRAM} demo --seconds ${GUARD_S}`;
  const env = { TERM: 'xterm', NO_COLOR: '1' };
  const terminal = new Daemon('script', ['-qec', command, '/dev/null'], { env, isMeasured: true });
  t.teardown(() => terminal.end('SIGTERM'));
  const shows = (pattern: RegExp) => () => pattern.test(terminal.stdout);
  await terminal.until('the table', shows(/master up, epoch 1[\s\S]* cp1 /));
  terminal.press('1');
  await terminal.until('the end of cp1', shows(/cp1 \(pid \d+\) ended by SIGKILL/));
  terminal.press('q');
  const { code } = await terminal.ended;
  t.equal(code, 0, terminal.stdout.slice(-400));
  const [before, rest = ''] = terminal.stdout.split('\x1b[?1049h');
  const [table = '', after = ''] = rest.split('\x1b[?1049l');
  t.equal(before, '', 'nothing before the alternate screen');
  t.ok(table.startsWith('\x1b[?25l\x1b[2J\x1b[Hevenkeel demo'), 'the cursor is hidden, and a frame begins at home');
  t.ok(table.endsWith('\x1b[?25h'), 'the cursor is back');
  t.match(after, /^demo: \d+ s; limits changed /, 'the report stands on the normal screen');
}
