/**
 * The recorder's file: a ring of segments (runtime/recorder/ring). Lines are gathered, packed and written once per second beside
 * the loop; nobody waits for the disk. What cannot be written is dropped, told once, and the recording goes on with a new segment.
 */
import { errorText } from '../base/error-text.js';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { failInvariant } from '../base/assert.js';
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { Timers } from '../ports/time.js';
import {
  areaOffset,
  blockBytes,
  parseTitle,
  readArea,
  type RingLayout,
  ringLayout,
  SEGMENT_CHARS_MAX,
  TITLE_BYTES,
  titleBytes,
} from '../runtime/recorder/ring.js';
import type { Reel } from '../runtime/recorder/tape.js';
import { Packer } from './packer.js';

/** At most so much is lost by a kill -9. */
const WRITE_EVERY_MS: Ms = 1_000;
/** While the disk hangs, so much waits in memory and no more. */
const PENDING_MAX_CHARS = 4 * 1024 * 1024;
/** After a failure the next attempt comes with the first cycle after this. */
const RETRY_MS: Ms = 10_000;
/** The last part of an area, kept free for what comes until the next segment begins. */
const RESERVE = 1 / 8;
const FILE_MODE = 0o600;

export interface RecorderFileOptions {
  readonly file: string;
  readonly maxMb: number;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Written {
  readonly number: number;
  readonly packer: Packer;
  /** Blocks and bytes that are in its area. */
  blocks: number;
  bytes: number;
  /** Before it was packed. */
  chars: number;
}

/** What one write takes: lines of one segment. */
interface Batch {
  readonly isNew: boolean;
  text: string;
}

export class RecorderFile implements Reel {
  readonly #options: RecorderFileOptions;
  readonly #layout: RingLayout;
  #handle: FileHandle | undefined;
  #batches: Batch[] = [];
  #waitingChars = 0;
  #segment: Written | undefined;
  #nextNumber = 0;
  #isDue = false;
  /** Lines are dropped until the next segment begins. */
  #isBroken = false;
  #isResting = false;
  #dropped = 0;
  #failed: string | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isScheduled = false;
  #isClosed = false;

  constructor(options: RecorderFileOptions) {
    this.#options = options;
    this.#layout = ringLayout(options.maxMb);
  }

  get isDue(): boolean {
    return this.#isDue && !this.#isResting;
  }

  begin(head: string): void {
    this.#isDue = false;
    this.#isBroken = false;
    this.#add({ isNew: true, text: `${head}\n` });
  }

  write(line: string): void {
    if (this.#isBroken) {
      this.#dropped += 1;
      return;
    }
    const last = this.#batches.at(-1);
    if (this.#waitingChars > PENDING_MAX_CHARS) {
      this.#dropped += 1;
      this.#break('the disk is too slow');
    } else if (last) {
      last.text += `${line}\n`;
      this.#waitingChars += line.length + 1;
    } else this.#add({ isNew: false, text: `${line}\n` });
  }

  /** Resolves when all that waits now is written, or given up. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  /** What comes later is not recorded. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    await this.#handle?.close().catch(() => undefined);
  }

  #add(batch: Batch): void {
    if (this.#isClosed) return;
    this.#batches.push(batch);
    this.#waitingChars += batch.text.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.timers.after(WRITE_EVERY_MS, () => this.#write());
  }

  #write(): void {
    this.#isScheduled = false;
    const batches = this.#batches;
    this.#batches = [];
    this.#writing = this.#writing.then(() => this.#writeAll(batches));
  }

  async #writeAll(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      try {
        await this.#writeBatch(batch);
        this.#tellGood();
      } catch (error) {
        this.#segment?.packer.close();
        this.#segment = undefined;
        this.#break(errorText(error));
      }
      this.#waitingChars -= batch.text.length;
      if (this.#waitingChars < 0) failInvariant(`${this.#waitingChars} characters wait for the recorder's file`);
    }
  }

  /** Of a segment that is broken nothing more is written. */
  async #writeBatch({ isNew, text }: Batch): Promise<void> {
    const handle = this.#handle ?? (await this.#open());
    if (isNew) this.#segment?.packer.close();
    if (isNew) this.#segment = { number: this.#nextNumber++, packer: new Packer(), blocks: 0, bytes: 0, chars: 0 };
    const segment = this.#segment;
    if (!segment) return;
    const block = blockBytes(segment.number, segment.blocks, await segment.packer.pack(text));
    const { areaBytes } = this.#layout;
    if (segment.bytes + block.length > areaBytes)
      throw new Error(`${block.length} bytes at once are too much for its size (maxMb)`);
    await writeWhole(handle, block, areaOffset(this.#layout, segment.number) + segment.bytes);
    segment.blocks += 1;
    segment.bytes += block.length;
    segment.chars += text.length;
    const isFull = segment.bytes > areaBytes * (1 - RESERVE) || segment.chars > SEGMENT_CHARS_MAX * (1 - RESERVE);
    if (isFull) this.#isDue = true;
  }

  #break(reason: string): void {
    this.#isBroken = true;
    this.#isDue = true;
    this.#isResting = true;
    this.#options.timers.after(RETRY_MS, () => {
      this.#isResting = false;
    });
    if (this.#failed !== undefined) return;
    this.#failed = reason;
    const { file, logger } = this.#options;
    logger.log('warn', 'RECORDER', `${file} cannot be written: ${reason}; control goes on, tried again every 10 s`, {
      file,
    });
  }

  #tellGood(): void {
    if (this.#failed === undefined || this.#isBroken) return;
    const { file, logger } = this.#options;
    const dropped = this.#dropped;
    this.#failed = undefined;
    this.#dropped = 0;
    logger.log('info', 'RECORDER', `${file} can be written again; ${dropped} inputs are missing in it`, {
      file,
      dropped,
    });
  }

  /** An earlier recording of the same size is gone on with; one of another size begins anew; anything else is left alone. */
  async #open(): Promise<FileHandle> {
    const { file, maxMb, logger } = this.#options;
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
    try {
      await this.#prepare(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.#handle = handle;
    logger.log('info', 'RECORDER', `inputs are recorded in ${file}, ${maxMb} MB at most`, { file });
    return handle;
  }

  async #prepare(handle: FileHandle): Promise<void> {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error('expected a file');
    const title = titleBytes(this.#layout);
    if (stat.size > 0) {
      const found = parseTitle(await readAt(handle, 0, TITLE_BYTES));
      if (!found.ok) throw new Error(found.error);
      const { areas, areaBytes } = found.value;
      if (areas === this.#layout.areas && areaBytes === this.#layout.areaBytes) {
        this.#nextNumber = (await this.#newest(handle)) + 1;
        return;
      }
      await handle.truncate(0);
    }
    await handle.chmod(FILE_MODE);
    await writeWhole(handle, title, 0);
  }

  async #newest(handle: FileHandle): Promise<number> {
    let newest = -1;
    for (let index = 0; index < this.#layout.areas; index++) {
      const area = readArea(await readAt(handle, areaOffset(this.#layout, index), this.#layout.areaBytes));
      if (area && area.segment % this.#layout.areas === index) newest = Math.max(newest, area.segment);
    }
    return newest;
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** On a full disk a part is written without an error, the rest fails. */
async function writeWhole(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, offset + at);
    at += bytesWritten;
  }
}
