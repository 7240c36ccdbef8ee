/** The load that nobody controls: always between its bounds, moving, and the same for the same seed. */
import t from 'tap';
import { seededRng } from '../../../src/base/rng.js';
import { type PhaseAmps, PHASES, perPhase } from '../../../src/base/units.js';
import { VirtualTime } from '../../../src/sim/virtual-time.js';
import { WanderingLoad } from '../../../src/sim/world/building.js';
import { Copper } from '../../../src/sim/world/copper.js';
import { circuit } from '../../helpers/site.js';

const SERIES = 50;
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const LOW_A: PhaseAmps = [2, 0, 5];
const HIGH_A: PhaseAmps = [12, 30, 5];
const EVERY_MS = 20_000;
const HOURS_MS = 2 * 3_600_000;

interface Series {
  /** Each load, in mA. */
  readonly values: readonly (readonly number[])[];
  readonly stepsMs: readonly number[];
}

function seriesOf(seed: number): Series {
  const time = new VirtualTime();
  const values: number[][] = [];
  const changedMs: number[] = [];
  const circuits = [circuit({ id: 'main', limitA: perPhase(63) })];
  const copper: Copper = new Copper(circuits, () => {
    changedMs.push(time.nowMs);
    values.push([...copper.ownBuildingMa(0)]);
  });
  const plan = { circuit: 'main', lowA: LOW_A, highA: HIGH_A, everyMs: EVERY_MS };
  new WanderingLoad(plan, seededRng(seed)).connect(time, copper);
  time.runUntil(HOURS_MS);
  values.push([...copper.ownBuildingMa(0)]);
  const stepsMs = changedMs.slice(1).map((atMs, index) => atMs - (changedMs[index] ?? 0));
  return { values: values.slice(1), stepsMs };
}

t.test('between its bounds, on each phase, from the first moment on', async (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SERIES; seed++) {
    const { values } = seriesOf(seed);
    const isWithin = values.every((each) =>
      PHASES.every((p) => (each[p] ?? -1) >= LOW_A[p] * 1000 && (each[p] ?? 1e9) <= HIGH_A[p] * 1000),
    );
    t.equal(isWithin, true, `seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/sim.test.js`);
  }
});

t.test('it changes as often as planned, by little most times, and reaches both ends', async (t) => {
  const { values, stepsMs } = seriesOf(FIRST_SEED);
  const meanMs = stepsMs.reduce((sum, stepMs) => sum + stepMs, 0) / stepsMs.length;
  t.ok(Math.abs(meanMs - EVERY_MS) < 0.15 * EVERY_MS, `${meanMs} ms from one change to the next`);
  t.ok(Math.min(...stepsMs) >= 0.2 * EVERY_MS && Math.max(...stepsMs) <= 1.8 * EVERY_MS);
  const l2 = values.map((each) => each[1] ?? 0);
  const steps = l2.slice(1).map((ma, index) => Math.abs(ma - (l2[index] ?? 0)));
  const spanMa = (HIGH_A[1] - LOW_A[1]) * 1000;
  t.ok(steps.filter((stepMa) => stepMa <= 0.04 * spanMa + 1).length > 0.8 * steps.length, 'a slow drift');
  t.ok(
    steps.some((stepMa) => stepMa > 0.3 * spanMa),
    'and appliances',
  );
  t.ok(Math.min(...l2) < 0.2 * spanMa && Math.max(...l2) > 0.8 * spanMa);
});

t.test('the seed draws it', async (t) => {
  t.same(seriesOf(7), seriesOf(7));
  t.notSame(seriesOf(7), seriesOf(8));
});
