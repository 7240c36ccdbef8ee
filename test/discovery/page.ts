/** docs/protocol.md, taken apart: its tables, its examples and its code. */
import { readFileSync } from 'node:fs';
import { defined } from '../../src/base/assert.js';
import type { Message } from '../../src/base/messages.js';

export const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The cells of the table whose head begins so, row by row. */
export function table(head: string): readonly (readonly string[])[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head}`));
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  const rows = lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  if (start < 0 || rows.length === 0) throw new Error(`the page has no table "${head}"`);
  return rows;
}

export const unquoted = (cell: string): string => cell.replace(/^`(.*)`$/, '$1');

export interface FieldRow {
  readonly id: number;
  readonly name: string;
  /** "2", or "1-32". */
  readonly bytes: string;
  readonly type: string;
  /** "0-655.35 A", or empty. */
  readonly range: string;
  readonly types: readonly Message['type'][];
  /** The field may be missing. */
  readonly isOptional: boolean;
  /** Name in the rules, where there is only one. */
  readonly path: string;
}

const LETTERS: Readonly<Record<string, Message['type']>> = {
  B: 'beacon',
  S: 'status',
  G: 'grant',
  A: 'ask',
  T: 'tell',
};

export const FIELD_ROWS: readonly FieldRow[] = table('id | name').map((cells) => {
  const [id = '', name = '', bytes = '', type = '', range = '', types = '', meaning = ''] = cells;
  return {
    id: Number(id),
    name: unquoted(name),
    bytes,
    type,
    range,
    isOptional: types.endsWith('*'),
    types: types
      .replace('*', '')
      .split(' ')
      .map((letter) => defined(LETTERS[letter], `message "${letter}"`)),
    path: /^`(\w+)`/.exec(meaning)?.[1] ?? '',
  };
});

export interface ExampleLine {
  readonly at: number;
  readonly bytes: readonly number[];
  readonly text: string;
}

export interface Example {
  readonly type: Message['type'];
  /** The length that its title states. */
  readonly length: number;
  readonly lines: readonly ExampleLine[];
  readonly bytes: Uint8Array;
  readonly counter: number;
  readonly message: Message;
}

/** Code of the section that begins so, in the given language. */
export function code(section: string, language: string): string {
  const text = defined(
    page.split(/^## /m).find((part) => part.startsWith(section)),
    `section ${section}`,
  );
  return defined(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)?.[1], `${language} in section ${section}`);
}

/** "06 01 01", "00*16" */
function bytesOf(text: string): number[] {
  return text.split(' ').flatMap((word) => {
    const [value = '', count = '1'] = word.split('*');
    return Array<number>(Number(count)).fill(Number.parseInt(value, 16));
  });
}

function exampleLine(line: string): ExampleLine {
  const [, at, bytes, text] = defined(
    /^ *(\d+) {2}((?:[0-9a-f]{2}(?:\*\d+)?(?: (?=\S))?)+) {2,}(\S.*)$/.exec(line) ?? undefined,
    `offset, bytes and meaning in "${line}"`,
  );
  return { at: Number(at), bytes: bytesOf(bytes ?? ''), text: text ?? '' };
}

function examples(): readonly Example[] {
  const contents = JSON.parse(code('8 ', 'json')) as readonly Pick<Example, 'counter' | 'message'>[];
  const blocks = code('8 ', 'text').trim().split('\n\n');
  return blocks.map((block, index) => {
    const [title = '', ...rest] = block.split('\n');
    const [, type, length] = defined(/^([A-Z]+), (\d+) bytes$/.exec(title) ?? undefined, `title in "${title}"`);
    const lines = rest.map(exampleLine);
    return {
      type: (type ?? '').toLowerCase() as Message['type'],
      length: Number(length),
      lines,
      bytes: new Uint8Array(lines.flatMap((line) => line.bytes)),
      ...defined(contents[index], `content of example ${index}`),
    };
  });
}

export const EXAMPLES = examples();

export function exampleOf(type: Message['type']): Example {
  return defined(
    EXAMPLES.find((example) => example.type === type),
    `an example of ${type}`,
  );
}
