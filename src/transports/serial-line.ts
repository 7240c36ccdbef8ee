/**
 * A serial port. The native part of `serialport` alone: it is loaded when the first port is opened, and nothing of it lists
 * ports, which would end the process where `udevadm` is missing.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { fail, ok } from '../base/result.js';
import type { BusError } from '../ports/register-bus.js';
import { errorText } from './bus-errors.js';
import type { Line, LineListener, OpenLine } from './line.js';

export interface SerialSettings {
  /** Best below /dev/serial/by-id: that name stays when the adapter is plugged into another socket. */
  readonly path: string;
  /** Bits per second. */
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** What is used of the native port. */
export interface Port {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', done: (error: Error | null) => void): void };
  write(bytes: Buffer): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Rejects where there is no such port, or it is in use. */
export type OpenPort = (settings: SerialSettings) => Promise<Port>;

const readFile = promisify(read);
/** More than the longest frame. */
const CHUNK_BYTES = 512;

function openError(path: string, error: unknown): BusError {
  const text = errorText(error).replace(/^Error:? /, '');
  const hint = /permission denied/i.test(text) ? ' (the user must be in the group that owns it, mostly dialout)' : '';
  return { kind: 'unreachable', text: `${text.includes(path) ? text : `${path}: ${text}`}${hint}` };
}

function isAgain(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EAGAIN' || code === 'EINTR';
}

class SerialLine implements Line {
  readonly #port: Port;
  readonly #path: string;
  readonly #listener: LineListener;
  #isOver = false;
  /** The read in flight: never longer than a moment, because the port does not block. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(port: Port, path: string, listener: LineListener) {
    this.#port = port;
    this.#path = path;
    this.#listener = listener;
  }

  write(bytes: Buffer): void {
    this.#port.write(bytes).catch((error: unknown) => this.#end(errorText(error)));
  }

  async close(): Promise<void> {
    this.#isOver = true;
    // Its number may belong to another file as soon as it is closed.
    await this.#reading.catch(() => {});
    // A port that is gone cannot be closed, and need not be.
    await this.#port.close().catch(() => {});
  }

  async listen(): Promise<void> {
    try {
      for (let bytes = await this.#next(); bytes && !this.#isOver; bytes = await this.#next()) {
        this.#listener.onBytes(bytes);
      }
      this.#end('the adapter is gone');
    } catch (error) {
      this.#end(`the adapter is gone (${errorText(error)})`);
    }
  }

  /** The package takes "0 bytes", which is how Linux says that the adapter is gone, for a reason to ask again at once. */
  async #next(): Promise<Buffer | undefined> {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    while (!this.#isOver && this.#port.fd !== null) {
      try {
        const reading = readFile(this.#port.fd, chunk, 0, CHUNK_BYTES, null);
        this.#reading = reading;
        const { bytesRead } = await reading;
        return bytesRead > 0 ? chunk.subarray(0, bytesRead) : undefined;
      } catch (error) {
        if (!isAgain(error)) throw error;
        // The poller of a port that was closed meanwhile is no more: to ask it would end the process.
        if (!this.#isOver) await this.#readable();
      }
    }
    return undefined;
  }

  #readable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.poller.once('readable', (failed) => (failed ? reject(failed) : resolve()));
    });
  }

  #end(text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.onEnd({ kind: 'unreachable', text: `${this.#path}: ${text}` });
  }
}

async function openNative({ path, baud, parity, stopBits }: SerialSettings): Promise<Port> {
  const { LinuxBinding } = await import('@serialport/bindings-cpp');
  return LinuxBinding.open({ path, baudRate: baud, parity, stopBits, dataBits: 8, hupcl: false });
}

export function serialLine(settings: SerialSettings, openPort: OpenPort = openNative): OpenLine {
  return async (listener) => {
    const { path } = settings;
    let port: Port | undefined;
    try {
      port = await openPort(settings);
      await port.flush();
      const line = new SerialLine(port, path, listener);
      void line.listen();
      return ok(line);
    } catch (error) {
      // It is locked while it is open: nobody could open it again.
      await port?.close().catch(() => {});
      return fail(openError(path, error));
    }
  };
}
