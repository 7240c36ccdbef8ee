/** The key file of a site on disk: replaced as a whole or not at all, and never readable by anybody else. */
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { siteKeyText } from '../../discovery/key-file.js';
import { KEY_BYTES, type NumberedKey } from '../../discovery/keys.js';
import { nodeMac } from '../../transports/node-mac.js';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

export function newKey(id: number): NumberedKey {
  return { id, key: randomBytes(KEY_BYTES) };
}

/** Refuses to overwrite. Throws an `ExitError`. */
export function createKeyFile(file: string, keys: readonly NumberedKey[]): void {
  explained(file, () => {
    mkdirSync(dirname(dirname(file)), { recursive: true });
    mkdirSync(dirname(file), { recursive: true, mode: DIRECTORY_MODE });
    // A link, unlike a rename, never takes the place of a file that is there.
    withTemporary(file, keys, (temporary) => linkSync(temporary, file));
  });
}

/** Keeps the owner. Throws an `ExitError`. */
export function replaceKeyFile(file: string, keys: readonly NumberedKey[]): void {
  explained(file, () => {
    const { uid, gid } = statSync(file);
    withTemporary(file, keys, (temporary) => {
      chownSync(temporary, uid, gid);
      renameSync(temporary, file);
    });
  });
}

function withTemporary(file: string, keys: readonly NumberedKey[], put: (temporary: string) => void): void {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}`);
  const handle = openSync(temporary, 'wx', FILE_MODE);
  try {
    writeSync(handle, siteKeyText(keys, nodeMac));
    fsyncSync(handle);
    put(temporary);
    syncDirectory(dirname(file));
  } finally {
    closeSync(handle);
    rmSync(temporary, { force: true });
  }
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function explained(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EEXIST') {
      const way = 'change its key with: evenkeel keys rotate';
      throw new ExitError(EXIT.usage, `${file}: expected no file, got one; a key is never overwritten; ${way}`);
    }
    const exitCode = code === 'EACCES' || code === 'EPERM' ? EXIT.permission : EXIT.system;
    throw new ExitError(exitCode, `${file}: expected to be able to write it, got ${code}`);
  }
}
