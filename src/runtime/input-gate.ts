/** Before the door of the master: what the source of a digital input says, in a bounded number of words. */
import { Allowance } from '../base/allowance.js';
import type { Ms } from '../base/units.js';
import type { Clock, Timers } from '../ports/time.js';
import type { InputNews } from './recorder/types.js';

/** A contact that bounces has some ten edges; a source that says more is heard every half second, with its last word. */
const ALLOWED = { burst: 40, perS: 20 };
const HELD_MS: Ms = 500;

export interface InputGateParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly emit: (news: InputNews) => void;
}

export class InputGate {
  readonly #parts: InputGateParts;
  readonly #allowance = new Allowance(ALLOWED);
  /** The last word of a source that says too much. */
  #held: InputNews | undefined;

  constructor(parts: InputGateParts) {
    this.#parts = parts;
  }

  tell(news: InputNews): void {
    const { clock, timers, emit } = this.#parts;
    if (this.#held !== undefined) this.#held = news;
    else if (this.#allowance.take(1, clock.monotonicMs())) emit(news);
    else {
      this.#held = news;
      timers.after(HELD_MS, () => this.#release());
    }
  }

  #release(): void {
    const news = this.#held;
    this.#held = undefined;
    if (news) this.#parts.emit(news);
  }
}
