/** Ten minutes with 200 slaves at one poll per second: what the master takes of a processor, and whether it grows. */
import { pause, processCpuS, processMemory, quantile } from './numbers.js';
import { openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';

const SLAVES = 200;
const MINUTES = Number(process.env['EVENKEEL_MINUTES'] ?? 10);
/** Caches fill and the heap finds its size: for so long nothing is judged. */
const WARM_UP_S = 120;
const SAMPLE_S = 10;
const CPU_TARGET_PERCENT = 10;
/** For people: the targets are for this much time. */
const JUDGED_MINUTES = 10;

interface Sample {
  readonly atS: number;
  readonly rssMb: number;
  readonly anonMb: number;
}

/** A straight line through the samples. */
interface Trend {
  readonly perS: number;
  /** Standard error of the slope, as if each sample were independent of the one before: rather too small. */
  readonly errorPerS: number;
}

export const steady: Topic = {
  name: 'steady',
  about: `${MINUTES} minutes with ${SLAVES} slaves: processor time, growth of memory; only when named`,
  async run(workshop, progress) {
    const site = await openSite(workshop, {
      slaves: SLAVES,
      fuseA: 2_500,
      buildingA: 500,
      vehicleMaxA: 10,
      mqttUrl: await workshop.startBroker(),
      isListed: true,
    });
    const master = site.startMaster();
    await until('current for everybody', master, () => site.slaves.limitsA().every((limitA) => limitA > 0));
    progress(`warms up: ${WARM_UP_S} s`);
    await pause(WARM_UP_S * 1000);
    const startedMs = performance.now();
    const before = { cpuS: processCpuS(master.pid), sent: site.slaves.sent, received: site.slaves.received };
    const samples: Sample[] = [];
    for (let atS = 0; atS <= MINUTES * 60; atS += SAMPLE_S) {
      progress(`${atS} of ${MINUTES * 60} s`);
      await pause(startedMs + atS * 1000 - performance.now());
      const { rssMb, anonMb } = processMemory(master.pid);
      samples.push({ atS, rssMb, anonMb });
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const perS = (of: keyof typeof before, now: number): number => (now - before[of]) / seconds;
    return [
      cpuTable(
        perS('cpuS', processCpuS(master.pid)) * 100,
        perS('sent', site.slaves.sent),
        perS('received', site.slaves.received),
      ),
      memoryTable(samples),
    ];
  },
};

function cpuTable(cpuPercent: number, statusPerS: number, grantPerS: number): Table {
  return {
    title: `steady: ${SLAVES} slaves over ${MINUTES} min, one meter every 250 ms, MQTT`,
    columns: [{ head: 'CPU % of one core', digits: 2 }, { head: 'STATUS/s' }, { head: 'GRANT/s' }],
    rows: [[cpuPercent, statusPerS, grantPerS]],
    targets: [{ what: `CPU of one core, ${SLAVES} slaves`, most: CPU_TARGET_PERCENT, found: cpuPercent, unit: '%' }],
    notes: [],
  };
}

function memoryTable(samples: readonly Sample[]): Table {
  const rows = (['rssMb', 'anonMb'] as const).map((of) => {
    const values = samples.map((sample) => sample[of]);
    const { perS, errorPerS } = trendOf(samples.map((sample) => ({ atS: sample.atS, value: sample[of] })));
    const inJudgedTime = [perS, errorPerS].map((each) => each * JUDGED_MINUTES * 60);
    const [name, first, last] = [of === 'rssMb' ? 'RSS' : 'of it its own', values[0], values.at(-1)];
    return [name, first, last, quantile(values, 0), quantile(values, 1), ...inJudgedTime];
  });
  const [, , , , , growthMb, errorMb] = rows[0] ?? [];
  const provenMb = Math.max(0, Number(growthMb) - 2 * Number(errorMb));
  return {
    title: `steady: memory of the master, ${samples.length} samples after ${WARM_UP_S} s, MB (1024 * 1024 bytes)`,
    columns: [
      { head: 'memory' },
      ...['first', 'last', 'least', 'most'].map((head) => ({ head, digits: 2 })),
      { head: `growth in ${JUDGED_MINUTES} min`, digits: 2 },
      { head: '+-', digits: 2 },
    ],
    rows,
    targets: [{ what: 'growth of RSS beyond twice its error', most: 0, found: provenMb, unit: 'MB' }],
    notes: ['Growth: slope of the line of least squares; +- is its standard error.'],
  };
}

/** Least squares. */
function trendOf(points: readonly { readonly atS: number; readonly value: number }[]): Trend {
  const mean = (of: (point: { atS: number; value: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanS, meanValue] = [mean(({ atS }) => atS), mean(({ value }) => value)];
  const spreadS = points.reduce((sum, { atS }) => sum + (atS - meanS) ** 2, 0);
  const perS = points.reduce((sum, { atS, value }) => sum + (atS - meanS) * (value - meanValue), 0) / spreadS;
  const residuals = points.reduce((sum, { atS, value }) => sum + (value - meanValue - perS * (atS - meanS)) ** 2, 0);
  return { perS, errorPerS: Math.sqrt(residuals / Math.max(1, points.length - 2) / spreadS) };
}
