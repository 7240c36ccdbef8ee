/** How long a rise of the building's load takes to reach the slaves as lower limits, all over real sockets. */
import { seededRng } from '../src/base/rng.js';
import { defined } from '../src/base/assert.js';
import { median, pause, spread } from './numbers.js';
import { type BenchSite, openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Child, Workshop } from './workshop.js';

const SLAVES = 50;
const STEPS = 32;
/** At the start everybody has this limit; each step takes 1 A from each. */
const START_A = 42;
const FUSE_A = 2_500;
/** Below every limit that occurs: such vehicles draw the same all the time. */
const SMALL_VEHICLE_A = 8;
/** Above every limit: such a vehicle draws less after each step. */
const LARGE_VEHICLE_A = 63;
const TARGET_OWN_MS = 20;
/** From the last grant of a step to the next step, at least: answers are on their way. */
const SETTLE_MS = 150;

interface Variant {
  readonly pollPeriodMs: number;
  readonly withMqtt: boolean;
  readonly areLimited: boolean;
}

const VARIANTS: readonly Variant[] = [
  { pollPeriodMs: 250, withMqtt: false, areLimited: false },
  { pollPeriodMs: 250, withMqtt: true, areLimited: false },
  { pollPeriodMs: 100, withMqtt: false, areLimited: false },
  { pollPeriodMs: 250, withMqtt: false, areLimited: true },
];

/** One step, milliseconds after the write of the register. */
interface StepTimes {
  readonly readMs: number;
  readonly grantMs: readonly number[];
}

interface VariantTimes {
  readonly variant: Variant;
  readonly steps: readonly StepTimes[];
}

export const reaction: Topic = {
  name: 'reaction',
  about: `load step at the meter to lower limits at ${SLAVES} slaves`,
  async run(workshop, progress) {
    const measured: VariantTimes[] = [];
    for (const variant of VARIANTS) measured.push(await measure(workshop, variant, progress));
    return [reactionTable(measured)];
  },
};

async function measure(workshop: Workshop, variant: Variant, progress: (text: string) => void): Promise<VariantTimes> {
  const name = nameOf(variant).join(', ');
  progress(`${name}: everybody up to ${START_A} A`);
  const site = await openSite(workshop, {
    slaves: SLAVES,
    fuseA: FUSE_A,
    buildingA: FUSE_A - SLAVES * START_A,
    vehicleMaxA: variant.areLimited ? LARGE_VEHICLE_A : SMALL_VEHICLE_A,
    pollPeriodMs: variant.pollPeriodMs,
    mqttUrl: variant.withMqtt ? await workshop.startBroker() : undefined,
    isListed: true,
  });
  const master = site.startMaster();
  await until(`a limit of ${START_A} A at everybody`, master, () =>
    site.slaves.limitsA().every((limitA) => limitA === START_A),
  );
  const rng = seededRng(1);
  const steps: StepTimes[] = [];
  while (steps.length < STEPS) {
    await pause(SETTLE_MS + rng.between(0, 2 * variant.pollPeriodMs));
    steps.push(await takeStep(site, master));
    progress(`${name}: step ${steps.length} of ${STEPS}`);
  }
  await master.stop();
  return { variant, steps };
}

async function takeStep({ meter, slaves }: BenchSite, master: Child): Promise<StepTimes> {
  const beforeA = slaves.limitsA();
  const arrivedMs = new Map<number, number>();
  let readMs: number | undefined;
  slaves.onGrant = (slave, { limitA }, atMs) => {
    if (limitA < (beforeA[slave] ?? 0) && !arrivedMs.has(slave)) arrivedMs.set(slave, atMs);
  };
  const steppedMs = performance.now();
  meter.step(meter.buildingA + SLAVES, (atMs) => (readMs = atMs));
  await until('a lower limit at everybody', master, () => arrivedMs.size === SLAVES);
  return {
    readMs: defined(readMs, 'the read that came before the grants') - steppedMs,
    grantMs: [...arrivedMs.values()].map((atMs) => atMs - steppedMs),
  };
}

function reactionTable(measured: readonly VariantTimes[]): Table {
  return {
    title: `reaction: from a load step in the meter's registers to the lower limit at ${SLAVES} slaves, ms`,
    columns: [
      { head: 'poll' },
      { head: 'MQTT' },
      { head: 'vehicles' },
      { head: 'from the step to' },
      ...['median', 'p95', 'p99', 'max'].map((head) => ({ head, digits: 1 })),
    ],
    rows: measured.flatMap(rowsOf),
    targets: measured
      .filter(({ variant }) => !variant.areLimited)
      .map(({ variant, steps }) => ({
        what: `median at the last of ${SLAVES}, poll ${variant.pollPeriodMs} ms, MQTT ${variant.withMqtt ? 'on' : 'off'}`,
        most: variant.pollPeriodMs + TARGET_OWN_MS,
        found: median(steps.map(lastMs)),
        unit: 'ms',
      })),
    notes: [
      `${STEPS} steps of +${SLAVES} A at random moments, ${SETTLE_MS} ms and more apart; each slave goes from ${START_A} A down to ${START_A - STEPS} A, 1 A per step.`,
      'Baseline: when the meter first served the new value; the rest is the product and the way over loopback.',
      `Vehicles: "steady" draw ${SMALL_VEHICLE_A} A all the time. "limited" draw what they may: after a step the meter falls with them, and a second step within a second of the first hides behind that fall for a while.`,
    ],
  };
}

function nameOf({ pollPeriodMs, withMqtt, areLimited }: Variant): readonly string[] {
  return [`${pollPeriodMs} ms`, withMqtt ? 'on' : 'off', areLimited ? 'limited' : 'steady'];
}

function lastMs({ grantMs }: StepTimes): number {
  return Math.max(...grantMs);
}

function rowsOf({ variant, steps }: VariantTimes): Table['rows'] {
  const name = nameOf(variant);
  return [
    [...name, 'first read of it (baseline)', ...spread(steps.map(({ readMs }) => readMs))],
    [...name, 'grant, each slave', ...spread(steps.flatMap(({ grantMs }) => grantMs))],
    [...name, `grant, last of ${SLAVES}`, ...spread(steps.map(lastMs))],
    [...name, 'own share: read to grant', ...spread(steps.map((step) => lastMs(step) - step.readMs))],
  ];
}
