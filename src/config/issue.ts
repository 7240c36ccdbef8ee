/** What is wrong with a configuration file: as the checks find it, and as it is shown with line and column. */
import { nearest } from '../base/nearest.js';

/** Keys and list indexes from the top of the file: ['circuits', 0, 'limitA']. */
export type Path = readonly (string | number)[];

/** One thing that is wrong, before its place in the text is known. */
export interface Finding {
  readonly path: Path;
  /** 'key': the word before the colon is wrong, not what follows it. */
  readonly at?: 'key';
  readonly expected: string;
  readonly got: string;
  /** The valid word that was probably meant. */
  readonly nearest?: string | undefined;
  /** The sums of safety.md I4: all is said, but the fuse cannot carry it. */
  readonly rule?: 'I4';
}

export interface ConfigIssue {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** "circuits[0].limitA"; "(file)" for the file as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly nearest?: string;
}

/** Longest piece of the file that an issue quotes. */
const QUOTE_CHARS_MAX = 40;
/** Most words that an expected text lists. */
const LISTED_WORDS_MAX = 8;

/** A piece of the file in quotes, on one line and short, whatever stands in it; credentials in a URL are masked. */
export function quoted(text: string): string {
  const masked = text.replace(/\/\/[^\s@/]*@/g, '//***@');
  const short = masked.length > QUOTE_CHARS_MAX ? `${masked.slice(0, QUOTE_CHARS_MAX)}...` : masked;
  return JSON.stringify(short).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}

/** A value of the file as the `got` of an issue. */
export function gotText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'a group of keys' : String(value);
}

/** "circuits[0].limitA" */
export function pathText(path: Path): string {
  if (path.length === 0) return '(file)';
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]{1,64}$/.test(step)) text += text ? `.${step}` : step;
    else text += `[${quoted(step)}]`;
  }
  return text;
}

/** "a, b, c", cut short when there are many. */
function listed(words: readonly string[]): string {
  const first = words.slice(0, LISTED_WORDS_MAX).join(', ');
  return words.length > LISTED_WORDS_MAX ? `${first}, ... (${words.length} in all)` : first;
}

/** A word that is none of the valid ones. */
export function unknownWord(path: Path, what: string, word: string, valid: readonly string[]): Finding {
  const words = [...new Set(valid)];
  const expected = words.length > 0 ? `${what} (${listed(words)})` : what;
  return { path, expected, got: quoted(word), nearest: nearest(word, words) };
}
