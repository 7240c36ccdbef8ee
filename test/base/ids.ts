/** Ids must be safe in topics, file names and datagrams. */
import t from 'tap';
import { isId } from '../../src/base/ids.js';

t.test('ids', async (t) => {
  for (const id of ['a', 'CP-01', 'garage.left_2', 'x'.repeat(32)]) t.ok(isId(id), `"${id}" is one`);
  for (const id of ['', 'x'.repeat(33), 'a b', 'a/b', 'a+', '#', 'ä', 'a\n', '\0'])
    t.notOk(isId(id), JSON.stringify(id));
});
