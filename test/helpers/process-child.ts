/**
 * A daemon's process with nothing in it; how it fares stands in its argument: `good` stays until it is told to stop, `hangs`
 * never ends its stop, `throws` and `rejects` have a bug after the start, `invariant` one in it, `refused` cannot start.
 */
import { InvariantError } from '../../src/base/assert.js';
import { EXIT, ExitError } from '../../src/daemon/exit-codes.js';
import { createLogger } from '../../src/daemon/pino-logger.js';
import { runUntilSignal } from '../../src/daemon/process.js';
import type { Running } from '../../src/daemon/reloads.js';

const [, , mode = ''] = process.argv;
const logger = createLogger({ level: 'info' });

async function start(): Promise<Running> {
  if (mode === 'refused') throw new ExitError(EXIT.system, 'UDP port 1: taken');
  if (mode === 'invariant') throw new InvariantError('the sum fits');
  const bug = mode === 'throws' || mode === 'rejects' ? setTimeout(fail, 10) : undefined;
  const alive = setInterval(() => undefined, 1_000);
  logger.log('info', 'START', 'runs');
  return {
    stop: async () => {
      clearInterval(alive);
      clearTimeout(bug);
      logger.log('info', 'NETWORK', 'was told to stop');
      if (mode === 'hangs') await new Promise(() => undefined);
    },
  };
}

function fail(): void {
  if (mode === 'throws') throw new Error('provoked');
  void Promise.reject(new Error('provoked'));
}

process.exitCode = await runUntilSignal(start, logger);
