/** One start after the other in the same process: asked for by SIGHUP, one at a time, and back to the former where the new one fails. */
import { defined } from '../base/assert.js';
import { ExitError } from './exit-codes.js';
import type { DaemonLogger } from './pino-logger.js';

export interface Running {
  /** True: it starts anew at once. */
  stop(isReload?: boolean): Promise<void>;
  /** It decides now, or did when it was stopped. */
  readonly isActive?: boolean;
}

export type Start = () => Promise<Running>;

/** `undefined`: nothing is new, or it is refused. */
export type Reread = () => Start | undefined;

export class Reloads {
  readonly #logger: DaemonLogger;
  readonly #reread: Reread | undefined;
  /** Neither the new nor the former configuration could be started. */
  readonly failed: Promise<{ readonly error: unknown; readonly signal?: undefined }>;
  #fail: (error: unknown) => void = () => undefined;
  #running: Running | undefined;
  #start: Start | undefined;
  #isAsked = false;
  #isEnding = false;
  #isAborted = false;
  #work: Promise<void> | undefined;

  constructor(logger: DaemonLogger, reread: Reread | undefined) {
    this.#logger = logger;
    this.#reread = reread;
    this.failed = new Promise((resolve) => {
      this.#fail = (error) => resolve({ error });
    });
  }

  async begin(start: Start): Promise<void> {
    this.#start = start;
    this.#running = await start();
    this.#followUp();
  }

  /** At each SIGHUP. Several while one is carried out are one more. */
  ask(): void {
    if (!this.#reread) {
      this.#logger.log('info', 'RELOAD', 'SIGHUP: a slave reads its file at its start only', {});
      return;
    }
    this.#isAsked = true;
    this.#followUp();
  }

  /** What runs at last; no reload from now on. */
  async end(): Promise<Running> {
    this.#isEnding = true;
    await this.#work;
    return defined(this.#running, 'what runs');
  }

  /** What runs now, whatever a reload waits for; no reload from now on. */
  abort(): Running | undefined {
    this.#isEnding = true;
    this.#isAborted = true;
    return this.#running;
  }

  #followUp(): void {
    if (!this.#isAsked || this.#work || !this.#running || this.#isEnding) return;
    this.#isAsked = false;
    this.#work = this.#reload()
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#work = undefined;
        this.#followUp();
      });
  }

  async #reload(): Promise<void> {
    const next = this.#reread?.();
    const former = this.#start;
    if (!next || !former) return;
    await this.#running?.stop(true);
    if (this.#isAborted) return;
    try {
      this.#running = await next();
      this.#start = next;
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      this.#logger.log('error', 'RELOAD_REFUSED', `${error.message}\nthe configuration of before goes on`, {});
      this.#running = await former();
    }
  }
}
