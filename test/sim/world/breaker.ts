/** The model of a breaker: the points of the standards, damage that adds up and wears off, and that more is never better. */
import fc from 'fast-check';
import t from 'tap';
import { FUSE_TYPES, type FuseType } from '../../../src/dlm/types.js';
import { BreakerPole, quickestTripS } from '../../../src/sim/world/judges/breaker.js';

const RATED_MA = 10_000;
const MINUTE_MS = 60_000;
const HOUR_S = 3600;
const NEVER = Number.POSITIVE_INFINITY;
const seed = Number(process.env['EVENKEEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['EVENKEEL_RUNS'] ?? 500);

/** Holds for an hour; the quickest far above, in seconds; at once. */
const POINTS: readonly (readonly [FuseType, number, readonly [number, number], number])[] = [
  ['B', 1.13, [2.55, 1], 3],
  ['C', 1.13, [2.55, 1], 5],
  ['D', 1.13, [2.55, 1], 10],
  ['gG', 1.25, [2.5, 10], 10],
  ['IEC60947-2', 1.05, [2.55, 1], 5],
];

t.test('the points of the standards', async (t) => {
  t.same(
    POINTS.map(([type]) => type),
    FUSE_TYPES,
  );
  for (const [type, holds, [quick, quickS], instant] of POINTS) {
    t.equal(quickestTripS(type, 1), NEVER, `${type} at its rated current`);
    t.equal(quickestTripS(type, holds), NEVER, `${type} at ${holds}`);
    const aboveS = quickestTripS(type, holds + 1e-9);
    t.ok(aboveS > HOUR_S - 1 && aboveS <= HOUR_S, `${type} just above: ${aboveS} s`);
    t.ok(Math.abs(quickestTripS(type, quick) - quickS) < 1e-9, `${type} at ${quick}`);
    t.equal(quickestTripS(type, instant), 0.01, `${type} at ${instant}`);
    const middleS = quickestTripS(type, Math.sqrt(holds * quick));
    t.ok(Math.abs(middleS - Math.sqrt(HOUR_S * quickS)) < 1e-6, `${type}: a straight line in logarithms`);
  }
});

t.test('on the safe side of what must trip', async (t) => {
  for (const type of ['B', 'C', 'D'] as const) {
    t.ok(quickestTripS(type, 1.45) < HOUR_S, `${type}: IEC 60898-1, 1.45 In within 1 h`);
    t.ok(quickestTripS(type, 2.55) < 60, `${type}: IEC 60898-1, 2.55 In within 60 s`);
  }
  t.ok(quickestTripS('IEC60947-2', 1.3) < HOUR_S);
  t.ok(quickestTripS('gG', 1.6) < HOUR_S);
});

t.test('damage adds up until it trips', async (t) => {
  const pole = new BreakerPole('B', RATED_MA);
  t.equal(pole.pass(25_500, 400), false);
  t.ok(Math.abs(pole.margin - 0.6) < 1e-9, `${pole.margin}`);
  t.equal(pole.pass(25_500, 400), false);
  t.equal(pole.pass(25_500, 250), true);
  t.equal(pole.margin, 0);
});

t.test('damage wears off, and the margin stays the worst there was', async (t) => {
  const pole = new BreakerPole('B', RATED_MA);
  pole.pass(25_500, 500);
  for (let minute = 0; minute < 30; minute++) pole.pass(RATED_MA, MINUTE_MS);
  t.equal(pole.pass(25_500, 500), false, 'rested in between');
  t.ok(pole.margin > 0.3 && pole.margin < 0.33, `1 - 0.5 / e - 0.5: ${pole.margin}`);
  const tired = new BreakerPole('B', RATED_MA);
  tired.pass(25_500, 500);
  t.equal(tired.pass(25_500, 501), true, 'not rested');
});

t.test('what must hold for an hour holds for ever, cold or not', async (t) => {
  const pole = new BreakerPole('C', RATED_MA);
  t.equal(pole.pass(11_300, 100 * HOUR_S * 1000), false);
  t.equal(pole.margin, 1);
  t.equal(pole.worstShare, 1.13);
  t.equal(pole.longestOverMs, 100 * HOUR_S * 1000);
});

t.test('how much, and how long at a stretch', async (t) => {
  const pole = new BreakerPole('B', RATED_MA);
  for (const [currentMa, forMs] of [
    [10_001, 300],
    [12_000, 200],
    [10_000, 50],
    [11_000, 400],
    [0, 10],
  ] as const)
    pole.pass(currentMa, forMs);
  t.equal(pole.worstShare, 1.2);
  t.equal(pole.longestOverMs, 500);
});

t.test('a phase that is not connected carries nothing', async (t) => {
  const pole = new BreakerPole('B', 0);
  t.equal(pole.pass(0, 1_000), false);
  t.equal(pole.pass(1, 0), false);
  t.equal(pole.pass(1, 1), true);
});

t.test('more current trips no later', async (t) => {
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/sim.test.js`);
  const share = fc.integer({ min: 0, max: 12_000 }).map((thousandths) => thousandths / 1000);
  const property = fc.property(
    fc.constantFrom(...FUSE_TYPES),
    share,
    share,
    (type, a, b) => quickestTripS(type, Math.max(a, b)) <= quickestTripS(type, Math.min(a, b)),
  );
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns: 10 * numRuns }));
});

/** A stretch of time: its current, how much more the other pole carries, and for how much longer it is above. */
const stretch = fc.record({
  currentMa: fc.integer({ min: 0, max: 60_000 }),
  moreMa: fc.integer({ min: 0, max: 10_000 }),
  forMs: fc.integer({ min: 1, max: 5_000 }),
  longerMs: fc.integer({ min: 0, max: 5_000 }),
});

t.test('more current or more time above never gives a better margin', async (t) => {
  const property = fc.property(fc.constantFrom(...FUSE_TYPES), fc.array(stretch, { maxLength: 30 }), (type, way) => {
    const [less, more] = [new BreakerPole(type, RATED_MA), new BreakerPole(type, RATED_MA)];
    for (const { currentMa, moreMa, forMs, longerMs } of way) {
      less.pass(currentMa, forMs);
      more.pass(currentMa + moreMa, forMs);
      // A time below what it holds would be a rest.
      if (quickestTripS(type, (currentMa + moreMa) / RATED_MA) < NEVER) more.pass(currentMa + moreMa, longerMs);
    }
    return more.margin <= less.margin && more.worstShare >= less.worstShare;
  });
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns }));
});
