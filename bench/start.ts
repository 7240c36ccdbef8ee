/** How long a master that was just started, or restarted, leaves its slaves alone. */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { median, pause, quantile } from './numbers.js';
import { type BenchSite, openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Workshop } from './workshop.js';

const RUNS = 10;
const TARGET_MS = 1_500;
/** The slaves' heartbeats and the master's start must not keep step. */
const PHASE_STEP_MS = 97;

/** Milliseconds after the start of the process. */
interface StartTimes {
  readonly beaconMs: number;
  readonly grantMs: number;
  /** The first grant that lets a vehicle charge. */
  readonly currentMs: number;
}

export const start: Topic = {
  name: 'start',
  about: 'start of the master to its first BEACON and GRANT',
  async run(workshop, progress) {
    const emptyMs: number[] = [];
    while (emptyMs.length < RUNS) emptyMs.push(await emptyNode());
    progress('without a state file');
    const fresh = await startRuns(workshop, progress, undefined);
    const stateDir = workshop.path('state');
    mkdirSync(stateDir);
    progress('with a state file');
    const remembered = await startRuns(workshop, progress, stateDir);
    return [startTable(emptyMs, fresh, remembered)];
  },
};

/** What a node process costs that does nothing: from its start to its end. */
async function emptyNode(): Promise<number> {
  const startedMs = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - startedMs;
}

/** With a state file the slave is found by discovery and remembered; without one it is listed in the configuration. */
async function startRuns(
  workshop: Workshop,
  progress: (text: string) => void,
  stateDir: string | undefined,
): Promise<readonly StartTimes[]> {
  const isListed = stateDir === undefined;
  const site = await openSite(workshop, { slaves: 1, fuseA: 63, buildingA: 10, vehicleMaxA: 16, isListed });
  const runs: StartTimes[] = [];
  if (stateDir !== undefined) {
    progress('with a state file: the first start, which makes it');
    const master = site.startMaster(stateDir);
    await until('a state file', master, () => existsSync(join(stateDir, 'state.json')));
    await master.stop();
  }
  while (runs.length < RUNS) {
    await pause(runs.length * PHASE_STEP_MS);
    runs.push(await oneStart(site, stateDir));
    progress(`${isListed ? 'without' : 'with'} a state file: start ${runs.length} of ${RUNS}`);
  }
  return runs;
}

async function oneStart({ slaves, startMaster }: BenchSite, stateDir: string | undefined): Promise<StartTimes> {
  let [beaconMs, grantMs, currentMs] = [0, 0, 0];
  slaves.onBeacon = (atMs) => (beaconMs ||= atMs);
  slaves.onGrant = (_slave, { limitA }, atMs) => {
    grantMs ||= atMs;
    if (limitA > 0) currentMs ||= atMs;
  };
  const startedMs = performance.now();
  const master = startMaster(stateDir);
  await until('a first grant with current', master, () => currentMs > 0);
  await master.stop();
  return { beaconMs: beaconMs - startedMs, grantMs: grantMs - startedMs, currentMs: currentMs - startedMs };
}

function startTable(
  emptyMs: readonly number[],
  fresh: readonly StartTimes[],
  remembered: readonly StartTimes[],
): Table {
  const row = (name: string, what: string, values: readonly number[]): Table['rows'][number] => {
    return [name, what, median(values), quantile(values, 1)];
  };
  const rowsOf = (name: string, runs: readonly StartTimes[]): Table['rows'] => [
    row(
      name,
      'the first BEACON',
      runs.map(({ beaconMs }) => beaconMs),
    ),
    row(
      name,
      'the first GRANT',
      runs.map(({ grantMs }) => grantMs),
    ),
    row(
      name,
      'the first GRANT above 0 A',
      runs.map(({ currentMs }) => currentMs),
    ),
  ];
  const target = (what: string, runs: readonly StartTimes[]): Table['targets'][number] => ({
    what: `longest to the first GRANT, ${what}`,
    most: TARGET_MS,
    found: quantile(
      runs.map(({ grantMs }) => grantMs),
      1,
    ),
    unit: 'ms',
  });
  return {
    title: `start: from the start of the process, ${RUNS} runs, ms`,
    columns: [{ head: 'process' }, { head: 'from its start to' }, { head: 'median' }, { head: 'max' }],
    rows: [
      row('node -e 0 (baseline)', 'its end', emptyMs),
      ...rowsOf('no state file, slave listed', fresh),
      ...rowsOf('state file, slave remembered', remembered),
    ],
    targets: [target('no state file', fresh), target('state file', remembered)],
    notes: ['One slave polls all the time, as after a restart of the master alone.'],
  };
}
