/** Limits by the calendar, of a circuit or a charge point. */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';

/** Enough for a row each week, and holidays. */
const ROWS_MAX = 100;
const DAYS_MAX = 100;

const DAYS = 'days of the week or dates, or a list of them such as [Mo, We] or ["2026-12-24", Su]';

function rowSchema<S extends z.core.$ZodType<number | readonly [number, number, number]>>(limitA: S, range: string) {
  const row = f.group({
    days: key(
      'Days',
      'Days of the week (Mo-Fr, or [Mo, We]) or dates (2026-12-24, 2026-12-24..2026-12-31) on which it begins.',
      z.union([f.days(), f.list('days', f.days(), { atLeast: 1, atMost: DAYS_MAX })], { error: DAYS }),
    ),
    from: key('From', 'The time of day when it begins, "06:00".', f.timeOfDay()),
    to: key(
      'To',
      'The time of day when it ends, "20:00"; on the next day when it is earlier than from; "24:00": the end of the day.',
      f.endOfPeriod(),
    ),
    limitA: key('Limit', `What holds meanwhile, in A: ${range}. Where several rows hold, the lowest counts.`, limitA),
  });
  const error = 'another time than from ("00:00" to "24:00" is the whole day)';
  return row.check(z.refine(({ from, to }) => from !== to, { error, path: ['to'] }));
}

/** `limitA`: of one row, with its range in words. */
export function scheduleSchema<S extends z.core.$ZodType<number | readonly [number, number, number]>>(
  limitA: S,
  range: string,
) {
  return f.group({
    timeZone: key(
      'Time zone',
      'IANA name of the zone whose clocks count, such as Europe/Berlin, with its summer time.',
      f.timeZone(),
    ),
    rows: key(
      'Rows',
      'When which limit holds. While the time is not known, the lowest of them does.',
      f.list('rows', rowSchema(limitA, range), { atLeast: 1, atMost: ROWS_MAX }),
    ),
  });
}

export type ScheduleEntry = z.output<ReturnType<typeof scheduleSchema>>;
