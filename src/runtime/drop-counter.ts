/** Counts the datagrams that were dropped and tells of them once a minute at most: floods must not fill the log. */
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { Result } from '../base/result.js';
import type { Opened } from '../discovery/auth.js';
import type { DropReason } from '../discovery/codec.js';

const REPORT_EVERY_MS: Ms = 60_000;
/** Every network has them: a neighbour's, our own, the same on two ways. Counted, not worth a line. */
const USUAL: ReadonlySet<DropReason> = new Set(['foreign', 'ignored', 'repeat']);
/** What a technician can do about it. */
const ADVICE: Readonly<Partial<Record<DropReason, string>>> = {
  unsigned: 'unsigned: the sender has no key (evenkeel keys show), or needs auth: on',
  signed: 'signed: the sender has a key, here it is auth: off',
  'unknown key': 'unknown key: the sender has one of another site, or one that was rotated away',
  'bad tag': 'bad tag: the sender has a wrong key, or somebody forges',
};

export class DropCounter {
  readonly #logger: Logger;
  #counts = new Map<DropReason, number>();
  #lastFrom = '';
  #lastReportMs: Ms = Number.NEGATIVE_INFINITY;
  #total = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get total(): number {
    return this.#total;
  }

  /** What a datagram says; `undefined`: it was dropped, and is counted. */
  passed(opened: Result<Opened, DropReason>, from: string, nowMs: Ms): Opened | undefined {
    if (opened.ok) return opened.value;
    this.count(opened.error, from, nowMs);
    return undefined;
  }

  count(reason: DropReason, from: string, nowMs: Ms): void {
    this.#total += 1;
    if (USUAL.has(reason)) return;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#lastFrom = from;
    this.tell(nowMs);
  }

  /** To be called now and then: what was counted since the last line is told when its minute is over. */
  tell(nowMs: Ms): void {
    if (this.#counts.size === 0 || nowMs - this.#lastReportMs < REPORT_EVERY_MS) return;
    this.#lastReportMs = nowMs;
    this.tellRest();
  }

  /** At the end: what was counted since the last line. */
  tellRest(): void {
    if (this.#counts.size === 0) return;
    const what = [...this.#counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
    const advice = [...this.#counts.keys()].flatMap((reason) => ADVICE[reason] ?? []).map((text) => `; ${text}`);
    const from = this.#lastFrom;
    const text = `datagrams dropped: ${what}; the last from ${from}${advice.join('')}`;
    this.#logger.log('warn', 'DATAGRAM_DROPPED', text, { from, counts: Object.fromEntries(this.#counts) });
    this.#counts = new Map();
  }
}
