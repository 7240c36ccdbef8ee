/**
 * Writes log lines to a file descriptor without ever waiting for its reader: what does not fit into the buffer is
 * dropped and counted. Not pino's own destination: with a reader that stands still its write blocks a thread of the
 * pool, and the process can then not even exit (measured: it hangs until the reader goes on).
 */
import { constants, fstatSync, openSync, type Stats, write } from 'node:fs';
import { Socket } from 'node:net';
import { failInvariant } from '../base/assert.js';

/** Of lines that wait for the reader; what is more is dropped. */
const MAX_WAITING_BYTES = 262_144;
const RETRY_MS = 50;
const FLUSH_LIMIT_MS = 500;
/** As much goes into one write. */
const CHUNK_BYTES = 16_384;

export interface LogWriter {
  /** One line with its line feed. */
  write(line: string): void;
  /** Lines that were lost since the start. */
  dropped(): number;
  /** Resolves when all is written, or after 500 ms. */
  flush(): Promise<void>;
}

/** `onRecovered` gets the number of lines lost since the last call, as soon as there is room again. */
export function createLogWriter(fd: number, onRecovered: (lines: number) => void): LogWriter {
  return new FdWriter(withoutBlocking(fd), onRecovered);
}

class FdWriter implements LogWriter {
  readonly #fd: number;
  readonly #onRecovered: (lines: number) => void;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** What is being written, and how many lines begin in it. */
  #chunk: Buffer | undefined;
  #chunkLines = 0;
  #lost = 0;
  #lostSinceReport = 0;
  readonly #flushed = new Set<() => void>();

  constructor(fd: number, onRecovered: (lines: number) => void) {
    this.#fd = fd;
    this.#onRecovered = onRecovered;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.#drop(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (!this.#chunk) this.#writeNext();
  }

  dropped(): number {
    return this.#lost;
  }

  flush(): Promise<void> {
    if (!this.#chunk) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#flushed.delete(done);
        resolve();
      };
      const timer = setTimeout(done, FLUSH_LIMIT_MS);
      this.#flushed.add(done);
    });
  }

  #drop(lines: number): void {
    this.#lost += lines;
    this.#lostSinceReport += lines;
  }

  #writeNext(): void {
    let lines = 0;
    let bytes = 0;
    while (lines < this.#waiting.length && bytes < CHUNK_BYTES)
      bytes += Buffer.byteLength(this.#waiting[lines++] ?? '');
    if (lines === 0) {
      for (const done of [...this.#flushed]) done();
      return;
    }
    if (this.#chunk) failInvariant(`${this.#chunkLines} lines of the log are being written: one write at a time`);
    this.#chunk = Buffer.from(this.#waiting.splice(0, lines).join(''));
    this.#chunkLines = lines;
    this.#writeChunk(this.#chunk);
  }

  #writeChunk(chunk: Buffer): void {
    write(this.#fd, chunk, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#writeChunk(chunk), RETRY_MS).unref();
        return;
      }
      this.#waitingBytes -= error ? chunk.length : written;
      if (this.#waitingBytes < 0) failInvariant(`${this.#waitingBytes} bytes of the log wait for their reader`);
      if (!error && written < chunk.length) {
        this.#chunk = chunk.subarray(written);
        this.#writeChunk(this.#chunk);
        return;
      }
      // EPIPE, a full disk: this chunk is lost, the next line tries again.
      if (error) this.#drop(this.#chunkLines);
      else this.#reportRecovery();
      this.#chunk = undefined;
      this.#writeNext();
    });
  }

  #reportRecovery(): void {
    if (this.#lostSinceReport === 0 || this.#waitingBytes > MAX_WAITING_BYTES / 2) return;
    const lines = this.#lostSinceReport;
    this.#lostSinceReport = 0;
    this.#onRecovered(lines);
  }
}

/**
 * A descriptor for the same output that answers EAGAIN instead of blocking. A pipe or terminal is opened anew, so that
 * others who share it keep their blocking one; a socket (the journal's) cannot be, and is switched by Node itself.
 */
function withoutBlocking(fd: number): number {
  try {
    const kind: Stats = fstatSync(fd);
    if (kind.isSocket()) new Socket({ fd, readable: false, writable: true }).unref();
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
