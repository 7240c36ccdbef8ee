/**
 * Limits by the calendar: a table of rows in a time zone, and what of it holds at a moment. The rules, the same for every row:
 *
 * 1. A row holds on its days from `from` until right before `to`, as the clocks of the zone show it. A `to` that is not after `from` is
 *    on the next day: "Fr 22:00-06:00" ends on Saturday.
 * 2. Where several rows hold at once, the lowest counts, on each phase by itself. A row with dates is a row like any other: it can lower
 *    what holds on a weekday, never lift it.
 * 3. Clocks are set back: a row begins when they show `from` for the first time, and ends when they do not show the minute before `to` again.
 *    So it switches once. Clocks are set forward: a time that they skip is the moment of the change. A row within what they skip does not
 *    hold that day.
 * 4. While the time is not known, the lowest of the whole table holds.
 *
 * Who collects limits asks `Schedules` (beside this file), once per cycle.
 */
import { defined, failInvariant } from '../../base/assert.js';
import { minuteOfDay, MS_PER_DAY, parseDays, timeText, WEEKDAYS, weekdayOf } from '../../base/calendar.js';
import type { TimeZone, TimeZones } from '../../base/time-zone.js';
import { mapPhases, type Ms, type PerPhase, type PhaseAmps } from '../../base/units.js';
import type { Schedule, ScheduleRow } from '../types.js';

export interface ScheduledLimit {
  readonly limitA: PhaseAmps;
  /** The row that limits each phase, for reasons: "schedule Mo-Fr 06:00-20:00". */
  readonly sources: PerPhase<string>;
}

/** What holds from one moment until right before another one. */
interface Standing {
  readonly fromMs: Ms;
  readonly untilMs: Ms;
  readonly limit: ScheduledLimit | undefined;
}

const NEVER: Standing = { fromMs: 0, untilMs: 0, limit: undefined };

/** Whether a row holds, and until when that stays so at least. */
interface Phase {
  readonly holds: boolean;
  readonly untilMs: Ms;
}

/** When the limit of a standing is over. */
interface Change {
  readonly since: Standing;
  readonly atMs: Ms;
}

/** A row is looked for on so many days before today: it may have begun then. Two, since clocks may be set back over midnight. */
const DAYS_BACK = 2;
/** And on so many from today on: the next day of a week is among them. */
const DAYS_AHEAD = 8;
/** A change is looked for so far ahead. */
export const CHANGE_AHEAD_MS: Ms = 400 * MS_PER_DAY;
/** And over so many moments at which rows begin or end without a change of the limit. */
const STANDINGS_MAX = 1000;
/** Days of a row that its text names. */
const NAMED_DAYS_MAX = 3;

class Row {
  readonly limitA: PhaseAmps;
  readonly source: string;
  /** One for each day of the week, from Monday on. */
  readonly #weekdays: readonly boolean[];
  readonly #dates: readonly { readonly first: number; readonly last: number }[];
  readonly #fromMinute: number;
  readonly #toMinute: number;
  /** 1: it ends on the day after the one where it begins. */
  readonly #daysOn: number;

  /** Of a row that the configuration has checked. */
  constructor({ days, from, to, limitA }: ScheduleRow) {
    const spans = days.map((word) => {
      const span = parseDays(word);
      return span.ok ? span.value : failInvariant(`days of a schedule ${word}: expected ${span.error}`);
    });
    const weekdays = spans.flatMap((span) => (span.kind === 'weekdays' ? span.weekdays : []));
    this.#weekdays = WEEKDAYS.map((_, weekday) => weekdays.includes(weekday));
    this.#dates = spans.flatMap((span) => (span.kind === 'dates' ? [span] : []));
    this.#fromMinute = defined(minuteOfDay(from), `the time ${from}`);
    this.#toMinute = defined(minuteOfDay(to), `the time ${to}`);
    this.#daysOn = this.#toMinute <= this.#fromMinute ? 1 : 0;
    this.limitA = limitA;
    this.source = `schedule ${daysText(days)} ${from}-${to}`;
  }

  /** `today`: the day of `utcMs`. */
  phaseAt(utcMs: Ms, today: number, zone: TimeZone): Phase {
    for (let day = today - DAYS_BACK; day < today + DAYS_AHEAD; day++) {
      if (!this.#isOn(day)) continue;
      const endMs = zone.endMs(day + this.#daysOn, this.#toMinute);
      if (endMs <= utcMs) continue;
      const beginMs = zone.beginMs(day, this.#fromMinute);
      return beginMs <= utcMs ? { holds: true, untilMs: endMs } : { holds: false, untilMs: beginMs };
    }
    return { holds: false, untilMs: Number.POSITIVE_INFINITY };
  }

  #isOn(day: number): boolean {
    return this.#weekdays[weekdayOf(day)] || this.#dates.some(({ first, last }) => first <= day && day <= last);
  }
}

export class WeeklySchedule {
  /** The lowest of the whole table. */
  readonly lowest: ScheduledLimit;
  readonly #rows: readonly Row[];
  readonly #zone: TimeZone;
  #standing: Standing = NEVER;
  #change: Change = { since: NEVER, atMs: 0 };

  constructor({ timeZone, rows }: Schedule, zones: TimeZones) {
    this.#rows = rows.map((row) => new Row(row));
    this.#zone = zones.named(timeZone);
    const { limitA, sources } = defined(lowestOf(this.#rows), 'a row of the schedule');
    this.lowest = { limitA, sources: mapPhases((phase) => `${sources[phase]}, since the time is not known`) };
  }

  /** What holds then; `undefined`: no limit. `utcMs` is `undefined` while the clock is not good. Cheap while nothing changes. */
  at(utcMs: Ms | undefined): ScheduledLimit | undefined {
    return utcMs === undefined ? this.lowest : this.#standingAt(utcMs).limit;
  }

  /** When the limit is another one; `undefined`: not within `CHANGE_AHEAD_MS`. */
  changesAtMs(utcMs: Ms): Ms | undefined {
    const standing = this.#standingAt(utcMs);
    if (!this.#isChangeKnown(standing, utcMs)) this.#change = this.#changeAfter(standing);
    const { atMs } = this.#change;
    return atMs - utcMs <= CHANGE_AHEAD_MS ? atMs : undefined;
  }

  /** The same by the clocks of the zone, for people: "Fr 20:00", or "in 24 days". */
  changeText(utcMs: Ms): string | undefined {
    const atMs = this.changesAtMs(utcMs);
    if (atMs === undefined) return undefined;
    const day = this.#zone.dayOf(atMs);
    const days = day - this.#zone.dayOf(utcMs);
    return days < WEEKDAYS.length
      ? `${WEEKDAYS[weekdayOf(day)]} ${timeText(this.#zone.minuteOf(atMs))}`
      : `in ${days} days`;
  }

  #isChangeKnown(standing: Standing, utcMs: Ms): boolean {
    const { since, atMs } = this.#change;
    return since === standing || (since.fromMs <= utcMs && utcMs < atMs && Number.isFinite(atMs));
  }

  #changeAfter(standing: Standing): Change {
    const horizonMs = standing.untilMs + CHANGE_AHEAD_MS;
    let atMs = standing.untilMs;
    for (let count = 0; count < STANDINGS_MAX && atMs <= horizonMs; count++) {
      const { limit, untilMs } = this.#look(atMs);
      if (!isSame(limit, standing.limit)) return { since: standing, atMs };
      atMs = untilMs;
    }
    return { since: standing, atMs: Number.POSITIVE_INFINITY };
  }

  #standingAt(utcMs: Ms): Standing {
    const { fromMs, untilMs } = this.#standing;
    if (utcMs < fromMs || utcMs >= untilMs) this.#standing = this.#look(utcMs);
    return this.#standing;
  }

  #look(utcMs: Ms): Standing {
    const zone = this.#zone;
    const today = zone.dayOf(utcMs);
    let untilMs = zone.beginMs(today + DAYS_AHEAD, 0);
    const holding: Row[] = [];
    for (const row of this.#rows) {
      const phase = row.phaseAt(utcMs, today, zone);
      if (phase.holds) holding.push(row);
      untilMs = Math.min(untilMs, phase.untilMs);
    }
    if (!(untilMs > utcMs)) failInvariant(`a schedule that changes at ${untilMs} is asked for ${utcMs}`);
    return { fromMs: utcMs, untilMs, limit: lowestOf(holding) };
  }
}

/** `undefined`: of no rows. Of equal ones the first is named. */
function lowestOf(rows: readonly Row[]): ScheduledLimit | undefined {
  const [first, ...others] = rows;
  if (!first) return undefined;
  const lowest = mapPhases((phase) =>
    others.reduce((low, row) => (row.limitA[phase] < low.limitA[phase] ? row : low), first),
  );
  return {
    limitA: mapPhases((phase) => lowest[phase].limitA[phase]),
    sources: mapPhases((phase) => lowest[phase].source),
  };
}

function isSame(a: ScheduledLimit | undefined, b: ScheduledLimit | undefined): boolean {
  return a === b || (a?.limitA.every((eachA, phase) => eachA === b?.limitA[phase]) ?? false);
}

function daysText(days: readonly string[]): string {
  const more = days.length - NAMED_DAYS_MAX;
  const named = days.slice(0, NAMED_DAYS_MAX).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
