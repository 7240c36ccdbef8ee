/** The same seed must give the same run on every machine and in every release: recorded seeds depend on it. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';

/** First outputs times 2^32, computed with an independent implementation of Mulberry32. */
const VECTORS: readonly (readonly [seed: number, outputs: readonly number[]])[] = [
  [0, [1_144_304_738, 1_416_247, 958_946_056]],
  [1, [2_693_262_067, 11_749_833, 2_265_367_787, 4_213_581_821, 4_159_151_403]],
  [12_345, [4_207_900_869, 1_317_490_944, 2_079_646_450]],
  [0xffff_ffff, [3_850_105_811, 813_802_916, 3_073_704_848]],
];

t.test('fixed vectors', async (t) => {
  for (const [seed, outputs] of VECTORS) {
    const rng = seededRng(seed);
    t.strictSame(
      outputs.map(() => rng.next() * 2 ** 32),
      outputs,
      `seed ${seed}`,
    );
  }
  t.equal(seededRng(-1).next(), seededRng(0xffff_ffff).next(), 'a seed counts as 32 bits');
});

t.test('one stream feeds all four functions', async (t) => {
  const plain = seededRng(7);
  const used = seededRng(7);
  t.equal(used.int(10), Math.floor(plain.next() * 10));
  t.equal(used.between(6, 32), 6 + plain.next() * 26);
  t.equal(used.chance(0.5), plain.next() < 0.5);
  t.equal(used.next(), plain.next());
});

t.test('ranges hold and are used', async (t) => {
  const rng = seededRng(2026);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const drawn = rng.int(4);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  t.equal(counts.length, 4, 'never at or above the bound');
  for (const count of counts) t.ok(count > 850 && count < 1150, `${count} of 4000 in one of four bins`);
  const values = Array.from({ length: 2000 }, () => rng.between(-2, 3));
  t.ok(Math.min(...values) >= -2 && Math.max(...values) < 3);
  t.ok(Math.min(...values) < -1.9 && Math.max(...values) > 2.9, 'both ends are reached');
  t.ok(Array.from({ length: 100 }, () => rng.chance(1)).every(Boolean), 'probability 1 is always');
  t.notOk(Array.from({ length: 100 }, () => rng.chance(0)).some(Boolean), 'probability 0 is never');
});
