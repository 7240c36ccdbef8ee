/**
 * Carries what changes inside of objects out of them and back in. Each class names its fields once, in its method `carry`, which
 * works both ways; outside it is JSON text. A recording begins with it (docs/decisions/0011-recorder.md).
 */

/** Missing or superfluous: the text was written by a version whose objects have other fields. */
export class CarrierError extends Error {
  override readonly name = 'CarrierError';
}

export interface Carrier {
  /** Out: notes a copy of `now` and gives back `now`. In: gives back what was noted. */
  value<T>(name: string, now: T): T;
  /** An object with a method `carry` of its own. */
  part(name: string, part: Carried): void;
  /** A map of plain values; stays the same map. */
  values<K, V>(name: string, map: Map<K, V>): void;
  set<T>(name: string, set: Set<T>): void;
  /** A map of objects; in: `blank` makes each anew from what the object itself has noted, and `carry` fills it. */
  parts<K, V>(name: string, map: Map<K, V>, each: PartKind<V>): void;
}

export interface Carried {
  carry(carrier: Carrier): void;
}

export interface PartKind<V> {
  readonly blank: (carrier: Carrier) => V;
  readonly carry: (part: V, carrier: Carrier) => void;
}

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };
type Noted = Record<string, Plain>;

/** All that changes in there, as text. */
export function carryOut(carried: Carried): string {
  const noted: Noted = {};
  carried.carry(new Outwards(noted));
  return JSON.stringify(noted);
}

/** Throws a `CarrierError`, or what JSON.parse throws. */
export function carryIn(carried: Carried, text: string): void {
  const noted: unknown = JSON.parse(text);
  carried.carry(new Inwards(isNoted(noted) ? noted : {}, ''));
}

class Outwards implements Carrier {
  readonly #noted: Noted;

  constructor(noted: Noted) {
    this.#noted = noted;
  }

  value<T>(name: string, now: T): T {
    this.#noted[name] = toPlain(now);
    return now;
  }

  part(name: string, part: Carried): void {
    const noted: Noted = {};
    part.carry(new Outwards(noted));
    this.#noted[name] = noted;
  }

  values<K, V>(name: string, map: Map<K, V>): void {
    this.#noted[name] = toPlain([...map]);
  }

  set<T>(name: string, set: Set<T>): void {
    this.#noted[name] = toPlain([...set]);
  }

  parts<K, V>(name: string, map: Map<K, V>, { carry }: PartKind<V>): void {
    this.#noted[name] = [...map].map(([key, part]) => {
      const noted: Noted = {};
      carry(part, new Outwards(noted));
      return [toPlain(key), noted];
    });
  }
}

class Inwards implements Carrier {
  readonly #noted: Noted;
  /** For the message: "roster.records". */
  readonly #path: string;

  constructor(noted: Noted, path: string) {
    this.#noted = noted;
    this.#path = path;
  }

  value<T>(name: string, _now: T): T {
    // What `carry` has noted under this name is what `carry` asks for.
    return fromPlain(this.#get(name)) as T;
  }

  part(name: string, part: Carried): void {
    part.carry(this.#inner(name, this.#get(name)));
  }

  values<K, V>(name: string, map: Map<K, V>): void {
    map.clear();
    for (const [key, value] of this.#pairs(name)) map.set(fromPlain(key) as K, fromPlain(value) as V);
  }

  set<T>(name: string, set: Set<T>): void {
    set.clear();
    for (const value of this.#list(name)) set.add(fromPlain(value) as T);
  }

  parts<K, V>(name: string, map: Map<K, V>, { blank, carry }: PartKind<V>): void {
    map.clear();
    for (const [key, noted] of this.#pairs(name)) {
      const inner = this.#inner(name, noted);
      const part = blank(inner);
      carry(part, inner);
      map.set(fromPlain(key) as K, part);
    }
  }

  #inner(name: string, noted: Plain): Inwards {
    if (!isNoted(noted)) throw new CarrierError(`expected fields in ${this.#path}${name}, got ${typeof noted}`);
    return new Inwards(noted, `${this.#path}${name}.`);
  }

  #list(name: string): readonly Plain[] {
    const noted = this.#get(name);
    if (!isList(noted)) throw new CarrierError(`expected a list in ${this.#path}${name}, got ${typeof noted}`);
    return noted;
  }

  #pairs(name: string): readonly (readonly [Plain, Plain])[] {
    return this.#list(name).map((pair) => (isList(pair) ? [pair[0] ?? null, pair[1] ?? null] : [null, null]));
  }

  #get(name: string): Plain {
    const noted = this.#noted[name];
    if (noted === undefined) throw new CarrierError(`expected a field ${this.#path}${name}, got none`);
    return noted;
  }
}

/** Most is, and needs no copy: the text is made before anything changes. */
function isPlain(value: unknown): value is Plain {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (value === null) return true;
  return Array.isArray(value)
    ? value.every(isPlain)
    : Object.values(value).every((each) => each === undefined || isPlain(each));
}

/** JSON knows neither `undefined`, which is `null` here, nor numbers without end. */
function toPlain(value: unknown): Plain {
  if (isPlain(value)) return value;
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $: String(value) };
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object') throw new CarrierError(`expected plain data, got ${typeof value}`);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, toPlain(each)]));
}

function fromPlain(plain: Plain): unknown {
  if (plain === null) return undefined;
  if (isList(plain)) return plain.map(fromPlain);
  if (typeof plain !== 'object') return plain;
  if (typeof plain['$'] === 'string') return Number(plain['$']);
  return Object.fromEntries(Object.entries(plain).map(([key, each]) => [key, fromPlain(each)]));
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isNoted(value: unknown): value is Noted {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
