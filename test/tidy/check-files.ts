/** Checks on whole files: lengths, test entries, links of the documents, the lock file, the dependencies. */
import { posix } from 'node:path';
import { importsOf, lineAt, packageOf, type SourceFile } from './source.js';

const LINES_MAX = 400;
const PROGRAM = /\.(?:ts|mjs|js|sh|py)$/;

export function checkLengths(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => PROGRAM.test(file.path))
    .map((file) => ({ path: file.path, lines: file.text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path}: ${lines} lines; at most ${LINES_MAX}`);
}

/** Test files that no entry `test/*.test.ts` imports, directly or through others: they would never run. */
export function checkEntries(files: readonly SourceFile[]): readonly string[] {
  const tests = new Map(
    files.filter((file) => /^test\/.*\.ts$/.test(file.path)).map((file) => [file.path, file] as const),
  );
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const file = tests.get(path);
    if (!file || reached.has(path)) return;
    reached.add(path);
    for (const found of importsOf(file)) if (found.relative) visit(found.target.replace(/\.js$/, '.ts'));
  };
  for (const path of tests.keys()) if (/^test\/[^/]+\.test\.ts$/.test(path)) visit(path);
  return [...tests.keys()]
    .filter((path) => !reached.has(path) && !/^test\/(?:helpers|independent)\//.test(path))
    .map((path) => `${path}: never runs; import it in test/${path.split('/')[1]}.test.ts`);
}

const CODE_IN_MARKDOWN = /```[\s\S]*?```|`[^`\n]*`/g;
const LINK = /\]\(\s*([^)\s#]+)(?:#[^)\s]*)?(?:\s+"[^"]*")?\s*\)/g;

/** Links of the documents that lead to no file. */
export function checkLinks(documents: readonly SourceFile[], exists: (path: string) => boolean): readonly string[] {
  return documents
    .filter((file) => file.path.endsWith('.md'))
    .flatMap((file) => {
      const text = file.text.replace(CODE_IN_MARKDOWN, (code) => code.replace(/[^\n]/g, ' '));
      return [...text.matchAll(LINK)]
        .map((match) => ({ target: match[1] ?? '', line: lineAt(text, match.index) }))
        .filter(({ target }) => !/^[a-z]+:/.test(target))
        .filter(({ target }) => !exists(posix.join(posix.dirname(file.path), decodeURIComponent(target))))
        .map(({ target, line }) => `${file.path}:${line}: links to ${target}, which is not there`);
    });
}

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/** The lock file must install through whatever registry the machine uses, also one that lacks other platforms. */
export function checkLock(lock: SourceFile): readonly string[] {
  const named = [...lock.text.matchAll(/"resolved"|\/\/registry\.[^"/]*/g)].map(
    (match) => `${lock.path}:${lineAt(lock.text, match.index)}: ${match[0]}; instead: npm install as .npmrc says`,
  );
  const { packages = {} } = JSON.parse(lock.text) as Lock;
  const incomplete = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map((name) => `${lock.path}: lacks ${name}, npm ci would refuse it; run: node scripts/complete-lock.mjs`),
  );
  return [...named, ...incomplete];
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packages that are used by running them; the word by which a script calls each. */
const TOOLS: Readonly<Record<string, string>> = { '@biomejs/biome': 'biome', knip: 'knip', typescript: 'tsc' };

/** Dependencies that nothing needs: those of the product must be imported in `src/`, the others anywhere. */
export function checkDependencies(files: readonly SourceFile[]): readonly string[] {
  const manifest = JSON.parse(files.find((file) => file.path === 'package.json')?.text ?? '{}') as Manifest;
  const programs = files.filter((file) => /\.(?:ts|mjs)$/.test(file.path));
  const imported = (under: string): ReadonlySet<string> =>
    new Set(
      programs
        .filter((file) => file.path.startsWith(under))
        .flatMap((file) => importsOf(file).map((i) => packageOf(i.target))),
    );
  const scripts = files.filter((file) => /^scripts\/.*\.sh$/.test(file.path)).map((file) => file.text);
  const inProduct = imported('src/');
  const anywhere = imported('');
  const isUsed = (name: string): boolean => {
    const tool = TOOLS[name];
    if (tool !== undefined) return scripts.some((text) => new RegExp(`/${tool}\\b`).test(text));
    return anywhere.has(name) || name.startsWith('@types/');
  };
  return [
    ...Object.keys(manifest.dependencies).filter((name) => !inProduct.has(name)),
    ...Object.keys(manifest.devDependencies).filter((name) => !isUsed(name)),
  ].map((name) => `package.json: nothing needs ${name}; import it in src/, or npm uninstall ${name}`);
}
