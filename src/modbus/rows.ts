/** A device's registers as rows of data: where a value is, how it is spelled, what it means. Shared by meters and chargers. */
import { ENCODING_WORDS, type Encoding, type WordOrder } from '../base/registers.js';
import type { Result } from '../base/result.js';
import { fail, ok } from '../base/result.js';
import type { RegisterBlock } from '../ports/register-bus.js';
import { decodeWords, isNotAvailable } from './encodings.js';

/** Every unit that a row may carry. */
export const REGISTER_UNITS = ['A', 'V', 'W'] as const;
export type RegisterUnit = (typeof REGISTER_UNITS)[number];

export interface RegisterRow<M extends string = string> {
  readonly measurand: M;
  /** Protocol (PDU) address of the first register, 0-based. */
  readonly address: number;
  readonly functionCode: 3 | 4;
  readonly encoding: Encoding;
  readonly wordOrder: WordOrder;
  /** The value in `unit` is the number in the registers times this. */
  readonly scale: number;
  readonly unit: RegisterUnit;
}

/** Registers that belong together: a value, or what a device documents as one. */
export interface RegisterSpan {
  readonly address: number;
  readonly words: number;
}

export function rowSpan(row: RegisterRow): RegisterSpan {
  return { address: row.address, words: ENCODING_WORDS[row.encoding] };
}

/** What a read gave: the block that was asked for, and its words. */
export interface BlockWords {
  readonly block: RegisterBlock;
  readonly words: Uint16Array;
}

function covers(block: RegisterBlock, row: RegisterRow): boolean {
  const end = row.address + ENCODING_WORDS[row.encoding];
  return block.functionCode === row.functionCode && block.address <= row.address && end <= block.address + block.count;
}

/** Why a row has no value. */
export interface RowFault {
  /** Names the register. */
  readonly text: string;
  /** The device answered, but with what says "no value". */
  readonly isNotAvailable: boolean;
}

/** The row's value in its unit. */
export function rowValue(row: RegisterRow, blocks: readonly BlockWords[]): Result<number, RowFault> {
  const name = `register ${row.address} (${row.measurand})`;
  const found = blocks.find(({ block, words }) => covers(block, row) && words.length === block.count);
  if (!found) return fail({ text: `${name}: was not read`, isNotAvailable: false });
  const start = row.address - found.block.address;
  const words = found.words.subarray(start, start + ENCODING_WORDS[row.encoding]);
  if (isNotAvailable(words, row.encoding, row.wordOrder)) {
    const hex = [...words].map((word) => word.toString(16).padStart(4, '0')).join(' ');
    const text = `${name}: expected a value, got ${hex} (${row.encoding}: not available)`;
    return fail({ text, isNotAvailable: true });
  }
  return ok(scaled(decodeWords(words, row.encoding, row.wordOrder), row.scale));
}

/** Times the scale. Scales such as 0.1 become divisions by 10: exact where the product is not (2301 * 0.1). */
function scaled(raw: number, scale: number): number {
  const divisor = Math.round(1 / scale);
  return Math.abs(divisor) > 1 && 1 / divisor === scale ? raw / divisor : raw * scale;
}
