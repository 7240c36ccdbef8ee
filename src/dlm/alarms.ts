/** Alarms: states that an operator has to look at. Each has a code, and the time since when it is active or over. */
import { failInvariant } from '../base/assert.js';
import type { Carrier } from '../base/carrier.js';
import { type EventCode, EVENTS } from '../base/events.js';
import type { Ms } from '../base/units.js';

export interface AlarmState {
  readonly code: EventCode;
  readonly active: boolean;
  readonly text: string;
  readonly sinceMs: Ms;
}

const CODES = Object.keys(EVENTS).length;

export class AlarmBoard {
  readonly #alarms = new Map<EventCode, AlarmState>();

  /** Begins the alarm or changes its text; without a text it ends. True when the alarm began or ended now. */
  set(code: EventCode, text: string | undefined, nowMs: Ms): boolean {
    const before = this.#alarms.get(code);
    const wasActive = before?.active ?? false;
    if (before && !(before.sinceMs <= nowMs)) failInvariant(`${code} since ${before.sinceMs} ms, it is ${nowMs} ms`);
    if (text === undefined) {
      if (before && wasActive) this.#alarms.set(code, { ...before, active: false, sinceMs: nowMs });
      return wasActive;
    }
    this.#alarms.set(code, { code, active: true, text, sinceMs: before && wasActive ? before.sinceMs : nowMs });
    if (this.#alarms.size > CODES) failInvariant(`${this.#alarms.size} alarms, but only ${CODES} codes`);
    return !wasActive;
  }

  /** The alarms, for a recording. */
  carry(carrier: Carrier): void {
    carrier.values('alarms', this.#alarms);
  }

  list(): readonly AlarmState[] {
    return [...this.#alarms.values()];
  }
}
