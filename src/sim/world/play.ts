/** Plays a scenario from its first to its last moment, with all judges looking on. */
import { defined } from '../../base/assert.js';
import type { Ms } from '../../base/units.js';
import { type Rng, seededRng } from '../../base/rng.js';
import { injector } from './faults/index.js';
import type { Target } from './faults/injector.js';
import { Referee } from './judges/referee.js';
import type { RunLog, Sample } from './run-log.js';
import { sampleOf } from './sampling.js';
import type { PlannedFault, Scenario, VisitPlan } from './scenario.js';
import { World, type WorldPorts } from './world.js';

/** How often whoever waits is told how far it is. */
const PROGRESS_EVERY_MS: Ms = 60_000;

export interface PlayOptions {
  readonly seed: number;
  readonly ports: WorldPorts;
  /** The command that plays it again. */
  readonly replay?: string;
  /** Distance of the samples; absent: none are taken. */
  readonly sampleEveryMs?: Ms;
  readonly onProgress?: (nowMs: Ms) => void;
  /** Ends with the first violation. */
  readonly stopsEarly?: boolean;
}

export async function play(scenario: Scenario, options: PlayOptions): Promise<RunLog> {
  const world = new World(scenario, options.seed, options.ports);
  const referee = new Referee(world);
  for (const visit of scenario.visits) arrange(world, referee, visit);
  for (const [index, fault] of scenario.faults.entries()) strikeAt(world, referee, fault, options.seed + index);
  const samples: Sample[] = [];
  if (options.sampleEveryMs !== undefined) sampleEvery(world, options.sampleEveryMs, samples);
  world.start();
  await runThrough(world, referee, options);
  const measures = referee.finish();
  return {
    scenario: scenario.name,
    seed: options.seed,
    durationMs: world.time.nowMs,
    digest: world.trace.digest,
    replay: options.replay ?? `evenkeel simulate site --seed ${options.seed}`,
    circuits: scenario.config.site.circuits.map(({ id, limitA }) => ({ id, limitA })),
    chargePoints: scenario.chargePoints.map(({ id, circuit }) => ({ id, circuit })),
    sampleEveryMs: options.sampleEveryMs ?? 0,
    samples,
    faults: referee.recovery.marks(world.time.nowMs),
    violations: referee.violations,
    measures,
    counts: { ...world.journal.counts, faults: scenario.faults.length, visits: scenario.visits.length },
  };
}

async function runThrough(world: World, referee: Referee, { onProgress, stopsEarly }: PlayOptions): Promise<void> {
  const { durationMs } = world.scenario;
  while (world.time.nowMs < durationMs) {
    await world.run(Math.min(durationMs, world.time.nowMs + PROGRESS_EVERY_MS));
    onProgress?.(world.time.nowMs);
    if (stopsEarly && referee.violations.length > 0) return;
  }
}

/** A vehicle comes, and goes again. */
export function arrange(
  { time, boxes }: World,
  referee: Referee,
  { atMs, leaveAtMs, chargePoint, vehicle }: VisitPlan,
): void {
  time.at(atMs, () => {
    const box = boxes.get(chargePoint);
    box?.hardware.plugIn(vehicle, box.nowMs);
  });
  time.at(leaveAtMs, () => {
    const box = boxes.get(chargePoint);
    if (!box?.hardware.vehicle) return;
    referee.visited(box.hardware.energyWh(box.nowMs));
    box.hardware.unplug(box.nowMs);
  });
}

/** A fault begins, and is mended. */
export function strikeAt(
  world: World,
  referee: Referee,
  { atMs, forMs, fault, target: named }: PlannedFault,
  seed: number,
): void {
  const kind = injector(fault);
  world.time.at(atMs, () => {
    const untilMs = atMs + forMs;
    const rng = seededRng(seed);
    const target = named ?? anyOf(world.scenario, kind.target, rng);
    const isOver = referee.faultBegins(kind, target);
    const mend = kind.begin({ world, target, rng, untilMs });
    world.time.at(untilMs, () => {
      mend();
      isOver();
    });
  });
}

/** Whom a fault befalls that names nobody. */
function anyOf({ chargePoints, config }: Scenario, target: Target, rng: Rng): string {
  if (target === 'network' || target === 'master') return target;
  const able = target === 'meter' ? config.meters : chargePoints;
  return defined(able[rng.int(able.length)], `a ${target}`).id;
}

function sampleEvery(world: World, everyMs: Ms, samples: Sample[]): void {
  const again = (): void => {
    samples.push(sampleOf(world));
    world.time.at(world.time.nowMs + everyMs, again);
  };
  again();
}
