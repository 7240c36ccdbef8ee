import t from 'tap';
import { createLogger } from '../../src/daemon/pino-logger.js';

t.test('changes are all told, also when they come back soon; complaints are counted', async (t) => {
  const events: string[] = [];
  const logger = createLogger({
    level: 'info',
    stream: { write: (line) => events.push((JSON.parse(line) as { event: string }).event) },
  });
  for (let round = 0; round < 3; round++) {
    logger.log('error', 'METER_LOST', 'meter grid lost');
    logger.log('warn', 'METER_ERROR', 'meter grid: no answer');
    logger.log('info', 'METER_OK', 'meter grid gives good values');
  }
  const changes = ['METER_LOST', 'METER_OK'];
  t.same(events, ['METER_LOST', 'METER_ERROR', 'METER_OK', ...changes, ...changes]);
  await logger.flush();
  t.equal(events.at(-1), 'METER_ERROR', 'with the number of those left out');
  t.end();
});
