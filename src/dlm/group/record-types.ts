/** What goes into a slave record, and what comes out of it. */
import type { BootId } from '../../base/messages.js';
import type { Wiring } from '../../base/rotation.js';
import type { Amps, Ms } from '../../base/units.js';
import type { Doubt } from '../leases/starts.js';
import type { RestCause } from './rest.js';
import type { RememberedSession } from './session.js';
import type { ChargePoint, ChargePointDefaults } from '../types.js';

/** What the state file keeps of a charge point over a restart of the master. */
export interface RememberedSlave {
  readonly id: string;
  /** True: adopted, but not listed. The charge point stays adopted when `autoAdopt` is switched off later. */
  readonly adopted: boolean;
  readonly maxA: Amps;
  readonly disconnectedLimitA: Amps;
  readonly phases: 1 | 2 | 3;
  readonly rotation: Wiring;
  /** Two boxes used the id. */
  readonly isDuplicate?: boolean | undefined;
  /** Of the vehicle that is plugged in. */
  readonly session?: RememberedSession | undefined;
  /** Why that one takes nothing. */
  readonly rest?: RestCause | undefined;
}

/** `stale` and the kinds of doubt: the STATUS is not applied. `duplicate`: it is applied, but two boxes use the id. */
export type HeardStatus = 'fresh' | 'stale' | 'duplicate' | Doubt['kind'];

/** The STATUS that a GRANT answers. */
export interface LastPoll {
  readonly bootId: BootId;
  readonly tauMs: Ms;
  readonly receivedAtMs: Ms;
}

/** The master that receives a STATUS. */
export interface Listener {
  readonly id: string;
  readonly epoch: number;
  /** False while the master is passive: it sends no grants, and so cannot probe an unproven start. */
  readonly grants: boolean;
}

export interface SlaveOptions {
  readonly facts: ChargePoint;
  /** True: the configuration lists the charge point, and its rotation and phases hold. */
  readonly isListed: boolean;
  readonly isAdopted: boolean;
  /** What the site says of charge points that it does not list. */
  readonly defaults?: ChargePointDefaults | undefined;
  /** M3: the charge point is counted in full until then. */
  readonly unknownUntilMs: Ms;
  /** Grants get numbers above this. So no old grant to a forgotten charge point has the number of a new one. */
  readonly lastSeq?: number;
}
