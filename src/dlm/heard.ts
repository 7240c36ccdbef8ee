/** What the core did with a STATUS or a sample, and what the runtime should do next. */
import type { Grant } from '../base/messages.js';

export interface Heard {
  /** False for an input that the core ignored, such as a STATUS older than one heard before. */
  readonly isCurrent: boolean;
  /** True: decide at once, not in the next sample period. */
  readonly isUrgent: boolean;
  /** A GRANT of 0 A. Send it at once to the address that the STATUS came from. */
  readonly probe?: Grant;
}

export const IGNORED: Heard = { isCurrent: false, isUrgent: false };
export const NOT_URGENT: Heard = { isCurrent: true, isUrgent: false };
export const URGENT: Heard = { isCurrent: true, isUrgent: true };
