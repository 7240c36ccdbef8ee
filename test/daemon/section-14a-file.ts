import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Section14aEntry } from '../../src/base/section-14a.js';
import type { Ms } from '../../src/base/units.js';
import { readSection14aLog, Section14aFile } from '../../src/daemon/section-14a-file.js';
import { csvOf, KEPT_MS, lineOf } from '../../src/daemon/section-14a-lines.js';
import { eventually } from '../helpers/machine.js';
import { realTimers } from '../helpers/real-time.js';
import { needsMount, smallDisk } from '../helpers/small-disk.js';

const NOW_MS: Ms = Date.UTC(2026, 5, 1, 12);
const START: Section14aEntry = { event: 'start', circuit: 'garage', source: 'input box', limitW: 7560, drawnW: 14_490 };
const AFTER: Section14aEntry = { ...START, event: 'after', drawnW: 7360 };
const END: Section14aEntry = { ...START, event: 'end', limitW: null, drawnW: 7360 };

function scratch(t: { teardown(call: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-14a-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function logIn(directory: string, said: string[] = [], timers = realTimers): Section14aFile {
  const clock = { monotonicMs: () => 0, wallMs: () => NOW_MS };
  const logger = { log: (_level: string, event: string, text: string) => void said.push(`${event} ${text}`) };
  return new Section14aFile({ directory, clock, timers, logger });
}

function textIn(directory: string): readonly string[] {
  const lines = readSection14aLog(directory);
  return lines.ok ? lines.value : [lines.error];
}

t.test('events are written at once, and come out as a table with the power before and after', async (t) => {
  const directory = scratch(t);
  t.same(textIn(directory), []);
  const log = logIn(directory);
  log.add(START, NOW_MS);
  log.add(AFTER, NOW_MS + 30_000);
  log.add(END, NOW_MS + 600_000);
  await log.close();
  t.equal(statSync(join(directory, 'section-14a.jsonl')).mode & 0o777, 0o600);
  t.equal(
    csvOf(textIn(directory)),
    'time,event,circuit,source,limitW,powerBeforeW,powerAfterW\n' +
      '2026-06-01T12:00:00.000Z,start,garage,input box,7560,14490,7360\n' +
      '2026-06-01T12:10:00.000Z,end,garage,input box,,7360,\n',
  );
});

t.test('a line that a crash has cut off costs that line alone', async (t) => {
  const directory = scratch(t);
  const first = logIn(directory);
  first.add(START, NOW_MS);
  await first.close();
  appendFileSync(join(directory, 'section-14a.jsonl'), '{"at":"2026-06-01T12:');
  const second = logIn(directory);
  second.add(END, NOW_MS);
  await second.close();
  t.same(csvOf(textIn(directory)).split('\n').length, 4);
});

t.test('what is older than two years goes, but not because a clock has jumped', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'section-14a.jsonl');
  const times = [NOW_MS - KEPT_MS - 10_000, NOW_MS - KEPT_MS + 86_400_000, NOW_MS - 1000];
  writeFileSync(file, times.map((wallMs) => `${lineOf(START, wallMs)}\n`).join(''));
  const log = logIn(directory);
  log.add(END, NOW_MS);
  await log.close();
  t.equal(textIn(directory).length, 3);
  const jumped = new Section14aFile({
    directory,
    clock: { monotonicMs: () => 0, wallMs: () => NOW_MS + 10 * KEPT_MS },
    timers: realTimers,
    logger: { log: () => {} },
  });
  jumped.add(START, NOW_MS + 10 * KEPT_MS);
  await jumped.close();
  t.equal(textIn(directory).length, 4);
});

t.test('the file never grows beyond a few megabytes: the oldest go', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'section-14a.jsonl');
  const line = lineOf(START, NOW_MS - 1000);
  writeFileSync(file, `${line}\n`.repeat(Math.ceil((4.1 * 1024 * 1024) / line.length)));
  const log = logIn(directory);
  log.add(END, NOW_MS);
  await log.close();
  const { size } = statSync(file);
  t.ok(size > 2.9 * 1024 * 1024 && size < 3.1 * 1024 * 1024, `${size} bytes`);
  t.match(textIn(directory).at(-1), /"end"/);
});

t.test('a full disk is told once, nothing is thrown, and all is written once there is room', needsMount, async (t) => {
  const directory = smallDisk(t);
  const filler = join(directory, 'filler');
  t.throws(() => writeFileSync(filler, Buffer.alloc(128 * 1024)), { code: 'ENOSPC' });
  const said: string[] = [];
  let retry = (): void => {};
  const log = logIn(directory, said, {
    after: (_ms, call) => {
      retry = call;
      return () => {};
    },
  });
  log.add(START, NOW_MS);
  await eventually('it is told', () => said.length > 0);
  log.add(END, NOW_MS);
  retry();
  t.match(said, [/^GRID_OPERATOR_LOG the log of section 14a is not written: .*ENOSPC/]);
  await log.close();
  unlinkSync(filler);
  retry();
  await log.close();
  t.same(csvOf(textIn(directory)).split('\n').length, 4, readFileSync(join(directory, 'section-14a.jsonl'), 'utf8'));
  t.equal(said.at(-1), 'GRID_OPERATOR_LOG the log of section 14a is written again');
});

t.test('more than can wait: the oldest go, and nothing grows', async (t) => {
  const directory = join(scratch(t), 'gone');
  const said: string[] = [];
  const log = logIn(directory, said, { after: () => () => {} });
  for (let each = 0; each < 1500; each++) log.add({ ...START, drawnW: each }, NOW_MS);
  await log.close();
  t.equal(said.length, 1);
  t.match(textIn(directory), [/^cannot read /]);
});
