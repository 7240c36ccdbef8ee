/** When a meter is believed, lost, and believed again. */
import t from 'tap';
import type { PhaseAmps } from '../../src/base/units.js';
import {
  type BeliefRules,
  hearMiss,
  hearReading,
  type MeterBelief,
  newBelief,
  passTime,
  plausible,
} from '../../src/meters/belief.js';
import type { MeterReading } from '../../src/ports/meter-reading.js';

const RULES: BeliefRules = { maxAgeMs: 3000 };

function amps(currentA: PhaseAmps, voltageV: MeterReading['voltageV'] = [230, 230, 230]): MeterReading {
  return { currentA, voltageV, powerW: [null, null, null], totalPowerW: null };
}

/** A good read that takes 20 ms. */
function good(belief: MeterBelief, sampledAtMs: number): MeterBelief {
  return hearReading(belief, RULES, { reading: amps([1, 2, 3]), sampledAtMs, nowMs: sampledAtMs + 20 });
}

t.test('the first good values count at once, their age from the request', (t) => {
  const waiting = newBelief(RULES, 1000);
  t.match(waiting, { state: 'waiting', reading: null, sampledAtMs: null, lostAtMs: 4000 });
  const online = good(waiting, 1100);
  t.match(online, { state: 'online', sampledAtMs: 1100, lostAtMs: 4100, misses: 0 });
  t.strictSame(online.reading?.currentA, [1, 2, 3]);
  t.end();
});

t.test('a miss keeps the values; their age ends them', (t) => {
  const online = good(newBelief(RULES, 0), 0);
  const missed = hearMiss(hearMiss(online, 'no answer', 1000), 'exception 4', 2000);
  t.match(missed, { state: 'online', sampledAtMs: 0, misses: 2, lastError: 'exception 4' });
  t.equal(passTime(missed, 2999).state, 'online');
  const lost = passTime(missed, 3000);
  t.match(lost, { state: 'lost', sampledAtMs: 0 });
  t.strictSame(lost.reading?.currentA, [1, 2, 3], 'kept for display');
  t.equal(hearMiss(online, 'no answer', 3000).state, 'lost', 'a miss sees the time too');
  t.equal(passTime(newBelief(RULES, 0), 3000).state, 'lost', 'never heard is lost as well');
  t.end();
});

t.test('after a loss three good reads in a row', (t) => {
  const lost = passTime(good(newBelief(RULES, 0), 0), 3000);
  const second = good(good(lost, 4000), 4250);
  t.equal(second.state, 'lost');
  t.equal(good(second, 4500).state, 'online');
  const broken = hearMiss(second, 'no answer', 4500);
  t.equal(good(good(broken, 4750), 5000).state, 'lost', 'a miss starts the count again');
  t.equal(good(good(good(broken, 4750), 5000), 5250).state, 'online');
  t.end();
});

t.test('good values after too long a silence are the first of three, not the next', (t) => {
  const online = good(newBelief(RULES, 0), 0);
  t.match(good(online, 2990), { state: 'lost', goodReads: 1 }, 'heard at 3010');
  t.equal(good(online, 2970).state, 'online', 'heard at 2990');
  t.end();
});

t.test('an answer that took longer than the values may be old is a miss', (t) => {
  const slow = hearReading(newBelief(RULES, 0), RULES, { reading: amps([1, 1, 1]), sampledAtMs: 100, nowMs: 3100 });
  t.match(slow, { state: 'lost', misses: 1, lastError: 'values: expected within 3000 ms, got them after 3000 ms' });
  t.end();
});

t.test('implausible values are a miss', (t) => {
  const limitA: PhaseAmps = [100, 63, 63];
  const cases: readonly (readonly [MeterReading, RegExp | null])[] = [
    [amps([150, -94.5, 94.5], [180, 260, null]), null],
    [amps([0, 0, 0], [179.9, 230, 230]), /^implausible voltage on L1: expected 180 to 260 V, got 179.9 V$/],
    [amps([0, 0, 0], [230, 230, 2301]), /^implausible voltage on L3/],
    [amps([0, 0, 0], [230, Number.NaN, 230]), /^implausible voltage on L2/],
    [amps([150.1, 0, 0]), /^implausible current on L1: expected at most 150 A, got 150.1 A$/],
    [amps([0, -94.6, 0]), /^implausible current on L2/],
  ];
  for (const [reading, error] of cases) {
    t.match(plausible(reading, { limitA }), error ? { ok: false, error } : { ok: true });
  }
  const it = { nominalV: 230 / Math.sqrt(3) };
  for (const volts of [104, 133, 230, 260])
    t.ok(plausible(amps([0, 0, 0], [volts, volts, volts]), it).ok, `IT: ${volts} V`);
  t.match(plausible(amps([0, 0, 0], [90, 133, 133]), it), { error: /expected 103 to 260 V, got 90 V$/ });
  t.ok(plausible(amps([0, 0, 0], [300, 300, 300]), { nominalV: 277 }).ok, 'a site of 277 V');
  t.ok(plausible(amps([5000, 0, 0])).ok, 'without a fuse any current may be');
  const online = good(newBelief(RULES, 0), 0);
  const heard = { reading: amps([200, 0, 0]), sampledAtMs: 500, nowMs: 520 };
  const refused = hearReading(online, { ...RULES, limitA }, heard);
  t.match(refused, { state: 'online', sampledAtMs: 0, misses: 1, lastError: /^implausible current on L1/ });
  t.strictSame(refused.reading?.currentA, [1, 2, 3]);
  t.end();
});

t.test('what no meter can show is no current, also where the fuse is not known', (t) => {
  for (const limitA of [undefined, [63, 63, 63] as const]) {
    for (const huge of [1.7e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e6]) {
      let belief = newBelief({ ...RULES, ...(limitA && { limitA }) }, 0);
      for (let nowMs = 0; nowMs < 3000; nowMs += 250) {
        const reading = { ...amps([1, huge, 2], [null, null, null]) };
        belief = hearReading(belief, { ...RULES, ...(limitA && { limitA }) }, { reading, sampledAtMs: nowMs, nowMs });
        t.match(belief, { state: 'waiting', reading: null, overReads: 0 }, `${huge} A`);
      }
    }
  }
  t.end();
});
