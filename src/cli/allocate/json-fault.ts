/**
 * Where a text breaks the rules of JSON (RFC 8259), and what JSON.parse lets pass: a key that comes twice, of which it keeps
 * the last, and nesting without an end. JSON.parse itself names no line, and not always a place.
 */
import { visit } from 'jsonc-parser';
import { quoted } from '../../config/issue.js';
import { RequestError } from './finding.js';

/** Deepest nesting that is read; a request needs 4. */
export const DEPTH_MAX = 32;
/** Most keys of one object; a request needs 10. */
export const KEYS_MAX = 100;

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false } as const;
const KEY = 'a key in double quotes';
const VALUE = 'a value';
const ESCAPE = 'an escape: \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and 4 hex digits';
const NO_CONTROL = 'no control character in a text; write it as an escape such as \\n';
/** A number that stops where a digit must follow. */
const BROKEN_NUMBER = /-(?!\d)|-?\d+(?:\.(?!\d)|(?:\.\d+)?e(?:[+-](?!\d)|(?![+\-\d])))/iy;

/** Of a token; lines and columns count from 0. */
interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Throws a `RequestError` with its position when the text is no JSON, or has a key twice, or is nested too deeply. */
export function checkJson(text: string): void {
  const reader = new Reader(text);
  visit(
    text,
    {
      onObjectBegin: (...token) => reader.open(new Set(), placeOf(token)),
      onObjectProperty: (key, ...token) => reader.key(key, placeOf(token)),
      onObjectEnd: (...token) => reader.close(placeOf(token)),
      onArrayBegin: (...token) => reader.open(undefined, placeOf(token)),
      onArrayEnd: (...token) => reader.close(placeOf(token)),
      onLiteralValue: () => reader.endValue(),
      onSeparator: (mark) => reader.separate(mark),
      onError: (_code, ...token) => reader.fail(placeOf(token)),
    },
    STRICT,
  );
}

function placeOf([offset, , line, column]: readonly [number, number, number, number, ...unknown[]]): Place {
  return { offset, line, column };
}

class Reader {
  readonly #text: string;
  /** Of each object that is open its keys; `undefined` for a list. */
  readonly #open: (Set<string> | undefined)[] = [];
  /** What may come next. */
  #expected = VALUE;

  constructor(text: string) {
    this.#text = text;
  }

  open(keys: Set<string> | undefined, place: Place): void {
    if (this.#open.length === DEPTH_MAX) throw this.#fault(`at most ${DEPTH_MAX} levels of objects and lists`, place);
    this.#open.push(keys);
    this.#expected = keys ? KEY : VALUE;
  }

  key(key: string, place: Place): void {
    const keys = this.#open.at(-1);
    if (keys?.has(key)) throw this.#fault('each key once', place, `${quoted(key)} again`);
    if (keys?.size === KEYS_MAX) throw this.#fault(`at most ${KEYS_MAX} keys in an object`, place, 'more');
    keys?.add(key);
    this.#expected = '":" after the key';
  }

  /** At the end of the text too, where the bracket is missing. */
  close(place: Place): void {
    if (place.offset === this.#text.length) this.fail(place);
    this.#open.pop();
    this.endValue();
  }

  endValue(): void {
    const after = this.#open.at(-1) ? '"," or "}"' : '"," or "]"';
    this.#expected = this.#open.length === 0 ? 'the end of the text' : after;
  }

  separate(mark: string): void {
    this.#expected = mark === ',' && this.#open.at(-1) ? KEY : VALUE;
  }

  fail(place: Place): never {
    const isEmpty = this.#open.length === 0 && this.#expected === VALUE && place.offset === this.#text.length;
    if (isEmpty) throw new RequestError('a JSON object', 'nothing');
    throw this.#faultWithin(place) ?? this.#fault(this.#expected, place);
  }

  /** Of a number or text that is broken itself. */
  #faultWithin(place: Place): RequestError | undefined {
    if (this.#expected !== KEY && this.#expected !== VALUE) return undefined;
    if (this.#text[place.offset] === '"') return this.#stringFault(place);
    if (this.#expected === KEY) return undefined;
    BROKEN_NUMBER.lastIndex = place.offset;
    return BROKEN_NUMBER.test(this.#text) ? this.#fault('a digit', further(place, BROKEN_NUMBER.lastIndex)) : undefined;
  }

  #stringFault(place: Place): RequestError | undefined {
    // Escapes; or the end, a backslash without an escape, or a character before the space.
    const marks = /\\(?:["\\/bfnrt]|u[\da-f]{4})|["\\]|[^ -\uffff]/gi;
    marks.lastIndex = place.offset + 1;
    let mark = marks.exec(this.#text);
    while (mark && mark[0].length > 1) mark = marks.exec(this.#text);
    if (!mark) return this.#fault('a text with a closing quote', place, 'none');
    if (mark[0] === '"') return undefined;
    const isEscape = mark[0] === '\\';
    return this.#fault(isEscape ? ESCAPE : NO_CONTROL, further(place, mark.index + (isEscape ? 1 : 0)));
  }

  #fault(expected: string, { offset, line, column }: Place, got = this.#found(offset)): RequestError {
    return new RequestError(expected, got, { position: { line: line + 1, column: column + 1 } });
  }

  /** The word or the character that stands here. */
  #found(offset: number): string {
    if (offset >= this.#text.length) return 'the end of the text';
    const here = this.#text.slice(offset, offset + 100);
    return quoted(/^[\w.+-]+/.exec(here)?.[0] ?? String.fromCodePoint(here.codePointAt(0) ?? 0));
  }
}

/** A place in the same token. */
function further({ offset, line, column }: Place, to: number): Place {
  return { offset: to, line, column: column + to - offset };
}
