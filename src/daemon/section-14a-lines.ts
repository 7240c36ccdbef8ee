/** The log of section 14a EnWG as text: one line of JSON for each entry in its file, and a table (CSV) for people. */
import { isObject, parseJson } from '../base/json.js';
import { SECTION_14A_EVENTS, type Section14aEntry } from '../base/section-14a.js';
import type { Ms } from '../base/units.js';

/** The law asks for two years. */
export const KEPT_MS: Ms = 2 * 366 * 24 * 3_600_000;

export interface Section14aLine extends Section14aEntry {
  readonly wallMs: Ms;
}

export function lineOf(entry: Section14aEntry, wallMs: Ms): string {
  const { event, circuit, source, limitW, drawnW } = entry;
  return JSON.stringify({ at: timeText(wallMs), event, circuit, source, limitW, drawnW: Math.round(drawnW) });
}

function timeText(wallMs: Ms): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

/** `undefined`: the line is cut off, or nothing of this log. */
export function parseLine(text: string): Section14aLine | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { at, circuit, source, limitW, drawnW } = value;
  const event = SECTION_14A_EVENTS.find((each) => each === value['event']);
  const wallMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  const isWhole = typeof circuit === 'string' && typeof source === 'string' && typeof drawnW === 'number';
  if (!isWhole || !event || Number.isNaN(wallMs) || (limitW !== null && typeof limitW !== 'number')) return undefined;
  return { wallMs, event, circuit, source, limitW, drawnW };
}

/** Those lines that are to be kept: two years by the newest one, or by the clock where that is before it; at most so many characters. */
export function pruned(lines: readonly string[], wallMs: Ms, charsMax: number): readonly string[] {
  const times = lines.map((line) => parseLine(line)?.wallMs);
  // A clock that has jumped ahead must not take the log away.
  const newestMs = times.reduce<Ms>((most, each) => Math.max(most, each ?? 0), 0);
  const fromMs = Math.min(wallMs, newestMs) - KEPT_MS;
  const young = lines.filter((_, index) => (times[index] ?? Number.NEGATIVE_INFINITY) >= fromMs);
  let chars = 0;
  const first = young.findLastIndex((line) => {
    chars += line.length + 1;
    return chars > charsMax;
  });
  return young.slice(first + 1);
}

const COLUMNS = ['time', 'event', 'circuit', 'source', 'limitW', 'powerBeforeW', 'powerAfterW'] as const;

/** One row for each event, with what the charge points drew before it, and 30 s after. */
export function csvOf(lines: readonly string[]): string {
  const rows: (string | number)[][] = [];
  for (const line of lines) {
    const entry = parseLine(line);
    if (!entry) continue;
    const { event, circuit, source, limitW, drawnW, wallMs } = entry;
    if (event === 'after') rows.at(-1)?.splice(COLUMNS.length - 1, 1, drawnW);
    else rows.push([timeText(wallMs), event, circuit, source, limitW ?? '', drawnW, '']);
  }
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
