import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isId } from '../../src/base/ids.js';
import { masterIdOf, newBootId, newSeed, version } from '../../src/daemon/identity.js';
import { ROOT } from '../helpers/daemon-process.js';

t.test('a boot id: 64 bits as 16 hex digits, another one each time', (t) => {
  const ids = new Set(Array.from({ length: 1000 }, newBootId));
  t.equal(ids.size, 1000);
  t.ok([...ids].every((id) => /^[0-9a-f]{16}$/.test(id)));
  t.end();
});

t.test('a master id is a valid id, and tells starts apart', (t) => {
  const id = masterIdOf('3f9a1c0011223344');
  t.ok(isId(id), id);
  t.ok(id.endsWith('-3f9a1c'), id);
  t.not(masterIdOf(newBootId()), masterIdOf(newBootId()));
  t.end();
});

t.test('a seed is a whole number of 32 bits', (t) => {
  const seeds = Array.from({ length: 100 }, newSeed);
  t.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
  t.ok(new Set(seeds).size > 90);
  t.end();
});

t.test('the version is the one of the package', (t) => {
  const { version: wanted } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  t.equal(version(), wanted);
  t.end();
});
