/** Writes down what happens: everything into the digest, and counts and the last lines of the log for people. */
import type { Logger } from '../../base/logger.js';
import type { Amps, Ms } from '../../base/units.js';
import type { PollerEvent } from '../../runtime/poller.js';
import type { Trace } from './trace.js';

/** Lines of the log that are kept. */
const LINES_MAX = 2_000;

export interface JournalLine {
  readonly atMs: Ms;
  readonly event: string;
  readonly text: string;
}

export class Journal {
  readonly counts: Record<string, number> = { datagrams: 0, samples: 0, limits: 0, cycles: 0 };
  /** Whoever reads the log stands still: its lines are dropped, and counted. */
  isStalled = false;
  readonly #trace: Trace;
  #lines: JournalLine[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  get lines(): readonly JournalLine[] {
    return this.#lines;
  }

  sent(atMs: Ms, from: string, to: string, bytes: Uint8Array): void {
    this.count('datagrams');
    this.#trace.number(atMs);
    this.#trace.text(from);
    this.#trace.text(to);
    this.#trace.bytes(bytes);
  }

  enforced(atMs: Ms, id: string, limitA: Amps, phases: number): void {
    this.count('limits');
    this.#trace.number(atMs);
    this.#trace.text(id);
    this.#trace.number(limitA);
    this.#trace.number(phases);
  }

  metered(atMs: Ms, event: PollerEvent): void {
    this.#trace.number(atMs);
    this.#trace.text(event.kind);
    if (event.kind !== 'sample') return;
    this.count('samples');
    for (const currentA of event.reading.currentA) this.#trace.number(currentA ?? Number.NEGATIVE_INFINITY);
  }

  /** Something that the run itself did: a fault, a vehicle. */
  note(atMs: Ms, event: string, text: string): void {
    this.#trace.text(text);
    this.#write(atMs, event, text);
  }

  #write(atMs: Ms, event: string, text: string): void {
    this.#trace.number(atMs);
    this.#trace.text(event);
    this.#lines.push({ atMs, event, text });
    if (this.#lines.length > 2 * LINES_MAX) this.#lines = this.#lines.slice(-LINES_MAX);
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** What a line is about is behaviour, how it is worded is not: the digest holds its code only. */
  logger(nowMs: () => Ms): Logger {
    return {
      log: (_level, event, message) => {
        if (this.isStalled) this.count('droppedLines');
        else this.#write(nowMs(), event, message);
      },
    };
  }
}
