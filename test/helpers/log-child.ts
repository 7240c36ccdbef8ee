/**
 * A process that logs to its real stdout; what it does stands in its argument:
 * `flood`: much in each of fifty ticks, tells the parent, waits for its word, logs one more line and ends in order;
 * `few`: one line of each level and ends; `journal`: the same, with stdout declared to be the journal.
 */
import { fstatSync } from 'node:fs';
import { createLogger } from '../../src/daemon/pino-logger.js';

const TICKS = 50;
const TICK_MS = 10;
const LINES_PER_TICK = 200;

export interface FloodReport {
  /** For all ticks. */
  readonly tookMs: number;
  readonly logged: number;
  readonly dropped: number;
}

const [, , mode] = process.argv;
if (mode === 'journal') {
  const { dev, ino } = fstatSync(1);
  process.env['JOURNAL_STREAM'] = `${dev}:${ino}`;
}
const logger = createLogger({ level: 'debug' });
if (mode === 'flood') flood();
else {
  logger.log('debug', 'SLAVE_STATE', 'cp3 Available', { chargePoint: 'cp3' });
  logger.log('info', 'LIMIT', 'cp3 16 A -> 10 A: garage L2 full', { limitA: 10 });
  logger.log('warn', 'METER_LOST', 'grid: no answer\x1b[2J');
  logger.log('error', 'CRASH', 'over');
  await logger.flush();
  process.exit();
}

function flood(): void {
  let [ticks, logged] = [0, 0];
  const beganMs = performance.now();
  const timer = setInterval(() => {
    ticks++;
    for (let index = 0; index < LINES_PER_TICK; index++) {
      logged++;
      logger.log('info', 'LIMIT', `line ${logged} ${'x'.repeat(80)}`);
    }
    if (ticks < TICKS) return;
    clearInterval(timer);
    tookMs = Math.round(performance.now() - beganMs);
    report();
  }, TICK_MS);
  let tookMs = 0;
  const report = (): void => void process.send?.({ tookMs, logged, dropped: logger.dropped() } satisfies FloodReport);
  process.once('message', async () => {
    logger.log('info', 'STOP', 'one more line');
    logged++;
    await logger.flush();
    report();
    process.exit(0);
  });
}
