/** What the core makes of a word that it heard. */
import type { Grant } from '../base/messages.js';

export interface Heard {
  /** False for what is older than something heard before. */
  readonly isCurrent: boolean;
  /** True when the decision should not wait for the next sample period. */
  readonly isUrgent: boolean;
  /** To be sent at once to where the word came from. */
  readonly probe?: Grant;
}

export const IGNORED: Heard = { isCurrent: false, isUrgent: false };
export const NOT_URGENT: Heard = { isCurrent: true, isUrgent: false };
export const URGENT: Heard = { isCurrent: true, isUrgent: true };
