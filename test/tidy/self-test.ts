/** The tidy checks on small bad examples: each must be found, and its good twin must not. */
import t from 'tap';
import { checkDependencies, checkEntries, checkLengths, checkLinks, checkLock } from './check-files.js';
import { checkFolders, checkImports, checkLinter, checkTsConfigs, importRule } from './check-layers.js';
import { checkWords } from './check-words.js';
import { LAYERS } from './layers.js';
import { codeOnly, importsOf, type SourceFile } from './source.js';

function file(path: string, text: string): SourceFile {
  return { path, text };
}

/** Written so that the checks do not find the example in this file. */
const TO_DO = ['TO', 'DO'].join('');
const HOME = ['', 'home', 'somebody', 'evenkeel'].join('/');

t.test('imports of every form are seen, those in comments are not', async (t) => {
  const forms = [
    "import { a } from '../dlm/a.js';",
    "import type { b } from '../dlm/b.js';",
    "import '../dlm/c.js';",
    "export * from '../dlm/d.js';",
    "const e = await import('../dlm/e.js');",
    "type F = import('../dlm/f.js').F;",
    "import {\n  g,\n} from '../dlm/g.js';",
    "// import '../dlm/no.js';\n/* from '../dlm/no.js' */ const h = Array.from('abc');",
  ];
  const found = importsOf(file('src/meters/x.ts', forms.join('\n')));
  t.strictSame(
    found.map(({ target, line }) => `${target}:${line}`),
    ['a:1', 'b:2', 'c:3', 'd:4', 'e:5', 'f:6', 'g:9'].map((name) => `src/dlm/${name.replace(':', '.js:')}`),
  );
});

t.test('imports against the table', async (t) => {
  const rows: readonly (readonly [path: string, text: string, count: number])[] = [
    ['src/base/a.ts', "import { x } from './b.js';", 0],
    ['src/base/a.ts', "import type { x } from '../ports/time.js';", 1],
    ['src/base/a.ts', "import fs from 'node:fs';", 1],
    ['src/config/a.ts', "import { x } from '../dlm/types.js';", 0],
    ['src/config/a.ts', "import { x } from '../dlm/allocate.js';", 1],
    ['src/config/a.ts', "import { z } from 'zod/mini'; import y from 'yaml';", 0],
    ['src/dlm/a.ts', "import y from 'yaml';", 1],
    ['src/meters/models/a.ts', "import { x } from '../../modbus/rows.js'; import { y } from '../decode.js';", 0],
    ['src/meters/models/a.ts', "const x = await import('../../dlm/types.js');", 1],
    ['src/transports/a.ts', "import fs from 'node:fs'; import m from 'mqtt';", 0],
    ['src/transports/a.ts', "import { x } from '../runtime/poller.js';", 1],
    ['src/daemon/a.ts', "import { x } from '../sim/faults.js'; import { y } from '../cli/index.js';", 2],
    ['src/cli/a.ts', "import { x } from '../../test/helpers/x.js';", 1],
    ['src/gadgets/a.ts', '', 1],
  ];
  for (const [path, text, count] of rows) t.equal(checkImports([file(path, text)]).length, count, `${path}: ${text}`);
  t.match(checkImports([file('src/base/a.ts', "\nimport 'zod';")])[0], /^src\/base\/a\.ts:2: imports zod; .* nothing$/);
});

t.test('folders of a layer that import each other in a circle', async (t) => {
  const down = file('src/dlm/group/a.ts', "import { x } from '../leases/b.js'; import { y } from '../types.js';");
  const up = file('src/dlm/leases/c.ts', "import type { z } from '../group/d.js';");
  t.strictSame(checkFolders([down]), []);
  t.strictSame(checkFolders([down, up]), ['src/dlm: folders import each other in a circle: group -> leases -> group']);
});

t.test('tsconfig.json and biome.json against the table', async (t) => {
  const configs = LAYERS.map((layer) => {
    const references = layer.imports.map((name) => ({ path: `../${name.split('/')[0]}` }));
    const compilerOptions = layer.pure ? { types: [] } : {};
    return file(`src/${layer.name}/tsconfig.json`, JSON.stringify({ compilerOptions, references }));
  });
  t.strictSame(checkTsConfigs(configs), []);
  t.match(checkTsConfigs(configs.slice(1)), ['src/base/tsconfig.json: missing']);
  const loose = configs.map(({ path, text }) => file(path, text.replace('"types":[]', '"types":["node"]')));
  t.equal(checkTsConfigs(loose).length, LAYERS.filter((layer) => layer.pure).length);
  const open = configs.map(({ path, text }) => file(path, text.replace('"../base"', '"../sim"')));
  t.equal(checkTsConfigs(open).length, LAYERS.length - 1, 'every layer but base refers to base');

  const overrides = LAYERS.map((layer) => {
    const globals = layer.pure ? { noRestrictedGlobals: {} } : {};
    const style = { noRestrictedImports: importRule(layer), ...globals };
    return { includes: [`src/${layer.name}/**`], linter: { rules: { style } } };
  });
  t.strictSame(checkLinter(JSON.stringify({ overrides })), []);
  t.equal(checkLinter(JSON.stringify({ overrides: overrides.slice(1) })).length, 2);
  t.equal(checkLinter(JSON.stringify({ overrides }).replace('"!**/base/**"', '"!**/dlm/**"')).length, 1);
});

t.test('banned words in code', async (t) => {
  const rows: readonly (readonly [path: string, text: string, count: number])[] = [
    ['src/dlm/a.ts', 'const x = Math.random();', 1],
    ['src/northbound/a.ts', 'const x = Math.random();', 1],
    ['src/daemon/a.ts', 'const x = Math.random(); setTimeout(f, 1);', 0],
    ['src/sim/a.ts', 'const x = Date.now() + new Date().getTime();', 2],
    ['src/runtime/a.ts', 'setTimeout(f, 1); setInterval(f, 1);', 2],
    ['src/base/a.ts', 'console.error(process.pid);', 2],
    ['src/base/a.ts', "// console.log\nconst x = 'process.pid'; const y = /new Date/;", 0],
    ['src/base/a.ts', `const x = \`a \${Date.now()} process.pid\`;`, 1],
    ['src/transports/a.ts', 'setTimeout(f, 1);', 0],
    ['test/dlm/a.ts', `t${'.only'}('x', f); t${'.skip'}('y', f);`, 2],
  ];
  for (const [path, text, count] of rows) t.equal(checkWords([file(path, text)]).length, count, `${path}: ${text}`);
  t.match(checkWords([file('src/dlm/a.ts', '\nMath.random()')])[0], /^src\/dlm\/a\.ts:2: Math\.random; instead: .*rng/);
});

t.test('banned words in any text', async (t) => {
  t.equal(checkWords([file('docs/a.md', `${TO_DO}: say more; see ${HOME}/x`)]).length, 2);
  t.equal(checkWords([file('src/base/a.ts', `// biome-${'ignore'} lint: no\n// @ts-${'ignore'}`)]).length, 2);
  t.strictSame(checkWords([file('docs/a.md', `see https://example.org${HOME}/x and .${HOME}/y`)]), []);
  t.strictSame(checkWords([file('package-lock.json', `"integrity": "sha512-a+${TO_DO}/b"`)]), []);
});

t.test('code is told from comments, strings and regular expressions', async (t) => {
  t.equal(codeOnly("a; // b\n'c' /* d\n */ e").replace(/ +/g, ' '), 'a; \n \n e');
  t.equal(codeOnly("return /'/.test(x) ? y : 'z'").replace(/ +/g, ' '), 'return .test(x) ? y : ');
  t.equal(codeOnly('a / b / c'), 'a / b / c');
});

t.test('whole files', async (t) => {
  t.equal(checkLengths([file('src/base/a.ts', 'x;\n'.repeat(400))]).length, 0);
  t.equal(checkLengths([file('src/base/a.ts', 'x;\n'.repeat(401))]).length, 1);

  const entry = file('test/dlm.test.ts', "import './dlm/a.js';");
  const cases = [file('test/dlm/a.ts', "import './b.js';"), file('test/dlm/b.ts', ''), file('test/helpers/c.ts', '')];
  t.strictSame(checkEntries([entry, ...cases]), []);
  t.match(checkEntries([entry, ...cases, file('test/dlm/d.ts', '')]), [/^test\/dlm\/d\.ts: never runs/]);

  const exists = (path: string): boolean => path === 'docs/b.md';
  t.strictSame(checkLinks([file('docs/a.md', '[b](b.md#top) [c](https://example.org) `[d](d.md)`')], exists), []);
  t.match(checkLinks([file('docs/a.md', '\n[b](../b.md)')], exists), [/^docs\/a\.md:2: links to \.\.\/b\.md/]);

  t.strictSame(checkLock(file('package-lock.json', '{\n"version": "1.0.0" }')), []);
  t.match(checkLock(file('package-lock.json', '{\n"resolved": "x" }')), [/^package-lock\.json:2: "resolved"/]);
  const whole = { 'node_modules/a': { optionalDependencies: { b: '1.0.0' } }, 'node_modules/b': {} };
  t.strictSame(checkLock(file('package-lock.json', JSON.stringify({ packages: whole }))), []);
  const { 'node_modules/b': _, ...rest } = whole;
  t.match(checkLock(file('package-lock.json', JSON.stringify({ packages: rest }))), [/lacks b, .*complete-lock/]);
});

t.test('dependencies that nothing needs', async (t) => {
  const manifest = { dependencies: { mqtt: '1', zod: '1' }, devDependencies: { tap: '1', knip: '1', '@types/x': '1' } };
  const files = [
    file('package.json', JSON.stringify(manifest)),
    file('src/config/a.ts', "import { z } from 'zod/mini';"),
    file('test/a.ts', "import t from 'tap'; import m from 'mqtt';"),
    file('scripts/lint.sh', 'node_modules/.bin/knip'),
  ];
  t.match(checkDependencies(files), [/ mqtt;/], 'a package of the product counts only in src/');
  t.equal(checkDependencies(files.slice(0, 3)).length, 2, 'a tool must be called by a script');
});
