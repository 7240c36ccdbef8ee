/** The report of a simulated site: one file that needs nothing else and asks nobody. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RunLog } from '../../sim/world/run-log.js';
import { packRun } from './data.js';
import { headHtml } from './head.js';
import { escaped, scriptJson } from './html.js';
import { plotsHtml } from './plots.js';
import { STYLE } from './style.js';

/** Each uses only what stands before it. */
const PAGE_SCRIPTS = [
  'columns.js',
  'page/run.js',
  'page/colours.js',
  'page/group.js',
  'page/paths.js',
  'page/marks.js',
  'page/axes.js',
  'page/plot.js',
  'page/values.js',
  'page/figures.js',
  'page/main.js',
];

export function reportHtml(log: RunLog): string {
  const { data, columns } = packRun(log);
  const library = plotLibrary();
  const styles = [library.style, STYLE];
  const scripts = [library.script, pageScript()];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripts, styles)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${log.violations.length === 0 ? 'pass' : 'FAIL'}: ${escaped(log.scenario)}, seed ${log.seed}</title>
<!-- The plots are drawn by uPlot:
${library.license}-->
${styles.map((text) => `<style>${text}</style>`).join('\n')}
</head>
<body>
${headHtml(log)}
${plotsHtml(log)}
<script type="application/json" id="data">${scriptJson(data)}</script>
<script type="text/plain" id="columns">${Buffer.from(columns).toString('base64')}</script>
${scripts.map((text) => `<script>${text}</script>`).join('\n')}
</body>
</html>
`;
}

/** Nothing is fetched, and only what this program has put in runs. */
function contentPolicy(scripts: readonly string[], styles: readonly string[]): string {
  const hashes = (texts: readonly string[]): string =>
    texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
  return `default-src 'none'; script-src ${hashes(scripts)}; style-src ${hashes(styles)}; base-uri 'none'; form-action 'none'`;
}

function plotLibrary(): { readonly script: string; readonly style: string; readonly license: string } {
  const { resolve } = createRequire(import.meta.url);
  const read = (path: string): string => readFileSync(resolve(`uplot/${path}`), 'utf8');
  return { script: read('dist/uPlot.iife.min.js'), style: read('dist/uPlot.min.css'), license: read('LICENSE') };
}

/** A page from a file cannot import: the emitted modules become one, without their imports and exports. */
function pageScript(): string {
  const modules = PAGE_SCRIPTS.map((path) => readFileSync(new URL(path, import.meta.url), 'utf8'))
    .map((text) => text.replace(/^import [\s\S]*?;$/gm, '').replace(/^export (?:\{\};$)?/gm, ''))
    .map((text) => text.replace(/^\/\/# sourceMappingURL=.*$/m, '').trim());
  return `(() => {\n"use strict";\n${modules.join('\n')}\n})();`;
}
