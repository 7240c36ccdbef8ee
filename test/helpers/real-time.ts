/** The real clock and timers behind our ports, and a logger that keeps its lines: for tests of what runs in a daemon. */
import type { EventCode } from '../../src/base/events.js';
import type { LogFields, Logger, LogLevel } from '../../src/base/logger.js';
import type { Clock, Timers } from '../../src/ports/time.js';

export const realClock: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export const realTimers: Timers = {
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface KeptLine {
  readonly level: LogLevel;
  readonly event: EventCode;
  readonly message: string;
  readonly fields: LogFields;
}

export interface KeepingLogger extends Logger {
  readonly lines: readonly KeptLine[];
  events(): EventCode[];
}

export function keepingLogger(): KeepingLogger {
  const lines: KeptLine[] = [];
  return {
    lines,
    events: () => lines.map((line) => line.event),
    log: (level, event, message, fields = {}) => void lines.push({ level, event, message, fields }),
  };
}
