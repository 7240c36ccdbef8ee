/** The breaker, and what becomes of vehicles without load management. */
import t from 'tap';
import { staticForAll, staticForFew, staticRoomA, unmanaged } from '../../evaluation/baselines.js';
import { Breaker, minutesToTrip } from '../../evaluation/breaker.js';
import { perPhase } from '../../src/base/units.js';
import { type PointForm, smallSite, sumWh } from './small-site.js';

function minutesUntilTrip(share: number, mostMinutes: number): number | undefined {
  const breaker = new Breaker(20);
  for (let minute = 1; minute <= mostMinutes; minute++) {
    if (breaker.carry([0, 20 * share, 0], 1)) return minute;
  }
  return undefined;
}

t.test('the breaker trips as late as the standard lets it', async (t) => {
  t.equal(minutesToTrip(1.13), Infinity);
  t.ok(minutesToTrip(1.131) > 60, 'just above the current that it must carry for an hour');
  t.ok(Math.abs(minutesToTrip(1.45) - 60) < 1e-9 && Math.abs(minutesToTrip(2.55) - 1) < 1e-9);
  t.equal(minutesUntilTrip(1.13, 2000), undefined);
  t.equal(minutesUntilTrip(1.45, 2000), 60);
  t.equal(minutesUntilTrip(2.56, 2000), 1);
  t.equal(minutesUntilTrip(2, 2000), Math.ceil(minutesToTrip(2)));
});

t.test('overloads add up on their phase, and fade', async (t) => {
  const after = (minutesBetween: number, secondA: readonly [number, number, number]): boolean => {
    const breaker = new Breaker(20);
    for (let minute = 0; minute < 40; minute++) breaker.carry([29, 0, 0], 1);
    for (let minute = 0; minute < minutesBetween; minute++) breaker.carry([20, 20, 20], 1);
    return Array.from({ length: 21 }, () => breaker.carry(secondA, 1)).some((isTripped) => isTripped);
  };
  t.ok(after(0, [29, 0, 0]), '40 and 21 minutes at 1.45');
  t.notOk(after(0, [0, 29, 0]), 'not on another phase');
  t.notOk(after(30, [29, 0, 0]), 'not after half an hour');
});

t.test('no management: what fits is served, what does not trips', async (t) => {
  const one = unmanaged(smallSite(32, [{ stays: [[0, 120, 10]] }]));
  t.strictSame([one.trips, Math.round(sumWh(one.energyWh)), one.use.minutesOver], [0, 10_000, 0]);
  const vehicle: PointForm = { stays: [[0, 594, 70]] };
  const two = unmanaged(smallSite(32, [vehicle, vehicle]));
  // 64 A of 32 A trip within 6 minutes, then it is dark for an hour: nine times, and nearly a tenth.
  t.strictSame([two.trips, two.use.minutesOver], [9, 54]);
  t.strictSame(two.use.worstA, [64, 0, 0]);
  t.equal(Math.round(sumWh(two.energyWh)), 0.9 * 64 * 230);
});

t.test('static: the least that the fuse ever leaves, in equal parts', async (t) => {
  const points = [1, 2, 3].map((): PointForm => ({ stays: [[0, 60, 5]] }));
  const site = smallSite(24, points, (minute) => (minute === 7 ? [1, 6, 0] : perPhase(0)));
  t.equal(staticRoomA(site), 18);
  const all = staticForAll(site);
  t.strictSame(all.energyWh.flat().map(Math.round), [1380, 1380, 1380], '6 A for an hour');
  t.equal(sumWh(staticForAll({ ...site, fuseA: 23.9 }).energyWh), 0, 'nobody below 6 A');
});

t.test('static for few: first come, first served, until full or gone', async (t) => {
  const site = smallSite(13, [
    { stays: [[2, 60, 9]] },
    { stays: [[0, 20, 9]] },
    { stays: [[1, 120, 0.5]] },
    { stays: [[3, 120, 9]] },
  ]);
  const energyWh = staticForFew(site).energyWh.flat();
  const perMinuteWh = (6.5 * 230) / 60;
  // The third is full in the 22nd minute since its arrival, and the fourth comes after it; the first comes after the second.
  const expected = [40 * perMinuteWh, 20 * perMinuteWh, 500, (120 - 22) * perMinuteWh];
  t.strictSame(energyWh.map(Math.round), expected.map(Math.round));
  t.equal(sumWh(staticForFew({ ...site, fuseA: 5 }).energyWh), 0, 'no place at all');
});
