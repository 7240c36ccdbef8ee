/** Reads the repository's files and tells code from comments and strings, well enough for the tidy checks. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** Relative imports as a path from the root, ending as written (`src/base/units.js`); others as written. */
  readonly target: string;
  readonly relative: boolean;
  /** 1-based. */
  readonly line: number;
}

/** Emitted to build/test/tidy: the root is three levels up. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NOT_OURS = new Set(['node_modules', 'build', '.git', '.tap', 'coverage']);
const TEXT =
  /(?:\.(?:ts|mjs|js|json|md|sh|py|ya?ml|service|conf|grit|rules)|(?:^|\/)(?:Makefile|evenkeel|run|\.taprc|\.npmrc))$/;

/** Every text file of the repository; data and generated files are left out. */
export function readRepository(): readonly SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(`${ROOT}${folder}`, { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (NOT_OURS.has(entry.name)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && TEXT.test(path)) found.push({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') });
    }
  };
  walk('');
  return found;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|(?<=(?:[(,=:[!&|?;{}\n]|\breturn)\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//g;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** The text with every comment blanked out; line numbers stay. */
export function withoutComments(text: string): string {
  return text.replace(TOKEN, (token) => (/^\/[/*]/.test(token) ? blank(token) : token));
}

/** The text with comments, strings and regular expressions blanked out; `${...}` of templates stays. */
export function codeOnly(text: string): string {
  return text.replace(TOKEN, (token) => {
    if (!token.startsWith('`')) return blank(token);
    return token.replace(/\$\{[^}]*\}|[^\n]/g, (part) => (part.startsWith('${') ? part : ' '));
  });
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

const IMPORT = /\b(?:from\s*|import\s*|(?:import|require)\s*\(\s*)(['"])([^'"\n]+)\1/g;

/** Static, side-effect, dynamic and type imports, re-exports and `import('...')` types. */
export function importsOf(file: SourceFile): readonly Import[] {
  const text = withoutComments(file.text);
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? '';
    const relative = name.startsWith('.');
    const target = relative ? posix.join(posix.dirname(file.path), name) : name;
    return { target, relative, line: lineAt(text, match.index) };
  });
}

/** `zod` of `zod/mini`, `@scope/name` of `@scope/name/sub`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
