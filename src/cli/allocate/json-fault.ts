/**
 * Where a text breaks the rules of JSON (RFC 8259), and what JSON.parse lets pass: a key that comes twice, of which it keeps
 * the last, and nesting without an end. JSON.parse itself names no line, and not always a place.
 */
import { quoted } from '../../config/issue.js';
import { type Position, RequestError } from './finding.js';

/** Deepest nesting that is read; a request needs 4. */
export const DEPTH_MAX = 32;
/** Most keys of one object; a request needs 10. */
export const KEYS_MAX = 100;

/** Codes of the characters that JSON is made of. */
const [QUOTE, BACKSLASH, COLON, COMMA, MINUS, PLUS, POINT] = [0x22, 0x5c, 0x3a, 0x2c, 0x2d, 0x2b, 0x2e];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const [SPACE, TAB, LINE_FEED, RETURN] = [0x20, 0x09, 0x0a, 0x0d];
const [ZERO, NINE, LARGE_E, SMALL_E, SMALL_U] = [0x30, 0x39, 0x45, 0x65, 0x75];
const LITERALS = ['true', 'false', 'null'] as const;
const ESCAPED = new Set([...'"\\/bfnrt'].map((char) => char.charCodeAt(0)));

/** Throws a `RequestError` with its position when the text is no JSON, or has a key twice, or is nested too deeply. */
export function checkJson(text: string): void {
  new Scanner(text).whole();
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): void {
    this.#space();
    if (this.#at === this.#text.length) throw new RequestError('a JSON object', 'nothing');
    this.#value(0);
    if (this.#at < this.#text.length) throw this.#fault('the end of the text');
  }

  /** With the white space after it. */
  #value(depth: number): void {
    const first = this.#code();
    if (first === OPEN || first === OPEN_LIST) {
      if (depth === DEPTH_MAX) throw this.#fault(`at most ${DEPTH_MAX} levels of objects and lists`);
      if (first === OPEN) this.#object(depth);
      else this.#list(depth);
    } else if (first === QUOTE) this.#string();
    else if (first === MINUS || isDigit(first)) this.#number();
    else this.#literal();
    this.#space();
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#step();
    if (this.#code() !== CLOSE) {
      do {
        this.#key(keys);
        this.#space();
        if (this.#code() !== COLON) throw this.#fault('":" after the key');
        this.#step();
        this.#value(depth + 1);
      } while (this.#goesOn(CLOSE, '"," or "}"'));
    }
    this.#at++;
  }

  #key(keys: Set<string>): void {
    if (this.#code() !== QUOTE) throw this.#fault('a key in double quotes');
    const start = this.#at;
    this.#string();
    const written = this.#text.slice(start + 1, this.#at - 1);
    const key = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
    if (keys.has(key)) throw this.#fault('each key once', `${quoted(key)} again`, start);
    keys.add(key);
    if (keys.size > KEYS_MAX) throw this.#fault(`at most ${KEYS_MAX} keys in an object`, 'more', start);
  }

  #list(depth: number): void {
    this.#step();
    if (this.#code() !== CLOSE_LIST) {
      do this.#value(depth + 1);
      while (this.#goesOn(CLOSE_LIST, '"," or "]"'));
    }
    this.#at++;
  }

  /** True after a comma, which is passed; false at the end of the object or list. */
  #goesOn(close: number, expected: string): boolean {
    if (this.#code() === close) return false;
    if (this.#code() !== COMMA) throw this.#fault(expected);
    this.#step();
    return true;
  }

  #string(): void {
    const start = this.#at;
    for (this.#at++; this.#code() !== QUOTE; this.#at++) {
      if (this.#at >= this.#text.length) throw this.#fault('a text with a closing quote', 'none', start);
      if (this.#code() < 0x20) throw this.#fault('no control character in a text; write it as an escape such as \\n');
      if (this.#code() === BACKSLASH) this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    this.#at++;
    const isHex = this.#code() === SMALL_U && /^[\da-f]{4}$/i.test(this.#text.slice(this.#at + 1, this.#at + 5));
    if (isHex) this.#at += 4;
    else if (!ESCAPED.has(this.#code()))
      throw this.#fault('an escape: \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and 4 hex digits');
  }

  #number(): void {
    if (this.#code() === MINUS) this.#at++;
    if (this.#code() === ZERO) this.#at++;
    else this.#digits();
    if (this.#code() === POINT) {
      this.#at++;
      this.#digits();
    }
    if (this.#code() === SMALL_E || this.#code() === LARGE_E) {
      this.#at++;
      if (this.#code() === PLUS || this.#code() === MINUS) this.#at++;
      this.#digits();
    }
  }

  #digits(): void {
    if (!isDigit(this.#code())) throw this.#fault('a digit');
    while (isDigit(this.#code())) this.#at++;
  }

  #literal(): void {
    const word = LITERALS.find((literal) => this.#text.startsWith(literal, this.#at));
    if (word === undefined) throw this.#fault('a value');
    this.#at += word.length;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #step(): void {
    this.#at++;
    this.#space();
  }

  #space(): void {
    for (;;) {
      const next = this.#code();
      if (next !== SPACE && next !== LINE_FEED && next !== RETURN && next !== TAB) return;
      this.#at++;
    }
  }

  #fault(expected: string, got = this.#found(), offset = this.#at): RequestError {
    return new RequestError(expected, got, { position: positionOf(this.#text, offset) });
  }

  /** The word or the character that stands here. */
  #found(): string {
    if (this.#at >= this.#text.length) return 'the end of the text';
    const here = this.#text.slice(this.#at, this.#at + 100);
    return quoted(/^[\w.+-]+/.exec(here)?.[0] ?? String.fromCodePoint(here.codePointAt(0) ?? 0));
  }
}

function isDigit(charCode: number): boolean {
  return charCode >= ZERO && charCode <= NINE;
}

function positionOf(text: string, offset: number): Position {
  let [line, start] = [1, 0];
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}
