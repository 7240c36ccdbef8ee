/** The digest of a run: every word counts, and so does their order. */
import fc from 'fast-check';
import t from 'tap';
import { Trace } from '../../../src/sim/world/trace.js';

const seed = Number(process.env['EVENKEEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['EVENKEEL_RUNS'] ?? 500);

type Word = number | string | Uint8Array;

function digestOf(...words: readonly Word[]): string {
  const trace = new Trace();
  for (const word of words) {
    if (typeof word === 'number') trace.number(word);
    else if (typeof word === 'string') trace.text(word);
    else trace.bytes(word);
  }
  return trace.digest;
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

t.test('16 hex digits, the same for the same words', async (t) => {
  t.match(digestOf(), /^[0-9a-f]{16}$/);
  t.match(digestOf(1, 'a', bytes(1)), /^[0-9a-f]{16}$/);
  t.equal(digestOf(1, 'a', bytes(1)), digestOf(1, 'a', bytes(1)));
  const trace = new Trace();
  trace.text('ab');
  t.equal(trace.digest, trace.digest, 'looking changes nothing');
  t.equal(trace.count, 3, 'two letters and their number');
});

t.test('words that differ by little', async (t) => {
  const rows: readonly (readonly [readonly Word[], readonly Word[]])[] = [
    [[], [0]],
    [[0], [0, 0]],
    [[0], [-0]],
    [[1], [1 + Number.EPSILON]],
    [[1], [Number.NEGATIVE_INFINITY]],
    [[''], []],
    [['a'], ['b']],
    [
      ['a', 'bc'],
      ['ab', 'c'],
    ],
    [['master'], ['Master']],
    [[bytes()], []],
    [[bytes(0)], [bytes(0, 0)]],
    [[bytes(1, 2, 3, 4)], [bytes(4, 3, 2, 1)]],
    [[bytes(1, 2, 3, 4, 5)], [bytes(1, 2, 3, 4, 6)]],
    [[bytes(1, 2, 3, 4), bytes(5)], [bytes(1, 2, 3, 4, 5)]],
    [
      ['a', 1],
      [1, 'a'],
    ],
  ];
  for (const [one, other] of rows) t.not(digestOf(...one), digestOf(...other), JSON.stringify([one, other]));
});

const word = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.uint8Array({ maxLength: 20 }));
const words = fc.array(word, { minLength: 1, maxLength: 20 });

t.test('one bit of a byte, anywhere', async (t) => {
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/sim.test.js`);
  const datagram = fc.uint8Array({ minLength: 1, maxLength: 60 });
  const property = fc.property(datagram, fc.nat(), fc.nat(7), (whole, at, bit) => {
    const changed = whole.slice();
    changed[at % whole.length] = (whole[at % whole.length] ?? 0) ^ (1 << bit);
    return digestOf(whole) !== digestOf(changed);
  });
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns }));
});

t.test('one word less, and two words in another order', async (t) => {
  const property = fc.property(words, fc.nat(), (all, at) => {
    const left = all.filter((_, index) => index !== at % all.length);
    const turned = [...left, ...all.slice(at % all.length, (at % all.length) + 1)];
    const isSame = turned.every((one, index) => digestOf(one) === digestOf(all[index] ?? 0));
    return digestOf(...left) !== digestOf(...all) && (isSame || digestOf(...turned) !== digestOf(...all));
  });
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns }));
});
