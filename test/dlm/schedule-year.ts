/**
 * Whole years of drawn schedules, minute by minute, against an oracle that reckons in another way: it looks at what the local clock of the
 * runtime (`Date` in that zone) shows in each minute of the year. A row holds from the first minute that shows a time within it to the last.
 */
import t from 'tap';
import { TimeZones } from '../../src/base/time-zone.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { WeeklySchedule } from '../../src/dlm/limits/schedule.js';
import type { ScheduleRow } from '../../src/dlm/types.js';

const MINUTE_MS = 60_000;
const DAY = 1440;
/** No limit; more than is drawn. */
const NONE = 99;
const NAMES = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
/** No place is farther from UTC, and no row longer. */
const REACH = 2 * DAY;

/** Those of the task; then clocks that are changed at midnight, at 00:01, by -1 h in summer; and a day that was left out. */
const YEARS = [
  ['Europe/Berlin', 2026],
  ['America/New_York', 2026],
  ['Australia/Lord_Howe', 2026],
  ['Asia/Kathmandu', 2026],
  ['UTC', 2026],
  ['Asia/Beirut', 2026],
  ['America/St_Johns', 2010],
  ['Africa/Casablanca', 2026],
  ['Pacific/Apia', 2011],
] as const;

function inZone<T>(zone: string, act: () => T): T {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  try {
    return act();
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

/** What the clock shows in each minute of some days more than the year, as minutes since 1970 without a zone. */
function shownMinutes(zone: string, firstMinute: number, count: number): Int32Array {
  return inZone(zone, () =>
    Int32Array.from({ length: count }, (_, index) => {
      const at = new Date((firstMinute + index) * MINUTE_MS);
      const dayMs = Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
      return dayMs / MINUTE_MS + at.getHours() * 60 + at.getMinutes();
    }),
  );
}

function time(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function date(year: number, dayOfYear: number): string {
  return new Date(Date.UTC(year, 0, 1 + dayOfYear)).toISOString().slice(0, 10);
}

function drawDays(rng: Rng, year: number): string {
  const name = (): string => NAMES[rng.int(7)] ?? '';
  const day = rng.int(365);
  switch (rng.int(4)) {
    case 0:
      return name();
    case 1:
      return `${name()}-${name()}`;
    case 2:
      return date(year, day);
    default:
      return `${date(year, day)}..${date(year, day + rng.int(40))}`;
  }
}

/** Half of the times are near those at which clocks are changed. */
function drawRow(rng: Rng, year: number): ScheduleRow {
  const minute = (): number => (rng.chance(0.5) ? rng.int(17) * 15 : rng.int(DAY));
  const from = minute();
  const drawn = rng.chance(0.1) ? DAY : minute();
  const to = drawn === from ? DAY : drawn;
  const days = Array.from({ length: 1 + rng.int(2) }, () => drawDays(rng, year));
  const limitA = [rng.int(5) * 10, rng.int(5) * 10, rng.int(5) * 10] as const;
  return { days, from: time(from), to: time(to), limitA };
}

function isOn(days: readonly string[], midnightMs: number): boolean {
  const text = new Date(midnightMs).toISOString().slice(0, 10);
  const weekday = (new Date(midnightMs).getUTCDay() + 6) % 7;
  return days.some((word) => {
    if (word.startsWith('2')) {
      const [first = '', last = first] = word.split('..');
      return first <= text && text <= last;
    }
    const [first = '', last = first] = word.split('-');
    const [from, to] = [NAMES.indexOf(first), NAMES.indexOf(last)];
    return from <= to ? from <= weekday && weekday <= to : weekday >= from || weekday <= to;
  });
}

function minutes(text: string): number {
  const [hours = 0, rest = 0] = text.split(':').map(Number);
  return hours * 60 + rest;
}

/** The lowest of all rows in each minute, phase by phase. */
function lowestByMinute(rows: readonly ScheduleRow[], firstMinute: number, shown: Int32Array): readonly Float64Array[] {
  const lowest = [0, 1, 2].map(() => new Float64Array(shown.length).fill(NONE));
  for (const { days, from, to, limitA } of rows) {
    const lengthMinutes = minutes(to) - minutes(from) + (minutes(to) <= minutes(from) ? DAY : 0);
    for (let midnight = firstMinute; midnight < firstMinute + shown.length; midnight += DAY) {
      if (!isOn(days, midnight * MINUTE_MS)) continue;
      const begin = midnight + minutes(from);
      let [first, last] = [shown.length, -1];
      for (let index = Math.max(0, begin - firstMinute - DAY); index < begin - firstMinute + REACH; index++) {
        const minute = shown[index] ?? 0;
        if (minute < begin || minute >= begin + lengthMinutes) continue;
        first = Math.min(first, index);
        last = index;
      }
      lowest.forEach((of, phase) => {
        for (let index = first; index <= last; index++) of[index] = Math.min(of[index] ?? 0, limitA[phase] ?? 0);
      });
    }
  }
  return lowest;
}

/** Three limits as one number, which is quick to compare: 104099 are 10 A, 40 A and none. */
function packed(limitA: readonly (number | undefined)[] = [NONE, NONE, NONE]): number {
  const [l1 = 0, l2 = 0, l3 = 0] = limitA;
  return l1 * 10_000 + l2 * 100 + l3;
}

for (const [index, [zone, year]] of YEARS.entries()) {
  t.test(`${zone} ${year}: every minute, both sides of each switch, and when the next one is`, (t) => {
    const rng = seededRng(index + 1);
    const rows = Array.from({ length: 6 }, () => drawRow(rng, year));
    const firstMinute = Date.UTC(year, 0, 1) / MINUTE_MS - 3 * DAY;
    const shown = shownMinutes(zone, firstMinute, 371 * DAY);
    const lowest = lowestByMinute(rows, firstMinute, shown);
    const [l1, l2, l3] = lowest;
    const expected = (minute: number): number => packed([l1?.[minute], l2?.[minute], l3?.[minute]]);
    const table = new WeeklySchedule({ timeZone: zone, rows }, new TimeZones());
    const wrong: string[] = [];
    const check = (what: string, atMs: number, wanted: unknown, got: unknown): void => {
      if (wanted !== got && wrong.length < 5)
        wrong.push(`${what} at ${new Date(atMs).toISOString()}: expected ${wanted}, got ${got}`);
    };
    let nextMs = 0;
    let switches = 0;
    let after = Number.NaN;
    // The first and last three days are only there for rows that begin before or end after the year. Backwards: nothing is known before.
    for (let minute = shown.length - 3 * DAY - 1; minute >= 3 * DAY; minute--) {
      const atMs = (firstMinute + minute) * MINUTE_MS;
      const wanted = expected(minute);
      if (!Number.isNaN(after) && wanted !== after) {
        nextMs = atMs + MINUTE_MS;
        switches += 1;
        check('the limit after a switch', nextMs, after, packed(table.at(nextMs)?.limitA));
        check('the limit before a switch', nextMs - 1, wanted, packed(table.at(nextMs - 1)?.limitA));
        check('the next switch', nextMs - 1, nextMs, table.changesAtMs(nextMs - 1));
      }
      after = wanted;
      check('the limit', atMs, wanted, packed(table.at(atMs)?.limitA));
      if (nextMs > 0 && rng.chance(0.001)) check('the next switch', atMs, nextMs, table.changesAtMs(atMs));
    }
    // Forwards: what it has found is still right, until it is not.
    const forwards = new WeeklySchedule({ timeZone: zone, rows }, new TimeZones());
    for (let minute = 3 * DAY; minute < shown.length - 3 * DAY; minute++) {
      const atMs = (firstMinute + minute) * MINUTE_MS;
      const wanted = expected(minute);
      check('the limit, forwards', atMs, wanted, packed(forwards.at(atMs)?.limitA));
      if (expected(minute + 1) !== wanted) {
        check('the next switch, forwards', atMs, atMs + MINUTE_MS, forwards.changesAtMs(atMs));
      }
    }
    t.same(wrong, [], JSON.stringify(rows));
    t.ok(switches > 100, `${switches} switches`);
    t.end();
  });
}
