/**
 * The log of section 14a EnWG in a file beside the state file. Each entry is on the disk before the next one is written. What cannot be
 * written waits and is tried again; control does not wait for it. Kept for two years, and never larger than a few megabytes.
 */
import { constants, readFileSync, statSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../base/error-text.js';
import type { Logger } from '../base/logger.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Section14aEntry } from '../base/section-14a.js';
import type { Ms } from '../base/units.js';
import type { Section14aLog } from '../ports/section-14a-log.js';
import type { Clock, Timers } from '../ports/time.js';
import { lineOf, pruned } from './section-14a-lines.js';

const FILE_NAME = 'section-14a.jsonl';
const FILE_MODE = 0o600;
/** A contact that chatters for weeks. Two years of twenty events a day are below it. */
const MAX_BYTES = 4 * 1024 * 1024;
/** What is left of a file that was too large. */
const KEPT_BYTES = 3 * 1024 * 1024;
const WAITING_MAX = 1000;
const RETRY_MS: Ms = 10_000;
const PRUNE_EVERY_MS: Ms = 24 * 3_600_000;
const NEWLINE = 0x0a;

export interface Section14aFileOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

export class Section14aFile implements Section14aLog {
  readonly #options: Section14aFileOptions;
  readonly #file: string;
  #waiting: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #isFailed = false;
  #isResting = false;
  #prunedAtMs: Ms | undefined;

  constructor(options: Section14aFileOptions) {
    this.#options = options;
    this.#file = join(options.directory, FILE_NAME);
  }

  add(entry: Section14aEntry, wallMs: Ms): void {
    this.#waiting = [...this.#waiting.slice(1 - WAITING_MAX), lineOf(entry, wallMs)];
    this.#write();
  }

  /** Resolves when all that waits is written, or cannot be. */
  async close(): Promise<void> {
    this.#isResting = false;
    this.#write();
    await this.#writing;
  }

  #write(): void {
    if (this.#isWriting || this.#isResting || this.#waiting.length === 0) return;
    this.#isWriting = true;
    this.#writing = this.#appendAll().then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(errorText(error)),
    );
  }

  #end(error: string | undefined): void {
    const { logger, timers } = this.#options;
    this.#isWriting = false;
    if (error !== undefined && !this.#isFailed) {
      const text = `the log of section 14a is not written: ${this.#file}: ${error}; control goes on, tried again every ${RETRY_MS / 1000} s`;
      logger.log('error', 'GRID_OPERATOR_LOG', text, {});
    }
    if (error === undefined && this.#isFailed)
      logger.log('info', 'GRID_OPERATOR_LOG', 'the log of section 14a is written again', {});
    this.#isFailed = error !== undefined;
    if (error === undefined) {
      this.#write();
      return;
    }
    this.#isResting = true;
    timers.after(RETRY_MS, () => {
      this.#isResting = false;
      this.#write();
    });
  }

  async #appendAll(): Promise<void> {
    await this.#prune();
    const handle = await open(this.#file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, FILE_MODE);
    try {
      for (let line = this.#waiting[0]; line !== undefined; line = this.#waiting[0]) {
        await append(handle, line);
        this.#waiting.shift();
      }
    } finally {
      await handle.close();
    }
  }

  /** At the first write, then once a day, and when the file is too large. */
  async #prune(): Promise<void> {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const isDue = this.#prunedAtMs === undefined || nowMs - this.#prunedAtMs >= PRUNE_EVERY_MS;
    const text = isDue || sizeOf(this.#file) > MAX_BYTES ? await readText(this.#file) : undefined;
    if (text === undefined) return;
    const lines = linesOf(text);
    const kept = pruned(lines, clock.wallMs(), text.length > MAX_BYTES ? KEPT_BYTES : MAX_BYTES);
    if (kept.length < lines.length) await replace(this.#file, kept.map((line) => `${line}\n`).join(''));
    this.#prunedAtMs = nowMs;
  }
}

/** After a crash or a full disk the last line may be cut off: the next one begins anew. */
async function append(handle: FileHandle, line: string): Promise<void> {
  const { size } = await handle.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await handle.read(last, 0, 1, size - 1);
  const begin = size > 0 && last[0] !== NEWLINE ? '\n' : '';
  await handle.appendFile(`${begin}${line}\n`);
  await handle.datasync();
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  try {
    const handle = await open(temporary, 'w', FILE_MODE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The lines of the log, oldest first; none where nothing was written yet. */
export function readSection14aLog(directory: string): Result<readonly string[]> {
  const file = join(directory, FILE_NAME);
  try {
    return ok(statSync(directory).isDirectory() && sizeOf(file) > 0 ? linesOf(readFileSync(file, 'utf8')) : []);
  } catch (error) {
    return fail(`cannot read ${file}: ${errorText(error)}`);
  }
}
