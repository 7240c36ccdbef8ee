/** Holds imports, project references and the linter's settings to the layer table. */
import { isDeepStrictEqual } from 'node:util';
import { allowedText, LAYERS, type Layer, layerOf } from './layers.js';
import { type Import, importsOf, packageOf, type SourceFile } from './source.js';

function isAllowed(layer: Layer, found: Import): boolean {
  if (!found.relative) return !layer.pure || layer.packages.includes(packageOf(found.target));
  return [layer.name, ...layer.imports].some((name) => {
    const path = `src/${name}`;
    return name.includes('/') ? found.target === `${path}.js` : found.target.startsWith(`${path}/`);
  });
}

/** One line for every import in `src/` that the table does not allow, and for every folder that it does not know. */
export function checkImports(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => file.path.startsWith('src/') && file.path.endsWith('.ts'))
    .flatMap((file) => {
      const layer = layerOf(file.path);
      if (!layer) return [`${file.path}:1: no such layer in test/tidy/layers.ts`];
      return importsOf(file)
        .filter((found) => !isAllowed(layer, found))
        .map((found) => {
          return `${file.path}:${found.line}: imports ${found.target}; src/${layer.name} may import ${allowedText(layer)}`;
        });
    });
}

/** A file beside the folders of a layer is a node of its own; a folder is one. */
function nodeOf(path: string, layer: Layer): string {
  return path.slice(`src/${layer.name}/`.length).split('/')[0] ?? '';
}

/** Folders of a layer must not import each other in a circle: one line that names the way round. */
export function checkFolders(files: readonly SourceFile[]): readonly string[] {
  return LAYERS.filter(({ folders }) => folders !== undefined).flatMap((layer) => {
    const isInside = (path: string): boolean => path.startsWith(`src/${layer.name}/`);
    const edges = new Map<string, Set<string>>();
    for (const file of files.filter(({ path }) => isInside(path) && path.endsWith('.ts'))) {
      const from = nodeOf(file.path, layer);
      const targets = importsOf(file).filter(({ relative, target }) => relative && isInside(target));
      const to = targets.map(({ target }) => nodeOf(target.replace(/\.js$/, '.ts'), layer));
      edges.set(from, new Set([...(edges.get(from) ?? []), ...to.filter((name) => name !== from)]));
    }
    const circle = circleIn(edges);
    return circle ? [`src/${layer.name}: folders import each other in a circle: ${circle.join(' -> ')}`] : [];
  });
}

function circleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    done.add(name);
    for (const next of edges.get(name) ?? []) {
      const found = visit(next, [...way, name]);
      if (found) return found;
    }
    return undefined;
  };
  for (const name of edges.keys()) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}

interface TsConfig {
  readonly compilerOptions: { readonly types?: readonly string[] };
  readonly references: readonly { readonly path: string }[];
}

function checkTsConfig(layer: Layer, files: readonly SourceFile[]): readonly string[] {
  const path = `src/${layer.name}/tsconfig.json`;
  const file = files.find((candidate) => candidate.path === path);
  if (!file) return [`${path}: missing`];
  const config = JSON.parse(file.text) as TsConfig;
  const wanted = layer.imports.map((name) => `../${name.split('/')[0]}`).sort();
  const found = config.references.map((reference) => reference.path).sort();
  const findings: string[] = [];
  if (!isDeepStrictEqual(found, wanted)) findings.push(`${path}: references ${found}; the table says ${wanted}`);
  const types = layer.pure ? [] : undefined;
  if (!isDeepStrictEqual(config.compilerOptions.types, types)) {
    findings.push(`${path}: ${layer.pure ? 'a pure layer needs "types": []' : 'a layer with Node has no "types"'}`);
  }
  return findings;
}

/** The references and `types` of every layer's tsconfig.json, so that the compiler is the fence. */
export function checkTsConfigs(files: readonly SourceFile[]): readonly string[] {
  return LAYERS.flatMap((layer) => checkTsConfig(layer, files));
}

interface Override {
  readonly includes: readonly string[];
  readonly linter?: {
    readonly rules: {
      readonly style?: { readonly noRestrictedImports?: unknown; readonly noRestrictedGlobals?: unknown };
    };
  };
}

/** What biome.json must say about the imports of a layer. */
export function importRule(layer: Layer): unknown {
  const others = layer.imports.map((name) => (name.includes('/') ? `!**/${name}.js` : `!**/${name}/**`));
  const all = layer.pure ? ['**', '!./**'] : ['../**'];
  const packages = layer.packages.flatMap((name) => [`!${name}`, `!${name}/**`]);
  const folders = (layer.folders ?? []).map((name) => `!../${name}/*.js`);
  const group = [...all, '!../*.js', ...folders, `!**/${layer.name}/**`, ...others, ...packages];
  return {
    level: 'error',
    options: { patterns: [{ group, message: `src/${layer.name} may import ${allowedText(layer)}` }] },
  };
}

/** The linter gives the same answer in the editor: its overrides must follow the table. */
export function checkLinter(biomeJson: string): readonly string[] {
  const { overrides } = JSON.parse(biomeJson) as { readonly overrides: readonly Override[] };
  const styleOf = (include: string, rule: 'noRestrictedImports' | 'noRestrictedGlobals'): unknown =>
    overrides.find((o) => o.includes.includes(include) && o.linter?.rules.style?.[rule])?.linter?.rules.style?.[rule];
  return LAYERS.flatMap((layer) => {
    const include = `src/${layer.name}/**`;
    const findings: string[] = [];
    if (!isDeepStrictEqual(styleOf(include, 'noRestrictedImports'), importRule(layer))) {
      findings.push(`biome.json: noRestrictedImports of ${include} must be ${JSON.stringify(importRule(layer))}`);
    }
    if (layer.pure !== (styleOf(include, 'noRestrictedGlobals') !== undefined)) {
      findings.push(`biome.json: noRestrictedGlobals ${layer.pure ? 'lacks' : 'must not name'} ${include}`);
    }
    return findings;
  });
}
