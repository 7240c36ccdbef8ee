/** The division alone: from 10 to 10,000 charge points, in time and in memory, beside the textbook. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { defined } from '../src/base/assert.js';
import { mapPhases } from '../src/base/units.js';
import { Allocator, allocate as allocateOnce } from '../src/dlm/allocate.js';
import type { DivisionMemory } from './division-memory.js';
import { DivisionSite, PreparedDivision, SITE_KINDS, type SiteKind } from './division-site.js';
import { median, pause, quantile } from './numbers.js';
import { progressiveFilling } from './progressive-filling.js';
import type { Cell, Column, Table, Target } from './table.js';
import type { Topic } from './topic.js';

const SIZES = [10, 50, 100, 200, 1_000, 10_000] as const;
const MEMORY_SIZES = [10, 200, 1_000, 10_000] as const;
const WARM_UP_MS = 200;
const MEASURE_MS = 300;
/** Where one call takes long. */
const CALLS_MIN = 5;
/** The p99 of fewer values says nothing. */
const P99_CALLS_MIN = 20;
/** What a call may take by the design, by N, in microseconds; ten times that where an imbalance limit binds. */
const CONTRACT_US: ReadonlyMap<number, number> = new Map([
  [200, 50],
  [1_000, 300],
  [10_000, 5_000],
]);
const IMBALANCE_FACTOR = 10;
/** For the memory: the young generation is so large that nothing is collected while calls are counted. */
const MEMORY_FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

interface Row {
  readonly count: number;
  readonly kind: SiteKind;
  /** Milliseconds of each call. */
  readonly callMs: readonly number[];
  readonly divideMs: readonly number[];
  readonly allocateMs: readonly number[];
  /** Only where the textbook knows all that matters. */
  readonly textbookMs?: readonly number[];
  readonly differA?: number;
}

export const allocate: Topic = {
  name: 'allocate',
  about: 'the division alone, 10 to 10,000 charge points',
  async run(_workshop, progress) {
    const rows: Row[] = [];
    const memory: Cell[][] = [];
    for (const count of SIZES) {
      for (const kind of SITE_KINDS) {
        progress(`${count} charge points, ${kind}`);
        await pause(0);
        rows.push(measure(count, kind));
      }
    }
    for (const count of MEMORY_SIZES) {
      for (const kind of SITE_KINDS) {
        progress(`memory with ${count} charge points, ${kind}`);
        const { bytesPerCall, heapBytes, arrayBytes } = await memoryOf(count, kind);
        memory.push([count, kind, bytesPerCall, heapBytes / 1024, arrayBytes / 1024]);
      }
    }
    return [timeTable(rows), memoryTable(memory)];
  },
};

function measure(count: number, kind: SiteKind): Row {
  const site = new DivisionSite(count, kind);
  if (kind === 'imbalance') assertThatItBinds(site);
  const row = { count, kind, ...measurePrepared(site), allocateMs: measureAnswers(site) };
  if (kind !== 'fuses') return row;
  const textbookMs = repeated((moment) => timed(() => progressiveFilling(site.at(moment))));
  return { ...row, textbookMs, differA: differenceA(site) };
}

function measurePrepared(site: DivisionSite): Pick<Row, 'callMs' | 'divideMs'> {
  const prepared = new PreparedDivision(site);
  const divideMs: number[] = [];
  const callMs = repeated((moment) => {
    const startedMs = performance.now();
    prepared.fill(moment);
    const filledMs = performance.now();
    prepared.divider.divide();
    const endedMs = performance.now();
    divideMs.push(endedMs - filledMs);
    return endedMs - startedMs;
  });
  return { callMs, divideMs: divideMs.slice(-callMs.length) };
}

function measureAnswers(site: DivisionSite): readonly number[] {
  const allocator = new Allocator(site.at(0).circuits);
  return repeated((moment) => timed(() => allocator.allocate(site.at(moment))));
}

/** The milliseconds that `callMs` gives, at one moment of the site after the other. */
function repeated(callMs: (moment: number) => number): readonly number[] {
  const timesMs: number[] = [];
  let moment = 0;
  const repeatFor = (durationMs: number, calls: number): void => {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs || timesMs.length < calls) timesMs.push(callMs(moment++));
  };
  repeatFor(WARM_UP_MS, 1);
  timesMs.length = 0;
  repeatFor(MEASURE_MS, CALLS_MIN);
  return timesMs;
}

function timed(call: () => unknown): number {
  const startedMs = performance.now();
  call();
  return performance.now() - startedMs;
}

/** The shares that know nothing of the imbalance limit break it; else these were the times of a site without one. */
function assertThatItBinds({ requests }: DivisionSite): void {
  for (const request of requests) {
    const [main, ...boards] = request.circuits;
    const { imbalanceLimitA = 0, ...plain } = defined(main, 'main circuit');
    const { loadA } = defined(allocateOnce({ ...request, circuits: [plain, ...boards] }).circuits.get('main'), 'main');
    const sumsA = mapPhases((p) => loadA[p] + plain.backgroundA[p]);
    if (Math.max(...sumsA) - Math.min(...sumsA) <= imbalanceLimitA)
      throw new Error('the imbalance limit does not bind');
  }
}

/** The largest difference between the exact shares and the textbook's: nothing, or one of the two is wrong. */
function differenceA(site: DivisionSite): number {
  const { chargePoints, stepA } = site.at(0);
  const exact = progressiveFilling(site.at(0));
  const prepared = new PreparedDivision(site);
  prepared.fill(0);
  prepared.divider.divide();
  const { shareOf } = prepared.divider.division;
  return chargePoints.reduce(
    (most, { id }, seat) => Math.max(most, Math.abs((shareOf[seat] ?? 0) * stepA - (exact.get(id) ?? 0))),
    0,
  );
}

async function memoryOf(count: number, kind: SiteKind): Promise<DivisionMemory> {
  const script = new URL('./division-memory.js', import.meta.url);
  const child = fork(script, [String(count), kind], { execArgv: MEMORY_FLAGS });
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`division-memory ended with ${code}`))),
  ]);
  return answer as DivisionMemory;
}

function contractUs({ count, kind }: Row): number | undefined {
  const us = CONTRACT_US.get(count);
  return us === undefined || kind !== 'imbalance' ? us : us * IMBALANCE_FACTOR;
}

function timeTable(rows: readonly Row[]): Table {
  const differA = Math.max(...rows.map((row) => row.differA ?? 0));
  return {
    title: `allocate: one division, calls for ${MEASURE_MS} ms after ${WARM_UP_MS} ms to warm up, µs`,
    columns: [
      ...columns(0, 'N', 'site'),
      ...columns(1, 'call', 'p99', 'divide'),
      ...columns(0, 'contract'),
      ...columns(1, 'allocate', 'p99', 'textbook', 'p99'),
    ],
    rows: rows.map((row) => [
      row.count,
      row.kind,
      ...medianAndP99(row.callMs),
      medianAndP99(row.divideMs)[0],
      contractUs(row),
      ...medianAndP99(row.allocateMs),
      ...medianAndP99(row.textbookMs ?? []),
    ]),
    targets: rows.flatMap(targetOf),
    notes: [
      'call: the tree is prepared; circuits and seats are put in, and divided. divide: the last part of it alone. allocate: from the request to the answer with ids and reasons.',
      `Baseline: textbook progressive filling, which knows no steps, no minimum and no imbalance. The shares before they are rounded to steps differ from it by ${differA.toExponential(0)} A at most.`,
      'fuses: main and some boards bind. imbalance: the same with 20 A between the phases of main, which the shares without it would break. shortage: not all have their minimum.',
      'A peer, not measured here: 3 µs for 10, 54 µs for 100, 1450 µs for 1,000; native C++ without nested circuits.',
    ],
  };
}

function targetOf(row: Row): readonly Target[] {
  const most = contractUs(row);
  if (most === undefined) return [];
  return [
    { what: `median of a call, N ${row.count}, ${row.kind}`, most, found: median(row.callMs) * 1000, unit: 'µs' },
  ];
}

function medianAndP99(timesMs: readonly number[]): readonly Cell[] {
  if (timesMs.length === 0) return [undefined, undefined];
  const p99 = timesMs.length < P99_CALLS_MIN ? undefined : quantile(timesMs, 0.99) * 1000;
  return [median(timesMs) * 1000, p99];
}

function columns(digits: number, ...heads: readonly string[]): readonly Column[] {
  return heads.map((head) => ({ head, digits }));
}

function memoryTable(rows: Table['rows']): Table {
  return {
    title: 'allocate: memory of the prepared path, each row in a process of its own',
    columns: columns(0, 'N', 'site', 'garbage per call, bytes', 'kept on the heap, KB', 'kept in typed arrays, KB'),
    rows,
    targets: [],
    notes: [
      'Garbage: what the heap grows by; numbers that the compiler puts into boxes, mostly, so that it differs from run to run.',
      'Kept: what is free again when the divider is dropped after all calls, its seats and circuits with it.',
    ],
  };
}
