/** The table of faults is whole: each of its rows has a fault that is played, or is shown elsewhere. */
import { existsSync } from 'node:fs';
import t from 'tap';
import { ELSEWHERE, INJECTORS } from '../../../src/sim/world/faults/index.js';
import { ROOT } from '../../tidy/source.js';
import { played } from './scene.js';

const ROWS = Array.from({ length: 60 }, (_, index) => index + 1);

t.test('each fault is played by a test of its row', async (t) => {
  const missing = INJECTORS.filter(({ name }) => !played.has(name)).map(({ name }) => name);
  t.strictSame(missing, []);
  const names = INJECTORS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length, 'no name twice');
});

t.test('each row has a fault, or the file that shows it, or is not built', async (t) => {
  const known = new Set([...INJECTORS.map(({ row }) => row), ...ELSEWHERE.keys()]);
  t.strictSame(
    ROWS.filter((row) => !known.has(row)),
    [],
  );
  t.strictSame(
    [...known].filter((row) => !ROWS.includes(row)),
    [],
  );
});

t.test('what is shown elsewhere is there', async (t) => {
  for (const [row, text] of ELSEWHERE) {
    const file = /^(test\/\S+\.ts): /.exec(text)?.[1];
    if (file === undefined) t.match(text, /^not built: /, `row ${row}`);
    else t.ok(existsSync(`${ROOT}${file}`), `row ${row}: ${file}`);
  }
});
