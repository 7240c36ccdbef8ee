/** The ledger, rule by rule: what a charge point may draw at worst, and what alone makes that less. */
import t from 'tap';
import { type Ms, type PhaseAmps, NO_AMPS, perPhase } from '../../src/base/units.js';
import { LEASE_MIN_MS, leaseExpiryMs, SETTLE_MS, SETTLED_AFTER_MS } from '../../src/dlm/leases/lease-rules.js';
import { OPEN_GRANTS_MAX } from '../../src/dlm/leases/open-grants.js';
import { A_MAX_MS, Book, LATER_BOOT, LEASE_MS } from './book.js';

t.test('open grants: the highest counts until a newer one is acknowledged', async (t) => {
  const book = new Book();
  const first = book.send(16, 1000);
  t.same(book.exposureA(1000), perPhase(16), 'sent: it may arrive');
  book.acknowledge(first, 16, 1100);
  book.send(6, 7000);
  t.same(book.exposureA(7000), perPhase(16), 'a lower one frees nothing by being sent');
  const third = book.send(10, 8000);
  t.same(book.exposureA(8000), perPhase(16));
  book.acknowledge(third, 10, 8100);
  t.same(book.exposureA(8100), perPhase(10), 'acknowledged, and measured at it: the two before are fenced');
  t.equal(book.account.openGrants.length, 1);
});

t.test('M2: an acknowledgement out of order fences only what is older', async (t) => {
  const book = new Book();
  const [low, high, mid] = [book.send(8, 0), book.send(20, 100), book.send(12, 200)];
  book.acknowledge(high, 20, 300);
  t.same(book.exposureA(300), perPhase(20));
  book.acknowledge(low, 8, 400, { currentA: perPhase(20) });
  t.same(
    book.account.openGrants.map(({ seq }) => seq),
    [high, mid],
    'a late word of the first one changes nothing',
  );
  book.acknowledge(mid, 12, 6000);
  t.same(book.exposureA(6000), perPhase(12));
  book.acknowledge(mid, 12, 6100);
  t.same(book.exposureA(6100), perPhase(12), 'the same word twice');
  book.hear({ acceptedIsMine: true, accepted: { epoch: 1, seq: 999 }, enforcedA: 12, currentA: perPhase(12) }, 6200);
  t.same(book.exposureA(6200), perPhase(12), 'a number that was never sent fences nothing');
  book.send(6, 6300);
  book.hear({ acceptedIsMine: false, accepted: { epoch: 1, seq: mid + 1 }, enforcedA: 6, currentA: perPhase(6) }, 6400);
  t.same(book.exposureA(6400), perPhase(12), 'the same number of another master or epoch fences nothing');
});

t.test('phases: each grant counts on its own', async (t) => {
  const book = new Book();
  book.acknowledge(book.send(10, 0), 10, 50);
  const onOne = book.send(16, 100, { phases: 0b010 });
  t.same(book.exposureA(100), [10, 16, 10]);
  book.acknowledge(onOne, 16, 150, { enforcedPhases: 0b010 });
  book.acknowledge(book.send(10, 6000, { phases: 0b010 }), 10, 6100, { enforcedPhases: 0b010 });
  t.same(book.exposureA(6100), [0, 10, 0], 'the others are free as soon as nothing flows there');
});

t.test('expiry: a silent one counts in full until the lease is over for sure, then min(L, d), then d', async (t) => {
  const endMs = leaseExpiryMs(LEASE_MS);
  t.equal(endMs, 15_350, 'T (1 + 2 rho) + margin');
  const above = new Book();
  const seq = above.send(16, 0);
  above.acknowledge(seq, 16, 0);
  t.same(above.exposureA(endMs - 1), perPhase(16));
  t.same(above.exposureA(endMs + SETTLE_MS + 1), perPhase(6), 'it falls to its disconnected limit by itself');
  const below = new Book();
  below.send(4, 0);
  t.same(below.exposureA(0), perPhase(6), 'nothing acknowledged yet: it may be on its way up to d');
  const idle = new Book();
  idle.acknowledge(idle.send(0, 0), 0, 10);
  t.same(idle.exposureA(10), NO_AMPS, 'an idle, healthy one costs nothing');
  t.same(idle.exposureA(A_MAX_MS), NO_AMPS);
  t.same(idle.exposureA(A_MAX_MS + 1), perPhase(6), 'silent for longer than A_max: its disconnected limit');
});

t.test('expiry within A_max: min(L, d) of a grant that may have been taken', async (t) => {
  // Sent three seconds after the poll: else the time to follow ends after A_max only, and d counts anyway.
  const sentAtMs = 3_000;
  const endMs = leaseExpiryMs(LEASE_MIN_MS) + SETTLE_MS;
  const book = new Book({ disconnectedLimitA: 8 });
  const facts = { leaseMs: LEASE_MIN_MS, expiresAtMs: leaseExpiryMs(LEASE_MIN_MS) };
  const idle = book.send(0, sentAtMs, facts);
  book.acknowledge(idle, 0, sentAtMs, { disconnectedLimitA: 8 });
  book.send(20, sentAtMs, facts);
  book.send(5, sentAtMs, facts);
  t.same(book.account.exposureA(endMs - 1, LEASE_MIN_MS), perPhase(20));
  t.same(book.account.exposureA(endMs, LEASE_MIN_MS), perPhase(8), 'min(20, 8) and min(5, 8)');
  t.ok(book.account.isAcknowledged(endMs, LEASE_MIN_MS));
});

t.test('a lease that ends unheard leaves the vehicle the time to follow', async (t) => {
  const book = new Book();
  book.send(16, 10);
  const endMs = 10 + leaseExpiryMs(LEASE_MS) + SETTLE_MS;
  t.same(book.exposureA(endMs - 1), perPhase(16), 'it may have taken the grant, and its answer was lost');
  t.same(book.exposureA(endMs), perPhase(6));
});

t.test('settling: what a lowered vehicle frees', async (t) => {
  const rows: readonly (readonly [name: string, currentA: PhaseAmps, afterA: PhaseAmps])[] = [
    ['still draws 16 A: nothing yet', [16, 16, 16], [16, 16, 16]],
    ['one phase still above: nothing yet', [10, 10, 12], [16, 16, 16]],
    ['within the tolerance of the meter: free', [10.5, 10.4, 10], [10.5, 10.4, 10]],
    ['at the new limit: free', [10, 10, 10], [10, 10, 10]],
    ['stopped: free', [0, 0, 0], [10, 10, 10]],
  ];
  for (const [name, currentA, afterA] of rows) {
    const book = new Book();
    book.acknowledge(book.send(16, 0), 16, 0);
    book.acknowledge(book.send(10, 10_000), 10, 10_100, { currentA });
    t.same(book.exposureA(10_100), afterA, name);
  }
  const book = new Book();
  book.acknowledge(book.send(16, 0), 16, 0);
  const lower = book.send(10, 10_000);
  book.acknowledge(lower, 10, 10_100, { currentA: perPhase(16) });
  t.same(book.exposureA(10_100 + SETTLED_AFTER_MS - 1), perPhase(16), '5 s after the acknowledgement...');
  book.acknowledge(lower, 10, 14_000, { currentA: perPhase(10.2) });
  t.same(book.exposureA(14_000), perPhase(10.2), '... or as soon as it is measured there');
});

t.test('settling: a vehicle that may still be on its way up has not obeyed', async (t) => {
  const raised = new Book();
  raised.acknowledge(raised.send(16, 0), 16, 100, { currentA: NO_AMPS });
  const lower = raised.send(10, 2500);
  raised.acknowledge(lower, 10, 2600, { currentA: NO_AMPS });
  t.same(raised.exposureA(2600), perPhase(16), 'raised lately: it may yet begin');
  raised.acknowledge(lower, 10, 5099, { currentA: NO_AMPS });
  t.same(raised.exposureA(5099), perPhase(16));
  raised.acknowledge(lower, 10, 5100, { currentA: NO_AMPS });
  t.same(raised.exposureA(5100), perPhase(10), 'five seconds after the raise');
  const rising = new Book();
  const seq = rising.send(16, 0);
  for (let second = 0; second < 8; second++) {
    rising.acknowledge(seq, 16, second * 1000, { currentA: perPhase(6 + 0.3 * second) });
  }
  rising.acknowledge(rising.send(10, 8000), 10, 8100, { currentA: perPhase(8.1) });
  t.same(rising.exposureA(8100), perPhase(16), 'it rises, slowly');
  const steady = new Book();
  const high = steady.send(16, 0);
  for (let second = 0; second < 8; second++) {
    steady.acknowledge(high, 16, second * 1000, { currentA: perPhase(8 + 0.2 * (second % 3)) });
  }
  steady.acknowledge(steady.send(10, 8000), 10, 8100, { currentA: perPhase(8.4) });
  t.same(steady.exposureA(8100), perPhase(10), 'it takes less of its own accord; the meter is not perfect');
});

t.test('settling: a raise that was sent, and not heard to be followed, may have begun', async (t) => {
  const book = new Book();
  book.acknowledge(book.send(10, 0), 10, 0);
  book.send(16, 9000);
  book.acknowledge(book.send(8, 9500), 8, 9600, { currentA: perPhase(8) });
  t.same(book.exposureA(9600), perPhase(16));
  t.same(book.exposureA(9600 + SETTLED_AFTER_MS), perPhase(8));
});

t.test('settling starts anew with each further lowering, and ends by itself', async (t) => {
  const book = new Book();
  const draws = { currentA: [16, 0, 0] } as const;
  book.acknowledge(book.send(16, 0), 16, 0);
  book.acknowledge(book.send(10, 10_000), 10, 10_000, draws);
  book.acknowledge(book.send(8, 12_000), 8, 12_000, draws);
  t.same(book.exposureA(12_000 + SETTLED_AFTER_MS - 1), perPhase(16));
  t.same(
    book.exposureA(12_000 + SETTLED_AFTER_MS),
    [16, 8, 8],
    'five seconds after the second lowering: only what it is measured to draw',
  );
});

t.test('M3: what is not known counts in full', async (t) => {
  const book = new Book({ unknownUntilMs: 61_250 });
  t.same(book.exposureA(0), perPhase(32));
  t.same(book.exposureA(61_249), perPhase(32));
  t.same(book.exposureA(61_250), perPhase(6), 'all old leases are over');
  const answered = new Book({ unknownUntilMs: 61_250 });
  answered.acknowledge(answered.send(6, 1000), 6, 1100);
  t.same(answered.exposureA(1100), perPhase(6), 'or it acknowledged a grant of this epoch');
  answered.account.distrust(70_000);
  t.same(answered.exposureA(2000), perPhase(32), 'M7: it was seen with another master');
});

t.test(
  'M3: what another master granted counts until an answer to a grant of ours, and again after the next one',
  async (t) => {
    const foreign = { accepted: { epoch: 4, seq: 9 }, enforcedA: 10, currentA: perPhase(10) };
    const book = new Book({ unknownUntilMs: 61_250 });
    book.hear(foreign, 0);
    const seq = book.send(10, 1000);
    t.same(book.exposureA(1099), perPhase(32));
    book.acknowledge(seq, 10, 1100);
    t.same(book.exposureA(1100), perPhase(10));
    book.hear(foreign, 7000);
    book.account.distrust(70_000);
    t.same(book.exposureA(7000), perPhase(32));
    book.acknowledge(book.send(10, 8000), 10, 8100);
    t.same(book.exposureA(8100), perPhase(10));
  },
);

t.test('M1: what is booked, whatever it says', async (t) => {
  const book = new Book();
  book.acknowledge(book.send(6, 0), 6, 0);
  book.hear({ enforcedA: 16 }, 1000);
  t.same(book.exposureA(1000), perPhase(16), 'counted: it may be true');
  t.same(book.account.renewableA(1, 1000, LEASE_MS), perPhase(6), 'but nobody granted it');
});

t.test(
  'M1: what may be renewed under a new master: the past counts until it has granted something itself',
  async (t) => {
    const book = new Book();
    book.account.distrust(70_000);
    book.hear({ enforcedA: 16 }, 0);
    t.same(book.account.renewableA(1, 0, LEASE_MS), perPhase(32), 'what it has was granted by the former one');
    book.send(8, 0);
    book.hear({ enforcedA: 16 }, 100);
    t.same(book.exposureA(100), perPhase(32), 'it still counts in full');
    t.same(book.account.renewableA(1, 100, LEASE_MS), perPhase(8), 'but that word may be from before it was lowered');
    const low = new Book();
    low.account.distrust(70_000);
    low.hear({ enforcedA: 16 }, 0);
    low.send(0, 0);
    t.same(low.account.renewableA(1, 100, LEASE_MS), perPhase(6), 'its disconnected limit, which is kept free for it');
    t.same(low.account.renewableA(2, 100, LEASE_MS), perPhase(32), 'in a new epoch that grant is the past too');
  },
);

t.test('what it says and what it draws count too', async (t) => {
  const book = new Book();
  for (const nowMs of [3000, 6000]) book.hear({}, nowMs);
  const seq = book.send(10, 7000);
  book.acknowledge(seq, 10, 7000, { currentA: [14, 10, 0] });
  t.same(book.exposureA(7000), [14, 10, 10], 'drawn above the limit');
  book.acknowledge(seq, 12, 8000, { currentA: perPhase(0) });
  t.same(book.exposureA(8000), perPhase(12), 'said to be enforced above the limit');
  const afterMs = 8000 + leaseExpiryMs(LEASE_MS) + SETTLE_MS;
  t.same(book.exposureA(afterMs), perPhase(12), 'its last words hold for a lease and the time to follow');
  t.same(book.exposureA(afterMs + 1), perPhase(6));
});

t.test('a restart of the slave: old grants stay, its disconnected limit counts at once', async (t) => {
  const book = new Book();
  book.acknowledge(book.send(16, 0), 16, 0);
  book.hear({ bootId: LATER_BOOT }, 1000);
  t.same(book.exposureA(1000), perPhase(16), 'it may be a late word of an earlier life');
  const seq = book.send(8, 1100, { bootId: LATER_BOOT });
  book.hear({ bootId: LATER_BOOT, acceptedIsMine: true, accepted: { epoch: 1, seq }, enforcedA: 8 }, 1200);
  t.same(book.exposureA(1200 + SETTLED_AFTER_MS), perPhase(8), 'the new life acknowledges: the old grants are fenced');
  const low = new Book();
  low.acknowledge(low.send(0, 0), 0, 0);
  low.hear({ bootId: LATER_BOOT }, 1000);
  t.same(low.exposureA(1000), perPhase(6), 'after its start it may rise to d without a grant');
});

t.test('what it reports of itself replaces what was configured', async (t) => {
  const book = new Book({ unknownUntilMs: 1000 });
  book.hear({ maxA: 20, disconnectedLimitA: 9, connected: 0b010 }, 10);
  t.equal(book.account.maxA, 20);
  t.same(book.exposureA(10), [0, 20, 0], 'unknown: its own maximum, on its own phases');
  t.same(book.exposureA(1000), [0, 9, 0]);
});

t.test('open grants are bounded', async (t) => {
  const book = new Book();
  for (let i = 0; i < OPEN_GRANTS_MAX + 8; i++) t.ok(book.send(10, i * 1000) > 0, 'the same limit again needs no room');
  t.ok(book.account.openGrants.length <= OPEN_GRANTS_MAX);
  t.same(book.exposureA(40_000), perPhase(10));
  const falling = new Book();
  for (let i = 0; i < OPEN_GRANTS_MAX; i++) t.ok(falling.send(32 - i / 2, i) > 0);
  t.equal(falling.send(6, 100), 0, 'one lowering more is not sent: each of the others may still be in force');
  t.equal(falling.account.openGrants.length, OPEN_GRANTS_MAX);
  t.ok(falling.send(32, 200) > 0, 'one that covers them all is');
  t.same(falling.exposureA(200), perPhase(32));
});

t.test(
  'open grants: those that have run out make room, once the disconnected limit counts in their place',
  async (t) => {
    const leaseEndMs = leaseExpiryMs(LEASE_MIN_MS);
    const full = (ackedAtMs: Ms): Book => {
      const book = new Book();
      book.acknowledge(book.send(6, ackedAtMs), 6, ackedAtMs);
      for (let i = 1; i < OPEN_GRANTS_MAX; i++) {
        book.send(33 - i / 2, ackedAtMs, { leaseMs: LEASE_MIN_MS, expiresAtMs: leaseEndMs });
      }
      return book;
    };
    const lower = { leaseMs: LEASE_MIN_MS, expiresAtMs: leaseEndMs + SETTLE_MS + leaseEndMs };
    const silent = full(0);
    t.equal(silent.send(5, leaseEndMs + SETTLE_MS - 1, lower), 0, 'the vehicle may not have followed yet');
    t.ok(silent.send(5, leaseEndMs + SETTLE_MS, lower) > 0);
    t.equal(full(3000).send(5, leaseEndMs + SETTLE_MS, lower), 0, 'acknowledged lately: only these grants count for d');
  },
);

t.test('what cannot happen is refused loudly', async (t) => {
  const book = new Book();
  t.throws(() => book.send(6, 0, { bootId: LATER_BOOT }), { message: /the start b+, but the present one is a+/ });
  book.send(6, 0, { seq: 5 });
  t.throws(() => book.send(6, 0, { seq: 5 }), { message: 'cp1: grant 1.5 follows 1.5: they are numbered upwards' });
  t.throws(() => book.send(-1, 0, { seq: 6 }), { message: 'cp1: a grant of -1 A' });
  t.throws(() => book.send(6, 0, { seq: 6, phases: 8 }), { message: 'cp1: a grant for the phases 8' });
  t.throws(() => book.send(6, 4000, { seq: 6, expiresAtMs: leaseExpiryMs(15_000) }), {
    message: /STATUS of 4000 ms ago/,
  });
  book.hear({}, 100);
  t.throws(() => book.hear({}, 99), { message: 'cp1 is heard at 99 ms, before 100 ms' });
  t.throws(() => book.hear({ enforcedA: Number.NaN }, 100), { message: /cp1 says NaN A of 32 A/ });
  t.throws(() => book.hear({ currentA: [0, -1, 0] }, 100), { message: 'cp1 draws 0, -1, 0 A' });
  t.throws(() => book.hear({ connected: 0 }, 100), { message: /connected phases 0/ });
  t.throws(() => book.account.distrust(Number.NaN), { message: /counts until NaN ms/ });
  t.throws(() => leaseExpiryMs(0), { message: /a lease of 0 ms/ });
});
