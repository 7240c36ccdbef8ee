/** Days and times of the day as people write them; a day is a number, counted from 1970-01-01. No time zone is in here. */
import { fail, ok, type Result } from './result.js';
import type { Ms } from './units.js';

export const MS_PER_MINUTE: Ms = 60_000;
export const MINUTES_PER_DAY = 1440;
export const MS_PER_DAY: Ms = MINUTES_PER_DAY * MS_PER_MINUTE;
const DAYS_PER_WEEK = 7;
/** Of 1970-01-01, a Thursday. */
const FIRST_WEEKDAY = 3;

export const WEEKDAYS: readonly string[] = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];

/** What is written as one word: days of the week ("Fr-Mo" is four days), or dates from the first to the last. */
export type DaySpan =
  | { readonly kind: 'weekdays'; readonly weekdays: readonly number[] }
  | { readonly kind: 'dates'; readonly first: number; readonly last: number };

const WEEKDAY = `(${WEEKDAYS.join('|')})`;
const DATE = '(20\\d\\d)-(\\d\\d)-(\\d\\d)';
/** The shape of a word; whether its dates exist is for `parseDays`. */
export const DAYS_PATTERN = new RegExp(`^(${WEEKDAY}(-${WEEKDAY})?|${DATE}(\\.\\.${DATE})?)$`);
export const DAYS_RULE = `days such as Mo-Fr or Sa (${WEEKDAYS.join(', ')}), or dates such as 2026-12-24 or 2026-12-24..2026-12-31`;

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/;

/** 0 is Monday. */
export function weekdayOf(day: number): number {
  return (((day + FIRST_WEEKDAY) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** `undefined`: no day of the calendar. */
export function dayOfDate(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const yearsBefore = year - 1;
  const leapDays = Math.floor(yearsBefore / 4) - Math.floor(yearsBefore / 100) + Math.floor(yearsBefore / 400);
  // 1969 years and their 477 leap days come before 1970.
  let days = (yearsBefore - 1969) * 365 + leapDays - 477;
  for (let each = 1; each < month; each++) days += daysIn(year, each);
  return days + day - 1;
}

function dayOfText(text: string): Result<number> {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const found = dayOfDate(year, month, day);
  return found === undefined ? fail(`a day of the calendar, and ${text} is none`) : ok(found);
}

function weekdaysOf(word: string): readonly number[] {
  const [from = 0, to = from] = word.split('-').map((name) => WEEKDAYS.indexOf(name));
  const count = ((to - from + DAYS_PER_WEEK) % DAYS_PER_WEEK) + 1;
  return Array.from({ length: count }, (_, index) => (from + index) % DAYS_PER_WEEK);
}

/** One word of a list of days; fails with what was expected. */
export function parseDays(word: string): Result<DaySpan> {
  if (!DAYS_PATTERN.test(word)) return fail(DAYS_RULE);
  if (!word.startsWith('2')) return ok({ kind: 'weekdays', weekdays: weekdaysOf(word) });
  const [from = '', to = from] = word.split('..');
  const first = dayOfText(from);
  if (!first.ok) return first;
  const last = dayOfText(to);
  if (!last.ok) return last;
  if (last.value < first.value) return fail(`dates from the first to the last, such as ${to}..${from}`);
  return ok({ kind: 'dates', first: first.value, last: last.value });
}

/** Other beginnings of the days of the week: of their German names. */
const ALSO: Readonly<Record<string, string>> = { di: 'Tu', mi: 'We', do: 'Th', so: 'Su' };

function nearestWeekday(word: string): string | undefined {
  const start = word.trim().slice(0, 2).toLowerCase();
  return WEEKDAYS.find((name) => name.toLowerCase() === start) ?? ALSO[start];
}

/** The days of the week that were probably meant: "monday - friday", "Mo-So". */
export function nearestDays(word: string): string | undefined {
  const names = word.split('-').map(nearestWeekday);
  return names.includes(undefined) || names.length > 2 ? undefined : names.join('-');
}

/** Of "HH:MM" up to "24:00"; `undefined`: none. */
export function minuteOfDay(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [, hours, minutes] = match;
  return hours === undefined ? MINUTES_PER_DAY : Number(hours) * 60 + Number(minutes);
}

/** "06:05" */
export function timeText(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
