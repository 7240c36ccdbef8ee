/** What the core asks the runtime to keep over a restart of the master. */
import type { Ms } from '../../base/units.js';
import type { RememberedSettings } from '../../base/settings.js';
import type { RememberedSlave } from './record-types.js';

/** The content of the state file. Without it, the master waits for the longest lease before it raises a charge point. */
export interface Memory {
  readonly epoch: number;
  readonly leaseMs: Ms;
  readonly slaves: readonly RememberedSlave[];
  /** Absent in files of older versions. */
  readonly settings?: RememberedSettings | undefined;
}
