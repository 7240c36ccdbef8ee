/** The plot: for each site and fuse the share of the demand that each method serves. One SVG without scripts or fonts. */
import type { MethodKind, Row, SiteResult } from './evaluate.js';

const WIDTH = 860;
const LABEL_WIDTH = 250;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - 60;
const BAR_HEIGHT = 12;
const ROW_HEIGHT = 16;
const GROUP_GAP = 34;
const TOP = 58;

/** No background, and colours in the middle between white and black: readable on both. */
const TEXT = '#7d8590';
const FILL: Readonly<Record<MethodKind, string>> = { part: TEXT, bound: '#9198a1', own: '#2da44e', rival: '#d4762c' };

export function plot(all: readonly SiteResult[], title: string): string {
  const results = all.map((result) => ({ ...result, rows: result.rows.filter(({ kind }) => kind !== 'part') }));
  let top = TOP;
  const groups = results.map((result) => {
    const text = group(result, top);
    top += GROUP_GAP + result.rows.length * ROW_HEIGHT;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" font-family="sans-serif" font-size="12" fill="${TEXT}">
<title>${escaped(title)}</title>
<text x="8" y="20" font-size="15" font-weight="bold">${escaped(title)}</text>
${scale(top)}
${groups.join('\n')}
</svg>
`;
}

function scale(bottom: number): string {
  return [0, 25, 50, 75, 100]
    .map((percent) => {
      const x = xAt(percent / 100);
      const line = `<line x1="${x}" x2="${x}" y1="${TOP - 12}" y2="${bottom - 8}" stroke="${TEXT}" stroke-opacity="0.35"/>`;
      return `${line}<text x="${x}" y="${TOP - 18}" text-anchor="middle">${percent} %</text>`;
    })
    .join('\n');
}

function xAt(share: number): number {
  return Math.round(10 * (LABEL_WIDTH + BAR_WIDTH * share)) / 10;
}

function group({ site, rows }: SiteResult, top: number): string {
  const head = `<text x="8" y="${top + 10}" font-weight="bold">${escaped(site.name)}, ${site.fuseA} A</text>`;
  return [head, ...rows.map((row, index) => bar(row, top + 18 + index * ROW_HEIGHT))].join('\n');
}

function bar({ method, kind, servedShare }: Row, top: number): string {
  const width = Math.round(10 * BAR_WIDTH * servedShare) / 10;
  const middle = top + BAR_HEIGHT - 2;
  const label = `<text x="${LABEL_WIDTH - 8}" y="${middle}" text-anchor="end">${escaped(method)}</text>`;
  const shape = `<rect x="${LABEL_WIDTH}" y="${top}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${FILL[kind]}"/>`;
  const value = `<text x="${xAt(servedShare) + 5}" y="${middle}">${(100 * servedShare).toFixed(1)}</text>`;
  return `${label}${shape}${value}`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
