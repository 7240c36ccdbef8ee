import t, { type Test } from 'tap';
import { defined } from '../../src/base/assert.js';
import {
  type DayRequest,
  generatedSessions,
  recordedSessions,
  sessionAt,
  sessionVehicle,
  type VehicleSession,
} from '../../src/sim/day/arrivals.js';
import { parseVisits, type Visit } from '../../src/sim/day/visits.js';
import { mean, recorded, shareBelow, parsed } from './recorded.js';

const HEADER = 'session,garage,user,plugged_in,plugged_out,energy_kwh';

function csvOf(...lines: readonly string[]): string {
  return `${[HEADER, ...lines].join('\n')}\n`;
}

t.test('visits are read in local time, for one garage, sorted', async (t) => {
  const csv = csvOf(
    '1,A,A-1,2019-03-02T18:30:00,2019-03-03T07:00:00,8.5',
    '2,B,B-1,2019-03-02T08:00:00,2019-03-02T09:00:00,1',
    '3,A,A-2,2019-03-02T07:15:00,2019-03-02T07:15:00,0.01',
    '4,A,A-2,2019-02-28T23:59:00,2019-03-01T00:10:00,2',
  );
  t.same(parsed(parseVisits(csv, 'A')), [
    { day: '2019-02-28', user: 'A-2', arriveMinute: 1439, leaveMinute: 1440, energyWh: 2000 },
    { day: '2019-03-02', user: 'A-2', arriveMinute: 435, leaveMinute: 436, energyWh: 10 },
    { day: '2019-03-02', user: 'A-1', arriveMinute: 1110, leaveMinute: 1440, energyWh: 8500 },
  ]);
});

t.test('bad sessions are refused with line, expectation and finding', async (t) => {
  const rows = [
    ['nonsense', `line 1: expected the header "${HEADER}", found "nonsense"`],
    [csvOf('1,A,A-1'), 'line 2: expected 6 fields, found 3: "1,A,A-1"'],
    [
      csvOf('1,A,u,2019-03-02 18:30:00,2019-03-03T07:00:00,8'),
      'line 2 plugged_in: expected YYYY-MM-DDTHH:MM:SS, found "2019-03-02 18:30:00"',
    ],
    [
      csvOf('1,A,u,2019-03-02T18:30:00,2019-03-03T24:00:00,8'),
      'line 2 plugged_out: expected YYYY-MM-DDTHH:MM:SS, found "2019-03-03T24:00:00"',
    ],
    [
      csvOf('1,A,u,2019-03-02T18:30:00,2019-03-02T18:29:00,8'),
      'line 2 plugged_out: expected a time after 2019-03-02T18:30:00, found "2019-03-02T18:29:00"',
    ],
    [
      csvOf('1,A,u,2019-03-02T18:30:00,2019-03-02T19:00:00,-1'),
      'line 2 energy_kwh: expected 0 kWh or more, found "-1"',
    ],
  ] as const;
  for (const [csv, error] of rows) t.same(parseVisits(csv, 'A'), { ok: false, error }, error);
  const other = csvOf('1,Bl2,u,2019-03-02T18:30:00,2019-03-02T19:00:00,1');
  t.same(parseVisits(other, 'bl22'), { ok: false, error: 'no sessions of garage "bl22"; did you mean "Bl2"?' });
  t.same(parseVisits(other, 'somewhere'), { ok: false, error: 'no sessions of garage "somewhere"' });
});

/** What is wrong with a day; empty when nothing is. */
function faultsOf(sessions: readonly VehicleSession[], { chargePoints }: DayRequest): string[] {
  const faults: string[] = [];
  const leftAt = new Map<number, number>();
  let arrivedAt = 0;
  for (const session of sessions) {
    const { chargePoint, arriveMinute, leaveMinute, energyWh, phases, maxA, reactionMs } = session;
    const isOnDay = arriveMinute >= 0 && arriveMinute < leaveMinute && leaveMinute <= 1440;
    const isPlace = Number.isInteger(chargePoint) && chargePoint >= 0 && chargePoint < chargePoints;
    const isVehicle = [1, 2, 3].includes(phases) && maxA === (phases === 1 ? 32 : 16);
    if (!isOnDay || !Number.isInteger(arriveMinute) || !Number.isInteger(leaveMinute)) faults.push('outside the day');
    if (!isPlace) faults.push(`no such charge point: ${chargePoint}`);
    if (!isVehicle || reactionMs < 1000 || reactionMs > 5000) faults.push(`vehicle ${JSON.stringify(session)}`);
    if (!(energyWh > 0 && energyWh <= 100_000)) faults.push(`energy ${energyWh} Wh`);
    if (arriveMinute < arrivedAt) faults.push(`not sorted at ${arriveMinute}`);
    if (arriveMinute < (leftAt.get(chargePoint) ?? 0)) faults.push(`overlap at charge point ${chargePoint}`);
    leftAt.set(chargePoint, leaveMinute);
    arrivedAt = arriveMinute;
  }
  return faults;
}

function checkDays(t: Test, name: string, draw: (request: DayRequest) => VehicleSession[]): void {
  for (let seed = 1; seed <= 60; seed++) {
    const request = { chargePoints: 1 + ((seed * 7) % 40), seed };
    const sessions = draw(request);
    t.same(faultsOf(sessions, request), [], `${name}(${JSON.stringify(request)})`);
    t.ok(sessions.length > 0, 'somebody comes');
    if (seed <= 5) t.same(draw(request), sessions, 'same seed, same day');
  }
  t.notSame(draw({ chargePoints: 10, seed: 1 }), draw({ chargePoints: 10, seed: 2 }), 'another seed, another day');
}

t.test('generated days: one vehicle at a time, sorted, within the day, plausible', async (t) => {
  checkDays(t, 'generatedSessions', generatedSessions);
});

t.test('as many vehicles of each kind as on the road', async (t) => {
  const sessions = generatedSessions({ chargePoints: 4000, seed: 1 });
  const shareOf = (phases: number): number => mean(sessions.map((s) => (s.phases === phases ? 1 : 0)));
  for (const [phases, share] of [
    [1, 0.45],
    [2, 0.1],
    [3, 0.45],
  ] as const) {
    t.ok(Math.abs(shareOf(phases) - share) < 0.03, `${phases} phases: ${shareOf(phases)}`);
  }
  const reactions = sessions.map((session) => session.reactionMs);
  t.ok(Math.abs(mean(reactions) - 3000) < 100, `mean reaction ${mean(reactions)} ms`);
});

function visit(day: string, user: string, arriveMinute: number, leaveMinute: number): Visit {
  return { day, user, arriveMinute, leaveMinute, energyWh: 5000 };
}

t.test('seats: the usual place if free, else the lowest free one, else none', async (t) => {
  const visits = [
    visit('d', 'a', 0, 100),
    visit('d', 'b', 10, 50),
    visit('d', 'c', 20, 30),
    visit('d', 'c', 50, 60),
    visit('d', 'b', 70, 80),
    visit('d', 'a', 100, 110),
    visit('d', 'c', 100, 120),
  ];
  const places = (chargePoints: number): (number | string)[][] =>
    recordedSessions(visits, { chargePoints, seed: 1 }).map((s) => [s.arriveMinute, s.chargePoint]);
  t.same(
    places(2),
    [
      [0, 0],
      [10, 1],
      [50, 1],
      [70, 1],
      [100, 0],
      [100, 1],
    ],
    'the third vehicle finds no place at 20',
  );
  const sessions = recordedSessions(visits, { chargePoints: 3, seed: 1 });
  t.same([sessions[2]?.chargePoint, sessions[3]?.chargePoint], [2, 2], 'c has a usual place');
  t.same(sessions[5]?.reactionMs, sessions[0]?.reactionMs, 'a user has one vehicle');
  t.same(recordedSessions([], { chargePoints: 3, seed: 1 }), []);
  t.throws(() => recordedSessions(visits, { chargePoints: 0, seed: 1 }), {
    message: /chargePoints: expected 1 or more/,
  });
});

t.test('only busy days are drawn', async (t) => {
  const visits = Array.from({ length: 20 }, (_, day) =>
    Array.from({ length: day < 2 ? 5 : 1 }, (_, i) => visit(`day ${day}`, `u${i}`, day, day + 10)),
  ).flat();
  const drawn = new Set<number>();
  for (let seed = 1; seed <= 40; seed++) {
    const sessions = recordedSessions(visits, { chargePoints: 9, seed });
    t.equal(sessions.length, 5, `seed ${seed}`);
    drawn.add(sessions[0]?.arriveMinute ?? -1);
  }
  t.same([...drawn].sort(), [0, 1], 'both of them');
});

t.test('who is plugged in when, and with which vehicle', async (t) => {
  const sessions = recordedSessions([visit('d', 'a', 60, 90), visit('d', 'b', 90, 95)], { chargePoints: 1, seed: 3 });
  const [first, second] = sessions;
  t.equal(sessionAt(sessions, 0, 59.9), undefined);
  t.equal(sessionAt(sessions, 0, 60), first);
  t.equal(sessionAt(sessions, 0, 89.9), first);
  t.equal(sessionAt(sessions, 0, 90), second);
  t.equal(sessionAt(sessions, 0, 95), undefined);
  t.equal(sessionAt(sessions, 1, 60), undefined);
  const { phases, maxA, reactionMs } = defined(first, 'first session');
  t.match(sessionVehicle(defined(first, 'first session')), { phases, maxA, reactionMs, minA: 6, demandWh: 5000 });
});

/** How the arrivals, departures and energies of days are distributed, as shares below some bounds. */
function distribution(visits: readonly Omit<Visit, 'day' | 'user'>[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const hour of [7, 12, 15, 18, 21]) {
    shares[`arrived before ${hour} h`] = shareBelow(
      visits.map((v) => v.arriveMinute / 60),
      hour,
    );
  }
  for (const hours of [1, 2, 4, 8]) {
    shares[`plugged in for less than ${hours} h`] = shareBelow(
      visits.map((v) => (v.leaveMinute - v.arriveMinute) / 60),
      hours,
    );
  }
  shares['gone before midnight'] = shareBelow(
    visits.map((v) => v.leaveMinute),
    1440,
  );
  for (const kwh of [2, 5, 10, 20, 30]) {
    shares[`less than ${kwh} kWh`] = shareBelow(
      visits.map((v) => v.energyWh / 1000),
      kwh,
    );
  }
  return shares;
}

t.test('recorded days of garage Bl2, and the generator beside them', async (t) => {
  const csv = recorded(t, 'trondheim-sessions.csv');
  if (csv === undefined) return;
  const visits = parsed(parseVisits(csv, 'Bl2'));
  t.equal(visits.length, 2238);
  checkDays(t, 'recordedSessions of Bl2', (request) => recordedSessions(visits, request));
  const real = distribution(visits);
  const made = distribution(generatedSessions({ chargePoints: 5000, seed: 1 }));
  for (const [what, share] of Object.entries(real)) {
    const madeShare = made[what] ?? Number.NaN;
    t.ok(
      Math.abs(madeShare - share) < 0.04,
      `${what}: recorded ${share.toFixed(3)}, generated ${madeShare.toFixed(3)}`,
    );
  }
});
