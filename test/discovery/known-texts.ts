/** Texts that are found by their bytes are those bytes, however many there are and whatever came before. */
import t from 'tap';
import { isId } from '../../src/base/ids.js';
import { seededRng } from '../../src/base/rng.js';
import { AddressNames } from '../../src/discovery/address-names.js';
import { asciiBytes } from '../../src/discovery/bytes.js';
import { KnownHex, KnownTexts } from '../../src/discovery/known-texts.js';

/** Several times the places of a table: everybody loses his place now and then. */
const COUNT = 20_000;

t.test('ids: many of them, twice, among other bytes', async (t) => {
  const known = new KnownTexts(isId);
  const rng = seededRng(1);
  let wrong = 0;
  for (let i = 0; i < COUNT; i++) {
    const text = `${rng.int(COUNT / 4)}`.padStart(1 + rng.int(8), 'cp-');
    for (const at of [0, 3]) {
      const bytes = asciiBytes(`${'?'.repeat(at)}${text}!`);
      if (known.read(bytes, at, text.length) !== text) wrong += 1;
    }
  }
  t.equal(wrong, 0);
  for (const text of ['', 'a b', '..', 'x'.repeat(33)]) {
    for (let time = 0; time < 2; time++) t.equal(known.read(asciiBytes(text), 0, text.length), undefined, `"${text}"`);
  }
});

t.test('boot ids: many of them, twice', async (t) => {
  const known = new KnownHex();
  const rng = seededRng(2);
  const texts = Array.from({ length: COUNT }, () => [0, 1].map(() => hex(rng.int(2 ** 32))).join(''));
  const extremes = ['0'.repeat(16), 'f'.repeat(16), '00000000ffffffff'];
  let wrong = 0;
  for (const text of [...texts, ...extremes, ...texts, ...extremes]) {
    const bytes = Uint8Array.from({ length: 9 }, (_, i) =>
      i === 0 ? 7 : Number.parseInt(text.slice(2 * i - 2, 2 * i), 16),
    );
    if (known.read(bytes, 1) !== text) wrong += 1;
  }
  t.equal(wrong, 0);
});

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

t.test('addresses: another port of the same host is another one', async (t) => {
  const names = new AddressNames();
  for (const port of [1, 1, 2, 1]) t.equal(names.of({ host: '10.0.0.7', port, via: 'eth0' }), `10.0.0.7:${port}`);
});
