/** Some of the weeks, and what looks on at the fuse of the virtual site. */
import t from 'tap';
import { FuseWatch } from '../../evaluation/fuse-watch.js';
import { demandOf, everyWeek, middleWindow, windowsOf } from '../../evaluation/weeks.js';
import { smallSite } from './small-site.js';

const WEEK = 7 * 1440;
const SITE = {
  ...smallSite(16, [
    {
      stays: [
        [0, 60, 1],
        [WEEK + 5, 2 * WEEK + 60, 2],
        [2 * WEEK + 100, 2 * WEEK + 200, 4],
        [5 * WEEK, 5 * WEEK + 100, 3],
      ],
    },
  ]),
  minutes: 6 * WEEK,
};

t.test('the last week of each so many, by the arrival', async (t) => {
  const kwh = (count: number): number => demandOf(everyWeek(SITE, count)) / 1000;
  t.strictSame([1, 2, 3].map(kwh), [10, 5, 7]);
});

t.test('pieces of some weeks, and the one of middle demand', async (t) => {
  const windows = windowsOf(SITE, 2);
  t.strictSame(
    windows.map(({ firstWeek, demandWh }) => [firstWeek, demandWh]),
    [
      [0, 3000],
      [2, 4000],
      [4, 3000],
    ],
  );
  t.equal(middleWindow(windows)?.firstWeek, 4);
  t.equal(middleWindow(windows.slice(0, 2))?.firstWeek, 0, 'of two middle ones that with less');
});

t.test('the fuse is watched while it is played and while it is not', async (t) => {
  const three = (amps: number): Int32Array => Int32Array.of(1000 * amps, 0, 0);
  const conductor = { circuit: { id: 'fuse' }, drawnMa: three(20), allowedMa: three(0), buildingMa: three(10) };
  const watch = new FuseWatch(20, conductor as unknown as ConstructorParameters<typeof FuseWatch>[1]);
  watch.before(30_000);
  watch.passOver([6, 6, 0], 1.5);
  t.ok(Math.abs(watch.seenWh - (230 * (20 * 0.5 + 12 * 1.5)) / 60) < 1e-9);
  const { worstA, minutesOver } = watch.gauge.use();
  t.strictSame([worstA, minutesOver], [[30, 6, 0], 0.5]);
  t.equal(watch.trips, 0);
  watch.before(3_600_000);
  t.equal(watch.trips, 1, 'an hour at 1.5 times');
});
