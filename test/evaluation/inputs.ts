/** What is not recorded: vehicles and the building's load of every day; and all of it where nothing is recorded. */
import t from 'tap';
import { buildSite } from '../../evaluation/build-site.js';
import { casesOf } from '../../evaluation/cases.js';
import { evaluationData } from '../../evaluation/data.js';
import { buildingLoad, clipped } from '../../evaluation/load.js';
import type { RecordedSession } from '../../evaluation/sessions.js';
import { feasibleWh } from '../../evaluation/site.js';
import { drawUsers, possibleKinds } from '../../evaluation/vehicles.js';

const NOWHERE = new URL('not-there/', import.meta.url);
const generated = evaluationData(NOWHERE, 1);

function session(user: string, hours: number, kWh: number): RecordedSession {
  return { garage: 'G', user, arriveMinute: 0, leaveMinute: 60 * hours, recordedWh: 1000 * kWh };
}

t.test('a vehicle can have charged what was recorded', async (t) => {
  const kinds = (hours: number, kWh: number): string[] =>
    possibleKinds([session('u', hours, kWh)]).map(({ phases, maxA }) => `${phases} x ${maxA}`);
  t.strictSame(kinds(10, 30), ['1 x 16', '1 x 32', '2 x 16', '3 x 16']);
  t.strictSame(kinds(6, 40), ['1 x 32', '2 x 16', '3 x 16'], '40 kWh in 6 h is no 3.7 kW');
  t.strictSame(kinds(6, 60), ['3 x 16']);
  t.strictSame(kinds(1, 60), ['3 x 16'], 'the strongest where none can');
});

t.test('users keep their vehicle and class, whatever else is in the file', async (t) => {
  const { sessions } = generated;
  const users = drawUsers(sessions, 7);
  t.strictSame(drawUsers([...sessions].reverse(), 7), users, 'the order plays no part');
  t.notSame(drawUsers(sessions, 8), users);
  const first = [...users.values()].filter(({ priority }) => priority === 1).length / users.size;
  t.ok(first > 0.15 && first < 0.5, `one in three comes first: ${first.toFixed(2)}`);
  for (const [name, { vehicle }] of users) {
    const own = sessions.filter(({ user }) => user === name);
    const wantedWh = own.reduce((sumWh, each) => sumWh + each.recordedWh, 0);
    const takenWh = own.reduce((sumWh, each) => sumWh + Math.min(each.recordedWh, feasibleWh(vehicle, each)), 0);
    if (takenWh < 0.98 * wantedWh) t.equal(vehicle.phases * vehicle.maxA, 48, `${name}: the strongest`);
  }
});

t.test('the building: another day every day, never below nothing nor above the fuse', async (t) => {
  const { household } = generated;
  const request = { days: 30, peakA: 10, seed: 3 };
  const load = buildingLoad(household, request);
  const minutes = Array.from({ length: 30 * 1440 }, (_, minute) => minute);
  const peaks = Array.from({ length: 30 }, (_, day) =>
    Math.max(...minutes.slice(day * 1440, (day + 1) * 1440).flatMap(load)),
  );
  t.ok(Math.min(...peaks) >= 7.49 && Math.max(...peaks) <= 12.51, 'the recorded peak, 0.75 to 1.25 times');
  t.equal(new Set(peaks).size, 30, 'no two days are the same');
  t.ok(minutes.every((minute) => Math.min(...load(minute)) >= 0));
  t.strictSame(load(5000), buildingLoad(household, request)(5000), 'the same seed, the same months');
  const cut = clipped(load, 9);
  t.equal(
    minutes.reduce((mostA, minute) => Math.max(mostA, ...cut(minute)), 0),
    9,
  );
});

t.test('feed-in is cut, and so is a demand that no stay allows', async (t) => {
  const feeding = generated.household.map((powerW, minute) => (minute < 720 ? -500 : powerW + 1));
  const load = buildingLoad(feeding, { days: 1, peakA: 10, seed: 1 });
  const minutes = Array.from({ length: 1440 }, (_, minute) => minute);
  t.equal(Math.min(...minutes.flatMap(load)), 0);
  const users = new Map([['u', { vehicle: { phases: 1, maxA: 32 }, priority: 1 }]] as const);
  const sessions = [session('u', 1, 20)];
  const [own] = buildSite({ name: 'one', sessions, users, load, fuseA: 32 }).chargePoints[0]?.sessions ?? [];
  t.strictSame([own?.recordedWh, own?.demandWh], [20_000, 7360]);
});

t.test('without recorded days: months with their statistics', async (t) => {
  t.equal(generated.isRecorded, false);
  t.ok(generated.sessions.length > 6000 && generated.sessions.length < 8000, `${generated.sessions.length} sessions`);
  const sites = casesOf(generated, 'allWeeks');
  t.strictSame(
    sites.slice(0, -1).map(({ name, fuseA }) => `${name} ${fuseA}`),
    ['Bl2 16', 'Bl2 20', 'Bl2 25', 'Bl2 32', 'all garages 32', 'all garages 40', 'all garages 63'],
  );
  t.equal(sites[0]?.chargePoints.length, 22);
  t.equal(sites[4]?.chargePoints.length, 96);
  for (const { chargePoints } of sites) {
    for (const { id, sessions } of chargePoints) {
      const overlaps = sessions.filter((each, at) => each.arriveMinute < (sessions[at - 1]?.leaveMinute ?? 0));
      if (overlaps.length > 0) t.fail(`${id} overlaps`);
    }
  }
  t.strictSame(
    sites[4]?.chargePoints.slice(0, 4).map(({ rotation }) => rotation),
    ['RST', 'STR', 'TRS', 'RST'],
  );
});
