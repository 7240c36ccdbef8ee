/**
 * Unused offers. A full vehicle stays plugged in for hours. It keeps an offer of its minimum, so that it can begin at
 * any time. When other vehicles need that current, the offer is withdrawn for a dwell time. The vehicle is offered
 * current again after that if no other needs it, and after an hour in any case.
 */
import { failInvariant } from '../../base/assert.js';
import type { LimitReason } from '../../base/reason.js';
import { hasPhase, maskToGrid } from '../../base/rotation.js';
import type { Amps, PhaseIndex } from '../../base/units.js';
import type { AllocatedLimit } from '../allocate.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { pathOf, phasesOf, type Snapshot } from './snapshot.js';
import { isServedLast, leavesUnused } from './turns.js';

/** A circuit, or one phase of it, at which a charge point gets less than it could use. */
export interface FullPlace {
  readonly circuit: string;
  readonly phase?: PhaseIndex;
  /** `phase` carries too much more than this one. A vehicle on both phases does not change the difference. */
  readonly besidePhase?: PhaseIndex;
}

type Limits = ReadonlyMap<string, AllocatedLimit>;

/** Served charge points whose unused offers other vehicles need, each with the reason. Call after each division. */
export function neededOffers(
  snapshot: Snapshot,
  served: readonly SlaveRecord[],
  limits: Limits,
): ReadonlyMap<SlaveRecord, LimitReason> {
  const needed = new Map<SlaveRecord, LimitReason>();
  const { services, nowMs } = snapshot;
  const isUnused = (record: SlaveRecord): boolean => leavesUnused(services.find(record), nowMs);
  const unused = served.filter((record) => isUnused(record) && limits.get(record.id)?.limitA !== 0);
  if (unused.length === 0) return needed;
  const places = fullPlaces(snapshot, served, limits);
  for (const record of unused) {
    const place = places.find((each) => isOnWay(snapshot, record, each));
    if (!place) continue;
    if (record.status?.state === 'Charging') failInvariant(`the offer of ${record.id} is unused, but it charges`);
    needed.set(record, reasonOf(place));
  }
  return needed;
}

/** A vehicle that draws less than this below its limit may use more. */
const SPARE_A: Amps = 2;

/** True for a vehicle that charges and leaves so much of its limit that it needs no current of others. */
function hasEnough({ status, account }: SlaveRecord): boolean {
  if (status?.state !== 'Charging') return false;
  const drawnA = Math.max(status.currentA[0], status.currentA[1], status.currentA[2]);
  return drawnA + SPARE_A < account.enforced.limitA;
}

/** Each place once. A vehicle that does not charge now needs no current of others, so its place is left out. */
function fullPlaces(
  { services, nowMs }: Snapshot,
  served: readonly SlaveRecord[],
  limits: Limits,
): readonly FullPlace[] {
  const places = new Map<string, FullPlace>();
  for (const record of served) {
    const isLast = isServedLast(record, services.find(record), nowMs);
    const place = isLast || hasEnough(record) ? undefined : placeOf(limits.get(record.id)?.boundBy);
    if (place) places.set(`${place.circuit} ${place.phase} ${place.besidePhase}`, place);
  }
  return [...places.values()];
}

function placeOf(boundBy: LimitReason | undefined): FullPlace | undefined {
  switch (boundBy?.kind) {
    case 'power':
    case 'circuit':
    case 'imbalance':
    case 'shortage':
      return placeAt(boundBy);
    default:
      return undefined;
  }
}

interface Binding {
  readonly circuit: string;
  readonly phase?: PhaseIndex;
  readonly phases?: readonly [PhaseIndex, PhaseIndex];
}

export function placeAt({ circuit, phase, phases }: Binding): FullPlace {
  if (phases !== undefined) return { circuit, phase: phases[0], besidePhase: phases[1] };
  return phase === undefined ? { circuit } : { circuit, phase };
}

function reasonOf({ circuit, phase }: FullPlace): LimitReason {
  return phase === undefined ? { kind: 'declined', circuit } : { kind: 'declined', circuit, phase };
}

/** True when the full place gets current back once this charge point is offered less. */
export function isOnWay(snapshot: Snapshot, record: SlaveRecord, { circuit, phase, besidePhase }: FullPlace): boolean {
  const full = snapshot.topology.indexOf.get(circuit) ?? failInvariant(`circuit ${circuit} is full, but not there`);
  const isBelow = pathOf(snapshot, record).includes(full);
  if (!isBelow || phase === undefined) return isBelow;
  const grid = maskToGrid(record.facts.rotation, phasesOf(snapshot, record));
  return hasPhase(grid, phase) && !(besidePhase !== undefined && hasPhase(grid, besidePhase));
}
