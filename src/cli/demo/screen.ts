/** Where the demo shows itself: the live table on a terminal, plain lines elsewhere. */
import { writeSync } from 'node:fs';
import { eventLine, summaryLines } from './lines.js';
import { type LogLine, type Picture, wallClock } from './picture.js';
import { drawTable } from './table.js';

const STDOUT = 1;
const SUMMARY_PERIOD_MS = 5_000;
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J';
const LEAVE = '\x1b[0m\x1b[?25h\x1b[?1049l';

export interface Display {
  /** Something happened. */
  event(line: LogLine): void;
  /** The state of the site; comes several times a second. */
  show(picture: Picture): void;
  close(): void;
}

export interface DisplayEvents {
  key(key: string): void;
  /** Nobody reads any more. */
  gone(): void;
}

export function openDisplay(events: DisplayEvents): Display {
  // A reader that goes away (a pager, a closed terminal) ends the demo, in order and whatever the error is.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', () => events.gone());
  const isTerminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  return isTerminal ? new Screen(events) : new Lines();
}

class Lines implements Display {
  #shownAtMs = Number.NEGATIVE_INFINITY;

  event(line: LogLine): void {
    process.stdout.write(`${eventLine(line)}\n`);
  }

  show(picture: Picture): void {
    const { nowMs, board } = picture;
    if (nowMs - this.#shownAtMs < SUMMARY_PERIOD_MS || board.circuits.size === 0) return;
    this.#shownAtMs = nowMs;
    process.stdout.write(`${summaryLines(picture, wallClock(new Date())).join('\n')}\n`);
  }

  close(): void {}
}

class Screen implements Display {
  readonly #events: DisplayEvents;
  readonly #leave = (): void => this.#restore();
  readonly #resized = (): void => {
    this.#isDirty = true;
  };
  #isOpen = true;
  #isDirty = false;
  #drawn = '';

  constructor(events: DisplayEvents) {
    this.#events = events;
    process.stdout.write(ENTER);
    // Also after a crash: the terminal is given back as it was.
    process.on('exit', this.#leave);
    process.stdout.on('resize', this.#resized);
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', (keys: Buffer) => {
      for (const key of keys.toString('latin1')) this.#events.key(key);
    });
    process.stdin.on('error', () => this.#events.gone());
  }

  event(): void {}

  show(picture: Picture): void {
    // A terminal that does not know its size says 0.
    const columns = process.stdout.columns || 80;
    const rows = process.stdout.rows || 24;
    const lines = drawTable(picture, { columns, rows, colour: !process.env['NO_COLOR'] });
    const frame = `\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`;
    if (frame === this.#drawn && !this.#isDirty) return;
    process.stdout.write(this.#isDirty ? `\x1b[2J${frame}` : frame);
    this.#drawn = frame;
    this.#isDirty = false;
  }

  close(): void {
    process.stdin.removeAllListeners('data');
    process.stdin.pause();
    this.#restore();
  }

  /** Synchronous, because it may be the last thing that this process does. */
  #restore(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#leave);
    process.stdout.off('resize', this.#resized);
    try {
      if (process.stdin.isTTY) process.stdin.setRawMode(false);
      writeSync(STDOUT, LEAVE);
    } catch {
      // The terminal itself is gone.
    }
  }
}
