/** Time that moves only when told: one queue of events in order, the clocks and timers of every virtual node on top. */
import { assert } from '../base/assert.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';

class Entry {
  readonly atMs: Ms;
  readonly order: number;
  /** `undefined`: cancelled. */
  call: (() => void) | undefined;

  constructor(atMs: Ms, order: number, call: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.call = call;
  }
}

/** More events than this within one `run` and something re-arms itself without end. */
const EVENTS_MAX = 50_000_000;

export class VirtualTime {
  #nowMs: Ms = 0;
  #order = 0;
  /** A binary heap: earliest first, then in the order of arming. */
  readonly #heap: Entry[] = [];

  get nowMs(): Ms {
    return this.#nowMs;
  }

  at(atMs: Ms, call: () => void): Cancel {
    assert(atMs >= this.#nowMs, 'nothing is armed in the past');
    const entry = new Entry(atMs, this.#order++, call);
    this.#push(entry);
    return () => {
      entry.call = undefined;
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
      const next = this.#heap[0];
      if (!next || next.atMs > untilMs) {
        this.#nowMs = untilMs;
        return false;
      }
      this.#pop();
      const { call } = next;
      if (!call) continue;
      this.#nowMs = next.atMs;
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

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const place = (at - 1) >> 1;
      const parent = heap[place] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = place;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    const count = heap.length;
    let at = 0;
    for (let place = 1; place < count; place = 2 * at + 1) {
      const right = place + 1;
      if (right < count && isBefore(heap[right] as Entry, heap[place] as Entry)) place = right;
      const child = heap[place] as Entry;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = place;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
