/** Reads the plain CSV files of recorded days: a fixed header, no quotes; a bad line is named with what was expected. */
import { fail, ok, type Result } from '../../base/result.js';

export interface CsvRow {
  /** As an editor counts: the header is line 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Rows below the header; empty lines are skipped. Every row has as many fields as the header has names. */
export function csvRows(text: string, header: readonly string[]): Result<CsvRow[]> {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== header.join(',')) {
    return fail(`line 1: expected the header "${header.join(',')}", found "${lines[0]}"`);
  }
  const rows: CsvRow[] = [];
  for (const [index, content] of lines.entries()) {
    if (index === 0 || content === '') continue;
    const fields = content.split(',');
    if (fields.length !== header.length) {
      return fail(`line ${index + 1}: expected ${header.length} fields, found ${fields.length}: "${content}"`);
    }
    rows.push({ line: index + 1, fields });
  }
  return ok(rows);
}

/** A decimal number, or `undefined` for anything else. */
export function decimal(field: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : undefined;
}

/** The error for one field of a row. */
export function fieldError(row: CsvRow, column: string, expected: string, found: string): { ok: false; error: string } {
  return fail(`line ${row.line} ${column}: expected ${expected}, found "${found}"`);
}
