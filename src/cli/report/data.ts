/** The run as the page gets it: what is not a sample as JSON, the samples as deflated columns. */
import { deflateSync } from 'node:zlib';
import type { FaultMark, RunLog } from '../../sim/world/run-log.js';
import { type Ms, PHASES } from '../../base/units.js';
import { CHARGE_POINT_FIELDS, CIRCUIT_FIELDS, ColumnWriter, STEPS_PER_A } from './columns.js';

/** Bands of faults at the same time are drawn above each other, up to so many. */
const LANES_MAX = 4;
/** A run that goes wrong for good has one at every event; the page marks the first ones. */
const VIOLATIONS_MAX = 1_000;
/** No fuse is above that; what claims to be is drawn there. */
const DRAWN_MAX_A = 100_000;

export interface FaultBand {
  /** "33 partition" */
  readonly label: string;
  readonly target: string;
  readonly fromMs: Ms;
  readonly toMs: Ms;
  readonly recoveryMs: Ms | null;
  readonly lane: number;
}

export interface PageData {
  readonly durationMs: Ms;
  readonly sampleEveryMs: Ms;
  readonly sampleCount: number;
  readonly circuits: RunLog['circuits'];
  readonly chargePoints: RunLog['chargePoints'];
  readonly faults: readonly FaultBand[];
  readonly violations: readonly { readonly atMs: Ms; readonly judge: string }[];
  /** What the columns of states and reasons count in. */
  readonly states: readonly string[];
  readonly reasons: readonly string[];
  readonly columnBytes: readonly number[];
}

export interface PackedRun {
  readonly data: PageData;
  /** zlib format: what a browser inflates by itself. */
  readonly columns: Uint8Array;
}

export function packRun(log: RunLog): PackedRun {
  const states = new Words();
  const reasons = new Words();
  const columns = [
    column(log, (sample) => Math.round(sample.atMs)),
    ...circuitColumns(log),
    ...chargePointColumns(log, states, reasons),
  ];
  const data: PageData = {
    durationMs: log.durationMs,
    sampleEveryMs: log.sampleEveryMs,
    sampleCount: log.samples.length,
    circuits: log.circuits.map(({ id, limitA }) => ({ id, limitA })),
    chargePoints: log.chargePoints.map(({ id, circuit }) => ({ id, circuit })),
    faults: inLanes(log.faults),
    violations: log.violations.slice(0, VIOLATIONS_MAX).map(({ atMs, judge }) => ({ atMs, judge })),
    states: states.list,
    reasons: reasons.list,
    columnBytes: columns.map((bytes) => bytes.length),
  };
  return { data, columns: deflateSync(Buffer.concat(columns), { level: 9 }) };
}

type Sample = RunLog['samples'][number];

function column(log: RunLog, read: (sample: Sample) => number | null): Uint8Array {
  const writer = new ColumnWriter();
  for (const sample of log.samples) writer.write(read(sample));
  return writer.bytes();
}

function circuitColumns(log: RunLog): readonly Uint8Array[] {
  return log.circuits.flatMap((_, circuit) =>
    PHASES.flatMap((phase) =>
      CIRCUIT_FIELDS.map((field) => column(log, (sample) => tenths(sample.circuits[circuit]?.[field]?.[phase]))),
    ),
  );
}

function chargePointColumns(log: RunLog, states: Words, reasons: Words): readonly Uint8Array[] {
  const write: Readonly<Record<(typeof CHARGE_POINT_FIELDS)[number], (of: Sample, index: number) => number | null>> = {
    limitA: (sample, index) => tenths(sample.chargePoints[index]?.limitA),
    currentA: (sample, index) => tenths(sample.chargePoints[index]?.currentA),
    state: (sample, index) => states.numberOf(sample.chargePoints[index]?.state),
    reason: (sample, index) => reasons.numberOf(sample.chargePoints[index]?.reason),
  };
  return log.chargePoints.flatMap((_, index) =>
    CHARGE_POINT_FIELDS.map((field) => column(log, (sample) => write[field](sample, index))),
  );
}

function tenths(currentA: number | null | undefined): number | null {
  if (currentA === null || currentA === undefined || Number.isNaN(currentA)) return null;
  return Math.round(Math.min(Math.max(currentA, -DRAWN_MAX_A), DRAWN_MAX_A) * STEPS_PER_A);
}

/** Numbers texts in the order in which they turn up. */
class Words {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(word: string | undefined): number | null {
    if (word === undefined) return null;
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.list.length);
    return this.list.push(word) - 1;
  }
}

/** In order of time; each in the first lane that is free then, or else in the one that is free soonest. */
function inLanes(faults: readonly FaultMark[]): readonly FaultBand[] {
  const freeFromMs: Ms[] = [];
  return [...faults]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map(({ fault, row, target, fromMs, toMs, recoveryMs }) => {
      const free = freeFromMs.findIndex((atMs) => atMs <= fromMs);
      const isNew = free < 0 && freeFromMs.length < LANES_MAX;
      const lane = isNew ? freeFromMs.length : free < 0 ? freeFromMs.indexOf(Math.min(...freeFromMs)) : free;
      freeFromMs[lane] = Math.max(freeFromMs[lane] ?? 0, toMs + (recoveryMs ?? 0));
      return { label: `${row} ${fault}`, target, fromMs, toMs, recoveryMs, lane };
    });
}
