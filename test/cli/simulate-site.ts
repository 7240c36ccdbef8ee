/** `evenkeel simulate site` as a process: its verdict, its exit codes, its page, and the same words for the same call. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { virtualPorts } from '../../src/cli/site/ports.js';
import { verdictText } from '../../src/cli/site/verdict.js';
import { drawScenario } from '../../src/sim/world/draw.js';
import { play } from '../../src/sim/world/play.js';
import type { RunLog } from '../../src/sim/world/run-log.js';
import { Daemon, fileIn, folder, type Output, output, PROGRAM, ROOT } from '../helpers/daemon-process.js';
import { madeRun } from './report-log.js';
import { refusal } from './refusal.js';
import { aside } from './world.js';

const SITE = ['simulate', 'site'] as const;
/** Three minutes of a drawn site. */
const SHORT = [...SITE, '--seed', '3', '--hours', '0.05'] as const;
const WIDTH = 80;

/** Each charge point takes more by itself than the configuration says: together more than the fuse carries, without a master. */
const UNSAFE = `name: Built otherwise than configured
durationMin: 5
configuration:
  site: X
  circuits: [{ id: main, limitA: 40 }]
  chargePoints: [{ id: cp1, circuit: main }, { id: cp2, circuit: main }]
chargePoints:
  - { id: cp1, disconnectedLimitA: 32 }
  - { id: cp2, disconnectedLimitA: 32 }
vehicles: [{ chargePoint: cp1, atS: 5 }, { chargePoint: cp2, atS: 5 }]
faults: [{ atS: 60, forS: 180, fault: master-killed }]
`;

let ran: Promise<Output> | undefined;
/** What the short one says; it is run once for all that want to know. */
function short(): Promise<Output> {
  ran ??= output(SHORT, { isMeasured: true });
  return ran;
}

/** Lines that are too long; the command that plays it again is one line, whatever its length, so that it can be copied. */
function tooLong(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.length > WIDTH && !line.startsWith('again '));
}

aside('simulate site: a verdict, the figures, and how to see it again', async (t) => {
  const { code, stdout, stderr } = await short();
  t.match({ code, stderr }, { code: 0, stderr: '' }, 'nothing but progress, and that on terminals only');
  const [verdict, blank, title] = stdout.split('\n');
  t.same([verdict, blank], ['no violation', '']);
  t.match(title, /^drawn by seed 3: 3 min, \d charge points$/);
  for (const line of [
    /^fuse +margin +most that flowed +longest above it$/m,
    /^main +100\.0 % +\d+\.\d % +\d+\.\d s$/m,
    /^energy charged +\d+\.\d kWh$/m,
    /^seed +3$/m,
    /^digest +[0-9a-f]{16}$/m,
    /^again +evenkeel simulate site --seed 3 --hours 0\.05$/m,
  ])
    t.match(stdout, line);
  t.same(tooLong(stdout), []);
});

aside('simulate site: the same call, the same bytes; in this process too; another seed, another run', async (t) => {
  const [one, again, other, json] = await Promise.all([
    short(),
    output(SHORT),
    output([...SITE, '--seed', '4', '--hours', '0.05']),
    output([...SHORT, '--json']),
  ]);
  t.equal(again.stdout, one.stdout);
  const digestOf = (text: string): string => /^digest +(\w+)$/m.exec(text)?.[1] ?? 'none';
  t.not(digestOf(other.stdout), digestOf(one.stdout));
  t.match(json, { code: 0, stderr: '' });
  const { samples, ...log } = JSON.parse(json.stdout) as RunLog;
  t.equal(samples, undefined);
  t.equal(log.digest, digestOf(one.stdout));
  t.match(log, {
    scenario: 'drawn by seed 3',
    seed: 3,
    durationMs: 180_000,
    replay: 'evenkeel simulate site --seed 3 --hours 0.05',
    violations: [],
    measures: { breakers: [{ circuit: 'main', margin: 1 }] },
  });
  t.equal(log.faults.length, log.counts['faults']);
  const here = await play(drawScenario({ seed: 3, durationMs: 180_000 }), { seed: 3, ports: virtualPorts });
  t.equal(here.digest, log.digest);
  t.same(log.counts, here.counts);
});

aside('simulate site --scenario: the examples', async (t) => {
  const directory = join(ROOT, 'etc/scenarios');
  const names = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
  t.ok(names.length >= 4);
  await Promise.all(
    names.map(async (name) => {
      // Long ones are not played to their end.
      const { code, stdout, stderr } = await output([...SITE, '--scenario', `etc/scenarios/${name}`, '--hours', '0.1']);
      t.match({ code, stderr }, { code: 0, stderr: '' }, name);
      t.match(stdout, `again   evenkeel simulate site --scenario etc/scenarios/${name} --seed 1 --hours 0.1\n`);
      t.same(tooLong(stdout), [], name);
    }),
  );
});

aside('simulate site: a violation is told first, and ends with 70', async (t) => {
  const file = fileIn(folder(t), 'un safe.yaml', UNSAFE);
  const { code, stdout, stderr } = await output([...SITE, '--scenario', file], { isMeasured: true });
  t.match({ code, stderr }, { code: 70, stderr: '' });
  const [verdict, ...lines] = stdout.split('\n');
  t.match(verdict, /^\d+ violations$/);
  t.match(lines[0], /^0:0[1-3]:\d\d {2}I3: main L[123]: \d\d\.0 A allowed, of 40\.0 A$/);
  t.match(stdout, /^0:0[1-4]:\d\d {2}breaker: main L[123]: the breaker may have tripped at 64\.0 A of 40 A$/m);
  t.match(stdout, /^main +0\.0 % +160\.0 %/m);
  t.match(stdout, /^master-killed +1 /m);
  t.match(stdout, `again   evenkeel simulate site --scenario '${file}' --seed 1\n`, 'a file name with a space');
  t.same(tooLong(stdout), []);
});

aside('simulate site: what is refused, and the exit codes', async (t) => {
  const missing = join(folder(t), 'missing.yaml');
  const file = fileIn(folder(t), 'good.yaml', UNSAFE);
  const ROWS: readonly (readonly [readonly string[], number, string])[] = [
    [['--hours', '-1'], 64, '--hours: expected a number, 0.001 to 10000, got "-1"\n'],
    [
      ['--charge-points', '3', '--scenario', file],
      64,
      '--charge-points: expected none beside --scenario, which has its own, got 3\n',
    ],
    [['--scenario', missing], 78, `${missing}: expected a scenario file, got nothing (ENOENT)\n`],
    [['--scenario', 'etc'], 78, 'etc: expected a scenario file, got a folder (EISDIR)\n'],
  ];
  for (const [args, code, stderr] of ROWS) t.match(await refusal(...SITE, ...args), { code, stderr }, args.join(' '));
});

aside('simulate site --scenario: everything that is wrong, with its line and column', async (t) => {
  const wrong = UNSAFE.replace('atS: 60', 'atS: -1').replace('cp2, disconnected', 'cp3, disconnected');
  const file = fileIn(folder(t), 'wrong.yaml', wrong.replace('master-killed', 'master-kiled'));
  const { code, stdout, stderr } = await output([...SITE, '--scenario', file]);
  t.match({ code, stdout }, { code: 78, stdout: '' });
  const lines = stderr.trimEnd().split('\n');
  t.equal(lines.length, 3);
  t.match(lines[0], `${file}:9:11 chargePoints[1].id: expected the id of a charge point`);
  t.match(lines[1], `${file}:11:17 faults[0].atS: expected seconds, 0 to 604800, got -1`);
  t.match(lines[2], `${file}:11:39 faults[0].fault: expected a known fault (meter-misses-one, `);
  t.match(lines[2], /got "master-kiled"; did you mean "master-killed"\?$/);
});

aside('simulate site --report: one page that asks nobody', async (t) => {
  const file = join(folder(t), 'run.html');
  const [reported, plain] = await Promise.all([output([...SHORT, '--report', file]), short()]);
  t.match(reported, { code: 0, stderr: `report written to ${file}\n` });
  t.equal(reported.stdout, plain.stdout, 'looking on changes nothing');
  const html = readFileSync(file, 'utf8');
  t.match(html, /^<!DOCTYPE html>\n/);
  t.match(html, /<title>pass: drawn by seed 3, seed 3<\/title>/);
  t.match(html, /default-src 'none'/);
  t.notMatch(html, /<(?:link|img|iframe)\b|\bsrc=|@import|url\(/);
  const nowhere = join(folder(t), 'none', 'run.html');
  const refused = await output([...SHORT, '--report', nowhere]);
  t.match(refused, { code: 71, stdout: plain.stdout, stderr: /^--report: expected a file that can be written, got / });
  t.equal(existsSync(nowhere), false);
});

aside('simulate site: progress on a terminal only', async (t) => {
  const line = `script -qec "'${PROGRAM}' simulate site --seed 3 --hours 0.05" /dev/null 2>&1`;
  const terminal = new Daemon('bash', ['-c', line]);
  t.match(await terminal.ended, { code: 0 });
  t.match(terminal.stdout, 'no violation');
  t.match(terminal.stdout, '\x1b[K', 'and taken away at the end');
});

aside('simulate site: long names and texts keep to 80 columns', async (t) => {
  const log = madeRun({ seed: 1, durationMs: 60_000, chargePoints: 2, circuits: ['main'] });
  const id = 'a-circuit-with-thirty-two-letters';
  const text = `${id} L1: 20.0 A allowed beside at least 10.0 A of others, of 20.0 A`;
  const wide: RunLog = {
    ...log,
    scenario: 'A name of a scenario as long as it may be, which are 64 letters.',
    violations: Array.from({ length: 12 }, (_, index) => ({ atMs: 36_000_000 + index, judge: 'I3', text })),
    measures: {
      ...log.measures,
      breakers: [{ circuit: id.slice(0, 32), margin: 0.5, worstShare: 12.345, longestOverMs: 123_456_789 }],
    },
    counts: { cycles: 1e9, datagrams: 1e10, samples: 1e10 },
  };
  t.same(tooLong(verdictText(wide)), []);
  t.match(verdictText(wide), /^12 violations\n10:00:00 {2}I3: a-circuit/);
  t.match(verdictText(wide), '... and 2 more');
});
