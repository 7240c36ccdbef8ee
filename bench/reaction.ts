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
/** Steps before those that are measured, far apart: a meter is to be seen following before it is believed to be prompt. */
const FIRST_STEPS = 3;
const FIRST_STEPS_APART_MS = 2_500;
/** At the start everybody has this limit; each step takes 1 A from each. */
const START_A = 45;
const FUSE_A = 2_500;
/** Left free, for the noise of the meter. */
const SPARE_A = 0.5;
/** Below every limit that occurs: such vehicles draw the same all the time. */
const SMALL_VEHICLE_A = 8;
/** Above every limit: such a vehicle draws less after each step. */
const LARGE_VEHICLE_A = 63;
const TARGET_OWN_MS = 20;
/** Beside limited vehicles: a poll that shows their fall, and what else it may take. */
const TARGET_LIMITED_MS = 300;
/** How often the meter renews its registers beside such vehicles, as in the simulation: no maker that we know states it. */
const METER_RENEW_MS = 200;
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
    buildingA: FUSE_A - SLAVES * START_A - SPARE_A,
    vehicleMaxA: variant.areLimited ? LARGE_VEHICLE_A : SMALL_VEHICLE_A,
    pollPeriodMs: variant.pollPeriodMs,
    meterRenewMs: variant.areLimited ? METER_RENEW_MS : 0,
    mqttUrl: variant.withMqtt ? await workshop.startBroker() : undefined,
    isListed: true,
  });
  const master = site.startMaster();
  await until(`a limit of ${START_A} A at everybody`, master, () =>
    site.slaves.limitsA().every((limitA) => limitA === START_A),
  );
  for (let count = 0; count < FIRST_STEPS; count++) {
    await pause(FIRST_STEPS_APART_MS);
    await takeStep(site, master);
  }
  await pause(FIRST_STEPS_APART_MS);
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
    targets: measured.map(targetOf),
    notes: [
      `${STEPS} steps of +${SLAVES} A at random moments, ${SETTLE_MS} ms and more apart; each slave goes from ${START_A - FIRST_STEPS} A down to ${START_A - FIRST_STEPS - STEPS} A, 1 A per step. ${FIRST_STEPS} steps before, ${FIRST_STEPS_APART_MS} ms apart.`,
      'Baseline: when the meter first served the new value; the rest is the product and the way over loopback.',
      `Vehicles: "steady" draw ${SMALL_VEHICLE_A} A all the time. "limited" draw what they may: after a step the meter falls with them, and a second step within a second of the first hides behind that fall until a sample is surely younger. Its registers are renewed every ${METER_RENEW_MS} ms there, else at each read.`,
    ],
  };
}

function targetOf({ variant, steps }: VariantTimes): Table['targets'][number] {
  const { pollPeriodMs, withMqtt, areLimited } = variant;
  const where = `poll ${pollPeriodMs} ms, MQTT ${withMqtt ? 'on' : 'off'}`;
  const common = { most: pollPeriodMs + (areLimited ? TARGET_LIMITED_MS : TARGET_OWN_MS), unit: 'ms' };
  return areLimited
    ? {
        ...common,
        what: `p99 of the own share beside limited vehicles, ${where}`,
        found: spread(steps.map(ownMs))[2] ?? 0,
      }
    : { ...common, what: `median at the last of ${SLAVES}, ${where}`, found: median(steps.map(lastMs)) };
}

function nameOf({ pollPeriodMs, withMqtt, areLimited }: Variant): readonly string[] {
  return [`${pollPeriodMs} ms`, withMqtt ? 'on' : 'off', areLimited ? 'limited' : 'steady'];
}

function ownMs(step: StepTimes): number {
  return lastMs(step) - step.readMs;
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
    [...name, 'own share: read to grant', ...spread(steps.map(ownMs))],
  ];
}
