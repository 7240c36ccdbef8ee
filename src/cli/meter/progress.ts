/** How far a long command is, on stderr: one line that changes on a terminal, else a line now and then. */
import type { Ms } from '../../base/units.js';
import { systemClock } from '../../transports/system-time.js';
import { complain } from '../output.js';

const LINES_PERIOD_MS: Ms = 5000;
const WIDTH = 79;

export class Progress {
  readonly #isTerminal = process.stderr.isTTY === true;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  show(text: string): void {
    const nowMs = systemClock.monotonicMs();
    if (this.#isTerminal) {
      process.stderr.write(`\r${text.slice(0, WIDTH).padEnd(WIDTH)}`);
    } else if (nowMs - this.#shownAtMs >= LINES_PERIOD_MS) {
      complain(text);
      this.#shownAtMs = nowMs;
    }
  }

  /** A line that stays. */
  say(text: string): void {
    this.clear();
    complain(text);
  }

  clear(): void {
    if (this.#isTerminal) process.stderr.write(`\r${' '.repeat(WIDTH)}\r`);
  }
}
