/** The division alone: from 10 to 10,000 charge points, in time and in memory, beside the textbook. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { DivisionMemory } from './division-memory.js';
import { SITE_KINDS, type SiteKind } from './division-site.js';
import type { DivisionTimes } from './division-times.js';
import { median, quantile } from './numbers.js';
import type { Cell, Column, Table, Target } from './table.js';
import type { Topic } from './topic.js';

const SIZES = [10, 50, 100, 200, 1_000, 10_000] as const;
const MEMORY_SIZES = [10, 200, 1_000, 10_000] as const;
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

export const allocate: Topic = {
  name: 'allocate',
  about: 'the division alone, 10 to 10,000 charge points',
  async run(_workshop, progress) {
    const rows: DivisionTimes[] = [];
    const memory: Cell[][] = [];
    for (const count of SIZES) {
      for (const kind of SITE_KINDS) {
        progress(`${count} charge points, ${kind}`);
        rows.push(await fromProcess<DivisionTimes>('division-times', [String(count), kind]));
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

function memoryOf(count: number, kind: SiteKind): Promise<DivisionMemory> {
  return fromProcess('division-memory', [String(count), kind], MEMORY_FLAGS);
}

/** Each figure from a process of its own: what the compiler learnt of one site must not slow down the next one. */
async function fromProcess<T>(name: string, args: readonly string[], flags: readonly string[] = []): Promise<T> {
  const child = fork(new URL(`./${name}.js`, import.meta.url), [...args], { execArgv: [...flags] });
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
  ]);
  return answer as T;
}

function contractUs({ count, kind }: DivisionTimes): number | undefined {
  const us = CONTRACT_US.get(count);
  return us === undefined || kind !== 'imbalance' ? us : us * IMBALANCE_FACTOR;
}

function timeTable(rows: readonly DivisionTimes[]): Table {
  const differA = Math.max(...rows.map((row) => row.differA ?? 0));
  return {
    title: `allocate: one division, warmed up, each row in a process of its own, µs`,
    columns: [
      ...columns(0, 'N', 'site'),
      ...columns(1, 'call', 'p99', 'put in'),
      ...columns(0, 'contract'),
      ...columns(1, 'allocate', 'p99', 'textbook', 'p99'),
    ],
    rows: rows.map((row) => [
      row.count,
      row.kind,
      ...medianAndP99(row.callMs),
      medianAndP99(row.fillMs)[0],
      contractUs(row),
      ...medianAndP99(row.allocateMs),
      ...medianAndP99(row.textbookMs ?? []),
    ]),
    targets: rows.flatMap(targetOf),
    notes: [
      'call: the tree is prepared; circuits and seats are put in, and divided. put in: the first part of it alone. allocate: from the request to the answer with ids and reasons.',
      'Below N 100 a reading is the mean of the 16 moments of the site, in a row: the clock itself takes a tenth of such a call.',
      `Baseline: textbook progressive filling, which knows no steps, no minimum and no imbalance. The shares before they are rounded to steps differ from it by ${differA.toExponential(0)} A at most.`,
      'fuses: main and some boards bind. imbalance: the same with 20 A between the phases of main, which the shares without it would break. shortage: not all have their minimum.',
      'A peer, not measured here: 2.1 to 3.0 µs for 10, 54 µs for 100, 1450 µs for 1,000; native C++ without nested circuits.',
    ],
  };
}

function targetOf(row: DivisionTimes): readonly Target[] {
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
