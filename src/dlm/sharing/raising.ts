/**
 * How far a charge point is raised towards its share now. Lowerings go at once. Raises are calm: one at a time, by a ramp if the
 * site has one, and not into room that comes and goes (dlm/group/calm).
 */
import { hasPhase, maskToGrid } from '../../base/rotation.js';
import { type Amps, PHASES } from '../../base/units.js';
import { afterPart, afterRamp, type CalmLimit, calmLimit } from '../group/calm.js';
import { at } from '../division/numbers.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { powerOf } from '../load/power.js';
import { neededA } from './offers.js';
import { capacityOf, pathOf, phasesOf, type Snapshot } from './snapshot.js';
import { surplusSpareA } from './surplus-power.js';

/** Its share, or as much of it as is calm. Call once per cycle, after `followOffer`. */
export function calmed(snapshot: Snapshot, record: SlaveRecord, shareA: Amps): CalmLimit {
  const { services, nowMs, site } = snapshot;
  const { stepA, raiseAPerS: aPerS } = site.allocation;
  if (aPerS !== undefined) {
    const service = services.find(record);
    const needed = neededA(record, service);
    const followedA = record.status?.enforcedA ?? 0;
    const calm = afterRamp(service.calm, { shareA, neededA: needed, followedA, stepA, aPerS, nowMs });
    services.replace(record, calm === service.calm ? service : { ...service, calm });
  }
  const roomA = (): Amps => Math.min(roomBesideLimits(snapshot, record), surplusSpareA(snapshot, record));
  return calmLimit(services.find(record).calm, { shareA, stepA, roomA, nowMs });
}

/** True while a part of a raise waits for the rest. Call once per cycle and charge point. */
export function waitsForRest({ services, nowMs }: Snapshot, record: SlaveRecord, isPart: boolean): boolean {
  const service = services.find(record);
  const { calm, waits } = afterPart(service.calm, isPart, nowMs);
  services.replace(record, calm === service.calm ? service : { ...service, calm });
  return waits;
}

/** What the circuits above a charge point leave on its phases beside the limits of all below them, in A. */
function roomBesideLimits(snapshot: Snapshot, record: SlaveRecord): Amps {
  const grid = maskToGrid(record.facts.rotation, phasesOf(snapshot, record));
  const loaded = PHASES.filter((p) => hasPhase(grid, p));
  let roomA: Amps = Number.POSITIVE_INFINITY;
  for (const circuit of pathOf(snapshot, record)) {
    const { capacityA, power } = capacityOf(snapshot, circuit);
    const takenA = snapshot.limitSums.below(circuit, () => addLimits(snapshot));
    for (const p of loaded) roomA = Math.min(roomA, capacityA[p] - takenA[p]);
    if (!power) continue;
    roomA = Math.min(roomA, (power.capacityW - powerOf(takenA, power.voltageV)) / power.voltageV / loaded.length);
  }
  return roomA;
}

function addLimits(snapshot: Snapshot): Float64Array {
  const sumsA = new Float64Array(snapshot.topology.count * 3);
  for (const record of snapshot.records) {
    const grid = maskToGrid(record.facts.rotation, phasesOf(snapshot, record));
    for (const circuit of pathOf(snapshot, record)) {
      for (const p of PHASES) {
        if (hasPhase(grid, p)) sumsA[circuit * 3 + p] = at(sumsA, circuit * 3 + p) + record.grantedA;
      }
    }
  }
  return sumsA;
}
