/** Where the master keeps what helps it after a restart. Safety never depends on it. */
import type { Result } from '../base/result.js';

export interface StateStore {
  /** The stored text; `undefined` when there is none. */
  load(): Result<string | undefined>;
  /** Takes what is stored, and cannot be used, out of the way for somebody to look at; gives back where it is now. */
  setAside(): Result<string>;
  /** Atomic: afterwards either the old or the new text is there. `done` is called once, now or later. */
  save(text: string, done: (saved: Result<void>) => void): void;
}
