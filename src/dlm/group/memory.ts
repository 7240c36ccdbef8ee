/** What the core asks to be kept over a restart. */
import type { Ms } from '../../base/units.js';
import type { RememberedSlave } from './slave-record.js';

/** What is kept over a restart. A help: without it the master waits for the longest lease before it raises anybody. */
export interface Memory {
  readonly epoch: number;
  readonly leaseMs: Ms;
  readonly slaves: readonly RememberedSlave[];
}
