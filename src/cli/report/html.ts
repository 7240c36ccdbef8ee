/** Text into HTML. Ids, reasons and messages come from files and from the network: nothing of them is ever markup. */
import { clockText } from './columns.js';
import type { Ms } from '../../base/units.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** JSON that can neither end its script element nor open a comment in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

/** "0.4 s", "12 s", from a minute on "0:01:30". */
export function spanText(spanMs: Ms): string {
  return spanMs < 60_000 ? `${Number((spanMs / 1_000).toFixed(1))} s` : clockText(Math.round(spanMs / 1_000) * 1_000);
}

/** A table; cells are HTML already. */
export function table(className: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table class="${className}"><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** Names with values; values are HTML already. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const items = pairs.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${value}</dd></div>`);
  return `<dl class="facts">${items.join('\n')}</dl>`;
}
