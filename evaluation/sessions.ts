/** Reads every session of the Trondheim data (Data in Brief 36, 2021), whole stays, over all months. */
import { fail, ok, type Result } from '../src/base/result.js';
import { type CsvRow, csvRows, decimal, fieldError } from '../src/sim/day/csv.js';
import { MINUTES_PER_DAY } from '../src/sim/day/profile.js';
import type { Stay } from './site.js';

export interface RecordedSession extends Stay {
  readonly garage: string;
  readonly user: string;
  readonly recordedWh: number;
}

const COLUMNS = ['session', 'garage', 'user', 'plugged_in', 'plugged_out', 'energy_kwh'] as const;
const MS_PER_MINUTE = 60_000;

/**
 * Minutes of the local calendar; `undefined` where it is no time. The two changes of the clock are not undone: the data do not
 * say which side of them a time is on, and of 13 months two nights are an hour wrong.
 */
function calendarMinute(text: string): number | undefined {
  const match = /^\d{4}-\d\d-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.exec(text);
  const ms = match ? Date.parse(`${text}Z`) : Number.NaN;
  // The 30th of February is read as the 2nd of March.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(match?.[1])) return undefined;
  return Math.floor(ms / MS_PER_MINUTE);
}

function sessionOf(row: CsvRow): Result<RecordedSession> {
  const [, garage = '', user = '', pluggedIn = '', pluggedOut = '', energy = ''] = row.fields;
  if (garage === '') return fieldError(row, 'garage', 'a name', garage);
  if (user === '') return fieldError(row, 'user', 'a name', user);
  const arriveMinute = calendarMinute(pluggedIn);
  if (arriveMinute === undefined) return fieldError(row, 'plugged_in', 'YYYY-MM-DDTHH:MM:SS', pluggedIn);
  const leaveMinute = calendarMinute(pluggedOut);
  if (leaveMinute === undefined) return fieldError(row, 'plugged_out', 'YYYY-MM-DDTHH:MM:SS', pluggedOut);
  if (leaveMinute < arriveMinute) return fieldError(row, 'plugged_out', `a time after ${pluggedIn}`, pluggedOut);
  const energyKwh = decimal(energy);
  if (energyKwh === undefined || energyKwh < 0) return fieldError(row, 'energy_kwh', '0 kWh or more', energy);
  // Whoever came and left within one minute stayed for that minute.
  const stay = { arriveMinute, leaveMinute: Math.max(leaveMinute, arriveMinute + 1) };
  return ok({ garage, user, ...stay, recordedWh: energyKwh * 1000 });
}

/** All sessions by arrival, minute 0 being the midnight before the first. The error names the line. */
export function parseSessions(csv: string): Result<RecordedSession[]> {
  const rows = csvRows(csv, COLUMNS);
  if (!rows.ok) return rows;
  const sessions: RecordedSession[] = [];
  for (const row of rows.value) {
    const session = sessionOf(row);
    if (!session.ok) return session;
    sessions.push(session.value);
  }
  if (sessions.length === 0) return fail('no sessions');
  return ok(fromFirstMidnight(sessions));
}

function fromFirstMidnight(sessions: readonly RecordedSession[]): RecordedSession[] {
  const first = sessions.reduce((least, { arriveMinute }) => Math.min(least, arriveMinute), Infinity);
  const origin = first - (first % MINUTES_PER_DAY);
  return sessions
    .map((session) => ({
      ...session,
      arriveMinute: session.arriveMinute - origin,
      leaveMinute: session.leaveMinute - origin,
    }))
    .sort((a, b) => a.arriveMinute - b.arriveMinute);
}
