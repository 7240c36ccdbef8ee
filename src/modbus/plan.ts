/** From rows to the fewest block reads that a device allows. */
import { assert } from '../base/assert.js';
import { MAX_REGISTERS } from '../base/registers.js';
import type { RegisterBlock } from '../ports/register-bus.js';
import { type RegisterRow, rowSpan } from './rows.js';

export interface ReadLimits {
  /** Registers in one read, 1 to 125. */
  readonly maxRegisters: number;
  /** How many registers without a row a read may pass over; 0 where the device refuses unknown addresses. */
  readonly maxGap: number;
}

/**
 * Reads that cover every row, each row whole in one read. Taking as many rows as fit, from the lowest address on, gives
 * the fewest reads, because any part of an allowed read is allowed too.
 */
export function planReads(rows: readonly RegisterRow[], limits: ReadLimits): readonly RegisterBlock[] {
  assert(limits.maxRegisters >= 1 && limits.maxRegisters <= MAX_REGISTERS, `maxRegisters ${limits.maxRegisters}`);
  const sorted = [...rows].sort((a, b) => a.functionCode - b.functionCode || a.address - b.address);
  const blocks: RegisterBlock[] = [];
  for (const row of sorted) {
    const { address, words } = rowSpan(row);
    assert(words <= limits.maxRegisters, `${row.measurand} takes more registers than one read allows`);
    const last = blocks.at(-1);
    const grown = last && { ...last, count: Math.max(last.count, address + words - last.address) };
    const joins = last?.functionCode === row.functionCode && address - (last.address + last.count) <= limits.maxGap;
    if (grown && joins && grown.count <= limits.maxRegisters) blocks[blocks.length - 1] = grown;
    else blocks.push({ functionCode: row.functionCode, address, count: words });
  }
  return blocks;
}
