/** What a peer may use up: so much at once, and so much more with time. */
import type { Ms } from './units.js';

export interface AllowanceTerms {
  readonly burst: number;
  readonly perS: number;
}

export class Allowance {
  readonly #terms: AllowanceTerms;
  #left: number;
  #atMs: Ms | undefined;

  constructor(terms: AllowanceTerms) {
    this.#terms = terms;
    this.#left = terms.burst;
  }

  /** False: more than it may. `nowMs` never goes back. */
  take(amount: number, nowMs: Ms): boolean {
    const { burst, perS } = this.#terms;
    const gained = ((nowMs - (this.#atMs ?? nowMs)) * perS) / 1000;
    this.#atMs = nowMs;
    // Time gives no more than a burst; what was given beside stays on top.
    this.#left = Math.max(this.#left, Math.min(burst, this.#left + gained)) - amount;
    return this.#left >= 0;
  }

  /** Beside what time gives, until `most` are left. */
  give(amount: number, most: number): void {
    this.#left = Math.max(this.#left, Math.min(most, this.#left + amount));
  }
}
