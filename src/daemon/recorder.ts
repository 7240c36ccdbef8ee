/** The recorder of a daemon: what the master hears and decides, in the ring file. Whatever becomes of it, control goes on. */
import { join } from 'node:path';
import { errorText } from '../base/error-text.js';
import type { RecorderConfig } from '../config/types.js';
import type { Logger } from '../base/logger.js';
import { Tape, type TapeOptions } from '../runtime/recorder/tape.js';
import type { Recorder } from '../runtime/recorder/types.js';
import { systemTimers } from '../transports/system-time.js';
import { RecorderFile } from './recorder-file.js';

const FILE_NAME = 'recorder.ring';

export interface DaemonRecorder extends Recorder {
  /** What waits is written. */
  close(): Promise<void>;
}

/** `undefined` when there is no place for the file. */
export function openRecorder(
  { file, maxMb }: RecorderConfig,
  stateDir: string | undefined,
  of: TapeOptions,
  logger: Logger,
): DaemonRecorder | undefined {
  const path = file ?? (stateDir === undefined ? undefined : join(stateDir, FILE_NAME));
  if (path === undefined) {
    logger.log(
      'warn',
      'RECORDER',
      'nothing is recorded: recorder.file is not set, and there is no state directory',
      {},
    );
    return undefined;
  }
  const reel = new RecorderFile({ file: path, maxMb, timers: systemTimers, logger });
  return new GuardedRecorder(new Tape(of, reel), () => reel.close(), logger);
}

/** A bug in the recorder ends the recording, not the control. */
class GuardedRecorder implements DaemonRecorder {
  #tape: Tape | undefined;
  readonly #close: () => Promise<void>;
  readonly #logger: Logger;

  constructor(tape: Tape, close: () => Promise<void>, logger: Logger) {
    this.#tape = tape;
    this.#close = close;
    this.#logger = logger;
  }

  time(nowMs: number): number {
    return this.#safely((tape) => tape.time(nowMs)) ?? nowMs;
  }

  begin(...args: Parameters<Recorder['begin']>): void {
    this.#safely((tape) => tape.begin(...args));
  }

  output(...args: Parameters<Recorder['output']>): void {
    this.#safely((tape) => tape.output(...args));
  }

  end(...args: Parameters<Recorder['end']>): void {
    this.#safely((tape) => tape.end(...args));
  }

  close(): Promise<void> {
    return this.#close();
  }

  #safely<T>(act: (tape: Tape) => T): T | undefined {
    try {
      return this.#tape && act(this.#tape);
    } catch (error) {
      this.#tape = undefined;
      const reason = errorText(error);
      this.#logger.log('error', 'RECORDER', `nothing more is recorded until the next start: ${reason}`, {});
      return undefined;
    }
  }
}
