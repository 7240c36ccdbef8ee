/** The contact behind a digital input, and whoever reads it: what the masters are told of it, and what is true. */
import type { Ms } from '../../base/units.js';
import type { SiteInput } from '../../dlm/types.js';
import type { InputNews } from '../../runtime/recorder/types.js';
import type { VirtualTime } from '../virtual-time.js';
import type { ContactPlan, ContactState } from './scenario.js';

export class Contact {
  readonly input: SiteInput;
  onChange: (state: ContactState) => void = () => {};
  readonly #plan: ContactPlan;
  readonly #time: VirtualTime;
  #state: ContactState;
  /** The true state, and since when it is so. */
  #sinceMs: Ms = 0;

  constructor(plan: ContactPlan, input: SiteInput, time: VirtualTime) {
    this.#plan = plan;
    this.input = input;
    this.#time = time;
    this.#state = plan.state;
  }

  /** `hear`: all masters that are there. */
  connect(hear: (news: InputNews) => void): void {
    const { changes, readEveryMs } = this.#plan;
    for (const { atMs, state } of changes) {
      this.#time.at(atMs, () => {
        this.#state = state;
        this.#sinceMs = atMs;
        this.onChange(state);
        if (readEveryMs === undefined || state === 'lost') this.tell(hear);
      });
    }
    if (readEveryMs !== undefined) this.#readAgain(readEveryMs, hear);
  }

  /** What is known of it now. */
  tell(hear: (news: InputNews) => void): void {
    const { id } = this.input;
    const state = this.#state;
    if (state === 'silent') return;
    hear(
      state === 'lost' ? { kind: 'input', id, level: 'lost', reason: 'drawn' } : { kind: 'input', id, level: state },
    );
  }

  get isLost(): boolean {
    return this.#state === 'lost' || this.#state === 'silent';
  }

  /** Whether its input surely counts as active: by its level, or because its source is lost. */
  isInForce(nowMs: Ms): boolean {
    const { activeLevel, debounceMs, maxAgeMs = Number.POSITIVE_INFINITY } = this.input;
    if (this.#state === 'lost') return true;
    const stoodMs = nowMs - this.#sinceMs;
    return this.#state === 'silent' ? stoodMs >= maxAgeMs : this.#state === activeLevel && stoodMs >= debounceMs;
  }

  #readAgain(everyMs: Ms, hear: (news: InputNews) => void): void {
    this.#time.at(this.#time.nowMs + everyMs, () => {
      this.tell(hear);
      this.#readAgain(everyMs, hear);
    });
  }
}
