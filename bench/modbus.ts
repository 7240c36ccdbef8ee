/** Reading meters: Modbus TCP beside the bare library, and a serial line that is full. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { BenchMeter } from './meter.js';
import type { ModbusReads, Way } from './modbus-reads.js';
import { median, quantile, spread } from './numbers.js';
import {
  DEAD_TIMEOUT_MS,
  hasRtuLine,
  type LineFigures,
  METERS,
  type RtuLineFigures,
  rtuLineFigures,
} from './rtu-line.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';

/** So large that nothing is collected while the heap is watched. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];
const P99_MAX_MS = 3;
const ADDED_MAX_PERCENT = 20;
const FRESH_MAX_MS = 1200;

export const modbus: Topic = {
  name: 'modbus',
  about: 'reading meters: Modbus TCP, and eight on one serial line',
  async run(_workshop, progress) {
    progress('Modbus TCP');
    const tables = [readsTable(await reads())];
    if (!hasRtuLine()) return tables;
    progress('a serial line, half a minute');
    return [...tables, lineTable(await rtuLineFigures())];
  },
};

/** The meter in this process, the readers in another one. */
async function reads(): Promise<ModbusReads> {
  const meter = await BenchMeter.open(10, 0);
  const child = fork(new URL('./modbus-reads.js', import.meta.url), [String(meter.port)], { execArgv: FLAGS });
  try {
    const [answer] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`modbus-reads ended with ${code}`))),
    ]);
    return answer as ModbusReads;
  } finally {
    await meter.close();
  }
}

function readsTable({ timesMs, garbageBytes }: ModbusReads): Table {
  const added = (median(timesMs.bus) / median(timesMs['bare library']) - 1) * 100;
  return {
    title: 'modbus: one read of 12 registers over Modbus TCP on loopback, ms',
    columns: [
      { head: 'way' },
      ...['p50', 'p95', 'p99', 'max'].map((head) => ({ head, digits: 3 })),
      { head: 'garbage per read, bytes' },
    ],
    rows: (Object.keys(timesMs) as Way[]).map((way) => [way, ...spread(timesMs[way]), garbageBytes[way]]),
    targets: [
      { what: 'p99 of a read', most: P99_MAX_MS, found: quantile(timesMs.bus, 0.99), unit: 'ms' },
      { what: 'added to the median of the bare library', most: ADDED_MAX_PERCENT, found: added, unit: '%' },
    ],
    notes: [
      'Bare library: modbus-serial, connected once, with a timeout and nothing else. Both read in turn from one meter.',
    ],
  };
}

function lineTable({ allAlive, oneDead }: RtuLineFigures): Table {
  const row = (name: string, { gapsMs, agesMs, samples }: LineFigures): Table['rows'][number] => [
    name,
    samples,
    median(gapsMs),
    quantile(gapsMs, 1),
    median(agesMs),
    quantile(agesMs, 1),
  ];
  const delayMs = quantile(oneDead.gapsMs, 1) - quantile(allAlive.gapsMs, 1);
  return {
    title: `modbus: ${METERS} meters on one line of 9600 bit/s, one read of 30 registers each, back to back, ms`,
    columns: ['meters', 'samples', 'gap p50', 'gap max', 'age p50', 'age max'].map((head) => ({ head })),
    rows: [row('all answer', allAlive), row('one is dead', oneDead)],
    targets: [
      {
        what: 'from one sample of a meter to the next',
        most: FRESH_MAX_MS,
        found: quantile(allAlive.gapsMs, 1),
        unit: 'ms',
      },
      {
        what: 'age of any value at any moment, since its request was sent',
        most: FRESH_MAX_MS,
        found: quantile(allAlive.agesMs, 1),
        unit: 'ms',
      },
      { what: 'by which a dead meter delays another', most: DEAD_TIMEOUT_MS, found: Math.max(0, delayMs), unit: 'ms' },
    ],
    notes: [
      `Two ptys and a relay that takes the wire time; devices by pymodbus that answer after 10 ms; timeout ${DEAD_TIMEOUT_MS} ms.`,
      'Age: of a value when the next one replaces it, since its request was sent.',
    ],
  };
}
