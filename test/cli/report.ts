/** The report of a simulated site as text: verdict first, nothing from ids is markup, small, and sent nowhere. */
import { inflateSync } from 'node:zlib';
import { reportHtml } from '../../src/cli/report/report.js';
import { chargePointColumn, circuitColumn, clockText, ColumnWriter, readColumn } from '../../src/cli/report/columns.js';
import type { PageData } from '../../src/cli/report/data.js';
import { seededRng } from '../../src/base/rng.js';
import type { Test } from 'tap';
import type { RunLog } from '../../src/sim/world/run-log.js';
import { madeRun } from './report-log.js';
import { aside } from './world.js';

const HOUR_MS = 3_600_000;
const made = madeRun({ seed: 7, durationMs: HOUR_MS, chargePoints: 3, circuits: ['main', 'garage'] });

interface Payload {
  readonly data: PageData;
  readonly column: (number: number, stepsPerUnit: number) => readonly number[];
}

/** What the page's script finds in it. */
function payloadOf(html: string): Payload {
  const textOf = (id: string): string => new RegExp(` id="${id}">([^<]*)</script>`).exec(html)?.[1] ?? '';
  const data = JSON.parse(textOf('data')) as PageData;
  const bytes = inflateSync(Buffer.from(textOf('columns'), 'base64'));
  const startOf = (number: number): number =>
    data.columnBytes.slice(0, number).reduce((sum, length) => sum + length, 0);
  return {
    data,
    column: (number, steps) => [...readColumn(bytes.subarray(startOf(number)), data.sampleCount, steps)],
  };
}

/** As the page knows it: tenths, and NaN for nothing. */
function asDrawn(value: number | undefined): number {
  return value === undefined ? Number.NaN : Math.round(value * 10) / 10;
}

/** A diff of thousands of numbers would take minutes. */
function sameNumbers(t: Test, found: readonly number[], wanted: readonly number[], what: string): void {
  const at = wanted.findIndex((value, index) => !Object.is(found[index], value));
  t.strictSame([found.length, at, found[at]], [wanted.length, -1, undefined], at < 0 ? what : `${what}: ${wanted[at]}`);
}

aside('report: a column comes back as it was written, gaps too', async (t) => {
  const seed = 20_261_128;
  t.comment(`columns of seed ${seed} (test/cli/report.ts)`);
  const rng = seededRng(seed);
  const far = (): number => rng.int(2 ** 40) - 2 ** 39;
  const values = Array.from({ length: 20_000 }, () =>
    rng.chance(0.1) ? null : rng.chance(0.1) ? far() : rng.int(9) - 4,
  );
  const writer = new ColumnWriter();
  for (const value of values) writer.write(value);
  const read = [...readColumn(writer.bytes(), values.length, 1)];
  sameNumbers(
    t,
    read,
    values.map((value) => value ?? Number.NaN),
    'as written',
  );
});

aside('report: every sample of the run is in it', async (t) => {
  const { data, column } = payloadOf(reportHtml(made));
  t.equal(data.sampleCount, made.samples.length);
  sameNumbers(
    t,
    column(0, 1),
    made.samples.map(({ atMs }) => atMs),
    'times',
  );
  for (const field of ['exposureA', 'measuredA', 'buildingA'] as const) {
    const wanted = made.samples.map(({ circuits }) => asDrawn(circuits[0]?.[field]?.[1]));
    t.ok(field === 'buildingA' || wanted.some(Number.isNaN), `${field}: has gaps where it should`);
    sameNumbers(t, column(circuitColumn(0, 1, field), 10), wanted, field);
  }
  sameNumbers(
    t,
    column(chargePointColumn(2, 2, 'currentA'), 10),
    made.samples.map(({ chargePoints }) => asDrawn(chargePoints[2]?.currentA)),
    'currents',
  );
  sameNumbers(
    t,
    column(chargePointColumn(2, 1, 'reason'), 1),
    made.samples.map(({ chargePoints }) => data.reasons.indexOf(chargePoints[1]?.reason ?? '')),
    'reasons',
  );
  t.ok(data.reasons.includes('main L2 full') && data.reasons.includes('no vehicle'), 'more than one reason');
});

aside('report: currents that no number can hold do not spoil the others', async (t) => {
  const limits = [16, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 6];
  const samples = limits.map((limitA, index): RunLog['samples'][number] => ({
    atMs: index * 1_000,
    circuits: [],
    chargePoints: [{ limitA, currentA: 0, state: 'Off', reason: '' }],
  }));
  const { column } = payloadOf(
    reportHtml({ ...made, circuits: [], samples, chargePoints: [{ id: 'a', circuit: 'm' }] }),
  );
  t.strictSame(column(chargePointColumn(0, 0, 'limitA'), 10), [16, Number.NaN, 100_000, -100_000, 6]);
});

aside('report: the verdict, how to play it again, the tables', async (t) => {
  const good = reportHtml(made);
  for (const text of [
    '<title>pass: car park, a bad evening, seed 7</title>',
    'no violation',
    'evenkeel simulate site --seed 7 --hours 1<',
    made.digest,
    '1:00:00, a sample every 1 s',
    '1,204,551',
    '<strong class="narrow">20.0 %</strong>',
    '1.08 &times; rated',
    '61.3 kWh',
  ]) {
    t.ok(good.includes(text), text);
  }
  t.match(good, /0:26:24<\/button><\/td><td>0:36:00<\/td><td>33<\/td><td>partition<\/td><td>cp2<\/td><td><span title/);
  const bad = reportHtml({ ...made, violations: [{ atMs: 754_250, judge: 'I1', text: 'main L2: 104.2 A' }] });
  t.notOk(bad.includes('no violation'));
  t.match(bad, /<title>FAIL: /);
  t.match(bad, /1 violation<[\s\S]*0:12:34\.25<\/button> <strong>I1<\/strong> main L2: 104\.2 A[\s\S]*play it again/);
});

aside('report: thousands of violations: the first ones, and how many more', async (t) => {
  const violations = Array.from({ length: 5_000 }, (_, atMs) => ({ atMs, judge: 'I1', text: 'over' }));
  const html = reportHtml({ ...made, violations });
  t.equal(html.match(/<strong>I1</g)?.length, 200);
  t.match(html, /5000 violations[\s\S]*and 4800 more/);
  t.equal(payloadOf(html).data.violations.length, 1_000);
});

aside('report: faults at the same time lie in different lanes', async (t) => {
  const { faults } = payloadOf(reportHtml(made)).data;
  t.strictSame(
    faults.map(({ label, lane }) => [label, lane]),
    [
      ['2 meter lost', 0],
      ['39 master killed', 0],
      ['33 partition', 1],
      ['30 loss 30 %', 0],
      ['24 reboot', 0],
    ],
  );
  const mark = { fault: 'loss', row: 30, target: 'network', recoveryMs: null };
  const many = Array.from({ length: 9 }, (_, index) => ({ ...mark, fromMs: index, toMs: 1_000 - index }));
  const crowded = payloadOf(reportHtml({ ...made, faults: many })).data.faults;
  t.equal(Math.max(...crowded.map(({ lane }) => lane)), 3);
});

aside('report: a run that broke off before its first sample', async (t) => {
  const html = reportHtml({ ...made, durationMs: 0, samples: [], faults: [] });
  t.equal(payloadOf(html).data.sampleCount, 0);
  t.ok(html.includes('<p>none</p>'));
});

aside('report: nothing in it names another place', async (t) => {
  const html = reportHtml(made).replace(/<!--[\s\S]*?-->/, '');
  const links = [...html.matchAll(/(?<![\w-])(?:src|href|action|url)\s*[=(]\s*["'][^"']*/g)].map(([link]) => link);
  t.strictSame(links, []);
  t.strictSame(
    [...new Set([...html.matchAll(/https?:[^\s"'<)]*/g)].map(([address]) => address))],
    ['https://github.com/leeoniya/uPlot'],
  );
  t.match(html, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
});

/** A noisy hour of 20 charge points; what does not change costs next to nothing. */
aside('report: an hour of 20 charge points is small', async (t) => {
  const run = madeRun({ seed: 3, durationMs: HOUR_MS, chargePoints: 20, circuits: ['main', 'garage', 'roof'] });
  const bytes = Buffer.byteLength(reportHtml(run));
  t.comment(`${bytes} bytes`);
  t.ok(bytes < 250_000, `${bytes} bytes`);
});

aside('report: the clock of the run', async (t) => {
  t.strictSame([0, 999, 59_999.6, 754_250, 90_061_000].map(clockText), [
    '0:00:00',
    '0:00:00.999',
    '0:01:00',
    '0:12:34.25',
    '25:01:01',
  ]);
});
