/**
 * The slave's side of wake-ups (S9): how often the pilot was interrupted for a vehicle that takes nothing, and whether a GRANT
 * asks for one more. The slave counts, so that no restart of a master begins anew.
 */
import type { Grant } from '../../base/messages.js';
import type { Ms } from '../../base/units.js';
import { PHASE_IN_USE_A, type SlaveObservation } from './slave.js';

/** From one interruption to the next, at least. */
const APART_MS: Ms = 30_000;
/** The field has one byte. */
const COUNT_MAX = 255;

export class WakeUps {
  #sessionId = 0;
  #count = 0;
  #lastAtMs: Ms = Number.NEGATIVE_INFINITY;

  /** Since this vehicle came, or drew current last. */
  get count(): number {
    return this.#count;
  }

  /** Begins to count anew for another vehicle, and for one that draws current. Call after each look at the charger. */
  observe({ sessionId, currentA }: SlaveObservation): void {
    const isDrawing = currentA.some((amps) => amps > PHASE_IN_USE_A);
    if (isDrawing || sessionId !== this.#sessionId) this.#count = 0;
    this.#sessionId = sessionId;
  }

  /** True: interrupt the pilot now; it is counted. Call for each accepted grant. A repeated one asks for nothing new. */
  isAskedBy({ wakeUp }: Grant, { state }: SlaveObservation, nowMs: Ms): boolean {
    if (wakeUp !== this.#count + 1 || this.#count >= COUNT_MAX) return false;
    if (state !== 'SuspendedEV' || nowMs - this.#lastAtMs < APART_MS) return false;
    this.#count += 1;
    this.#lastAtMs = nowMs;
    return true;
  }
}
