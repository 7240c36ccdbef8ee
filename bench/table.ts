/** What a topic hands back, and how it is printed: plain text of at most 100 columns. */

/** A text, a number in the unit of its column, or nothing to say. */
export type Cell = string | number | undefined;

export interface Column {
  readonly head: string;
  /** Decimals of the numbers. */
  readonly digits?: number;
}

/** What the design asks for. It is shown, never enforced: speed depends on the machine. */
export interface Target {
  readonly what: string;
  readonly most: number;
  readonly found: number;
  readonly unit: string;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
}

const WIDTH = 100;

export function tableText({ title, columns, rows, targets, notes }: Table): string {
  const cells = rows.map((row) => columns.map((column, index) => cellText(column, row[index])));
  const widths = columns.map(({ head }, index) =>
    Math.max(head.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const isText = columns.map((_, index) => rows.some((row) => typeof row[index] === 'string'));
  const line = (texts: readonly string[]): string =>
    `  ${texts.map((text, at) => (isText[at] ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join('  ')}`;
  return [
    ...wrapped(title, ''),
    line(columns.map(({ head }) => head)),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
    ...targets.flatMap((target) => wrapped(targetText(target), '  ')),
    ...notes.flatMap((note) => wrapped(note, '  ')),
  ]
    .map((text) => text.trimEnd())
    .join('\n');
}

function cellText({ digits = 0 }: Column, cell: Cell): string {
  return typeof cell === 'number' ? cell.toFixed(digits) : (cell ?? '-');
}

function targetText({ what, most, found, unit }: Target): string {
  return `target: ${what} <= ${most} ${unit}: ${found <= most ? 'met' : 'MISSED'}, ${found.toFixed(1)} ${unit}`;
}

function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
