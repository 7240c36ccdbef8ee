/** To whom goes what a vehicle leaves: only where somebody else can use it, on a phase of both. */
import t from 'tap';
import { type Amps, type Ms, perPhase } from '../../src/base/units.js';
import type { AllocationRules, ChargePoint, Circuit } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const MINUTE_MS: Ms = 60_000;

interface Garage {
  readonly limitA?: Amps;
  readonly main?: Partial<Circuit>;
  readonly circuits?: readonly Circuit[];
  readonly rules?: Partial<AllocationRules>;
  readonly points: readonly (Partial<ChargePoint> & { id: string })[];
}

function garage({ limitA = 32, main = {}, circuits = [], rules = {}, points }: Garage): Rig {
  const of = site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(limitA), ...main }), ...circuits],
    chargePoints: points.map((point) => chargePoint({ disconnectedLimitA: 0, ...point })),
  });
  const redistribute = { thresholdA: 2, holdMs: 30_000, marginA: 1 };
  return new Rig({ site: { ...of, allocation: { ...of.allocation, redistribute, ...rules } } });
}

/** What each vehicle takes at most; all are plugged in. */
function withCars(rig: Rig, cars: Readonly<Record<string, Amps>>): Rig {
  for (const [id, maxA] of Object.entries(cars)) rig.slave(id).plugIn({ maxA });
  return rig;
}

t.test('what one leaves goes to the other, and its limit says so', async (t) => {
  const rig = withCars(garage({ points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 32 });
  rig.run(MINUTE_MS);
  t.equal(`${rig.limits}, ${rig.reasons}`, '11 21, unused circuit');
  t.same(rig.record('a').reason, { kind: 'unused', drawnA: 10 });
});

t.test('where nobody can use it, nobody is lowered', async (t) => {
  const both = withCars(garage({ points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 10 });
  both.run(5 * MINUTE_MS);
  t.equal(both.limits, '16 16', 'the other one leaves a part itself');
  const ample = withCars(garage({ limitA: 64, points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 32 });
  ample.run(5 * MINUTE_MS);
  t.equal(ample.limits, '32 32', 'all have their maximum');
  const full = withCars(garage({ limitA: 38, points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 32 });
  full.slave('a').startsAfterMs = 1.5 * MINUTE_MS;
  full.slave('b').startsAfterMs = Number.POSITIVE_INFINITY;
  full.run(3 * MINUTE_MS);
  t.equal(full.limits, '32 6', 'a full vehicle uses nothing');
});

t.test('another phase and another fuse are no use', async (t) => {
  const one = { phases: 1 } as const;
  const points = [
    { id: 'a', ...one },
    { id: 'b', ...one, rotation: 'STR' as const },
    { id: 'c', ...one, rotation: 'STR' as const },
  ];
  const phases = withCars(garage({ limitA: 30, points }), { a: 10, b: 32, c: 32 });
  phases.run(5 * MINUTE_MS);
  t.equal(phases.limits, '30 15 15');
  const halves = ['left', 'right'].map((id) => circuit({ id, parent: 'main', limitA: perPhase(30) }));
  const below = [
    { id: 'a', circuit: 'left' },
    { id: 'b', circuit: 'right' },
    { id: 'c', circuit: 'right' },
  ];
  const fuses = withCars(garage({ limitA: 63, circuits: halves, points: below }), { a: 10, b: 32, c: 32 });
  fuses.run(5 * MINUTE_MS);
  t.equal(fuses.limits, '30 15 15');
});

t.test('one that was rounded down can use it too', async (t) => {
  const rig = withCars(garage({ limitA: 33, points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 32 });
  rig.run(MINUTE_MS);
  t.equal(rig.limits, '11 22');
});

t.test('with priorities it goes to the one that is served next', async (t) => {
  const points = [
    { id: 'a', priority: 1 },
    { id: 'b', priority: 2 },
    { id: 'c', priority: 3 },
  ];
  const rig = garage({ limitA: 40, points, rules: { sharing: 'priority' } });
  withCars(rig, { a: 16, b: 32, c: 32 }).run(30_000);
  t.equal(rig.limits, '28 6 6');
  rig.run(MINUTE_MS);
  t.equal(rig.limits, '17 17 6');
});

t.test('one that needs 10 A is never lowered below that', async (t) => {
  const rig = garage({ points: [{ id: 'a', minA: 10 }, { id: 'b' }] });
  withCars(rig, { a: 7, b: 32 }).run(MINUTE_MS);
  t.equal(rig.limits, '10 22');
});

t.test('the next vehicle begins at its fair share', async (t) => {
  const rig = withCars(garage({ points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 32 });
  rig.run(MINUTE_MS);
  rig.slave('a').plugIn({ maxA: 10 });
  rig.run(5000);
  t.equal(rig.limits, '16 16', 'the next one has its share, and its own hold time');
});

t.test('below a circuit that keeps to equal shares nobody is lowered, beside it others are', async (t) => {
  const circuits = [circuit({ id: 'two', parent: 'main', redistribute: false })];
  const points = [{ id: 'a', circuit: 'two' }, { id: 'b', circuit: 'two' }, { id: 'c' }];
  const rig = withCars(garage({ limitA: 48, circuits, points }), { a: 10, b: 32, c: 10 });
  rig.run(3 * MINUTE_MS);
  t.equal(rig.limits, '16 16 16', 'their own fuse holds the two');
  const wide = withCars(garage({ limitA: 45, circuits, points }), { a: 10, b: 32, c: 10 });
  wide.run(3 * MINUTE_MS);
  t.equal(wide.limits, '16 16 11');
});

t.test('the limits of a house that wanders are followed, and what is left is found all the same', async (t) => {
  const main = { meter: 'grid', limitA: perPhase(50), fallbackA: perPhase(20) };
  const rig = withCars(garage({ main, points: [{ id: 'a' }, { id: 'b' }] }), { a: 10, b: 32 });
  for (let second = 0; second < 90; second++) {
    const drawnA = [...rig.slaves.values()].reduce(
      (sumA, { core }) => sumA + Math.max(...core.status(rig.nowMs).currentA),
      0,
    );
    rig.hearMeter('grid', perPhase(4 + 4 * (Math.floor(second / 7) % 2) + drawnA));
    rig.run(1000);
  }
  t.match(rig.limits, /^11 /);
});
