/** Alarms: states that somebody has to look at, each with a code, from when until when. */
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

  /** `text` undefined: the alarm is over. True when it came or went. */
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

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('alarms', this.#alarms);
  }

  list(): readonly AlarmState[] {
    return [...this.#alarms.values()];
  }
}
