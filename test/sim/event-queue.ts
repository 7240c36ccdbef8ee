/** The queue of events against a sorted list: the same order for near and far events, for equal times, and when cancelled. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';

const RUNS = 50;
const EVENTS = 400;
/** Within the ring of milliseconds, at its end, and far beyond it. */
const HORIZONS_MS = [5, 200, 4_096, 4_097, 100_000];

interface Expected {
  readonly atMs: number;
  readonly name: number;
}

t.test('events run in the order of their times, then of arming', async (t) => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const rng = seededRng(seed);
    const time = new VirtualTime();
    const expected: Expected[] = [];
    const ran: Expected[] = [];
    const arm = (name: number): void => {
      const horizonMs = HORIZONS_MS[rng.int(HORIZONS_MS.length)] ?? 5;
      const inMs = rng.chance(0.5) ? rng.int(horizonMs) : rng.between(0, horizonMs);
      const atMs = time.nowMs + inMs;
      const cancel = time.at(atMs, () => {
        ran.push({ atMs: time.nowMs, name });
        if (armed < EVENTS) arm(armed++);
      });
      if (rng.chance(0.2)) cancel();
      else expected.push({ atMs, name });
    };
    let armed = 40;
    for (let name = 0; name < armed; name++) arm(name);
    while (ran.length < expected.length) time.runUntil(time.nowMs + rng.between(0, 10_000));
    expected.sort((a, b) => a.atMs - b.atMs || a.name - b.name);
    t.strictSame(ran, expected, `seed ${seed}`);
  }
});

t.test('the hundred thousandth millisecond is as near as the first', async (t) => {
  const time = new VirtualTime();
  const ranMs: number[] = [];
  time.runUntil(100_000.5);
  for (const inMs of [4_096, 4_095.9, 0, 0.2]) time.at(time.nowMs + inMs, () => ranMs.push(time.nowMs));
  t.equal(time.step(100_000.6), true);
  t.equal(time.step(100_000.6), false);
  t.equal(time.nowMs, 100_000.6);
  time.runUntil(200_000);
  t.same(ranMs, [100_000.5, 100_000.7, 104_096.4, 104_096.5]);
});
