/** Text from outside, made fit for a terminal or a log: nothing in it steers the terminal or hides what stands beside it. */

/** Control, format, private and unassigned characters, halves of pairs, and line separators. */
const STEERS = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Each as an escape: `\x1b`, `\u{202e}`. The result is one line. */
export function harmless(text: string): string {
  return text.replace(STEERS, escapeOf);
}

/** The same, but line feeds and tabs stay. */
export function harmlessLines(text: string): string {
  return text.replace(STEERS, (char) => (char === '\n' || char === '\t' ? char : escapeOf(char)));
}

/** JSON text that says the same: JSON.stringify itself lets most of these characters through. */
export function harmlessJson(text: string): string {
  return text.replace(STEERS, (char) => (char === '\n' ? char : unitsOf(char).map(unitEscape).join('')));
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}

function unitsOf(char: string): readonly number[] {
  return Array.from({ length: char.length }, (_, index) => char.charCodeAt(index));
}

function unitEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
