/** The recorded sessions: how they are read, and where each has its place. */
import t from 'tap';
import { seated } from '../../evaluation/build-site.js';
import { parseSessions, type RecordedSession } from '../../evaluation/sessions.js';
import { parsed, recorded } from '../sim/recorded.js';

const HEADER = 'session,garage,user,plugged_in,plugged_out,energy_kwh';

function file(...rows: readonly string[]): string {
  return [HEADER, ...rows].join('\n');
}

t.test('sessions are read in minutes from the first midnight, by arrival', async (t) => {
  const text = file(
    '2,G,u2,2019-03-02T06:00:00,2019-03-02T06:00:00,0.01',
    '1,G,u1,2019-03-01T23:30:00,2019-03-03T00:10:00,12.5',
  );
  t.strictSame(parsed(parseSessions(text)), [
    { garage: 'G', user: 'u1', arriveMinute: 1410, leaveMinute: 2890, recordedWh: 12500 },
    { garage: 'G', user: 'u2', arriveMinute: 1800, leaveMinute: 1801, recordedWh: 10 },
  ]);
});

t.test('what cannot be read is named with line, expected and found', async (t) => {
  const good = '1,G,u,2019-03-01T10:00:00,2019-03-01T11:00:00,1';
  const rows: readonly (readonly [text: string, error: string])[] = [
    ['a,b', `line 1: expected the header "${HEADER}", found "a,b"`],
    [file(good, '2,G,u'), 'line 3: expected 6 fields, found 3: "2,G,u"'],
    [file(good.replace('G', '')), 'line 2 garage: expected a name, found ""'],
    [file(good.replace('u', '')), 'line 2 user: expected a name, found ""'],
    [file(good.replace('T10', ' 10')), 'line 2 plugged_in: expected YYYY-MM-DDTHH:MM:SS, found "2019-03-01 10:00:00"'],
    [
      file(good.replace('03-01T11', '02-30T11')),
      'line 2 plugged_out: expected YYYY-MM-DDTHH:MM:SS, found "2019-02-30T11:00:00"',
    ],
    [
      file(good.replace('T11', 'T09')),
      'line 2 plugged_out: expected a time after 2019-03-01T10:00:00, found "2019-03-01T09:00:00"',
    ],
    [file(good.replace(/1$/, '-1')), 'line 2 energy_kwh: expected 0 kWh or more, found "-1"'],
    [file(good.replace(/1$/, 'much')), 'line 2 energy_kwh: expected 0 kWh or more, found "much"'],
    [file(), 'no sessions'],
  ];
  for (const [text, error] of rows) t.strictSame(parseSessions(text), { ok: false, error }, error);
});

function session(user: string, arriveMinute: number, leaveMinute: number): RecordedSession {
  return { garage: 'G', user, arriveMinute, leaveMinute, recordedWh: 1 };
}

t.test('who plugs in twice at once has a second charge point', async (t) => {
  const seats = seated([session('a', 0, 100), session('b', 5, 9), session('a', 50, 120), session('a', 100, 130)]);
  const times = [...seats].map(([id, own]) => [id, own.map((each) => [each.arriveMinute, each.leaveMinute])]);
  t.strictSame(Object.fromEntries(times), {
    a: [
      [0, 100],
      [100, 130],
    ],
    'a/2': [[50, 120]],
    b: [[5, 9]],
  });
});

t.test('an overlap of a minute comes from rounding', async (t) => {
  const own = seated([session('a', 0, 1), session('a', 0, 1), session('a', 2, 9)]).get('a') ?? [];
  t.strictSame(
    own.map((each) => [each.arriveMinute, each.leaveMinute]),
    [
      [0, 1],
      [1, 2],
      [2, 9],
    ],
  );
});

t.test('the recorded sessions', async (t) => {
  const csv = recorded(t, 'trondheim-sessions.csv');
  if (csv === undefined) return;
  const sessions = parsed(parseSessions(csv));
  const seats = seated(sessions);
  const seconds = [...seats].filter(([id]) => id.endsWith('/2'));
  t.equal(sessions.length, 6844);
  t.equal([...seats.values()].flat().length, 6844, 'none is left out');
  t.equal([...seats.keys()].filter((id) => !id.includes('/')).length, 96, 'users');
  t.strictSame([seconds.length, seconds.flatMap(([, own]) => own).length], [5, 22], 'second charge points are rare');
  for (const [id, own] of seats) {
    t.ok(
      own.every((each, at) => at === 0 || each.arriveMinute >= (own[at - 1]?.leaveMinute ?? 0)),
      `${id}: no overlap`,
    );
  }
});
