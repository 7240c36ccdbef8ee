import t from 'tap';
import { DropCounter } from '../../src/runtime/drop-counter.js';
import { keepingLogger } from '../helpers/real-time.js';

const MINUTE_MS = 60_000;

t.test('the first is told at once, the others once a minute with their number', (t) => {
  const logger = keepingLogger();
  const drops = new DropCounter(logger);
  drops.count('garbage', '10.0.0.1', 0);
  for (let index = 0; index < 1000; index++) drops.count('garbage', '10.0.0.2', index);
  drops.count('version', '10.0.0.3', MINUTE_MS - 1);
  drops.count('version', '10.0.0.4', MINUTE_MS);
  t.same(
    logger.lines.map(({ message }) => message),
    [
      'datagrams dropped: 1 garbage; the last from 10.0.0.1',
      'datagrams dropped: 1000 garbage, 2 version; the last from 10.0.0.4',
    ],
  );
  t.match(logger.lines[0], { level: 'warn', event: 'DATAGRAM_DROPPED', fields: { from: '10.0.0.1' } });
  t.equal(drops.total, 1003);
  t.end();
});

t.test("a neighbour's network id is counted, but worth no line", (t) => {
  const logger = keepingLogger();
  const drops = new DropCounter(logger);
  for (let index = 0; index < 10; index++) drops.count('foreign', '10.0.0.1', index * MINUTE_MS);
  t.same(logger.lines, []);
  t.equal(drops.total, 10);
  t.end();
});
