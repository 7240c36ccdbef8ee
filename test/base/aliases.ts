/** What a name may stand for. */
import t from 'tap';
import { byName } from '../../src/base/aliases.js';

const THINGS = [
  { id: 'a', aliases: ['first', 'letter', 'b'] },
  { id: 'b', aliases: ['second', 'letter'] },
];

t.test('ids before aliases; an alias of several things names them all', (t) => {
  t.strictSame(byName('first', THINGS), { ok: true, value: THINGS[0] });
  t.strictSame(byName('b', THINGS), { ok: true, value: THINGS[1] }, 'although it is an alias of a as well');
  t.strictSame(byName('letter', THINGS), { ok: false, error: ['a', 'b'] });
  t.strictSame(byName('c', THINGS), { ok: false, error: [] });
  t.end();
});
