/**
 * What people have set at one master while it runs: what judges hold it to, whatever it says. A master that starts knows what its
 * state file kept; another one learns nothing of it.
 */
import type { OperatorAction } from '../../base/operator-action.js';
import type { Amps, PhaseAmps } from '../../base/units.js';

interface Own {
  readonly operatorA: Amps | undefined;
  readonly isPaused: boolean;
  /** From now on. A block of the next session lets the present one go on. */
  readonly isBlocked: boolean;
}

interface Noted {
  /** The grid operator asks for less. */
  readonly isSection14a: boolean;
  readonly circuits: ReadonlyMap<string, PhaseAmps>;
  readonly chargePoints: ReadonlyMap<string, Own>;
}

const NOTHING: Noted = { isSection14a: false, circuits: new Map(), chargePoints: new Map() };
const FREE: Own = { operatorA: undefined, isPaused: false, isBlocked: false };

export class People {
  #now: Noted = NOTHING;
  /** In the state file. */
  #kept: Noted = NOTHING;

  /** `undefined`: as configured. The call that is given back undoes it. */
  limitCircuit(circuit: string, limitA: PhaseAmps | undefined): () => void {
    const before = this.#now.circuits.get(circuit);
    const put = (value: PhaseAmps | undefined): void => {
      this.#now = { ...this.#now, circuits: changed(this.#now.circuits, circuit, value) };
    };
    put(limitA);
    return () => put(before);
  }

  section14a(isOn: boolean): () => void {
    const before = this.#now.isSection14a;
    this.#now = { ...this.#now, isSection14a: isOn };
    return () => {
      this.#now = { ...this.#now, isSection14a: before };
    };
  }

  get isSection14a(): boolean {
    return this.#now.isSection14a;
  }

  /** Call for each charge point that the action was for. The call that is given back undoes it. */
  act(chargePoint: string, action: OperatorAction): () => void {
    const before = this.#now.chargePoints.get(chargePoint);
    const put = (value: Own | undefined): void => {
      this.#now = { ...this.#now, chargePoints: changed(this.#now.chargePoints, chargePoint, value) };
    };
    put(after(before ?? FREE, action));
    return () => put(before);
  }

  /** The state file was written. */
  keep(): void {
    this.#kept = this.#now;
  }

  /** The master starts: from its state file. */
  restart(): void {
    this.#now = this.#kept;
  }

  /** The state file is gone. */
  forget(): void {
    this.#kept = NOTHING;
  }

  /** Of a copied disk. */
  copy(other: People): void {
    this.#kept = other.#kept;
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
