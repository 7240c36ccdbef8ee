/** The list of mutants is true: each text stands exactly once in the emitted code, and what replaces it is something else. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { edited } from './edit.js';
import { MUTANTS, SAFETY_MUTANTS } from './list.js';

t.test('each mutant can be made', async (t) => {
  for (const mutant of MUTANTS) {
    const source = readFileSync(new URL(`../../src/${mutant.file}`, import.meta.url), 'utf8');
    t.doesNotThrow(() => t.not(edited(source, mutant), source, `${mutant.rule} ${mutant.name}`), mutant.name);
  }
  const names = MUTANTS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length, 'no name twice');
  t.same(
    [...SAFETY_MUTANTS.keys()].filter((name) => !names.includes(name)),
    [],
  );
});

t.test('a text that is not there, or twice, is refused', async (t) => {
  const edit = { file: 'x.js', find: 'a < b', replace: 'true' };
  t.equal(edited('if (a < b) {}', edit), 'if (true) {}');
  t.throws(() => edited('if (a > b) {}', edit), { message: 'x.js: expected once, found 0 times: a < b' });
  t.throws(() => edited('a < b; a < b', edit), { message: 'x.js: expected once, found 2 times: a < b' });
});
