/**
 * The life of a daemon's process: signals end it in order, a bug ends it at once; both leave the leases to run out. SIGHUP starts it anew
 * with another configuration, where there is one.
 */
import { InvariantError } from '../base/assert.js';
import { errorText } from '../base/error-text.js';
import type { Ms } from '../base/units.js';
import { EXIT, ExitError, type ExitCode } from './exit-codes.js';
import type { DaemonLogger } from './pino-logger.js';
import { onHangup } from './hangup.js';
import { type Reread, Reloads, type Start } from './reloads.js';

/** An orderly stop takes no longer, whatever hangs; with the last lines of the log the end comes within 2 s. */
const STOP_LIMIT_MS = 1_200;

/** Starts, and stays until SIGTERM or SIGINT. `reread` at SIGHUP. Resolves with the exit code. */
export async function runUntilSignal(start: Start, logger: DaemonLogger, reread?: Reread): Promise<ExitCode> {
  const ended = new Promise<{ readonly signal?: string; readonly error?: unknown }>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve({ signal }));
    process.on('uncaughtException', (error) => resolve({ error }));
    process.on('unhandledRejection', (error) => resolve({ error }));
  });
  const reloads = new Reloads(logger, reread);
  onHangup(() => reloads.ask());
  try {
    await reloads.begin(start);
  } catch (error) {
    return await failedStart(error, logger);
  }
  const { signal, error } = await Promise.race([ended, reloads.failed]);
  if (error instanceof ExitError) return await failedStart(error, logger);
  if (error !== undefined) {
    // No cycle more, also while a reload waits: what it would send cannot be trusted.
    void reloads
      .abort()
      ?.stop()
      .catch(() => undefined);
    return await crash(error, logger);
  }
  logger.log('info', 'STOP', `stops on ${signal}; leases run out by themselves`, { dropped: logger.dropped() });
  await stopWithin(STOP_LIMIT_MS, async () => (await reloads.end()).stop());
  await logger.flush();
  return EXIT.ok;
}

async function failedStart(error: unknown, logger: DaemonLogger): Promise<ExitCode> {
  if (!(error instanceof ExitError)) return await crash(error, logger);
  logger.log('error', 'STOP', error.message, {});
  await logger.flush();
  return error.exitCode;
}

async function stopWithin(limitMs: Ms, stop: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    // Holds the process: without it a stop that waits for nothing would be a silent end with an exit code of Node's own.
    const limit = setTimeout(resolve, limitMs);
    const done = (): void => {
      clearTimeout(limit);
      resolve();
    };
    stop().then(done, done);
  });
}

/** Never a guess: nothing more is sent, systemd starts anew, and every slave falls back when its lease ends. */
async function crash(error: unknown, logger: DaemonLogger): Promise<ExitCode> {
  const kind = error instanceof InvariantError ? 'broken invariant' : 'bug';
  const message = errorText(error);
  const stack = error instanceof Error ? error.stack : undefined;
  logger.log('error', 'CRASH', `${kind}: ${message}`, { stack });
  await logger.flush();
  return EXIT.internal;
}
