/** What people have set in the world while it runs, and since when: what judges hold the masters to, whatever those say. */
import type { OperatorAction } from '../../base/operator-action.js';
import { type Amps, mapPhases, type Ms, type PhaseAmps } from '../../base/units.js';
import { ceilingOf, configuredCeilingA } from '../../dlm/limits/ceilings.js';
import type { Circuit } from '../../dlm/types.js';

interface Set<T> {
  readonly atMs: Ms;
  readonly value: T;
}

/** What one charge point may have by what people have set for it. */
export interface Cap {
  readonly limitA: Amps;
  readonly sinceMs: Ms;
}

interface Own {
  operatorA: Set<Amps> | undefined;
  pausedAtMs: Ms | undefined;
  blockedAtMs: Ms | undefined;
}

export class People {
  /** Per circuit, the oldest first; `undefined`: as configured. */
  readonly #limits = new Map<string, Set<PhaseAmps | undefined>[]>();
  readonly #own = new Map<string, Own>();
  readonly #configured = new Map<string, PhaseAmps>();

  limitCircuit(circuit: string, limitA: PhaseAmps | undefined, nowMs: Ms): void {
    this.#limits.set(circuit, [...(this.#limits.get(circuit) ?? []), { atMs: nowMs, value: limitA }]);
  }

  /** Call for each charge point that the action was for. */
  act(chargePoint: string, action: OperatorAction, nowMs: Ms): void {
    const own = this.#own.get(chargePoint) ?? { operatorA: undefined, pausedAtMs: undefined, blockedAtMs: undefined };
    this.#own.set(chargePoint, own);
    if (action.what === 'operatorLimit') {
      own.operatorA = typeof action.limitA === 'number' ? { atMs: nowMs, value: action.limitA } : undefined;
    }
    if (action.what === 'pause') own.pausedAtMs ??= nowMs;
    if (action.what === 'resume') own.pausedAtMs = undefined;
    if (action.what === 'block' && action.from === 'now') own.blockedAtMs ??= nowMs;
    if (action.what === 'unblock') own.blockedAtMs = undefined;
  }

  /** True once something was set for a charge point: nobody owes it a fair share any more. */
  isHandled(chargePoint: string): boolean {
    return this.#own.has(chargePoint);
  }

  /** The strictest that holds; `undefined`: nothing is set. */
  capOf(chargePoint: string): Cap | undefined {
    const { operatorA, pausedAtMs, blockedAtMs } = this.#own.get(chargePoint) ?? {};
    const stoppedAtMs = pausedAtMs ?? blockedAtMs;
    if (stoppedAtMs !== undefined) return { limitA: 0, sinceMs: stoppedAtMs };
    return operatorA && { limitA: operatorA.value, sinceMs: operatorA.atMs };
  }

  /** The ceiling of a circuit now. */
  ceilingA(circuit: Circuit): PhaseAmps {
    return this.#ceilingA(circuit, this.#limits.get(circuit.id)?.at(-1)?.value);
  }

  /** The highest ceiling that held at any time since then, on each phase. */
  mostCeilingA(circuit: Circuit, fromMs: Ms): PhaseAmps {
    const all = this.#limits.get(circuit.id);
    if (all === undefined) return this.#configuredA(circuit);
    const before = all.findLast(({ atMs }) => atMs <= fromMs);
    const held = [before?.value, ...all.filter(({ atMs }) => atMs > fromMs).map(({ value }) => value)];
    const ceilings = held.map((limitA) => this.#ceilingA(circuit, limitA));
    return mapPhases((p) => Math.max(...ceilings.map((ceilingA) => ceilingA[p])));
  }

  /** Asked for at every change of a current. */
  #configuredA(circuit: Circuit): PhaseAmps {
    const known = this.#configured.get(circuit.id) ?? this.#ceilingA(circuit, undefined);
    this.#configured.set(circuit.id, known);
    return known;
  }

  #ceilingA(circuit: Circuit, operatorA: PhaseAmps | undefined): PhaseAmps {
    return operatorA
      ? ceilingOf(circuit, [{ source: 'operator', limitA: operatorA }]).limitA
      : configuredCeilingA(circuit);
  }
}
