/** The highest limit of the last while, against looking at all that there ever were. */
import t from 'tap';
import { seededRng } from '../../../src/base/rng.js';
import { type OfSource, RecentMost } from '../../../src/sim/world/judges/recent-most.js';

const SERIES = 200;
const VALUES = 150;
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);

t.test('the most of windows that grow and shrink, over random series', async (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SERIES; seed++) {
    const rng = seededRng(seed);
    const recent = new RecentMost();
    const all: { limit: number; fromMs: number }[] = [];
    let nowMs = 0;
    let wrong = '';
    for (let count = 0; count < VALUES; count++) {
      nowMs += 1 + rng.int(200);
      // Few values, so that equal ones come.
      const limit = rng.int(12);
      recent.add({ limit, source: `${limit}` }, nowMs);
      all.push({ limit, fromMs: nowMs });
      const sinceMs = nowMs - rng.int(3_000);
      const before = all.findLast(({ fromMs }) => fromMs <= sinceMs)?.limit ?? Number.POSITIVE_INFINITY;
      const expected = Math.max(before, ...all.filter(({ fromMs }) => fromMs > sinceMs).map((one) => one.limit));
      const got = recent.most(sinceMs);
      if (got.limit !== expected) wrong = `at ${nowMs} since ${sinceMs}: ${got.limit}, not ${expected}`;
    }
    t.equal(wrong, '', `seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/sim.test.js`);
  }
});

t.test('what is not kept any more makes nothing stricter than it is', async (t) => {
  const nobody: OfSource = { limit: Number.POSITIVE_INFINITY, source: 'nobody' };
  const recent = new RecentMost();
  t.same(recent.most(0), nobody);
  recent.add({ limit: 6, source: 'a' }, 1_000);
  t.same(recent.most(999), nobody, 'before that nobody limited it');
  t.same(recent.most(1_000), { limit: 6, source: 'a' });
  recent.add({ limit: 5, source: 'b' }, 2_000_000);
  recent.add({ limit: 4, source: 'c' }, 2_000_001);
  t.same(recent.most(0), { limit: 6, source: 'a' });
  t.same(recent.most(2_000_000), { limit: 5, source: 'b' });
  t.same(recent.most(2_000_001), { limit: 4, source: 'c' });
});
