/**
 * A recording as lines of JSON text: first the head of the segment, then one line for each input,
 * `[name, fields, times, [[name, fields], ...]]`: what came in, the answers of the clock, what the master made of it. Fields are said
 * once; the next line of the same name says what has changed (`null`: gone). So a line can be read only after all before it.
 */
import { isObject, type JsonObject, parseJson } from '../../base/json.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Ms } from '../../base/units.js';
import type { Fields, Named } from './named.js';

export const RECORD_FORMAT = 1;
/** Times are recorded in whole microseconds. */
export const US_PER_MS = 1000;

/** An output that is none: the calendar was set. */
export const WALL = 'wall';

export interface SegmentHead {
  readonly format: number;
  readonly version: string;
  readonly masterId: string;
  readonly bootId: string;
  readonly rank: number;
  /** Whether there is a state file. */
  readonly isLasting: boolean;
  /** What the configuration says of the site, checked, with all defaults; neither keys nor passwords are part of it. */
  readonly site: unknown;
  /** Both clocks at the beginning of the segment. */
  readonly atUs: number;
  readonly wallMs: Ms;
  /** Inputs of this run before this segment, written or not. */
  readonly inputsBefore: number;
  /** All that the master is now; `null`: it is made by the first input. */
  readonly state: string | null;
}

/** One input, and what the master made of it. */
export interface Step {
  readonly input: Named;
  /** The answers of the clock meanwhile. */
  readonly timesUs: readonly number[];
  readonly outputs: readonly Named[];
}

/** What may be written, and was not, is not there. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

const FURTHER = '+';

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** What a line says of a name: the fields that are new or other ones; `null`: gone. */
type Changes = Readonly<Record<string, Fields[string] | null>>;

/** What was said last under each name. */
class Said {
  readonly #fields = new Map<string, Fields>();

  changes({ name, fields }: Named): readonly [string, Changes] {
    const before = this.#fields.get(name);
    this.#fields.set(name, fields);
    if (!before) return [name, fields];
    const changes: Record<string, Changes[string]> = {};
    for (const [key, value] of Object.entries(fields)) {
      if (isSame(value, before[key])) continue;
      // Counters and times: how much further.
      if (isWhole(value) && isWhole(before[key])) changes[`${FURTHER}${key}`] = value - before[key];
      else changes[key] = value;
    }
    for (const key of Object.keys(before))
      if (fields[key] === undefined && before[key] !== undefined) changes[key] = null;
    return [name, changes];
  }

  whole(name: string, changes: Changes): Named {
    const fields: Record<string, Fields[string]> = { ...this.#fields.get(name) };
    for (const [key, value] of Object.entries(changes)) {
      const before = fields[key.slice(FURTHER.length)];
      if (value === null) delete fields[key];
      else if (key.startsWith(FURTHER) && isWhole(value) && isWhole(before))
        fields[key.slice(FURTHER.length)] = before + value;
      else fields[key] = value;
    }
    this.#fields.set(name, fields);
    return { name, fields };
  }
}

export class LineWriter {
  readonly #inputs = new Said();
  readonly #outputs = new Said();
  #atUs: number;

  constructor(atUs: number) {
    this.#atUs = atUs;
  }

  line({ input, timesUs, outputs }: Step): string {
    const pastUs: number[] = [];
    for (const atUs of timesUs) {
      pastUs.push(atUs - this.#atUs);
      this.#atUs = atUs;
    }
    return JSON.stringify([...this.#inputs.changes(input), pastUs, outputs.map((each) => this.#outputs.changes(each))]);
  }
}

export class LineReader {
  readonly #inputs = new Said();
  readonly #outputs = new Said();
  #atUs: number;

  constructor(atUs: number) {
    this.#atUs = atUs;
  }

  step(line: string): Result<Step> {
    const parsed = parseJson(line);
    if (!Array.isArray(parsed) || parsed.length !== 4)
      return fail(`expected [name, fields, times, outputs], got ${cut(line)}`);
    const [name, fields, times, outputs]: readonly unknown[] = parsed;
    const isGood = typeof name === 'string' && isFields(fields) && isNumbers(times) && Array.isArray(outputs);
    if (!isGood || !outputs.every(isNamed)) return fail(`expected an input with its outputs, got ${cut(line)}`);
    const timesUs = times.map((pastUs) => (this.#atUs += pastUs));
    const input = this.#inputs.whole(name, fields);
    return ok({ input, timesUs, outputs: outputs.map(([each, changes]) => this.#outputs.whole(each, changes)) });
  }
}

export function parseHead(line: string): Result<SegmentHead> {
  const head = parseJson(line);
  if (!isObject(head)) return fail(`expected the head of a segment, got ${cut(line)}`);
  const { format } = head;
  if (format !== RECORD_FORMAT) {
    const newer = typeof format === 'number' && format > RECORD_FORMAT;
    const way = newer
      ? `: it was recorded by evenkeel ${String(head['version'])}, replay it with that version or a newer one`
      : '';
    return fail(`expected records of format ${RECORD_FORMAT}, got format ${JSON.stringify(format)}${way}`);
  }
  return isHead(head)
    ? ok(head)
    : fail(`expected all fields of the head of a segment, got ${Object.keys(head).join(', ')}`);
}

function isHead(head: JsonObject): head is JsonObject & SegmentHead {
  const hasTexts = ['version', 'masterId', 'bootId'].every((key) => typeof head[key] === 'string');
  const hasNumbers = ['rank', 'atUs', 'wallMs', 'inputsBefore'].every((key) => Number.isFinite(head[key]));
  const hasState = head['state'] === null || typeof head['state'] === 'string';
  return hasTexts && hasNumbers && hasState && typeof head['isLasting'] === 'boolean' && isObject(head['site']);
}

function cut(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}...` : line);
}

/** Whatever JSON may say of a field, but as an element of a list or object, is a change. */
function isFields(value: unknown): value is Changes {
  return isObject(value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each));
}

function isNamed(value: unknown): value is readonly [string, Changes] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isFields(value[1]);
}
