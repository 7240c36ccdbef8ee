/** Recorded charging sessions as visits: which user was plugged in from when to when, and what was charged. */
import { guessText, nearest } from '../../base/nearest.js';
import { fail, ok, type Result } from '../../base/result.js';
import { type CsvRow, csvRows, decimal, fieldError } from './csv.js';
import { MINUTES_PER_DAY } from './profile.js';

export interface Visit {
  /** Local date of the arrival, YYYY-MM-DD. */
  readonly day: string;
  readonly user: string;
  /** Local time, 0 to 1439. */
  readonly arriveMinute: number;
  /** At least one minute later; who stays overnight leaves at 1440, the end of the day. */
  readonly leaveMinute: number;
  readonly energyWh: number;
}

const COLUMNS = ['session', 'garage', 'user', 'plugged_in', 'plugged_out', 'energy_kwh'] as const;

interface LocalTime {
  readonly day: string;
  readonly minute: number;
}

function localTime(text: string): LocalTime | undefined {
  const match = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):[0-5]\d$/.exec(text);
  return match ? { day: match[1] ?? '', minute: Number(match[2]) * 60 + Number(match[3]) } : undefined;
}

function visitOf(row: CsvRow): Result<Visit> {
  const [, , user = '', pluggedIn = '', pluggedOut = '', energy = ''] = row.fields;
  const from = localTime(pluggedIn);
  if (!from) return fieldError(row, 'plugged_in', 'YYYY-MM-DDTHH:MM:SS', pluggedIn);
  const to = localTime(pluggedOut);
  if (!to) return fieldError(row, 'plugged_out', 'YYYY-MM-DDTHH:MM:SS', pluggedOut);
  const energyKwh = decimal(energy);
  if (energyKwh === undefined || energyKwh < 0) return fieldError(row, 'energy_kwh', '0 kWh or more', energy);
  const isBackwards = to.day < from.day || (to.day === from.day && to.minute < from.minute);
  if (isBackwards) return fieldError(row, 'plugged_out', `a time after ${pluggedIn}`, pluggedOut);
  const leaveMinute = to.day > from.day ? MINUTES_PER_DAY : Math.max(to.minute, from.minute + 1);
  return ok({ day: from.day, user, arriveMinute: from.minute, leaveMinute, energyWh: energyKwh * 1000 });
}

/**
 * Reads the sessions of one garage from the Trondheim data (Data in Brief 36, 2021), sorted by arrival.
 * The error names the line, or the garage that comes nearest.
 */
export function parseVisits(csv: string, garage: string): Result<Visit[]> {
  const rows = csvRows(csv, COLUMNS);
  if (!rows.ok) return rows;
  const visits: Visit[] = [];
  for (const row of rows.value) {
    if (row.fields[1] !== garage) continue;
    const visit = visitOf(row);
    if (!visit.ok) return visit;
    visits.push(visit.value);
  }
  if (visits.length === 0) return fail(unknownGarage(garage, rows.value));
  return ok(visits.sort((a, b) => compareText(a.day, b.day) || a.arriveMinute - b.arriveMinute));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function unknownGarage(garage: string, rows: readonly CsvRow[]): string {
  const names = [...new Set(rows.flatMap((row) => row.fields[1] || []))];
  return `no sessions of garage "${garage}"${guessText(nearest(garage, names))}`;
}
