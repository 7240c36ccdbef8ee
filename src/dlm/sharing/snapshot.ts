/** Everything that one decision reads. */
import { failInvariant } from '../../base/assert.js';
import type { LimitCause, LimitReason } from '../../base/reason.js';
import { connectedMask, maskToGrid, type PhaseMask } from '../../base/rotation.js';
import type { Ms, PhaseAmps } from '../../base/units.js';
import type { LimitBook } from '../limits/limit-book.js';
import type { Settings } from '../limits/settings.js';
import type { CircuitCapacity } from '../load/capacity.js';
import type { LimitSums } from './limit-sums.js';
import type { Services } from './services.js';
import type { Shares } from './shares.js';
import type { SlaveRecord } from '../group/slave-record.js';
import type { Topology } from '../topology.js';
import type { Site } from '../types.js';

export interface Snapshot {
  readonly nowMs: Ms;
  /** The epoch of the grants that this decision makes. */
  readonly epoch: number;
  readonly site: Site;
  readonly topology: Topology;
  readonly shares: Shares;
  /** The divisions of the surplus; `undefined`: the site has none. */
  readonly surplusShares: Shares | undefined;
  /** What people have set. */
  readonly settings: Settings;
  readonly limits: LimitBook;
  readonly capacities: readonly CircuitCapacity[];
  readonly records: readonly SlaveRecord[];
  /** Turns and offers. A decision writes its changes here, not into the records. */
  readonly services: Services;
  readonly limitSums: LimitSums;
  /** What modes allow charge points. A decision writes it before it divides. */
  readonly surplusLimits: Map<SlaveRecord, LimitCause>;
  /** Why no charge point may be raised in this cycle; `undefined` when raises are allowed. */
  readonly noRaise: LimitReason | undefined;
  /** First samples or first STATUS are missing. Each charge point keeps its limit until its lease ends. */
  readonly isStarting: boolean;
  /** Another master may serve the silent charge points. They are counted in full; the others share what is left. */
  readonly isStrict: boolean;
  /** Circuits whose disconnected limits do not fit. No charge point below gets more than its own (I4). */
  readonly unsafeCircuits: ReadonlySet<number>;
}

/** The exposure of a charge point now, in A per grid phase. */
export function exposureOf({ site, nowMs }: Snapshot, record: SlaveRecord): PhaseAmps {
  return record.exposureA(nowMs, site.leaseMs);
}

/** The circuit of a charge point and all circuits above, by index, up to the root. */
export function pathOf({ topology }: Snapshot, record: SlaveRecord): readonly number[] {
  const circuit = topology.indexOf.get(record.facts.circuit);
  return (circuit === undefined ? undefined : topology.pathOf[circuit]) ?? failPath(record);
}

function failPath({ id, facts }: SlaveRecord): never {
  failInvariant(`${id} is at circuit ${facts.circuit}, which is not there`);
}

/** What a circuit leaves for the charge points below it. `circuit`: its index in the topology. */
export function capacityOf({ capacities }: Snapshot, circuit: number): CircuitCapacity {
  return capacities[circuit] ?? failInvariant(`circuit ${circuit} of ${capacities.length} has no capacity`);
}

export function isAcknowledged({ nowMs, site }: Snapshot, record: SlaveRecord): boolean {
  return record.account.isAcknowledged(nowMs, site.leaseMs);
}

/** Connector order: the phases that a grant must cover. Those in use; all of them without a recent acknowledgement. */
export function phasesOf(snapshot: Snapshot, record: SlaveRecord): PhaseMask {
  return isAcknowledged(snapshot, record) ? record.activePhases() : connectedMask(record.facts.phases);
}

/** The lowest limit of a charge point below its maximum, and its cause; `undefined`: nothing limits it further. */
export function capOf(snapshot: Snapshot, record: SlaveRecord): LimitCause | undefined {
  const { maxA, rotation } = record.facts;
  const set = snapshot.limits.capOf(record.id, maxA, maskToGrid(rotation, phasesOf(snapshot, record)), snapshot.nowMs);
  const surplus = snapshot.surplusLimits.get(record);
  return surplus && surplus.limitA < (set?.limitA ?? maxA) ? surplus : set;
}

/** True where people, the calendar, an input or the grid operator have just lowered a circuit above the charge point: that explains a pause. */
export function isLoweredAbove(snapshot: Snapshot, record: SlaveRecord): boolean {
  const { site, limits, nowMs } = snapshot;
  return pathOf(snapshot, record).some((index) => {
    const circuit = site.circuits[index];
    return circuit !== undefined && limits.hasJustLowered(circuit, nowMs);
  });
}
