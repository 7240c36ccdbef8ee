/** The rules of the repository, held against its files as they are. */
import { existsSync } from 'node:fs';
import t from 'tap';
import { checkDependencies, checkEntries, checkLengths, checkLinks, checkLock } from './check-files.js';
import { checkFolders, checkImports, checkLinter, checkTsConfigs } from './check-layers.js';
import { checkWords } from './check-words.js';
import { ROOT, readRepository, type SourceFile } from './source.js';

const files = readRepository();

function named(path: string): SourceFile {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} is missing`);
  return file;
}

t.test('the repository keeps its own rules', async (t) => {
  t.ok(files.length > 50, `${files.length} files were read`);
  const rules: Readonly<Record<string, readonly string[]>> = {
    'a layer imports only what stands in test/tidy/layers.ts': checkImports(files),
    'folders of a layer are free of circles': checkFolders(files),
    'every src/<layer>/tsconfig.json follows the layer table': checkTsConfigs(files),
    'biome.json follows the layer table': checkLinter(named('biome.json').text),
    'no banned word': checkWords(files),
    'no file is too long': checkLengths(files),
    'every test file is run by an entry': checkEntries(files),
    'every link of a document leads to a file': checkLinks(files, (path) => existsSync(`${ROOT}${path}`)),
    'the lock file names no registry': checkLock(named('package-lock.json')),
    'every dependency is needed': checkDependencies(files),
  };
  for (const [rule, findings] of Object.entries(rules)) t.strictSame(findings, [], rule);
});
