/** The least value of the last while, against looking at all that there ever was. */
import t from 'tap';
import { seededRng } from '../../../src/base/rng.js';
import { RecentLeast } from '../../../src/sim/world/judges/recent-least.js';

const SERIES = 200;
const VALUES = 150;
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);

t.test('the least of a window, over random series', async (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SERIES; seed++) {
    const rng = seededRng(seed);
    const recent = new RecentLeast();
    const all: { value: number; untilMs: number }[] = [];
    const windowMs = 1 + rng.int(3_000);
    let nowMs = 0;
    let wrong = '';
    for (let count = 0; count < VALUES; count++) {
      nowMs += rng.int(200);
      // Few values, so that equal ones come.
      const value = rng.int(12);
      recent.add(value, nowMs);
      all.push({ value, untilMs: nowMs });
      if (rng.chance(0.5)) continue;
      const sinceMs = nowMs - windowMs;
      const expected = Math.min(...all.filter(({ untilMs }) => untilMs >= sinceMs).map((one) => one.value));
      const got = recent.least(sinceMs);
      if (got !== expected) wrong = `at ${nowMs} since ${sinceMs}: ${got}, not ${expected}`;
    }
    t.equal(wrong, '', `seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/sim.test.js`);
  }
});

t.test('nothing was said, or nothing recently', async (t) => {
  const recent = new RecentLeast();
  t.equal(recent.least(0), Number.POSITIVE_INFINITY);
  recent.add(5, 100);
  t.equal(recent.least(100), 5, 'it held until then');
  t.equal(recent.least(101), Number.POSITIVE_INFINITY);
});

t.test('a window that grows again never shows more than the least that is still known', async (t) => {
  const recent = new RecentLeast();
  recent.add(1, 100);
  recent.add(7, 200);
  t.equal(recent.least(150), 7);
  t.equal(recent.least(0), 7, 'what was out of the window is not kept');
});
