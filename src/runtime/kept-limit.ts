/**
 * Keeps over restarts the disconnected limit that masters know of (S8). Within one start only the configured limit is written: at
 * once where it is lower than the kept one, else as soon as a GRANT has confirmed it. So a write that is lost keeps the lower one.
 */
import * as z from 'zod/mini';
import { assert } from '../base/assert.js';
import { parseJson } from '../base/json.js';
import type { Logger } from '../base/logger.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Amps, Ms } from '../base/units.js';
import type { SlaveFacts } from '../dlm/leases/slave.js';
import type { StateStore } from '../ports/state-store.js';

const FORMAT = 1;
const AMPS_MAX = 1000;
/** A save that failed is tried again after this time. */
const RETRY_MS: Ms = 10_000;
/** Nothing is remembered: every configured limit is lower. */
const NOTHING_A: Amps = Number.POSITIVE_INFINITY;

const limitSchema = z.object({
  format: z.literal(FORMAT),
  disconnectedLimitA: z.number().check(z.minimum(0), z.maximum(AMPS_MAX)),
});

export interface KeptLimitOptions {
  /** Absent: nothing is kept. */
  readonly store: StateStore | undefined;
  readonly logger: Logger;
}

export class KeptLimit {
  /** From earlier starts, in A; infinite where nothing is known of them. */
  readonly rememberedA: Amps;
  readonly #id: string;
  readonly #configuredA: Amps;
  readonly #options: KeptLimitOptions;
  #isKept: boolean;
  #isSaving = false;
  #hasTried = false;
  #hasFailed = false;
  #retryAtMs: Ms = Number.NEGATIVE_INFINITY;

  constructor({ chargePointId, disconnectedLimitA }: SlaveFacts, options: KeptLimitOptions) {
    this.#id = chargePointId;
    this.#configuredA = disconnectedLimitA;
    this.#options = options;
    this.rememberedA = this.#load();
    this.#isKept = options.store === undefined || this.rememberedA === disconnectedLimitA;
  }

  /** False while a lower limit is being written. A master that is told of it before would keep it also if the write is lost. */
  get mayTell(): boolean {
    return this.#isKept || this.#hasTried || this.rememberedA < this.#configuredA;
  }

  /** Writes the configured limit when it is due. Call at each step. `isConfirmed`: by a GRANT of this start. */
  keep(isConfirmed: boolean, nowMs: Ms): void {
    const { store } = this.#options;
    const isDue = isConfirmed || this.#configuredA < this.rememberedA;
    if (!store || !isDue || this.#isKept || this.#isSaving || nowMs < this.#retryAtMs) return;
    this.#isSaving = true;
    this.#retryAtMs = nowMs + RETRY_MS;
    store.save(limitText(this.#configuredA), (saved) => this.#end(saved));
  }

  #end(saved: Result<void>): void {
    assert(this.#isSaving, `${this.#id}: the store has answered twice for one save`);
    this.#isSaving = false;
    this.#hasTried = true;
    this.#isKept = saved.ok;
    const { logger } = this.#options;
    const text = saved.ok
      ? 'can be written again'
      : `not written: ${saved.error}; tried again every ${RETRY_MS / 1000} s`;
    const line = `${this.#id}: the file of its disconnected limit ${text}`;
    if (!saved.ok && !this.#hasFailed) logger.log('error', 'STATE_FAILED', line, {});
    if (saved.ok && this.#hasFailed) logger.log('info', 'STATE_SAVED', line, {});
    this.#hasFailed = !saved.ok;
  }

  /** What cannot be used is set aside and told. */
  #load(): Amps {
    const { store, logger } = this.#options;
    if (!store) return NOTHING_A;
    const loaded = store.load();
    const parsed = loaded.ok ? parseLimit(loaded.value) : loaded;
    if (parsed.ok) return parsed.value;
    const aside = store.setAside();
    const where = aside.ok ? `kept as ${aside.value}` : aside.error;
    const text = `${this.#id}: its disconnected limit of before is unknown: ${parsed.error} (${where}); the configured one holds`;
    logger.log('error', 'STATE_FAILED', text, {});
    return NOTHING_A;
  }
}

function limitText(disconnectedLimitA: Amps): string {
  return JSON.stringify({ format: FORMAT, disconnectedLimitA });
}

/** `undefined`: there was no file. */
function parseLimit(text: string | undefined): Result<Amps> {
  if (text === undefined) return ok(NOTHING_A);
  const value = parseJson(text);
  if (value === undefined) return fail('the state file is not JSON');
  const limit = z.safeParse(limitSchema, value);
  return limit.success
    ? ok(limit.data.disconnectedLimitA)
    : fail('the state file has another format, or a value out of range');
}
