/** Asks a device who it is: before its first values, after every failure, and every ten minutes. */
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import { fingerprint, identityReads, strangerText } from '../meters/identity.js';
import type { MeterModel } from '../meters/model.js';
import type { BusError, RegisterBlock } from '../ports/register-bus.js';

const CHECK_PERIOD_MS: Ms = 600_000;
/** Illegal function, address or value: this firmware does not say who it is. */
const SAYS_NOTHING: readonly number[] = [1, 2, 3];

type Read = (block: RegisterBlock) => Promise<Result<Uint16Array, BusError>>;

/** An error of the bus says nothing about who it is. */
export type IdentityFault = BusError | { readonly kind: 'stranger'; readonly text: string };

export class IdentityWatch {
  readonly #model: MeterModel;
  readonly #blocks: readonly RegisterBlock[];
  /** What it said first. */
  #known: string | undefined;
  #isProven = false;
  #dueMs: Ms = Number.NEGATIVE_INFINITY;

  constructor(model: MeterModel) {
    this.#model = model;
    this.#blocks = identityReads(model);
  }

  /** Something failed: behind the same address there may be another device now. */
  doubt(): void {
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Its values cannot be. What a device said that never gave good ones may have been garbled as well, and counts no more. */
  reject(): void {
    if (this.#isProven) return;
    this.#known = undefined;
    this.doubt();
  }

  /** It gives good values: what it said is who it is. */
  prove(): void {
    this.#isProven = true;
  }

  async check(read: Read, nowMs: Ms): Promise<Result<undefined, IdentityFault>> {
    if (this.#blocks.length === 0 || nowMs < this.#dueMs) return ok(undefined);
    const said = await this.#ask(read);
    if (!said.ok) return said;
    const stranger = this.#compare(said.value);
    if (stranger !== undefined) return fail({ kind: 'stranger', text: stranger });
    this.#dueMs = nowMs + CHECK_PERIOD_MS;
    return ok(undefined);
  }

  /** `undefined`: the device does not know these registers. */
  async #ask(read: Read): Promise<Result<string | undefined, BusError>> {
    const words: Uint16Array[] = [];
    for (const block of this.#blocks) {
      const answer = await read(block);
      if (!answer.ok) {
        const isUnknown = this.#known === undefined && SAYS_NOTHING.includes(answer.error.exceptionCode ?? 0);
        return isUnknown ? ok(undefined) : answer;
      }
      words.push(answer.value);
    }
    return ok(fingerprint(words));
  }

  #compare(said: string | undefined): string | undefined {
    const known = this.#known;
    this.#known ??= said;
    if (known === undefined || said === undefined || said === known || !this.#model.identity) return undefined;
    return strangerText(this.#model.identity, known, said);
  }
}
