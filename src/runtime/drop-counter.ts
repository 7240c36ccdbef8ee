/** Counts the datagrams that were dropped and tells of them once a minute: floods must not fill the log. */
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';

const REPORT_EVERY_MS: Ms = 60_000;

export class DropCounter {
  readonly #logger: Logger;
  #counts = new Map<string, number>();
  #lastReportMs: Ms = Number.NEGATIVE_INFINITY;
  #total = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get total(): number {
    return this.#total;
  }

  /** `foreign` datagrams belong to a neighbour's network id: counted, not worth a line. */
  count(reason: string, from: string, nowMs: Ms): void {
    this.#total += 1;
    if (reason === 'foreign') return;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (nowMs - this.#lastReportMs < REPORT_EVERY_MS) return;
    const what = [...this.#counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
    this.#logger.log('warn', 'DATAGRAM_DROPPED', `datagrams dropped: ${what}; the last from ${from}`, { from });
    this.#counts = new Map();
    this.#lastReportMs = nowMs;
  }
}
