/** Everything that one decision works on. */
import { failInvariant } from '../../base/assert.js';
import type { LimitReason } from '../../base/reason.js';
import { connectedMask, type PhaseMask } from '../../base/rotation.js';
import type { Ms, PhaseAmps } from '../../base/units.js';
import type { CircuitCapacity } from '../load/capacity.js';
import type { Services } from './services.js';
import type { Shares } from './shares.js';
import type { SlaveRecord } from '../group/slave-record.js';
import type { Topology } from '../topology.js';
import type { Site } from '../types.js';

export interface Snapshot {
  readonly nowMs: Ms;
  /** Of the grants that come of it. */
  readonly epoch: number;
  readonly site: Site;
  readonly topology: Topology;
  readonly shares: Shares;
  readonly capacities: readonly CircuitCapacity[];
  readonly records: readonly SlaveRecord[];
  /** Holds what this decision changes of them: the records themselves stay as they are. */
  readonly services: Services;
  /** Not undefined: nobody is raised in this cycle, and why. */
  readonly noRaise: LimitReason | undefined;
  /** Meters and slaves are still to be heard: everybody keeps what it has, by the lease that it has. */
  readonly isStarting: boolean;
  /** Whoever does not answer may be served by another master: it is counted in full, others share what is left. */
  readonly isStrict: boolean;
  /** Circuits whose disconnected limits do not fit: nobody below gets more than its own (I4). */
  readonly unsafeCircuits: ReadonlySet<number>;
}

export function exposureOf({ site, nowMs }: Snapshot, record: SlaveRecord): PhaseAmps {
  return record.exposureA(nowMs, site.leaseMs);
}

export function pathOf({ topology }: Snapshot, record: SlaveRecord): readonly number[] {
  const circuit = topology.indexOf.get(record.facts.circuit);
  return (circuit === undefined ? undefined : topology.pathOf[circuit]) ?? failPath(record);
}

function failPath({ id, facts }: SlaveRecord): never {
  failInvariant(`${id} is at circuit ${facts.circuit}, which is not there`);
}

/** What a circuit can carry for the charge points below it, by its index in the topology. */
export function capacityOf({ capacities }: Snapshot, circuit: number): CircuitCapacity {
  return capacities[circuit] ?? failInvariant(`circuit ${circuit} of ${capacities.length} has no capacity`);
}

export function isAcknowledged({ nowMs, site }: Snapshot, record: SlaveRecord): boolean {
  return record.account.isAcknowledged(nowMs, site.leaseMs);
}

/** The connector's phases that a grant must cover: those in use, but all of them while it follows nobody for sure. */
export function phasesOf(snapshot: Snapshot, record: SlaveRecord): PhaseMask {
  return isAcknowledged(snapshot, record) ? record.activePhases() : connectedMask(record.facts.phases);
}
