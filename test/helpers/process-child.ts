/**
 * A daemon's process with nothing in it; how it fares stands in its argument: `good` stays until it is told to stop, `hangs`
 * never ends its stop, `throws` and `rejects` have a bug after the start, `invariant` one in it, `refused` cannot start. `reload-hangs`
 * never ends the stop of a reload, `reload-throws` has a bug meanwhile.
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
    stop: async (isReload) => {
      if (isReload) {
        logger.log('info', 'RELOAD', 'stops for a reload');
        if (mode === 'reload-throws') setTimeout(fail, 10);
        await new Promise(() => undefined);
      }
      clearInterval(alive);
      clearTimeout(bug);
      logger.log('info', 'NETWORK', 'was told to stop');
      if (mode === 'hangs') await new Promise(() => undefined);
    },
  };
}

function fail(): void {
  if (mode.endsWith('throws')) throw new Error('provoked');
  void Promise.reject(new Error('provoked'));
}

process.exitCode = await runUntilSignal(start, logger, () => start);
// Something still waits.
if (mode === 'reload-hangs') process.exit();
