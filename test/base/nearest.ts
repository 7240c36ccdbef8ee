/** "Did you mean" must help with a slip of the finger and keep quiet otherwise. */
import t from 'tap';
import { nearest } from '../../src/base/nearest.js';

const FIELDS = ['limitA', 'headroomA', 'meter', 'parent', 'fallbackA'];

t.test('the nearest word', async (t) => {
  const rows: readonly (readonly [word: string, want: string | undefined, why: string])[] = [
    ['limitA', 'limitA', 'the word itself'],
    ['LIMITA', 'limitA', 'case is ignored'],
    ['limit', 'limitA', 'the unit was forgotten'],
    ['limitAmps', 'limitA', 'the unit was spelled out'],
    ['hea', 'headroomA', 'only the beginning'],
    ['metre', 'meter', 'two letters swapped'],
    ['parnet', 'parent', 'two letters swapped'],
    ['headrom', 'headroomA', 'letters missing'],
    ['fallbakcA', 'fallbackA', 'letters swapped in a long word'],
    ['colour', undefined, 'nothing near'],
    ['x', undefined, 'too short to guess'],
    ['', undefined, 'nothing to guess from'],
  ];
  for (const [word, want, why] of rows) t.equal(nearest(word, FIELDS), want, `"${word}": ${why}`);
});

t.test('edges', async (t) => {
  t.equal(nearest('meter', []), undefined, 'no candidates');
  t.equal(nearest('cat', ['bat', 'rat']), 'bat', 'the first of equals');
  t.equal(nearest('ab', ['b']), 'b', 'one letter too many');
});
