/** What is wrong with a request: where, what was expected, what was found, what is near. One line for people. */
import { guessText, nearest } from '../../base/nearest.js';
import { type Path, pathText, quoted } from '../../config/issue.js';

/** Only as many valid words are compared with a wrong one, and only if it is not longer: distances cost time. */
const COMPARED_WORDS_MAX = 1000;
const COMPARED_CHARS_MAX = 64;

/** Place in a text that is no JSON; both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The first thing that is wrong; the only error that reading a request throws. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly #expectation: string;
  /** In the text, where that cannot be read; else the path says where. */
  readonly #position: Position | undefined;
  #path: Path = [];

  constructor(
    expected: string,
    got: string,
    { position, near }: { position?: Position; near?: string | undefined } = {},
  ) {
    super(`expected ${expected}, got ${got}${guessText(near)}`);
    this.#expectation = this.message;
    this.#position = position;
    this.#locate();
  }

  /** The same finding, seen from one level further out. */
  inside(...steps: Path): this {
    this.#path = [...steps, ...this.#path];
    this.#locate();
    return this;
  }

  /** In a batch the request is one line, and which one is known by the order. */
  get messageInBatch(): string {
    return this.#position ? `column ${this.#position.column}: ${this.#expectation}` : this.message;
  }

  #locate(): void {
    const path = this.#path.length === 0 ? 'request' : pathText(this.#path);
    const place = this.#position ? `line ${this.#position.line}, column ${this.#position.column}` : path;
    this.message = `${place}: ${this.#expectation}`;
  }
}

/** A value of the request as it is shown to people. */
export function gotText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === Infinity || value === -Infinity ? 'a number that is too large' : String(value);
}

/** The valid word that was probably meant. */
export function nearWord(word: unknown, valid: readonly string[]): string | undefined {
  if (typeof word !== 'string' || word === '' || word.length > COMPARED_CHARS_MAX) return undefined;
  return nearest(word, valid.slice(0, COMPARED_WORDS_MAX));
}
