/** Time that moves only when told: one queue of events in order, the clocks and timers of every virtual node on top. */
import { assert } from '../base/assert.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { EventQueue } from './event-queue.js';

/** More events than this within one `run` and something re-arms itself without end. */
const EVENTS_MAX = 50_000_000;

export class VirtualTime {
  #nowMs: Ms = 0;
  readonly #queue = new EventQueue();

  get nowMs(): Ms {
    return this.#nowMs;
  }

  at(atMs: Ms, call: () => void): Cancel {
    assert(atMs >= this.#nowMs, 'nothing is armed in the past');
    const event = this.#queue.add(atMs, call);
    return () => {
      event.call = undefined;
    };
  }

  /** Runs everything that is due until then, `onEvent` after each event. */
  runUntil(untilMs: Ms, onEvent: () => void = () => {}): void {
    for (let events = 0; events < EVENTS_MAX; events++) {
      if (!this.step(untilMs)) return;
      onEvent();
    }
    assert(false, `more than ${EVENTS_MAX} events in one run`);
  }

  /** Runs the next event that is due until then; false, and it is then, when there is none. */
  step(untilMs: Ms): boolean {
    for (;;) {
      const event = this.#queue.take(untilMs);
      if (!event) {
        this.#nowMs = untilMs;
        return false;
      }
      const { call } = event;
      if (!call) continue;
      this.#nowMs = event.atMs;
      call();
      return true;
    }
  }

  /** A node's view: its monotonic clock starts at `offsetMs` and runs `drift` (0.01 = 1 %) fast. */
  node(offsetMs: Ms = 0, drift = 0): { readonly clock: Clock; readonly timers: Timers } {
    const rate = 1 + drift;
    return {
      clock: { monotonicMs: () => offsetMs + this.#nowMs * rate, wallMs: () => this.#nowMs },
      timers: { after: (delayMs, call) => this.at(this.#nowMs + delayMs / rate, call) },
    };
  }
}
