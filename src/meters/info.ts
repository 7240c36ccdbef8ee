/** What a device says about itself: how it is read, and what it means for its use as a meter. */
import { ENCODING_WORDS } from '../base/registers.js';
import { decodeWords } from '../modbus/encodings.js';
import type { RegisterBlock } from '../ports/register-bus.js';
import type { InfoRow, Probe, Refusal } from './model.js';

function wordsOf({ form }: InfoRow): number {
  return form.kind === 'number' ? ENCODING_WORDS[form.encoding] : form.words;
}

/** The reads that bring the row, in the order of its words; their answers go to `infoValue` one after the other. */
export function infoBlocks(row: InfoRow): readonly RegisterBlock[] {
  const { functionCode, address, wordByWord } = row;
  const count = wordsOf(row);
  if (!wordByWord) return [{ functionCode, address, count }];
  return Array.from({ length: count }, (_, index) => ({ functionCode, address: address + index, count: 1 }));
}

function characters(words: Uint16Array, kind: 'text' | 'swapped-text' | 'low-byte-text'): number[] {
  return [...words].flatMap((word) => {
    const [high, low] = [word >> 8, word & 0xff];
    if (kind === 'low-byte-text') return [low];
    return kind === 'text' ? [high, low] : [low, high];
  });
}

/** The number or text in the words of all `infoBlocks`; what no printer would show becomes "?". */
export function infoValue(row: InfoRow, words: Uint16Array): number | string {
  const { form } = row;
  if (form.kind === 'number') return decodeWords(words, form.encoding, form.wordOrder);
  const codes = characters(words, form.kind);
  const end = codes.indexOf(0);
  const shown = codes.slice(0, end === -1 ? codes.length : end);
  return shown
    .map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '?'))
    .join('')
    .trim();
}

/** Whether a device that answers `value` to the row of the probe is of this model. */
export function matchesProbe({ expected }: Probe, value: number | string): boolean {
  return expected.some((one) => (typeof one === 'string' ? String(value).startsWith(one) : one === value));
}

/** Why a device that answers `value` to the row of the refusal must not be used; `undefined`: it may. */
export function refusalText({ row, values, text }: Refusal, value: number | string): string | undefined {
  return values.some((one) => one === value) ? `${row.name} ${value}: ${text}` : undefined;
}
