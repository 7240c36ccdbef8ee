/** Answers on their way out: not faster than they are read, and not kept when nobody reads them any more. */
import type { Writable } from 'node:stream';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';

/** Written at once; more is not kept. */
const PENDING_CHARS_MAX = 65_536;

export class Outlet {
  /** Whoever reads may go away early (`evenkeel allocate | head`): no error. */
  isReaderGone = false;
  readonly #output: Writable;
  #pending: string[] = [];
  #chars = 0;
  #failure: ExitError | undefined;

  /** `onEnd`: nothing more can be written. */
  constructor(output: Writable, onEnd: () => void = () => undefined) {
    this.#output = output;
    output.on('error', (error) => {
      this.#note(error);
      onEnd();
    });
  }

  /** Throws an `ExitError`, as `flush` does. */
  async put(text: string): Promise<void> {
    this.#pending.push(text);
    this.#chars += text.length;
    if (this.#chars >= PENDING_CHARS_MAX) await this.flush();
  }

  /** Resolves when everything is out. */
  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    this.#chars = 0;
    if (text !== '' && !this.isReaderGone) {
      await new Promise<void>((resolve) => {
        this.#output.write(text, (error) => {
          if (error) this.#note(error);
          resolve();
        });
      });
    }
    if (this.#failure) throw this.#failure;
  }

  #note(error: NodeJS.ErrnoException): void {
    if (this.isReaderGone || this.#failure) return;
    if (error.code === 'EPIPE') this.isReaderGone = true;
    else this.#failure = new ExitError(EXIT.system, `stdout: expected room for the answers, got ${error.code}`);
  }
}
