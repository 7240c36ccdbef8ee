/** Asks a meter for the settings in which it must not guard a circuit: before its first values, and every ten minutes. */
import { ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import { infoBlocks, infoValue, refusalText } from '../meters/info.js';
import type { MeterModel, Refusal } from '../meters/model.js';
import type { BusError, RegisterBlock } from '../ports/register-bus.js';

const CHECK_PERIOD_MS: Ms = 600_000;
/** Illegal function, address or value: this firmware does not have the register, so nothing is known of the setting. */
const SAYS_NOTHING: readonly number[] = [1, 2, 3];

type Read = (block: RegisterBlock) => Promise<Result<Uint16Array, BusError>>;

export class SettingWatch {
  readonly #refusals: readonly Refusal[];
  #dueMs: Ms = Number.NEGATIVE_INFINITY;

  constructor({ refusals = [] }: MeterModel) {
    this.#refusals = refusals;
  }

  /** Why the meter must not be used now; asked again at the next call then. `undefined`: it may. */
  async check(read: Read, nowMs: Ms): Promise<Result<string | undefined, BusError>> {
    if (nowMs < this.#dueMs) return ok(undefined);
    for (const refusal of this.#refusals) {
      const text = await this.#ask(refusal, read);
      if (!text.ok || text.value !== undefined) return text;
    }
    this.#dueMs = nowMs + CHECK_PERIOD_MS;
    return ok(undefined);
  }

  async #ask(refusal: Refusal, read: Read): Promise<Result<string | undefined, BusError>> {
    const words: number[] = [];
    for (const block of infoBlocks(refusal.row)) {
      const answer = await read(block);
      if (!answer.ok) return SAYS_NOTHING.includes(answer.error.exceptionCode ?? 0) ? ok(undefined) : answer;
      words.push(...answer.value);
    }
    return ok(refusalText(refusal, infoValue(refusal.row, Uint16Array.from(words))));
  }
}
