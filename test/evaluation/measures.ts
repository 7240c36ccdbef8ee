/** What the columns of the tables say, on runs that are plain to see. */
import t from 'tap';
import { FuseGauge } from '../../evaluation/gauge.js';
import { idealRun } from '../../evaluation/ideal.js';
import { jainIndex, measure } from '../../evaluation/measures.js';
import { seededRng } from '../../src/base/rng.js';
import { drawnSite, smallSite } from './small-site.js';

const NO_USE = { worstA: [0, 0, 0], utilisation: 0, minutesOver: 0 } as const;

t.test('the gauge', async (t) => {
  const gauge = new FuseGauge(20);
  gauge.take([10, 5, 0], 1, true);
  gauge.take([0, 22, 0], 0.5, true);
  gauge.take([0, 0, 20], 8, false);
  const { worstA, utilisation, minutesOver } = gauge.use();
  t.strictSame(worstA, [10, 22, 20]);
  t.ok(
    Math.abs(utilisation - (0.5 * 1 + 1.1 * 0.5) / 1.5) < 1e-12,
    'the most loaded phase, while somebody wants energy',
  );
  t.equal(minutesOver, 0.5);
});

t.test("Jain's index", async (t) => {
  t.equal(jainIndex([0.4, 0.4, 0.4]), 1);
  t.equal(jainIndex([1, 0, 0, 0]), 0.25);
  t.ok(Math.abs(jainIndex([1, 0.5]) - 0.9) < 1e-12);
});

t.test('shares of sessions, classes and all', async (t) => {
  const twelve = Array.from({ length: 12 }, (_, at) => [at * 100, at * 100 + 60, 1] as const);
  const site = smallSite(32, [
    { priority: 1, stays: twelve },
    {
      priority: 2,
      stays: [
        [0, 600, 8],
        [700, 800, 0],
      ],
    },
  ]);
  const first = [100, 850, ...new Array<number>(10).fill(1000)];
  const found = measure(site, {
    energyWh: [first, [4000, 0]],
    use: { worstA: [16, 40, 0], utilisation: 0.5, minutesOver: 9 },
  });
  t.equal(found.energyWh, 14_950);
  t.ok(Math.abs(found.servedShare - 14.95 / 20) < 1e-12);
  t.ok(Math.abs(found.servedByClass[1] - 10.95 / 12) < 1e-12);
  t.equal(found.servedByClass[2], 0.5);
  t.equal(found.tenthShare, 0.5, 'two of 13: the lowest is 0.1, the next 0.5');
  t.equal(found.shortSessions, 3 / 13);
  t.equal(found.worstShare, 1.25);
  t.strictSame([found.utilisation, found.minutesOver], [0.5, 9]);
  t.equal(measure(site, { energyWh: [], use: NO_USE }).servedShare, 0);
});

t.test('the division without delays shares, puts first who comes first, and keeps the fuse', async (t) => {
  const site = smallSite(20, [
    { priority: 2, stays: [[0, 60, 9]] },
    { priority: 1, stays: [[0, 60, 9]] },
  ]);
  const wh = async (sharing: 'equal' | 'priority'): Promise<number[]> =>
    (await idealRun.run(site, sharing)).energyWh.flat().map(Math.round);
  t.strictSame(await wh('equal'), [2300, 2300]);
  t.strictSame(await wh('priority'), [1380, 3220]);
  for (let seed = 1; seed <= 10; seed++) {
    const drawn = drawnSite(seededRng(seed), { points: 8, minutes: 60, phases: [1, 2, 3] });
    const { use } = await idealRun.run(drawn, seed % 2 === 0 ? 'equal' : 'priority');
    t.ok(
      Math.max(...use.worstA) <= drawn.fuseA && use.minutesOver === 0,
      `seed ${seed}: ${use.worstA} of ${drawn.fuseA} A`,
    );
  }
});
