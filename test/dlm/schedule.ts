/** Limits by the calendar: what holds when, which row says so, and until when; the changes of the clocks; a clock that is not good. */
import t from 'tap';
import { carryIn, carryOut } from '../../src/base/carrier.js';
import { TimeZones } from '../../src/base/time-zone.js';
import type { PhaseAmps } from '../../src/base/units.js';
import { CHANGE_AHEAD_MS, WeeklySchedule } from '../../src/dlm/limits/schedule.js';
import { Schedules } from '../../src/dlm/limits/schedules.js';
import { DOUBT_MS, GOOD_FROM_MS, GOOD_UNTIL_MS, JUMP_MS, WallClock } from '../../src/dlm/limits/wall-clock.js';
import { AlarmBoard } from '../../src/dlm/alarms.js';
import { Notices } from '../../src/dlm/notice.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

const zones = new TimeZones();
const HOUR_MS = 3_600_000;

/** Days, from, to, limit. */
type Line = readonly [days: string, from: string, to: string, limitA: number | PhaseAmps];

function schedule(timeZone: string, ...lines: readonly Line[]): WeeklySchedule {
  const rows = lines.map(([days, from, to, limitA]) => ({
    days: days.split(' '),
    from,
    to,
    limitA: typeof limitA === 'number' ? ([limitA, limitA, limitA] as const) : limitA,
  }));
  return new WeeklySchedule({ timeZone, rows }, zones);
}

/** What holds on L1 of a circuit with this fuse. */
function heldA(table: WeeklySchedule, utc: string, fuseA = 63): number {
  return Math.min(fuseA, table.at(Date.parse(utc))?.limitA[0] ?? fuseA);
}

/** The switches of a table between two times, ten at most, each as its time in UTC. */
function switches(table: WeeklySchedule, from: string, until: string): string[] {
  const untilMs = Date.parse(until);
  const found: string[] = [];
  for (let atMs = table.changesAtMs(Date.parse(from)); atMs !== undefined && atMs < untilMs && found.length < 10; ) {
    found.push(new Date(atMs).toISOString().slice(0, 16));
    atMs = table.changesAtMs(atMs);
  }
  return found;
}

t.test('E7: Mo-Fr 06:00-20:00 40 A of 63, to the millisecond', (t) => {
  const table = schedule('Europe/Berlin', ['Mo-Fr', '06:00', '20:00', 40]);
  // 2 October 2026 is a Friday; the clocks are 2 h ahead of UTC.
  t.equal(heldA(table, '2026-10-02T03:59:59.999Z'), 63);
  t.equal(heldA(table, '2026-10-02T04:00:00.000Z'), 40);
  t.equal(heldA(table, '2026-10-02T17:59:59.999Z'), 40);
  t.equal(heldA(table, '2026-10-02T18:00:00.000Z'), 63);
  t.equal(heldA(table, '2026-10-03T04:00:00.000Z'), 63, 'Saturday');
  t.equal(heldA(table, '2026-10-02T03:59:59.999Z'), 63, 'and back again');
  t.same(table.at(Date.parse('2026-10-02T10:00Z'))?.sources, Array(3).fill('schedule Mo-Fr 06:00-20:00'));
  t.same(
    switches(table, '2026-10-02T03:59:59.999Z', '2026-10-06T00:00Z'),
    ['2026-10-02T04:00', '2026-10-02T18:00', '2026-10-05T04:00', '2026-10-05T18:00'],
    'over the weekend to Monday',
  );
  t.end();
});

t.test('E8: Su 01:30-03:30 lasts 1 h when summer time begins and 3 h when it ends, and switches once', (t) => {
  const table = schedule('Europe/Berlin', ['Su', '01:30', '03:30', 20]);
  t.same(switches(table, '2026-03-28T12:00Z', '2026-03-30T00:00Z'), ['2026-03-29T00:30', '2026-03-29T01:30']);
  t.same(switches(table, '2026-10-24T12:00Z', '2026-10-26T00:00Z'), ['2026-10-24T23:30', '2026-10-25T02:30']);
  for (let minute = 0; minute < 180; minute++) {
    const atMs = Date.parse('2026-10-24T23:30Z') + minute * 60_000;
    t.equal(table.at(atMs)?.limitA[1], 20, `minute ${minute}`);
  }
  t.end();
});

t.test('clocks are set back: a row that ends or begins within what they show twice switches once', (t) => {
  const on = (from: string, to: string): string[] =>
    switches(schedule('Europe/Berlin', ['Su', from, to, 20]), '2026-10-24T12:00Z', '2026-10-26T00:00Z');
  t.same(on('01:30', '02:30'), ['2026-10-24T23:30', '2026-10-25T01:30'], 'until 02:30 for the second time');
  t.same(on('02:30', '04:00'), ['2026-10-25T00:30', '2026-10-25T03:00'], 'from 02:30 for the first time');
  t.same(on('02:15', '02:45'), ['2026-10-25T00:15', '2026-10-25T01:45']);
  t.same(on('01:00', '02:00'), ['2026-10-24T23:00', '2026-10-25T00:00'], 'it ended before');
  t.same(on('03:00', '04:00'), ['2026-10-25T02:00', '2026-10-25T03:00'], 'it begins afterwards');
  t.end();
});

t.test('clocks are set forward: a time that they skip is the moment of the change', (t) => {
  const on = (from: string, to: string): string[] =>
    switches(schedule('Europe/Berlin', ['Su', from, to, 20]), '2026-03-28T12:00Z', '2026-03-30T00:00Z');
  t.same(on('01:00', '02:30'), ['2026-03-29T00:00', '2026-03-29T01:00']);
  t.same(on('02:30', '04:00'), ['2026-03-29T01:00', '2026-03-29T02:00']);
  t.same(on('02:10', '02:50'), [], 'nobody sees these times');
  t.end();
});

t.test('clocks are set back over midnight: a row that began the day before yesterday still holds', (t) => {
  // At 00:01 on 7 November 2010, a Sunday, the clocks of Newfoundland went back to 23:01.
  const table = schedule('America/St_Johns', ['Fr', '23:30', '23:15', 20]);
  t.equal(heldA(table, '2010-11-07T02:30:30Z'), 20, 'they show 00:00');
  t.same(switches(table, '2010-11-07T02:30:30Z', '2010-11-08T00:00Z'), ['2010-11-07T02:45']);
  t.end();
});

t.test('past midnight a row belongs to the day on which it begins', (t) => {
  const table = schedule('Europe/Berlin', ['Fr', '22:00', '06:00', 20]);
  t.same(switches(table, '2026-10-01T00:00Z', '2026-10-08T00:00Z'), ['2026-10-02T20:00', '2026-10-03T04:00']);
  const wholeDay = schedule('Europe/Berlin', ['Sa', '00:00', '24:00', 20]);
  t.same(switches(wholeDay, '2026-10-01T00:00Z', '2026-10-08T00:00Z'), ['2026-10-02T22:00', '2026-10-03T22:00']);
  const evening = schedule('Europe/Berlin', ['Sa', '20:00', '00:00', 20]);
  t.same(switches(evening, '2026-10-01T00:00Z', '2026-10-08T00:00Z'), ['2026-10-03T18:00', '2026-10-03T22:00']);
  t.end();
});

t.test('days that follow each other are one', (t) => {
  const weekend = schedule('UTC', ['Sa-Su', '00:00', '24:00', 20]);
  t.same(switches(weekend, '2026-10-01T00:00Z', '2026-10-08T00:00Z'), ['2026-10-03T00:00', '2026-10-05T00:00']);
  const always = schedule('Europe/Berlin', ['Mo-Su', '00:00', '24:00', 20]);
  t.equal(heldA(always, '2026-10-25T01:30Z'), 20);
  t.equal(always.changesAtMs(Date.parse('2026-10-01T00:00Z')), undefined);
  const twoRows = schedule('UTC', ['Mo-Fr', '06:00', '12:00', 20], ['Mo-Fr', '12:00', '20:00', 20]);
  t.same(switches(twoRows, '2026-10-01T00:00Z', '2026-10-02T00:00Z'), ['2026-10-01T06:00', '2026-10-01T20:00']);
  t.equal(
    twoRows.at(Date.parse('2026-10-01T12:00Z'))?.sources[0],
    'schedule Mo-Fr 12:00-20:00',
    'and the row is named',
  );
  t.end();
});

t.test('the lowest of all rows holds, on each phase by itself; dates are rows like others', (t) => {
  const table = schedule(
    'UTC',
    ['Mo-Su', '00:00', '24:00', 32],
    ['Mo-Fr', '06:00', '20:00', [16, 40, 20]],
    ['2026-12-24..2026-12-26', '00:00', '24:00', [50, 10, 50]],
  );
  const at = (utc: string): unknown => table.at(Date.parse(utc));
  const [all, work, feast] = ['Mo-Su 00:00-24:00', 'Mo-Fr 06:00-20:00', '2026-12-24..2026-12-26 00:00-24:00'].map(
    (row) => `schedule ${row}`,
  );
  t.same(at('2026-12-23T12:00Z'), { limitA: [16, 32, 20], sources: [work, all, work] });
  t.same(at('2026-12-24T12:00Z'), { limitA: [16, 10, 20], sources: [work, feast, work] }, 'a Thursday');
  t.same(at('2026-12-26T12:00Z'), { limitA: [32, 10, 32], sources: [all, feast, all] });
  t.end();
});

t.test('a date that is far away is found, and one that is too far is not', (t) => {
  const table = schedule('Europe/Berlin', ['2027-07-01', '12:00', '13:00', 20]);
  const beginMs = Date.parse('2027-07-01T10:00Z');
  t.equal(table.changesAtMs(beginMs - 2 * CHANGE_AHEAD_MS), undefined);
  t.equal(table.changesAtMs(beginMs - CHANGE_AHEAD_MS), beginMs);
  t.equal(table.changesAtMs(beginMs - CHANGE_AHEAD_MS - 1), undefined);
  t.equal(table.changesAtMs(beginMs - 1), beginMs);
  t.equal(table.changesAtMs(beginMs), beginMs + HOUR_MS);
  t.equal(table.changesAtMs(beginMs + HOUR_MS), undefined, 'never again');
  t.end();
});

t.test('when a limit changes, in words, by the clocks of the zone', (t) => {
  const table = schedule('Europe/Berlin', ['Su', '06:00', '20:05', 20], ['2026-12-24', '00:00', '24:00', 10]);
  const said = (utc: string): string | undefined => table.changeText(Date.parse(utc));
  t.equal(said('2026-10-04T10:00Z'), 'Su 20:05');
  t.equal(said('2026-10-05T00:00Z'), 'Su 06:00', 'six days later, as the clocks show it');
  t.equal(said('2026-10-04T18:05Z'), 'in 7 days');
  t.equal(said('2026-12-23T22:59Z'), 'Th 00:00');
  t.equal(said('2026-12-24T22:59Z'), 'Fr 00:00', 'the end of Thursday');
  t.equal(schedule('UTC', ['Mo-Su', '00:00', '24:00', 20]).changeText(Date.parse('2026-10-04T10:00Z')), undefined);
  t.end();
});

t.test('a row with many days is named by the first', (t) => {
  const table = schedule('UTC', ['Mo We Fr 2026-12-24 2026-12-26', '00:00', '24:00', 20]);
  t.equal(table.at(Date.parse('2026-12-24T12:00Z'))?.sources[0], 'schedule Mo, We, Fr and 2 more 00:00-24:00');
  t.end();
});

t.test('E9: with a clock of 1970 the lowest of the table holds, on every phase, until it is good', (t) => {
  const table = schedule('Europe/Berlin', ['Mo-Fr', '06:00', '20:00', 40], ['Su', '06:00', '20:00', [50, 16, 50]]);
  const clock = new WallClock();
  const heldAt = (nowMs: number): unknown => table.at(clock.utcMs(nowMs))?.limitA;
  t.same(heldAt(0), [40, 16, 40], 'before it was read');
  clock.hear(5_000, 1_000);
  t.same(heldAt(1_000), [40, 16, 40]);
  t.same(table.at(clock.utcMs(1_000))?.sources, [
    'schedule Mo-Fr 06:00-20:00, since the time is not known',
    'schedule Su 06:00-20:00, since the time is not known',
    'schedule Mo-Fr 06:00-20:00, since the time is not known',
  ]);
  // The network tells the time: a Saturday.
  clock.hear(Date.parse('2026-10-03T10:00Z'), 2_000);
  t.equal(heldAt(2_000), undefined, 'good at once: what it showed before was no time at all');
  clock.hear(7_000, 3_000);
  t.same(heldAt(3_000), [40, 16, 40], 'and not good at once');
  t.end();
});

t.test('which times a clock may show', (t) => {
  for (const [wallMs, isGood] of [
    [GOOD_FROM_MS - 1, false],
    [GOOD_FROM_MS, true],
    [GOOD_UNTIL_MS - 1, true],
    [GOOD_UNTIL_MS, false],
  ] as const) {
    const clock = new WallClock();
    clock.hear(wallMs, 0.25);
    t.equal(clock.utcMs(0.25), isGood ? wallMs : undefined, `${wallMs}, to the millisecond`);
  }
  t.equal(GOOD_FROM_MS, Date.UTC(2025, 0, 1));
  t.equal(GOOD_UNTIL_MS, Date.UTC(2100, 0, 1));
  t.end();
});

t.test('a clock that jumps is doubted for a minute; one that is corrected by less is not', (t) => {
  const startMs = Date.parse('2026-10-03T10:00Z');
  for (const stepMs of [JUMP_MS, -JUMP_MS, JUMP_MS + 1, -JUMP_MS - 1]) {
    const clock = new WallClock();
    clock.hear(startMs, 0);
    clock.hear(startMs + 1_000 + stepMs, 1_000);
    const isJump = Math.abs(stepMs) > JUMP_MS;
    t.equal(clock.utcMs(1_000), isJump ? undefined : startMs + 1_000 + stepMs, `${stepMs} ms`);
    t.equal(clock.utcMs(1_000 + DOUBT_MS - 1) === undefined, isJump);
    t.equal(clock.utcMs(1_000 + DOUBT_MS), startMs + 1_000 + DOUBT_MS + stepMs);
  }
  const again = new WallClock();
  again.hear(startMs, 0);
  again.hear(startMs + HOUR_MS, 0);
  again.hear(startMs, DOUBT_MS - 1);
  t.equal(again.utcMs(2 * DOUBT_MS - 2), undefined, 'each jump begins the minute anew');
  t.equal(again.utcMs(2 * DOUBT_MS - 1), startMs + DOUBT_MS);
  t.end();
});

t.test('what a clock has shown is carried', (t) => {
  const clock = new WallClock();
  clock.hear(GOOD_FROM_MS, 0);
  clock.hear(GOOD_FROM_MS + HOUR_MS, 5);
  const other = new WallClock();
  carryIn(other, carryOut(clock));
  t.equal(other.utcMs(DOUBT_MS), undefined);
  t.equal(other.utcMs(DOUBT_MS + 5), GOOD_FROM_MS + HOUR_MS + DOUBT_MS);
  t.end();
});

t.test('a table that was not checked is refused', (t) => {
  t.throws(() => schedule('UTC', ['Mon', '06:00', '20:00', 40]), /days of a schedule Mon: expected days such as/);
  t.throws(() => schedule('UTC', ['Mo', '6:00', '20:00', 40]), /the time 6:00 is missing/);
  t.throws(() => schedule('UTC'), /a row of the schedule is missing/);
  t.throws(() => schedule('Mars/Base', ['Mo', '06:00', '20:00', 40]));
  t.end();
});

t.test('the schedules of a site by circuit and charge point, and an alarm while the clock is not good', (t) => {
  const rows = (limitA: number) => [
    { days: ['Sa'], from: '12:00', to: '13:00', limitA: [limitA, limitA, limitA] as const },
  ];
  const [alarms, notices] = [new AlarmBoard(), new Notices()];
  const of = (timeZone: string, limitA: number) => ({ schedule: { timeZone, rows: rows(limitA) } });
  const schedules = new Schedules({
    site: site({
      circuits: [circuit({ id: 'main', ...of('UTC', 20) }), circuit({ id: 'garage', parent: 'main' })],
      chargePoints: [
        chargePoint({ id: 'a', circuit: 'main', ...of('Europe/Berlin', 0) }),
        chargePoint({ id: 'main', circuit: 'main' }),
      ],
    }),
    alarms,
    notices,
  });
  const held = (nowMs: number): unknown => [
    schedules.ofCircuit('main', nowMs)?.limitA[0],
    schedules.ofCircuit('garage', nowMs)?.limitA[0],
    schedules.ofChargePoint('a', nowMs)?.limitA[0],
    schedules.ofChargePoint('main', nowMs)?.limitA[0],
  ];
  const saturdayMs = Date.parse('2026-10-03T11:59:59Z');
  t.same(held(0), [20, undefined, 0, undefined], 'no time is known');
  schedules.hearClock(1_000, 0);
  schedules.hearClock(2_000, 1_000);
  const fault = 'it shows no time from 2025 to 2099';
  const message = `the clock of this machine is not good (${fault}): the lowest limit of each schedule holds`;
  t.match(alarms.list(), [{ code: 'CLOCK_BAD', active: true, text: message, sinceMs: 0 }]);
  const told = (): unknown => notices.drain().map(({ level, event, message: text }) => [level, event, text]);
  t.same(told(), [['warn', 'CLOCK_BAD', message]], 'told once');
  schedules.hearClock(saturdayMs, 2_000);
  t.same(held(2_000), [undefined, undefined, undefined, undefined]);
  t.match(alarms.list(), [{ code: 'CLOCK_BAD', active: false }]);
  t.same(told(), [['info', 'CLOCK_BAD', 'the clock of this machine is good again']]);
  const changes = (nowMs: number): unknown => [
    schedules.changeOfCircuit('main', nowMs),
    schedules.changeOfCircuit('garage', nowMs),
    schedules.changeOfChargePoint('a', nowMs),
  ];
  t.same(changes(2_000), ['Sa 12:00', undefined, 'in 7 days']);
  t.same(
    held(3_000),
    [20, undefined, undefined, undefined],
    '12:00 UTC, 14:00 in Berlin; the clock runs on between cycles',
  );
  schedules.hearClock(saturdayMs - HOUR_MS, 4_000);
  t.match(alarms.list(), [{ text: /it jumped within the last minute/, active: true }]);
  t.same(changes(4_000), [undefined, undefined, undefined]);
  t.end();
});

t.test('a site without schedules does not mind what its clock shows', (t) => {
  const [alarms, notices] = [new AlarmBoard(), new Notices()];
  const schedules = new Schedules({ site: site({ circuits: [circuit({ id: 'main' })] }), alarms, notices });
  schedules.hearClock(0, 0);
  t.same([alarms.list(), notices.drain(), schedules.ofCircuit('main', 0)], [[], [], undefined]);
  t.end();
});
