/**
 * When everybody hears everybody, the division that is enforced is the one that the allocator gives for the true state, and it
 * stays: random trees, connectors and vehicles that come one after the other.
 */
import t from 'tap';
import { connectedMask, type PhaseCount, ROTATIONS } from '../../src/base/rotation.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { type Amps, NO_AMPS } from '../../src/base/units.js';
import { allocate } from '../../src/dlm/allocate.js';
import type { Site } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const RUNS = Math.max(100, Number(process.env['EVENKEEL_RUNS'] ?? 100) / 10);
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const PHASES_MAX: readonly PhaseCount[] = [1, 3, 3];

function randomSite(rng: Rng): Site {
  const circuits = Array.from({ length: 1 + rng.int(4) }, (_, index) =>
    circuit({
      id: `c${index}`,
      limitA: [20 + rng.int(60), 20 + rng.int(60), 20 + rng.int(60)],
      ...(index > 0 && { parent: `c${rng.int(index)}` }),
      ...(rng.chance(0.2) && { imbalanceLimitA: 12 + rng.int(20) }),
    }),
  );
  const chargePoints = Array.from({ length: 1 + rng.int(8) }, (_, index) =>
    chargePoint({
      id: `cp${index}`,
      circuit: `c${rng.int(circuits.length)}`,
      phases: PHASES_MAX[rng.int(3)] ?? 3,
      rotation: ROTATIONS[rng.int(6)] ?? 'RST',
      maxA: rng.chance(0.5) ? 16 : 32,
      disconnectedLimitA: rng.int(3),
      priority: 1 + rng.int(2),
    }),
  );
  const sharing = rng.chance(0.7) ? 'equal' : 'priority';
  // No turn ends within a run: whoever came first stays.
  const allocation = {
    stepA: 1,
    sharing,
    shortage: 'longest-charging-first',
    dwellMs: 1e9,
    steadyMs: 300_000,
  } as const;
  return site({ autoAdopt: false, circuits, chargePoints, allocation });
}

/** What each should have: by the allocator, from what is plugged in and which phases it has shown. */
function dueText(rig: Rig): string {
  const { circuits, chargePoints, allocation } = rig.site;
  const { limits } = allocate({
    ...allocation,
    rotationSeed: 0,
    circuits: circuits.map((each) => ({ ...each, backgroundA: NO_AMPS })),
    chargePoints: chargePoints
      .filter(({ id }) => rig.slave(id).vehicle)
      .map((facts) => ({
        ...facts,
        activePhases: shownPhases(rig, facts.id),
        connectedAtS: 0,
        chargingS: rig.record(facts.id).service.servedSinceMs === undefined ? 1 : 0,
      })),
  });
  return chargePoints.map(({ id }): Amps => limits.get(id)?.limitA ?? 0).join(' ');
}

/** A vehicle shows its phases by charging; one that was never let charge for long enough counts on all. */
function shownPhases(rig: Rig, id: string): number {
  const { vehicle, core } = rig.slave(id);
  const connected = connectedMask(core.facts.phases);
  const hasShown = rig.record(id).vehicle.chargingMs >= 10_000;
  return hasShown && vehicle ? connectedMask(vehicle.phases) & connected : connected;
}

t.test('all settles at the share, and stays there', async (t) => {
  t.comment(`seeds ${FIRST_SEED}..; replay one: EVENKEEL_SEED=n EVENKEEL_RUNS=1 node build/test/dlm.test.js`);
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const rng = seededRng(seed);
    const rig = new Rig({ site: randomSite(rng) });
    for (const slave of rig.slaves.values()) {
      if (rng.chance(0.2)) continue;
      slave.plugIn({ phases: ([1, 2, 3] as const)[rng.int(3)] ?? 3, maxA: rng.chance(0.5) ? 16 : 32 });
      rig.run(rng.int(8) * 1000);
    }
    rig.run(60_000);
    const [settled, due] = [rig.limits, dueText(rig)];
    if (settled !== due) t.fail(`seed ${seed}: enforced ${settled}, due ${due}: ${rig.reasons}`);
    let changes = 0;
    for (let second = 0; second < 60; second++) {
      rig.run(1000);
      if (rig.limits !== settled) changes += 1;
    }
    if (changes > 0) t.fail(`seed ${seed}: not steady, ${settled} became ${rig.limits}`);
  }
  t.pass(`${RUNS} sites`);
});
