/**
 * What a charge point gets that draws more than its limit. The others yield to its current. Those that cannot yield, such as silent
 * ones, it yields to: its limit is no more than they leave, though it may not follow.
 */
import { hasPhase, maskToGrid, type PhaseMask } from '../../base/rotation.js';
import { type Amps, mapPhases, NO_AMPS, PHASES, type PhaseAmps } from '../../base/units.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { exceedsPower, powerOf } from '../load/power.js';
import { reservationOf } from './reserved.js';
import { capacityOf, capOf, exposureOf, pathOf, type Snapshot } from './snapshot.js';

const EPSILON_A = 1e-3;

/** In A, on these grid phases; 0 if its current alone exceeds a fuse above. `isSharing`: who takes part in the division, and yields. */
export function overdrawingLimitA(
  snapshot: Snapshot,
  record: SlaveRecord,
  phases: PhaseMask,
  isSharing: (other: SlaveRecord) => boolean,
): Amps {
  const drawnA = exposureOf(snapshot, record);
  const grid = maskToGrid(record.facts.rotation, phases);
  let limitA = Math.min(record.grantedA, capOf(snapshot, record)?.limitA ?? record.grantedA);
  for (const circuit of pathOf(snapshot, record)) {
    const { capacityA, power } = capacityOf(snapshot, circuit);
    if (PHASES.some((p) => drawnA[p] > capacityA[p] + EPSILON_A)) return 0;
    if (power && exceedsPower(power, drawnA)) return 0;
    const standingA = standingBeside(snapshot, record, circuit, isSharing);
    for (const p of PHASES) if (hasPhase(grid, p)) limitA = Math.min(limitA, capacityA[p] - standingA[p]);
    const count = PHASES.filter((p) => hasPhase(grid, p)).length;
    if (power && count > 0) {
      limitA = Math.min(limitA, (power.capacityW - powerOf(standingA, power.voltageV)) / power.voltageV / count);
    }
  }
  return Math.max(0, limitA);
}

/** What the others below a circuit take that do not yield, in A per grid phase. */
function standingBeside(
  snapshot: Snapshot,
  record: SlaveRecord,
  circuit: number,
  isSharing: (other: SlaveRecord) => boolean,
): PhaseAmps {
  let sumA = NO_AMPS;
  for (const other of snapshot.records) {
    if (other === record || isSharing(other) || !pathOf(snapshot, other).includes(circuit)) continue;
    const ownA = reservationOf(snapshot, other);
    sumA = mapPhases((p) => sumA[p] + ownA[p]);
  }
  return sumA;
}
