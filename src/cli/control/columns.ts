/** Lines for a terminal of 80 columns: tables of words, and text that goes on below its own beginning. */
import { harmless } from '../../base/harmless.js';
import { type Amps, PHASES, type PhaseAmps } from '../../base/units.js';

const WIDTH = 80;

/** Rows of cells as lines; each column as wide as its widest cell, numbers (`right`) at the right. */
function table(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number): string =>
    right.includes(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
}

/**
 * `head` and then `text`, broken between words; what follows stands below the beginning of `text`. A text from outside makes no line
 * of its own.
 */
export function wrapped(head: string, text: string): string[] {
  const room = Math.max(ROOM_MIN, WIDTH - head.length);
  const lines: string[] = [];
  let line = '';
  for (const word of harmless(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > room && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.map((each, index) => `${index === 0 ? head : ' '.repeat(head.length)}${each}`.trimEnd());
}

/** Room that a text needs at least, to stand behind a line. */
const ROOM_MIN = 20;
/** A longer id stands in a line of its own, above its row. */
const ID_MAX = 18;

/** A table below its head; each row under its id, and behind it, or below where no room is left, its text. */
export function described(
  head: readonly string[],
  rows: readonly { readonly id: string; readonly cells: readonly string[]; readonly text?: string }[],
  textHead = '',
): string[] {
  const cells = rows.map((row) => [row.id.length > ID_MAX ? '' : row.id, ...row.cells]);
  const right = head.flatMap((name, column) => (/(^| )(A|kW|kWh)$/.test(name) ? [column] : []));
  const [first = '', ...lines] = table([head.map((name) => name.toUpperCase()), ...cells], right);
  const width = Math.max(first.length, ...lines.map((line) => line.length)) + 2;
  const isBehind = width + ROOM_MIN <= WIDTH;
  const body = lines.flatMap((line, index) => {
    const { id = '', text = '' } = rows[index] ?? {};
    const above = id.length > ID_MAX ? [id] : [];
    if (text === '') return [...above, line];
    return [...above, ...(isBehind ? wrapped(line.padEnd(width), text) : [line, ...wrapped('      ', text)])];
  });
  return [`${first.padEnd(width)}${isBehind ? textHead.toUpperCase() : ''}`.trimEnd(), ...body];
}

/** What people call it and where it stands, before `text`: "Left, level 1: garage L2 full". */
export function namedText(
  named: { readonly name?: string | null; readonly location?: string | null },
  text: string,
): string {
  const words = [named.name, named.location].filter((word) => word !== null && word !== undefined);
  return [words.join(', '), text].filter((part) => part !== '').join(': ');
}

/** At most one decimal: "16", "9.9". */
export function ampsOf(valueA: Amps): string {
  return String(Number(valueA.toFixed(1)) + 0);
}

/** Of W or Wh: "2.3". */
export function kiloOf(value: number): string {
  return (value / 1000).toFixed(1);
}

/** "10/0/9.9" */
export function phasesOf(valuesA: PhaseAmps): string {
  return PHASES.map((phase) => ampsOf(valuesA[phase])).join('/');
}

/** "12 s", "3 min", "5 h", "2 d". */
export function durationOf(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
