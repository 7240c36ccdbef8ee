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

t.test('the rest of a flood is told when its minute is over, or at the end', (t) => {
  const logger = keepingLogger();
  const drops = new DropCounter(logger);
  for (let index = 0; index < 100; index++) drops.count('bad tag', '10.0.0.1', index);
  drops.tell(MINUTE_MS - 1);
  t.equal(logger.lines.length, 1);
  drops.tell(MINUTE_MS);
  drops.tell(3 * MINUTE_MS);
  drops.tellRest();
  drops.count('replay', '10.0.0.2', MINUTE_MS + 1);
  drops.tellRest();
  t.same(
    logger.lines.map(({ message }) => message.split('; ').slice(0, 2).join('; ')),
    [
      'datagrams dropped: 1 bad tag; the last from 10.0.0.1',
      'datagrams dropped: 99 bad tag; the last from 10.0.0.1',
      'datagrams dropped: 1 replay; the last from 10.0.0.2',
    ],
  );
  t.match(logger.lines[1], { fields: { counts: { 'bad tag': 99 } } });
  t.end();
});

t.test("a neighbour's network id is counted, but worth no line", (t) => {
  const logger = keepingLogger();
  const drops = new DropCounter(logger);
  for (const reason of ['foreign', 'ignored', 'repeat'] as const) {
    for (let index = 0; index < 10; index++) drops.count(reason, '10.0.0.1', index * MINUTE_MS);
  }
  drops.tellRest();
  t.same(logger.lines, []);
  t.equal(drops.total, 30);
  t.end();
});
