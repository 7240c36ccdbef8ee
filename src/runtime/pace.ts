/** How often a meter is really read: a slow one is asked less often, and that is told once. */
import { assert, failInvariant } from '../base/assert.js';
import type { Ms } from '../base/units.js';

/** Polls in a row before a change of pace is told: one late answer is none. */
const STEADY_POLLS = 8;

export class Pace {
  readonly #periodMs: Ms;
  #everyMs: Ms;
  #toldMs: Ms;
  #polls = 0;

  constructor(periodMs: Ms) {
    assert(periodMs > 0, `a period of ${periodMs} ms: expected more than 0`);
    this.#periodMs = periodMs;
    this.#everyMs = periodMs;
    this.#toldMs = periodMs;
  }

  /** From one sample to the next, when all goes on like the last poll. */
  get everyMs(): Ms {
    return this.#everyMs;
  }

  /** After a good poll that took so long; true when people should be told. */
  hear(tookMs: Ms): boolean {
    if (!(tookMs >= 0)) failInvariant(`a poll took ${tookMs} ms: expected 0 or more`);
    const everyMs = Math.max(1, Math.ceil(tookMs / this.#periodMs)) * this.#periodMs;
    this.#polls = everyMs > this.#periodMs === this.#everyMs > this.#periodMs ? this.#polls + 1 : 1;
    this.#everyMs = everyMs;
    const isNews = everyMs > this.#periodMs !== this.#toldMs > this.#periodMs;
    if (!isNews || this.#polls < STEADY_POLLS) return false;
    this.#toldMs = everyMs;
    return true;
  }
}
