/**
 * The log as the product sees it: one line per decision that a technician needs, each with a stable code.
 * Codes are part of the contract with users (docs/events.md); the text may change, the code may not.
 */
import type { EventCode } from './events.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Extra structured fields; numbers carry their unit in the name. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  log(level: LogLevel, event: EventCode, message: string, fields?: LogFields): void;
}
