/** What the whole run came to: the highest current of each phase, how long it was above its limit, changes of limits. */
import { PHASE_NAMES, PHASES, type PhaseIndex } from '../../base/units.js';
import type { Board, CircuitView } from './board.js';
import { secondsText } from './picture.js';

/** A longer pause between two values is no time above or below: nothing was seen. */
const GAP_MS = 3_000;

interface PhaseTally {
  readonly circuit: string;
  readonly phase: PhaseIndex;
  readonly limitA: number;
  highestA: number;
  overSinceMs: number | undefined;
  lastMs: number;
  longestOverMs: number;
}

export class Tally {
  readonly #phases = new Map<string, PhaseTally>();
  readonly #limits = new Map<string, number | null>();
  #limitChanges = 0;

  get limitChanges(): number {
    return this.#limitChanges;
  }

  /** After each message of the broker. */
  see(board: Board, level: string, id: string, nowMs: number): void {
    const circuit = level === 'circuit' ? board.circuits.get(id) : undefined;
    if (circuit) for (const phase of PHASES) this.#seePhase(board, circuit, phase, nowMs);
    const point = level === 'chargepoint' ? board.chargePoints.get(id) : undefined;
    if (!point) return;
    const before = this.#limits.get(id);
    if (before !== undefined && before !== point.limitA) this.#limitChanges += 1;
    this.#limits.set(id, point.limitA);
  }

  #seePhase(board: Board, circuit: CircuitView, phase: PhaseIndex, nowMs: number): void {
    const flowA = board.flowA(circuit)?.[phase] ?? null;
    const limitA = circuit.limitA[phase];
    if (flowA === null || limitA === null) return;
    const key = `${circuit.id} ${phase}`;
    const tally = this.#phases.get(key) ?? newTally(circuit.id, phase, limitA, nowMs);
    this.#phases.set(key, tally);
    if (nowMs - tally.lastMs > GAP_MS) tally.overSinceMs = undefined;
    if (tally.overSinceMs !== undefined) tally.longestOverMs = Math.max(tally.longestOverMs, nowMs - tally.overSinceMs);
    tally.highestA = Math.max(tally.highestA, flowA);
    tally.lastMs = nowMs;
    tally.overSinceMs = flowA > limitA ? (tally.overSinceMs ?? nowMs) : undefined;
  }

  lines(): string[] {
    return [...this.#phases.values()].map(({ circuit, phase, highestA, limitA, longestOverMs }) => {
      const over = longestOverMs === 0 ? 'never above' : `above for ${secondsText(longestOverMs)} at the longest`;
      const highest = `${highestA.toFixed(1)} A`.padStart(7);
      return `${circuit.padEnd(8)} ${PHASE_NAMES[phase]}  highest ${highest} of ${limitA} A, ${over}`;
    });
  }
}

function newTally(circuit: string, phase: PhaseIndex, limitA: number, nowMs: number): PhaseTally {
  return {
    circuit,
    phase,
    limitA,
    highestA: Number.NEGATIVE_INFINITY,
    overSinceMs: undefined,
    lastMs: nowMs,
    longestOverMs: 0,
  };
}
