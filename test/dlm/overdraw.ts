/** Who draws more than it may: more than was granted, or more than it says itself. */
import t from 'tap';
import { perPhase } from '../../src/base/units.js';
import { OFFLINE_AFTER_MS, SETTLE_MS } from '../../src/dlm/leases/lease-rules.js';
import { Book, LEASE_MS } from './book.js';

t.test('overdraw: more than was granted, for longer than a vehicle has to follow', async (t) => {
  const book = new Book();
  book.acknowledge(book.send(16, 0), 16, 0);
  const seq = book.send(10, 10_000);
  const hear = (nowMs: number, currentA: readonly [number, number, number]): void =>
    book.acknowledge(seq, 10, nowMs, { currentA });
  hear(10_000, [16, 11, 0]);
  hear(10_000 + SETTLE_MS - 1, [16, 11, 0]);
  t.notOk(book.account.overdraws(10_000 + SETTLE_MS - 1), 'it may still be falling');
  hear(16_000, [16, 11, 0]);
  t.notOk(book.account.overdraws(16_000 + SETTLE_MS - 1), 'not for long');
  t.ok(book.account.overdraws(16_000 + SETTLE_MS));
  hear(22_000, [10, 11, 0]);
  t.notOk(book.account.overdraws(30_000), '1 A is not worth an alarm');
  const onePhase = new Book();
  onePhase.acknowledge(onePhase.send(10, 0, { phases: 0b001 }), 10, 0, { enforcedPhases: 0b001, currentA: [10, 8, 0] });
  t.ok(onePhase.account.overdraws(SETTLE_MS), 'a phase that was not granted');
  t.notOk(new Book().account.overdraws(60_000), 'nothing acknowledged, nothing to exceed');
});

t.test('overdraw: more than it says itself that it enforces, whatever is granted', async (t) => {
  const book = new Book({ disconnectedLimitA: 0 });
  book.acknowledge(book.send(19, 0), 19, 0, { currentA: perPhase(19) });
  const said = { disconnectedLimitA: 0, acceptedIsMine: true, accepted: { epoch: 1, seq: 1 }, currentA: perPhase(19) };
  for (let nowMs = 1000; nowMs <= 2 * SETTLE_MS; nowMs += 1000) {
    book.send(19, nowMs);
    book.hear({ ...said, enforcedA: 0 }, nowMs);
    t.notOk(book.account.overdraws(nowMs), `it has its time to follow: ${nowMs} ms`);
  }
  book.hear({ ...said, enforcedA: 0 }, 1000 + 2 * SETTLE_MS);
  t.ok(book.account.overdraws(1000 + 2 * SETTLE_MS));
  book.hear({ ...said, enforcedA: 18 }, 12_000);
  t.notOk(book.account.overdraws(60_000), '1 A is not worth an alarm');
});

t.test('a limit that goes down step by step is no overdraw for a vehicle that lags behind', async (t) => {
  const book = new Book();
  let limitA = 32;
  for (let nowMs = 0; limitA > 6; nowMs += 1000) {
    limitA -= 1;
    book.hear({ enforcedA: limitA, currentA: perPhase(Math.min(32, limitA + 5)) }, nowMs);
    t.notOk(book.account.overdraws(nowMs), `${limitA} A`);
  }
});

t.test('who disobeyed and fell silent counts in full until it is heard again', async (t) => {
  const book = new Book({ disconnectedLimitA: 0 });
  const said = { disconnectedLimitA: 0, enforcedPhases: 0b001 };
  const over = { ...said, currentA: [19, 0, 0] as const };
  const heardMs = 2 * SETTLE_MS;
  for (let nowMs = 0; nowMs <= heardMs; nowMs += 1000) book.hear(over, nowMs);
  t.same(book.account.exposureA(heardMs, LEASE_MS), [19, 0, 0], 'measured, while it is heard');
  t.same(book.account.exposureA(heardMs + OFFLINE_AFTER_MS, LEASE_MS), [19, 0, 0]);
  const silentMs = heardMs + OFFLINE_AFTER_MS + 1;
  for (const nowMs of [silentMs, silentMs + 3_600_000]) {
    t.same(book.account.exposureA(nowMs, LEASE_MS), perPhase(32), 'it may draw anything');
    t.ok(book.account.isSilentAfterOverdraw(nowMs));
  }
  book.hear(said, silentMs + 3_600_000);
  t.same(book.account.exposureA(silentMs + 7_200_000, LEASE_MS), perPhase(0), 'it obeyed when it was heard last');
  const once = new Book({ disconnectedLimitA: 0 });
  once.hear(over, 0);
  t.notOk(once.account.isSilentAfterOverdraw(60_000), 'one word is no proof of disobedience');
});
