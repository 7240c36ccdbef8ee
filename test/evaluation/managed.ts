/** The product's own master and slaves on small sites, played as the months of the evaluation are. */
import t from 'tap';
import { idealRun } from '../../evaluation/ideal.js';
import type { PlayForm } from '../../evaluation/managed-play.js';
import { PLAYED_S } from '../../evaluation/managed-play.js';
import { runManaged } from '../../evaluation/managed-run.js';
import { configText } from '../../evaluation/managed-site.js';
import { seededRng } from '../../src/base/rng.js';
import { perPhase, type PhaseAmps } from '../../src/base/units.js';
import { type PointForm, smallSite, sumWh } from './small-site.js';

const REAL: PlayForm = { seed: 1, playedS: PLAYED_S, hasTaper: true, fullLeave: false };

/** Three hours of three vehicles behind a fuse that is too small, beside a building that changes every few minutes. */
function busyHours(seed: number) {
  const rng = seededRng(seed);
  const loads = Array.from({ length: 60 }, (): PhaseAmps => [rng.int(8), rng.int(6), rng.int(4)]);
  const points: PointForm[] = [
    { phases: 3, maxA: 16, rotation: 'RST', stays: [[5, 180, 20]] },
    { phases: 1, maxA: 32, rotation: 'STR', priority: 2, stays: [[20, 150, 5]] },
    {
      phases: 1,
      maxA: 16,
      rotation: 'RST',
      priority: 2,
      stays: [
        [30, 100, 2],
        [100, 180, 4],
      ],
    },
  ];
  return smallSite(20, points, (minute) => loads[Math.floor(minute / 3)] ?? perPhase(0));
}

t.test('the energies are what the fuse saw', async (t) => {
  const site = busyHours(1);
  const { energyWh, seenWh, use, trips } = await runManaged(site, 'equal', REAL);
  const ownWh = sumWh(energyWh);
  t.ok(Math.abs(ownWh / seenWh - 1) < 0.002, `${ownWh.toFixed(0)} Wh, seen ${seenWh.toFixed(0)} Wh`);
  t.ok(ownWh <= sumWh((await idealRun.run(site, 'equal')).energyWh) * 1.01, 'about what is possible, at most');
  t.strictSame(
    energyWh.map((each) => each.length),
    [1, 1, 2],
  );
  t.equal(trips, 0);
  t.ok(use.utilisation > 0.5 && use.utilisation < 1.01, `the fuse is used: ${use.utilisation}`);
  t.ok(use.minutesOver < 30, `the building rises before the vehicles yield: ${use.minutesOver.toFixed(1)} min`);
});

t.test('a vehicle alone gets what it can', async (t) => {
  const stays: PointForm['stays'] = [
    [10, 190, 6.5],
    [200, 260, 99],
  ];
  const site = smallSite(32, [{ phases: 1, maxA: 16, stays }]);
  const [[first = 0, second = 0] = []] = (await runManaged(site, 'equal', REAL)).energyWh;
  t.ok(Math.abs(first - 6500) < 1, `full: ${first}`);
  // An hour at 16 A are 3,680 Wh: less the start, and the taper at the end of the last tenth.
  t.ok(second > 3500 && second < 3680, `all but the start and the taper: ${second}`);
  const straight = await runManaged(site, 'equal', { ...REAL, hasTaper: false });
  t.ok((straight.energyWh[0]?.[1] ?? 0) > second + 20, 'the taper costs something');
  t.ok((straight.energyWh[0]?.[1] ?? 0) > 3680 * 0.985, 'the start costs less than a minute');
});

t.test('what is played of each minute stands for all of it', async (t) => {
  const site = busyHours(1);
  const lapsed = await runManaged(site, 'equal', REAL);
  const real = await runManaged(site, 'equal', { ...REAL, playedS: 60 });
  const share = sumWh(lapsed.energyWh) / sumWh(real.energyWh);
  t.ok(share > 0.985 && share < 1.005, `${share.toFixed(4)} of the energy in real time`);
  t.ok(lapsed.playedHours < 0.7 * real.playedHours, 'it is a short cut');
});

t.test('the same seed, the same run', async (t) => {
  const site = busyHours(3);
  const once = await runManaged(site, 'priority', REAL);
  t.strictSame(await runManaged(site, 'priority', REAL), once);
  const other = await runManaged(site, 'priority', { ...REAL, seed: 2 });
  t.notSame(other.energyWh, once.energyWh);
});

t.test('who is full and stays keeps his 6 A from the others for no longer than three minutes', async (t) => {
  const full: PointForm = { phases: 1, maxA: 16, stays: [[0, 300, 0.5]] };
  const site = smallSite(16, [full, { phases: 1, maxA: 16, stays: [[0, 300, 99]] }]);
  const stays = await runManaged(site, 'equal', REAL);
  const leaves = await runManaged(site, 'equal', { ...REAL, fullLeave: true });
  const ratio = (leaves.energyWh[1]?.[0] ?? 0) / (stays.energyWh[1]?.[0] ?? 1);
  t.ok(ratio >= 1 && ratio < 1.05, `${ratio.toFixed(3)} times as much where he drives away`);
});

t.test('priorities are written down only where they count', async (t) => {
  const site = busyHours(1);
  t.equal(configText(site, 'equal', 8).match(/priority: 1 /g)?.length, 3);
  t.equal(configText(site, 'priority', 8).match(/priority: 2 /g)?.length, 2);
  t.match(configText(site, 'equal', 8), 'dwellMin: 4');
});
