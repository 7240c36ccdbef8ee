/** A run that was never played, with everything that a report shows: its numbers are made up, and the same for a seed. */
import type { ChargePointState } from '../../src/base/messages.js';
import { seededRng } from '../../src/base/rng.js';
import { mapPhases, type Ms, type PhaseAmps, perPhase } from '../../src/base/units.js';
import type { ChargePointSample, CircuitSample, RunLog, Sample } from '../../src/sim/world/run-log.js';

export interface MadeRun {
  readonly seed: number;
  readonly durationMs: Ms;
  readonly chargePoints: number;
  /** Ids of the circuits; the first has a meter and a building. */
  readonly circuits: readonly string[];
}

/** The master is away in this part of the run; the second fault of `madeFaults`. */
const AWAY = [0.4, 0.48] as const;
const MINUTE_MS = 60_000;

export function madeRun(made: MadeRun): RunLog {
  const { durationMs, seed } = made;
  const ids = Array.from({ length: made.chargePoints }, (_, index) => `cp${index + 1}`);
  return {
    scenario: 'car park, a bad evening',
    seed,
    durationMs,
    replay: 'evenkeel simulate site --seed 7 --hours 1',
    digest: '9f2c41d07be65a83',
    circuits: made.circuits.map((id, index) => ({ id, limitA: perPhase(index === 0 ? 100 : 63) })),
    chargePoints: ids.map((id, index) => ({ id, circuit: made.circuits[index % made.circuits.length] ?? '' })),
    sampleEveryMs: 1_000,
    samples: madeSamples(made),
    faults: madeFaults(durationMs, ids[1] ?? 'cp1'),
    violations: [],
    measures: {
      breakers: made.circuits.map((circuit, index) => ({
        circuit,
        margin: 1 - index * 0.8,
        worstShare: 0.97 + index * 0.11,
        longestOverMs: index * 2_500,
      })),
      unfairnessShare: 0.031,
      limitChangesPerHour: 14.2,
      pausesPerHour: 0.4,
      mostFlapping: 0.2,
      mostStarts: 2,
      energyKwh: 61.3,
    },
    counts: { events: 1_204_551, decisions: Math.round(durationMs / 1_000), datagrams: 88_412 },
  };
}

function madeFaults(durationMs: Ms, chargePoint: string): RunLog['faults'] {
  const at = (share: number): Ms => Math.round((share * durationMs) / 1_000) * 1_000;
  return [
    { fault: 'meter lost', row: 2, target: 'grid', fromMs: at(0.1), toMs: at(0.16), recoveryMs: 4_000 },
    { fault: 'master killed', row: 39, target: 'master', fromMs: at(AWAY[0]), toMs: at(AWAY[1]), recoveryMs: at(0.03) },
    { fault: 'partition', row: 33, target: chargePoint, fromMs: at(0.44), toMs: at(0.6), recoveryMs: null },
    { fault: 'loss 30 %', row: 30, target: 'network', fromMs: at(0.58), toMs: at(0.7), recoveryMs: 500 },
    { fault: 'reboot', row: 24, target: chargePoint, fromMs: at(0.8), toMs: at(0.8) + 2_000, recoveryMs: 12_500 },
  ];
}

/** Random steps every few minutes, noise of the building every second. */
function madeSamples({ seed, durationMs, chargePoints, circuits }: MadeRun): readonly Sample[] {
  const rng = seededRng(seed);
  let houseA: PhaseAmps = [18, 22, 12];
  let limitsA = Array.from({ length: chargePoints }, () => 0);
  return Array.from({ length: Math.floor(durationMs / 1_000) + 1 }, (_, second) => {
    const atMs = second * 1_000;
    if (rng.chance(1 / 240)) houseA = mapPhases(() => rng.between(4, 40));
    const freeA = 100 - Math.max(...houseA);
    if (atMs % MINUTE_MS === 0) limitsA = limitsA.map(() => Math.floor(rng.between(0.4, 1) * (freeA / chargePoints)));
    const isAway = atMs > AWAY[0] * durationMs && atMs < AWAY[1] * durationMs;
    const noisyA = mapPhases((phase) => houseA[phase] + rng.between(-0.8, 0.8));
    const points = limitsA.map((limitA, index) => madePoint(isAway ? Math.min(limitA, 6) : limitA, index, second));
    return {
      atMs,
      circuits: circuits.map((_, index) => madeCircuit(points, index === 0 ? noisyA : perPhase(0), index > 0, isAway)),
      chargePoints: points,
    };
  });
}

function madePoint(limitA: number, index: number, second: number): ChargePointSample {
  const isHere = (second + 400 * index) % 3_600 > 300;
  const state: ChargePointState | 'Off' = !isHere ? 'Available' : limitA < 6 ? 'SuspendedEVSE' : 'Charging';
  const currentA = state === 'Charging' ? Math.min(limitA, 32) - 0.3 : 0;
  const reason = { Available: 'no vehicle', SuspendedEVSE: 'paused, main L2 has no minimum left, yields to cp1' };
  return { limitA, currentA, state, reason: state === 'Charging' ? 'main L2 full' : (reason[state] ?? '') };
}

function madeCircuit(
  points: readonly ChargePointSample[],
  buildingA: PhaseAmps,
  isInner: boolean,
  isAway: boolean,
): CircuitSample {
  const sum = (value: (point: ChargePointSample) => number): number =>
    points.reduce((total, point, index) => total + (isInner && index % 2 === 0 ? 0 : value(point)), 0);
  const [allowedA, currentA] = [sum(({ limitA }) => limitA), sum((point) => point.currentA)];
  const totalA = mapPhases((phase) => currentA + buildingA[phase]);
  return {
    capacityA: isAway ? null : mapPhases((phase) => (isInner ? 63 : 100) - buildingA[phase]),
    exposureA: isAway ? null : perPhase(allowedA + 2),
    allowedA: perPhase(allowedA),
    totalA,
    buildingA,
    measuredA: isInner || isAway ? null : mapPhases((phase) => totalA[phase] + 0.1),
  };
}
