/** A line that carries bytes both ways: a serial port, or a TCP connection to a gateway. */
import type { Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { BusError } from '../ports/register-bus.js';

export interface Line {
  write(bytes: Buffer): void;
  /** Resolves when it is closed; nothing is heard from it afterwards. */
  close(): Promise<void>;
}

export interface LineListener {
  readonly onBytes: (bytes: Buffer) => void;
  /** It ended by itself; once. */
  readonly onEnd: (error: BusError) => void;
}

/** Never rejects, and gives up after `timeoutMs`. */
export type OpenLine = (listener: LineListener, timeoutMs: Ms) => Promise<Result<Line, BusError>>;
