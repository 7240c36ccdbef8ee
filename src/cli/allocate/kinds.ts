/** Building blocks of a request: each knows what it accepts, and the words for somebody who missed it. */
import { type PerPhase, PHASE_NAMES } from '../../base/units.js';
import { gotText, nearWord, RequestError } from './finding.js';

export interface Kind<T> {
  readonly expected: string;
  /** Throws a `RequestError`. */
  readonly read: (value: unknown) => T;
}

const ID_CHARS_MAX = 64;
const NO_PART_OF_AN_ID = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

function leaf<T>(expected: string, fits: (value: unknown) => value is T, words: readonly string[] = []): Kind<T> {
  return {
    expected,
    read: (value) => {
      if (fits(value)) return value;
      throw new RequestError(expected, gotText(value), { near: nearWord(value, words) });
    },
  };
}

/** `low` and `high` belong to the range. */
export function number(what: string, low: number, high: number): Kind<number> {
  return leaf(
    `${what}, ${low} to ${high}`,
    (value): value is number => typeof value === 'number' && value >= low && value <= high,
  );
}

export function whole(low: number, high: number): Kind<number> {
  return leaf(
    `a whole number, ${low} to ${high}`,
    (value): value is number => Number.isInteger(value) && Number(value) >= low && Number(value) <= high,
  );
}

export function oneOf<const T extends string | number>(values: readonly T[]): Kind<T> {
  const words = values.filter((value) => typeof value === 'string');
  return leaf(`one of ${values.join(', ')}`, (value): value is T => values.includes(value as T), words);
}

export function id(what: string): Kind<string> {
  return leaf(
    `${what}, a text of 1 to ${ID_CHARS_MAX} characters without control characters`,
    (value): value is string =>
      typeof value === 'string' && value !== '' && value.length <= ID_CHARS_MAX && !NO_PART_OF_AN_ID.test(value),
  );
}

export const yesNo: Kind<boolean> = leaf('true or false', (value): value is boolean => typeof value === 'boolean');

export function list<T>(expected: string, item: Kind<T>, atLeast: number, atMost: number): Kind<T[]> {
  return {
    expected,
    read: (value) => {
      if (Array.isArray(value) && value.length >= atLeast && value.length <= atMost) return items(item, value);
      throw new RequestError(expected, gotText(value));
    },
  };
}

/** One value for each phase. */
export function triple<T>(what: string, item: Kind<T>): Kind<PerPhase<T>> {
  const expected = `${what}: [${PHASE_NAMES.join(', ')}]`;
  return {
    expected,
    read: (value) => {
      if (!Array.isArray(value) || value.length !== PHASE_NAMES.length)
        throw new RequestError(expected, gotText(value));
      return items(item, value) as unknown as PerPhase<T>;
    },
  };
}

function items<T>(item: Kind<T>, values: readonly unknown[]): T[] {
  return values.map((value, index) => readAt(index, item, value));
}

function readAt<T>(step: string | number, kind: Kind<T>, value: unknown): T {
  try {
    return kind.read(value);
  } catch (error) {
    throw error instanceof RequestError ? error.inside(step) : error;
  }
}

/** A key of an object: `fallback` is what it is when left out; `mayLack` leaves it out of the result too. */
export interface Field<T> {
  readonly kind: Kind<T>;
  readonly fallback?: T;
  readonly mayLack?: true;
}

export type Fields<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> };

export function object<T extends object>(what: string, fields: Fields<T>): Kind<T> {
  const table = new Map(Object.entries<Field<unknown>>(fields));
  const keys = `the keys ${[...table.keys()].join(', ')}`;
  const expected = `${what}, an object with ${keys}`;
  return {
    expected,
    read: (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new RequestError(expected, gotText(value));
      }
      return readFields<T>(table, keys, value);
    },
  };
}

/** In the order of the text; what is missing comes after what is there. */
function readFields<T>(table: ReadonlyMap<string, Field<unknown>>, keys: string, value: object): T {
  const given = value as Readonly<Record<string, unknown>>;
  // Only keys of the table get in: none of them has a meaning for objects.
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    const field = table.get(name);
    if (!field) throw unknownKey(name, table, keys);
    result[name] = readAt(name, field.kind, given[name]);
  }
  for (const [name, { kind, fallback, mayLack }] of table) {
    if (mayLack || Object.hasOwn(result, name)) continue;
    if (fallback === undefined) throw new RequestError(kind.expected, 'nothing').inside(name);
    result[name] = fallback;
  }
  return result as T;
}

function unknownKey(name: string, table: ReadonlyMap<string, unknown>, keys: string): RequestError {
  const near = nearWord(name, [...table.keys()]);
  return new RequestError(`one of ${keys}`, gotText(name), { near }).inside(name);
}
