/** What settles beside our own older grants: limits of another master, a disconnected limit, and limits of before a restart. */
import t from 'tap';
import { type Ms, NO_AMPS, perPhase } from '../../src/base/units.js';
import { SETTLED_AFTER_MS } from '../../src/dlm/leases/lease-rules.js';
import { Book } from './book.js';

const FOREIGN = { acceptedIsMine: false, accepted: { epoch: 2, seq: 1 } } as const;

/** Every second, from one time to another. */
function seconds(fromMs: Ms, toMs: Ms, call: (nowMs: Ms) => void): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 1000) call(nowMs);
}

t.test(
  'another master raised it a moment ago: its vehicle may rise although it is measured at our lower limit',
  async (t) => {
    const book = new Book();
    const low = book.send(6, 0);
    seconds(0, 9000, (nowMs) => book.acknowledge(low, 6, nowMs));
    book.hear({ ...FOREIGN, enforcedA: 11, currentA: perPhase(6) }, 10_000);
    const again = book.send(6, 11_900);
    book.acknowledge(again, 6, 12_000);
    t.same(book.exposureA(12_000), perPhase(11), 'the 11 A of the other master settle');
    book.acknowledge(again, 6, 14_900);
    t.same(book.exposureA(14_900), perPhase(11), 'raised less than 5 s ago: it may yet begin');
    book.acknowledge(again, 6, 15_000);
    t.same(book.exposureA(15_000), perPhase(6), 'it had its time to rise, and did not');
  },
);

t.test('another master lowered it, and then we took over at that limit', async (t) => {
  const book = new Book();
  seconds(1000, 10_000, (nowMs) => book.hear({ ...FOREIGN, enforcedA: 16, currentA: perPhase(16) }, nowMs));
  book.hear({ ...FOREIGN, enforcedA: 8, currentA: perPhase(16) }, 11_000);
  const seq = book.send(8, 11_100);
  book.acknowledge(seq, 8, 11_200, { currentA: perPhase(12) });
  t.same(book.exposureA(11_200), perPhase(16), 'its vehicle has not followed yet');
  t.same(book.exposureA(11_000 + SETTLED_AFTER_MS), perPhase(12), 'then what it is measured to draw');
  book.acknowledge(seq, 8, 12_000);
  t.same(book.exposureA(12_000), perPhase(8), 'or as soon as it is measured there');
});

t.test('in silence it may have risen to its disconnected limit, just before it took our grant', async (t) => {
  const silent = new Book();
  silent.acknowledge(silent.send(0, 0), 0, 100);
  silent.hear({ acceptedIsMine: true, accepted: { epoch: 1, seq: 1 } }, 40_000);
  silent.acknowledge(silent.send(0, 40_100), 0, 40_200);
  t.same(silent.exposureA(40_200), perPhase(6));
  t.same(silent.exposureA(40_200 + SETTLED_AFTER_MS), NO_AMPS);
  const heard = new Book();
  const zero = heard.send(0, 0);
  seconds(0, 20_000, (nowMs) => heard.acknowledge(zero, 0, nowMs));
  t.same(heard.exposureA(20_000), perPhase(6), 'it does not follow new grants');
  heard.acknowledge(heard.send(0, 20_100), 0, 20_200);
  t.same(heard.exposureA(20_200), NO_AMPS, 'a rise would have been heard');
});

t.test('T9: heard again, another master may have lowered it just before: its maximum counts for 5 s', async (t) => {
  const book = new Book();
  book.account.expectOtherMaster(true, true);
  book.acknowledge(book.send(6, 0), 6, 100);
  book.hear({ ...FOREIGN, enforcedA: 6, currentA: perPhase(6) }, 20_000);
  book.acknowledge(book.send(6, 20_050), 6, 20_100);
  t.same(book.exposureA(20_100), perPhase(32));
  t.same(book.exposureA(20_000 + SETTLED_AFTER_MS), perPhase(6));
  const heard = new Book();
  heard.account.expectOtherMaster(true, true);
  seconds(1000, 20_000, (nowMs) => heard.hear({ ...FOREIGN, enforcedA: 6, currentA: perPhase(6) }, nowMs));
  heard.acknowledge(heard.send(6, 20_050), 6, 20_100);
  t.same(heard.exposureA(20_100), perPhase(6), 'heard all the time: what it was granted is known');
});

t.test('R7: after a restart an answer ends the full count, but not where an older limit shows', async (t) => {
  const lowered = new Book({ unknownUntilMs: 60_000 });
  lowered.hear({ ...FOREIGN, enforcedA: 6, currentA: perPhase(6) }, 10_000);
  const seq = lowered.send(6, 10_050);
  lowered.acknowledge(seq, 6, 10_100);
  t.same(lowered.exposureA(10_100), perPhase(6), 'service goes on at once');
  lowered.acknowledge(seq, 6, 10_400, { currentA: perPhase(7) });
  t.same(lowered.exposureA(10_400), perPhase(32), 'it rises above all limits that are known here');
  t.same(lowered.exposureA(10_000 + SETTLED_AFTER_MS), perPhase(7));
});
