/** The queue before a bus: who is next, and its bounds. */
import t from 'tap';
import { ok } from '../../src/base/result.js';
import type { BusPriority, RegisterBlock } from '../../src/ports/register-bus.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import type { ReadResult } from '../../src/transports/bus-errors.js';
import { BusQueue, type BusRequest } from '../../src/transports/bus-queue.js';

const BLOCK: RegisterBlock = { functionCode: 3, address: 0, count: 1 };

interface Rig {
  readonly queue: BusQueue;
  readonly asked: number[];
  readonly time: VirtualTime;
  /** Answers the request in flight. */
  readonly answer: () => Promise<void>;
  readonly read: (unitId: number, priority?: BusPriority) => Promise<ReadResult>;
}

function rig(): Rig {
  const time = new VirtualTime();
  const asked: number[] = [];
  let settle: (result: ReadResult) => void = () => {};
  const perform = ({ unitId }: BusRequest): Promise<ReadResult> => {
    asked.push(unitId);
    return new Promise((resolve) => {
      settle = resolve;
    });
  };
  const queue = new BusQueue(time.node(), perform);
  const answer = async (): Promise<void> => {
    settle(ok(Uint16Array.of(0)));
    // Two turns of the loop: the queue waits for the first.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const read = (unitId: number, priority: BusPriority = 'normal'): Promise<ReadResult> =>
    queue.read({ unitId, block: BLOCK, timeoutMs: 100, terms: { priority } });
  return { queue, asked, time, answer, read };
}

/** Answers until nothing is asked any more. */
async function answerAll({ asked, answer }: Rig): Promise<readonly number[]> {
  for (let seen = -1; seen < asked.length; ) {
    seen = asked.length;
    await answer();
  }
  return asked;
}

t.test('the device that was asked longest ago is next, however much others want', async (t) => {
  const line = rig();
  for (const unit of [1, 1, 1, 1, 1, 1, 2, 2, 3]) void line.read(unit);
  t.strictSame(await answerAll(line), [1, 2, 3, 1, 2, 1, 1, 1, 1]);
});

t.test('the reads of one poll follow one another; a poll that never ends lets others have their turn', async (t) => {
  const line = rig();
  const poll = async (unit: number, reads: number): Promise<void> => {
    for (let index = 0; index < reads; index++) await line.read(unit);
  };
  for (const [unit, reads] of [
    [1, 2],
    [2, 6],
    [3, 2],
  ] as const) {
    void poll(unit, reads);
  }
  t.strictSame(await answerAll(line), [1, 1, 2, 2, 2, 2, 3, 3, 2, 2]);
});

t.test('urgent first, but a normal one has its turn after four', async (t) => {
  const line = rig();
  for (const unit of [1, 2, 3]) void line.read(unit);
  for (let index = 0; index < 10; index++) void line.read(9, 'urgent');
  t.strictSame(await answerAll(line), [1, 9, 9, 9, 9, 2, 9, 9, 9, 9, 3, 9, 9]);
});

t.test('a device that is left alone waits, others do not', async (t) => {
  const line = rig();
  line.queue.hold(1, 300);
  void line.read(1);
  void line.read(2);
  t.strictSame(await answerAll(line), [2]);
  line.time.runUntil(299);
  t.strictSame(line.asked, [2]);
  line.time.runUntil(300);
  t.strictSame(line.asked, [2, 1]);
});

t.test('at most 64 wait, none longer than 10 s', async (t) => {
  const line = rig();
  void line.read(1);
  const waiting = Array.from({ length: 64 }, () => line.read(2));
  t.strictSame(await line.read(3), {
    ok: false,
    error: { kind: 'unreachable', text: 'busy: 64 reads are waiting already' },
  });
  line.time.runUntil(10_000);
  for (const result of await Promise.all(waiting)) {
    t.match(result, { ok: false, error: { kind: 'timeout', text: 'not asked within 10000 ms: the bus was busy' } });
  }
  t.strictSame(line.asked, [1]);
});

t.test('closed: nobody is left waiting, nobody is asked', async (t) => {
  const line = rig();
  line.queue.hold(3, 100);
  const reads = [line.read(1), line.read(2), line.read(3)];
  line.queue.close();
  const closed = { ok: false, error: { kind: 'unreachable', text: 'the bus is closed' } };
  t.strictSame(await Promise.all(reads), [closed, closed, closed]);
  await line.answer();
  line.time.runUntil(1000);
  t.strictSame(line.asked, [1]);
  t.strictSame(await line.read(1), closed);
});
