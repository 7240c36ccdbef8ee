/** The highest limit of the last while, and whose it was, for windows that grow and shrink. */
import type { Ms } from '../../../base/units.js';

/** No window is longer. */
const KEPT_MS: Ms = 600_000;

/** A limit in A or W, and whose it is. Infinity: nobody's. */
export interface OfSource {
  readonly limit: number;
  readonly source: string;
}

const NOBODY: OfSource = { limit: Number.POSITIVE_INFINITY, source: 'nobody' };

export class RecentMost {
  /** Falling values, each with the time until which it held. */
  #entries: { readonly value: OfSource; readonly untilMs: Ms }[] = [];
  #now: OfSource = NOBODY;

  /** What holds from now on. */
  add(value: OfSource, nowMs: Ms): void {
    if (value.limit === this.#now.limit) return;
    this.#put({ value: this.#now, untilMs: nowMs });
    this.#now = value;
    if ((this.#entries[0]?.untilMs ?? nowMs) < nowMs - KEPT_MS) {
      this.#entries = this.#entries.filter(({ untilMs }) => untilMs >= nowMs - KEPT_MS);
    }
  }

  /** Of all that held at that time or later. */
  most(sinceMs: Ms): OfSource {
    const before = this.#entries.find(({ untilMs }) => untilMs > sinceMs)?.value;
    return before && before.limit > this.#now.limit ? before : this.#now;
  }

  #put(entry: { readonly value: OfSource; readonly untilMs: Ms }): void {
    const isLower = (last: { readonly value: OfSource } | undefined): boolean =>
      last !== undefined && last.value.limit <= entry.value.limit;
    while (isLower(this.#entries.at(-1))) this.#entries.pop();
    this.#entries.push(entry);
  }
}
