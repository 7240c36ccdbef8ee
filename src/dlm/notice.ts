/** What the core has to tell people: drained by the shell after each step and written to the log. */
import { failInvariant } from '../base/assert.js';
import type { Carrier } from '../base/carrier.js';
import type { EventCode } from '../base/events.js';
import type { LogFields, LogLevel } from '../base/logger.js';

export interface Notice {
  readonly level: LogLevel;
  readonly event: EventCode;
  readonly message: string;
  readonly fields: LogFields;
}

/** More than this between two drains and the rest is counted only. */
const NOTICES_MAX = 1000;

export class Notices {
  #list: Notice[] = [];

  add(level: LogLevel, event: EventCode, message: string, fields: LogFields = {}): void {
    if (message === '') failInvariant(`a line ${event} for the log says nothing`);
    if (this.#list.length < NOTICES_MAX) this.#list.push({ level, event, message, fields });
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#list = carrier.value('list', this.#list);
  }

  drain(): readonly Notice[] {
    const list = this.#list;
    this.#list = [];
    if (list.length > NOTICES_MAX) failInvariant(`${list.length} lines for the log, at most ${NOTICES_MAX} are kept`);
    return list;
  }
}
