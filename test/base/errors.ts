/** Broken invariants throw; expected failures are values. */
import t from 'tap';
import { assert, defined, InvariantError } from '../../src/base/assert.js';
import { fail, ok } from '../../src/base/result.js';

t.test('assert and defined', async (t) => {
  t.doesNotThrow(() => assert(true, 'never'));
  t.throws(() => assert(false, 'sum above limit'), new InvariantError('sum above limit'));
  t.equal(new InvariantError('x').name, 'InvariantError', 'the log tells it from other errors by its name');
  t.equal(defined(0, 'limit'), 0, 'zero is a value');
  t.equal(defined('', 'id'), '', 'so is an empty text');
  t.throws(() => defined(undefined, 'meter M1'), new InvariantError('meter M1 is missing'));
});

t.test('results', async (t) => {
  t.strictSame(ok(5), { ok: true, value: 5 });
  t.strictSame(fail('no route'), { ok: false, error: 'no route' });
});
