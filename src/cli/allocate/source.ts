/** Where requests come from: a file or stdin, as bytes with a bound. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { foundInstead } from '../../daemon/unreadable.js';
import type { AllocationRequest } from '../../dlm/allocate.js';
import { RequestError } from './finding.js';
import type { Line } from './lines.js';
import { readRequest } from './request.js';

/** Longest request: as many charge points as a request may have need about a third of it. */
export const REQUEST_BYTES_MAX = 64 * 1024 * 1024;
export const STDIN = '-';

const decoder = new TextDecoder('utf-8', { fatal: true });

export function openSource(file: string): Readable {
  return file === STDIN ? process.stdin : createReadStream(file);
}

/** The pieces of the source. Throws an `ExitError` when it cannot be read. */
export async function* pieces(file: string, source: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of source) yield piece as Buffer;
  } catch (error) {
    const name = file === STDIN ? 'stdin' : file;
    throw new ExitError(EXIT.config, `${name}: expected a readable file with a request, got ${foundInstead(error)}`);
  }
}

/** The whole source as one request; `undefined`: too long. */
export async function wholeSource(file: string): Promise<Line> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces(file, openSource(file))) {
    parts.push(piece);
    bytes += piece.length;
    if (bytes > REQUEST_BYTES_MAX) return undefined;
  }
  return Buffer.concat(parts);
}

/** Throws a `RequestError`. A byte order mark is left out. */
export function requestOf(bytes: Line): AllocationRequest {
  if (bytes === undefined) throw new RequestError(`at most ${REQUEST_BYTES_MAX} bytes`, 'more');
  return readRequest(textOf(bytes));
}

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RequestError('text in UTF-8', 'other bytes');
  }
}
