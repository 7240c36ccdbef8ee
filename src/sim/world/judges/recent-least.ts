/** The least value of the last while, without keeping more than can still matter. */
import type { Ms } from '../../../base/units.js';

export class RecentLeast {
  /** Rising values, each with the time until which it held. */
  #entries: { value: number; untilMs: Ms }[] = [];

  /** A value that held until now. */
  add(value: number, untilMs: Ms): void {
    while ((this.#entries.at(-1)?.value ?? Number.NEGATIVE_INFINITY) >= value) this.#entries.pop();
    this.#entries.push({ value, untilMs });
  }

  /** Of the values that held after `sinceMs`; Infinity where there is none. */
  least(sinceMs: Ms): number {
    const [first] = this.#entries;
    if (first && first.untilMs < sinceMs) {
      this.#entries = this.#entries.filter(({ untilMs }) => untilMs >= sinceMs);
    }
    return this.#entries[0]?.value ?? Number.POSITIVE_INFINITY;
  }
}
