/** Which changes of a limit get a line in the log. */
import t from 'tap';
import type { LimitReason } from '../../src/base/reason.js';
import { LimitLog } from '../../src/dlm/limit-log.js';

const FULL: LimitReason = { kind: 'circuit', circuit: 'main', phase: 0 };
const WAITING: LimitReason = { kind: 'waiting', circuit: 'main', phase: 0 };

t.test('starts, stops, falls and large rises at once; small rises now and then', async (t) => {
  const log = new LimitLog();
  const rows: readonly (readonly [string, number, LimitReason, number, string])[] = [
    ['nothing at the start', 0, FULL, 0, ''],
    ['a start', 16, FULL, 1000, 'info from 0'],
    ['no change', 16, FULL, 2000, ''],
    ['a small fall', 15, FULL, 3000, 'info from 16'],
    ['no change', 15, FULL, 4000, ''],
    ['a small rise', 17, FULL, 5000, 'debug from 15'],
    ['a fall, but not below what was told', 16, FULL, 5500, 'debug from 17'],
    ['several small rises add up', 18, FULL, 6000, 'debug from 16'],
    ['... to a large one', 19, FULL, 6500, 'info from 15'],
    ['a fall while it waits for others is not told yet', 18, WAITING, 6700, 'debug from 19'],
    ['a fall', 10, FULL, 6800, 'info from 19'],
    ['a small rise soon after', 11, FULL, 7000, 'debug from 10'],
    ['... is told when a minute has passed', 11, FULL, 67_000, 'info from 10'],
    ['there and back: nothing to tell', 12, FULL, 68_000, 'debug from 11'],
    ['', 11, FULL, 68_500, 'debug from 12'],
    ['a large step that waits for others is not told yet', 20, WAITING, 69_000, 'debug from 11'],
    ['... but when it is final', 20, FULL, 70_000, 'info from 11'],
    ['a stop while waiting is told at once', 0, WAITING, 71_000, 'info from 20'],
  ];
  for (const [name, limitA, reason, nowMs, expected] of rows) {
    const change = log.changed('cp1', { limitA, enforcedA: 0, reason, nowMs });
    t.equal(change ? `${change.level} from ${change.fromA}` : '', expected, `${name}: ${limitA} A at ${nowMs} ms`);
  }
});

t.test('each charge point by itself', async (t) => {
  const log = new LimitLog();
  log.changed('cp1', { limitA: 16, enforcedA: 0, reason: FULL, nowMs: 0 });
  t.same(log.changed('cp2', { limitA: 16, enforcedA: 0, reason: FULL, nowMs: 0 }), { level: 'info', fromA: 0 });
});

t.test('what a slave enforces when it is heard first is where the telling begins', async (t) => {
  const log = new LimitLog();
  t.equal(log.changed('cp1', { limitA: 16, enforcedA: 16, reason: FULL, nowMs: 0 }), undefined, 'it keeps what it has');
  const next = log.changed('cp1', { limitA: 6, enforcedA: 16, reason: FULL, nowMs: 1000 });
  t.same(next, { level: 'info', fromA: 16 });
});
