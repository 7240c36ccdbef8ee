/**
 * What people have set while masters run: what judges hold them to, whatever they do. A master says which version of it it knows, of its state
 * file or told by another one; what that version holds is written down here, where it was set.
 */
import type { OperatorAction } from '../../base/operator-action.js';
import { compareVersions, type SettingsVersion } from '../../base/settings.js';
import type { Amps, PhaseAmps } from '../../base/units.js';

interface Own {
  readonly operatorA: Amps | undefined;
  readonly isPaused: boolean;
  /** From now on. A block of the next session lets the present one go on. */
  readonly isBlocked: boolean;
}

export interface Noted {
  /** The grid operator asks for less. */
  readonly isSection14a: boolean;
  readonly circuits: ReadonlyMap<string, PhaseAmps>;
  readonly chargePoints: ReadonlyMap<string, Own>;
}

const NOTHING: Noted = { isSection14a: false, circuits: new Map(), chargePoints: new Map() };
const FREE: Own = { operatorA: undefined, isPaused: false, isBlocked: false };

/** By the version that the master gave it. */
export type PeopleBook = Map<string, Noted>;

export class People {
  readonly #book: PeopleBook;
  readonly #version: () => SettingsVersion;

  constructor(book: PeopleBook, version: () => SettingsVersion) {
    this.#book = book;
    this.#version = version;
  }

  get #now(): Noted {
    return this.#book.get(keyOf(this.#version())) ?? NOTHING;
  }

  /** `set` asks the master. Where it agrees, what it had before with `change` is what it has from now on. False: it refuses. */
  during<T>(set: () => T, change: (before: Noted) => Noted): { readonly result: T; readonly isSet: boolean } {
    const [before, version] = [this.#now, this.#version()];
    const result = set();
    const after = this.#version();
    const isSet = compareVersions(after, version) > 0;
    if (isSet) this.#book.set(keyOf(after), change(before));
    return { result, isSet };
  }

  get isSection14a(): boolean {
    return this.#now.isSection14a;
  }

  circuitA(circuit: string): PhaseAmps | undefined {
    return this.#now.circuits.get(circuit);
  }

  /** The operator limit that was set for a charge point. */
  operatorA(chargePoint: string): Amps | undefined {
    return this.#now.chargePoints.get(chargePoint)?.operatorA;
  }

  /** Why it may have nothing; `undefined`: it may. */
  stopOf(chargePoint: string): 'pause' | 'block' | undefined {
    const { isPaused, isBlocked } = this.#now.chargePoints.get(chargePoint) ?? FREE;
    if (isPaused) return 'pause';
    return isBlocked ? 'block' : undefined;
  }
}

function keyOf({ revision, author }: SettingsVersion): string {
  return `${revision} ${author}`;
}

/** `undefined`: as configured. */
export function withCircuit(noted: Noted, circuit: string, limitA: PhaseAmps | undefined): Noted {
  return { ...noted, circuits: changed(noted.circuits, circuit, limitA) };
}

/** For each of these charge points. */
export function withAction(noted: Noted, chargePoints: readonly string[], action: OperatorAction): Noted {
  let of = noted.chargePoints;
  for (const id of chargePoints) of = changed(of, id, after(of.get(id) ?? FREE, action));
  return { ...noted, chargePoints: of };
}

export function without(noted: Noted, chargePoint: string): Noted {
  return { ...noted, chargePoints: changed(noted.chargePoints, chargePoint, undefined) };
}

function after(own: Own, action: OperatorAction): Own {
  switch (action.what) {
    case 'operatorLimit':
      return { ...own, operatorA: typeof action.limitA === 'number' ? action.limitA : undefined };
    case 'pause':
      return { ...own, isPaused: true };
    case 'resume':
      return { ...own, isPaused: false };
    case 'block':
      return { ...own, isBlocked: action.from === 'now' };
    case 'unblock':
      return { ...own, isBlocked: false };
    case 'priority':
    case 'mode':
    case 'boost':
    case 'section14a':
      return own;
  }
}

function changed<T>(map: ReadonlyMap<string, T>, key: string, value: T | undefined): ReadonlyMap<string, T> {
  const others = [...map].filter(([each]) => each !== key);
  return new Map(value === undefined ? others : [...others, [key, value]]);
}
