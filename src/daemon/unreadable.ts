/** Files of people: read up to a bound, and why one cannot be read. */
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 65_536;
/** Far above what any of them may have. */
const TEXT_BYTES_MAX = 8_000_000;

/** Throws where there are too many bytes: a device never ends. */
export function readText(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const read = readSync(handle, chunk);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      bytes += read;
      if (bytes > TEXT_BYTES_MAX) throw new Error(`more than ${TEXT_BYTES_MAX / 1e6} million bytes`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(handle);
  }
}

const FOUND_INSTEAD: Readonly<Record<string, string>> = {
  ENOENT: 'nothing',
  ENOTDIR: 'nothing',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
};

/** "nothing (ENOENT)": what stands where the file should be, by the error of the system. */
export function foundInstead(error: unknown): string {
  const code = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  const found = FOUND_INSTEAD[code];
  return found === undefined ? code : `${found} (${code})`;
}
