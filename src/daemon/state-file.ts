/**
 * The state on disk: one file, replaced as a whole, with the SHA-256 of the text as its last line. What fails is told and never
 * thrown; control goes on without it.
 */
import { errorText } from '../base/error-text.js';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failInvariant } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { StateStore } from '../ports/state-store.js';
import type { Timers } from '../ports/time.js';
import { EXIT, ExitError } from './exit-codes.js';

const MASTER_FILE = 'state.json';
/** Only the daemon reads it. */
const FILE_MODE = 0o600;
/** Far above what a large site needs; a larger file is not ours. */
const MAX_BYTES = 4 * 1024 * 1024;
/** A worn SD card can take seconds, a dead one for ever: who asked for the save is not left waiting. */
const SAVE_LIMIT_MS: Ms = 5_000;
const CHECKSUM_LINE = /^([\s\S]*)\nsha256 ([0-9a-f]{64})\n$/;

type Saved = (saved: Result<void>) => void;

/** What is written after the save that runs now: the latest text, for all who asked meanwhile. */
interface Waiting {
  text: string;
  readonly askers: Set<Saved>;
}

/** The state of a slave: the ids of several charge points may share the directory. */
export function slaveFile(chargePointId: string): string {
  return `slave-${chargePointId}.json`;
}

/** Makes the directory where it is missing; systemd makes it and names it in $STATE_DIRECTORY. Throws an `ExitError`. */
export function openStateFile(directory: string, timers: Timers, name = MASTER_FILE): StateStore {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new ExitError(EXIT.system, `state directory ${directory}: ${errorText(error)}`);
  }
  return createStateFile(directory, timers, name);
}

/** The directory must exist. */
export function createStateFile(directory: string, timers: Timers, name = MASTER_FILE): StateStore {
  return new StateFile(directory, timers, name);
}

class StateFile implements StateStore {
  readonly #directory: string;
  readonly #file: string;
  readonly #timers: Timers;
  #running = false;
  #isWriting = false;
  #waiting: Waiting | undefined;

  constructor(directory: string, timers: Timers, name: string) {
    this.#directory = directory;
    this.#timers = timers;
    this.#file = join(directory, name);
  }

  load(): Result<string | undefined> {
    try {
      const info = statSync(this.#file);
      if (!info.isFile()) return fail(`cannot read ${this.#file}: expected a file, got something else`);
      const { size } = info;
      if (size > MAX_BYTES) return fail(`cannot read ${this.#file}: expected at most ${MAX_BYTES} bytes, got ${size}`);
      return this.#checked(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(this.#file)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return ok(undefined);
      return fail(`cannot read ${this.#file}: ${errorText(error)}`);
    }
  }

  #checked(content: string): Result<string> {
    const [, text, checksum] = CHECKSUM_LINE.exec(content) ?? [];
    if (text === undefined) return fail(`${this.#file} is cut off: it does not end with its checksum`);
    return checksum === sha256(text) ? ok(text) : fail(`${this.#file} is damaged: its checksum does not fit`);
  }

  setAside(): Result<string> {
    const aside = `${this.#file}.corrupt`;
    try {
      rmSync(aside, { recursive: true, force: true });
      renameSync(this.#file, aside);
      return ok(aside);
    } catch (error) {
      return fail(`cannot rename ${this.#file}: ${errorText(error)}`);
    }
  }

  save(text: string, done: Saved): void {
    this.#waiting ??= { text, askers: new Set() };
    this.#waiting.text = text;
    this.#ask(this.#waiting.askers, done);
    if (!this.#running) this.#runWaiting();
  }

  /** Whoever was told that it takes too long is not told again. */
  #ask(askers: Set<Saved>, done: Saved): void {
    const asker: Saved = (result) => {
      cancel();
      done(result);
    };
    const cancel = this.#timers.after(SAVE_LIMIT_MS, () => {
      askers.delete(asker);
      done(fail(`cannot write ${this.#file}: the disk takes more than ${SAVE_LIMIT_MS / 1000} s`));
    });
    askers.add(asker);
  }

  #runWaiting(): void {
    const next = this.#waiting;
    this.#waiting = undefined;
    this.#running = next !== undefined;
    if (!next) return;
    const end = (result: Result<void>): void => {
      this.#runWaiting();
      for (const asker of next.askers) asker(result);
    };
    this.#replace(next.text).then(
      () => end(ok(undefined)),
      (error: unknown) => end(fail(`cannot write ${this.#file}: ${errorText(error)}`)),
    );
  }

  /** After a power cut at any point the file is the old or the new one: written, on the disk, then renamed. */
  async #replace(text: string): Promise<void> {
    const temporary = `${this.#file}.new`;
    if (this.#isWriting) failInvariant(`${temporary} is written while a save runs`);
    this.#isWriting = true;
    try {
      await writeThrough(temporary, `${text}\nsha256 ${sha256(text)}\n`);
      await rename(temporary, this.#file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    } finally {
      this.#isWriting = false;
    }
    await syncDirectory(this.#directory);
  }
}

async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', FILE_MODE);
  try {
    await handle.chmod(FILE_MODE);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the new name last. A file system that cannot do this (EINVAL) needs no alarm for it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
