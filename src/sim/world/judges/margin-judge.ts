/**
 * A vehicle whose limit was lowered to what it draws takes its margin: then it has its fair share again soon. One that is held
 * at such a limit starves beside others that use what was its own.
 */
import type { Amps, Ms } from '../../../base/units.js';

/** It draws all it may, but for what a vehicle rounds off. */
const TAKEN_A: Amps = 0.25;
/** A STATUS, a cycle, and one of each that was lost. */
const RAISED_WITHIN_MS: Ms = 10_000;

/** One charge point after a cycle of the master that decides. */
export interface HeldPoint {
  readonly id: string;
  /** Of its limit, by that master. */
  readonly reason: string | undefined;
  /** In force. */
  readonly limitA: Amps;
  readonly drawnA: Amps;
}

export class MarginJudge {
  readonly #violate: (judge: string, text: string) => void;
  readonly #takenSinceMs = new Map<string, Ms>();

  constructor(violate: (judge: string, text: string) => void) {
    this.#violate = violate;
  }

  look({ id, reason, limitA, drawnA }: HeldPoint, nowMs: Ms): void {
    const isTaken = reason === 'unused' && limitA > 0 && drawnA >= limitA - TAKEN_A;
    if (!isTaken) {
      this.#takenSinceMs.delete(id);
      return;
    }
    const sinceMs = this.#takenSinceMs.get(id) ?? nowMs;
    this.#takenSinceMs.set(id, sinceMs);
    if (nowMs - sinceMs <= RAISED_WITHIN_MS) return;
    this.#takenSinceMs.set(id, nowMs);
    const seconds = ((nowMs - sinceMs) / 1000).toFixed(0);
    this.#violate('margin', `${id} draws ${drawnA.toFixed(1)} A for ${seconds} s, all that a lowering left to it`);
  }
}
