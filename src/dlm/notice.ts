/** Lines of the core for the log. The runtime drains them after each step and writes them. */
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

/** Between two drains at most so many lines are kept; further ones are dropped. */
const NOTICES_MAX = 1000;

export class Notices {
  #list: Notice[] = [];

  add(level: LogLevel, event: EventCode, message: string, fields: LogFields = {}): void {
    if (message === '') failInvariant(`a line ${event} for the log says nothing`);
    if (this.#list.length < NOTICES_MAX) this.#list.push({ level, event, message, fields });
  }

  /** The lines not yet drained, for a recording. */
  carry(carrier: Carrier): void {
    this.#list = carrier.value('list', this.#list);
  }

  /** The lines since the last call, oldest first. */
  drain(): readonly Notice[] {
    const list = this.#list;
    this.#list = [];
    if (list.length > NOTICES_MAX) failInvariant(`${list.length} lines for the log, at most ${NOTICES_MAX} are kept`);
    return list;
  }
}
