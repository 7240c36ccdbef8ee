/** Alarms: states that somebody has to look at, each with a code, from when until when. */
import type { Carrier } from '../base/carrier.js';
import type { EventCode } from '../base/events.js';
import type { Ms } from '../base/units.js';

export interface AlarmState {
  readonly code: EventCode;
  readonly active: boolean;
  readonly text: string;
  readonly sinceMs: Ms;
}

export class AlarmBoard {
  readonly #alarms = new Map<EventCode, AlarmState>();

  /** `text` undefined: the alarm is over. True when it came or went. */
  set(code: EventCode, text: string | undefined, nowMs: Ms): boolean {
    const before = this.#alarms.get(code);
    const wasActive = before?.active ?? false;
    if (text === undefined) {
      if (before && wasActive) this.#alarms.set(code, { ...before, active: false, sinceMs: nowMs });
      return wasActive;
    }
    this.#alarms.set(code, { code, active: true, text, sinceMs: before && wasActive ? before.sinceMs : nowMs });
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
