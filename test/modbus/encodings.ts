/** Encodings against words written down by hand, and there and back for random numbers. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { ENCODING_WORDS, ENCODINGS, type Encoding } from '../../src/base/registers.js';
import { decodeWords, encodeWords, isNotAvailable } from '../../src/modbus/encodings.js';

/** Value, encoding, words with the most significant first. */
const KNOWN: readonly (readonly [number, Encoding, readonly number[]])[] = [
  [-2, 'int16', [0xfffe]],
  [65_534, 'uint16', [0xfffe]],
  [-2, 'int32', [0xffff, 0xfffe]],
  [0x1234_5678, 'int32', [0x1234, 0x5678]],
  [0xfedc_ba98, 'uint32', [0xfedc, 0xba98]],
  [-2, 'int64', [0xffff, 0xffff, 0xffff, 0xfffe]],
  [0x0001_0002_0003_0004, 'uint64', [1, 2, 3, 4]],
  [230, 'float32', [0x4366, 0x0000]],
  [-12.5, 'float32', [0xc148, 0x0000]],
  [1, 'float64', [0x3ff0, 0, 0, 0]],
  [-123_456.75, 'float64', [0xc0fe, 0x240c, 0, 0]],
  // Mantissa 2 301 000 = 0x231c48, times 10^-4; with a sign: -1 735 500 = 0xffe584b4, without its first byte.
  [230.1, 't5', [0xfc23, 0x1c48]],
  [-1735.5, 't6', [0xfde5, 0x84b4]],
];

t.test('known words in both word orders', (t) => {
  for (const [value, encoding, words] of KNOWN) {
    t.same([...encodeWords(value, encoding, 'big')], words, `${value} as ${encoding}`);
    t.same([...encodeWords(value, encoding, 'little')], words.toReversed(), `${value} as ${encoding}, low word first`);
    t.equal(decodeWords(Uint16Array.from(words), encoding, 'big'), value);
    t.equal(decodeWords(Uint16Array.from(words.toReversed()), encoding, 'little'), value);
  }
  t.same(
    ENCODINGS.filter((encoding) => !KNOWN.some((known) => known[1] === encoding)),
    [],
    'every encoding is in the table',
  );
  t.end();
});

function randomValue(encoding: Encoding, random: number): number {
  if (encoding === 'float32') return Math.fround((random - 0.5) * 1e6);
  if (encoding === 'float64') return (random - 0.5) * 1e12;
  if (encoding === 't5') return Math.floor(random * 9e6) / 1000;
  if (encoding === 't6') return Math.floor((random - 0.5) * 9e6) / 1000;
  const bits = Math.min(16 * ENCODING_WORDS[encoding], 53);
  const steps = Math.floor(random * 2 ** bits);
  return encoding.startsWith('u') ? steps : steps - 2 ** (bits - 1);
}

t.test('there and back', (t) => {
  const seed = Number(process.env['EVENKEEL_SEED'] ?? 20_261);
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/modbus.test.js`);
  const rng = seededRng(seed);
  for (const encoding of ENCODINGS) {
    for (const order of ['big', 'little'] as const) {
      for (let round = 0; round < 200; round++) {
        const value = randomValue(encoding, rng.next());
        const back = decodeWords(encodeWords(value, encoding, order), encoding, order);
        if (back !== value) t.equal(back, value, `${encoding} ${order}`);
      }
    }
    t.pass(encoding);
  }
  t.end();
});

t.test('what no value looks like', (t) => {
  const gone: readonly (readonly [Encoding, readonly number[]])[] = [
    ['float32', [0x7fc0, 0]],
    ['float32', [0xffff, 0xffff]],
    ['float32', [0xff80, 0]],
    ['float64', [0x7ff0, 0, 0, 0]],
    ['int16', [0x8000]],
    ['int16', [0x7fff]],
    ['uint16', [0xffff]],
    ['int32', [0x8000, 0]],
    ['int32', [0x7fff, 0xffff]],
    ['uint32', [0xffff, 0xffff]],
    ['uint64', [0xffff, 0xffff, 0xffff, 0xffff]],
    ['int64', [0x8000, 0, 0, 0]],
    // Overflow of the EM24: the high word alone says it.
    ['int32', [0x7fff, 0x1234]],
    ['t5', [0xffff, 0xffff]],
    ['t6', [0xff7f, 0xffff]],
    ['t6', [0xff80, 0]],
    // A decimal exponent of 127, of -10.
    ['t5', [0x7f00, 1]],
    ['t5', [0xf600, 1]],
  ];
  for (const [encoding, words] of gone) {
    t.ok(isNotAvailable(Uint16Array.from(words), encoding, 'big'), `${encoding} ${words}`);
    t.ok(isNotAvailable(Uint16Array.from(words.toReversed()), encoding, 'little'), `${encoding} ${words}, low first`);
  }
  for (const [value, encoding, words] of KNOWN) {
    t.notOk(isNotAvailable(Uint16Array.from(words), encoding, 'big'), `${value} is a value`);
  }
  t.notOk(isNotAvailable(Uint16Array.of(0), 'uint16', 'big'), '0 is a value');
  t.notOk(isNotAvailable(Uint16Array.of(0xffff), 'int16', 'big'), '-1 is a value');
  t.notOk(isNotAvailable(Uint16Array.of(0x7ffe, 0xffff), 'int32', 'big'), 'below the overflow is a value');
  t.notOk(isNotAvailable(Uint16Array.of(0x0900, 1), 't5', 'big'), '10^9 is a value');
  t.end();
});

t.test('integers are rounded, and refused outside of their range', (t) => {
  t.same([...encodeWords(12.6, 'uint16', 'big')], [13]);
  t.throws(() => encodeWords(65_536, 'uint16', 'big'), /65536 is no uint16/);
  t.throws(() => encodeWords(-1, 'uint32', 'big'), /-1 is no uint32/);
  t.throws(() => encodeWords(Number.NaN, 'int32', 'big'), /NaN is no int32/);
  t.throws(() => encodeWords(-1, 't5', 'big'), /-1 is no t5/);
  t.throws(() => encodeWords(1e17, 't6', 'big'), /is no t6/);
  t.throws(() => decodeWords(Uint16Array.of(1), 'float32', 'big'), /float32 does not take 1 words/);
  t.end();
});
