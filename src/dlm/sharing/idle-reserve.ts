/**
 * What circuits keep free for charge points that do not charge (`dlb`, `alm`): one that is idle is to start at once, without anybody
 * being lowered first, and one that is not heard keeps its part. It narrows what the others share. The ledger knows nothing of it: it
 * counts what may really flow, and that is reserved in any case.
 */
import { failInvariant } from '../../base/assert.js';
import type { LimitReason } from '../../base/reason.js';
import { connectedMask, maskToGrid, onPhases } from '../../base/rotation.js';
import { isValidLoad, mapPhases, maxOf, NO_AMPS, type PhaseAmps, type Watts } from '../../base/units.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { powerOf } from '../load/power.js';
import { NOMINAL_VOLTAGE_V, type ReserveRules } from '../types.js';
import { exposureOf, pathOf, type Snapshot } from './snapshot.js';

/** In A, grid order. */
export interface IdleReserve {
  readonly loadA: PhaseAmps;
  /** For whom: ids of charge points. */
  readonly ids: readonly string[];
}

type Reserves = ReadonlyMap<number, IdleReserve>;
const NONE: Reserves = new Map();
/** They follow from the snapshot, and are asked for once for each reason. */
const known = new WeakMap<Snapshot, Reserves>();

/** What each circuit keeps free, by its index; none where it keeps nothing. */
export function idleReserves(snapshot: Snapshot): Reserves {
  const before = known.get(snapshot);
  if (before) return before;
  const { circuits } = snapshot.site;
  const has = circuits.some(({ reserve }) => reserve !== undefined);
  const reserves = has ? reservesOf(snapshot) : NONE;
  known.set(snapshot, reserves);
  return reserves;
}

/** Of all charge points few do not charge: they are looked for once. */
function reservesOf(snapshot: Snapshot): Reserves {
  const { records, nowMs, site } = snapshot;
  const free = records.filter((record) => record.isAdopted && (!record.isOnline(nowMs) || isIdle(snapshot, record)));
  return new Map(site.circuits.flatMap((_, index) => reserveOf(snapshot, index, free)));
}

function reserveOf(
  snapshot: Snapshot,
  index: number,
  free: readonly SlaveRecord[],
): readonly (readonly [number, IdleReserve])[] {
  const rules = snapshot.site.circuits[index]?.reserve;
  if (!rules) return [];
  const below = free.filter((record) => pathOf(snapshot, record).includes(index));
  const offline = below.filter((record) => !record.isOnline(snapshot.nowMs));
  const idle = rules.mode === 'DLB' ? below.filter((record) => record.isOnline(snapshot.nowMs)) : [];
  if (offline.length + idle.length === 0) return [];
  // One minimum for all of them together, on each phase where one of them may start.
  const waiting = rules.mode === 'DLB' ? [...offline, ...idle] : [];
  let loadA = waiting.reduce((mostA, record) => maxOf(mostA, minimumA(record)), NO_AMPS);
  for (const record of offline) {
    const ownA = beyondExposure(snapshot, record, rules);
    const beforeA = loadA;
    loadA = mapPhases((p) => beforeA[p] + ownA[p]);
  }
  if (!isValidLoad(loadA)) failInvariant(`circuit ${index} keeps ${loadA.join(', ')} A free`);
  return [[index, { loadA, ids: [...offline, ...idle].map(({ id }) => id) }]];
}

/** Could start at once, if a vehicle came. */
function isIdle({ nowMs, settings }: Snapshot, record: SlaveRecord): boolean {
  const { status } = record;
  const isFree = status?.state === 'Available' || status?.state === 'Finishing';
  return isFree && record.isOnline(nowMs) && !record.isDuplicate(nowMs) && !settings.stopOf(record.id, undefined);
}

function minimumA({ facts }: SlaveRecord): PhaseAmps {
  return onPhases(maskToGrid(facts.rotation, connectedMask(facts.phases)), facts.minA);
}

/** What a charge point that is not heard keeps beside what is reserved for it anyway: that may be more than the rule gives. */
function beyondExposure(snapshot: Snapshot, record: SlaveRecord, { offlineW }: ReserveRules): PhaseAmps {
  const { facts } = record;
  const voltageV = snapshot.site.voltageV ?? NOMINAL_VOLTAGE_V;
  const shareA = offlineW === undefined ? facts.minA : offlineW / voltageV / facts.phases;
  const keptA = onPhases(maskToGrid(facts.rotation, connectedMask(facts.phases)), shareA);
  const exposureA = exposureOf(snapshot, record);
  return mapPhases((p) => Math.max(0, keptA[p] - exposureA[p]));
}

/** The reason with what is kept free of the place that binds. */
export function withReserve(snapshot: Snapshot, reason: LimitReason): LimitReason {
  const { kind } = reason;
  if (kind !== 'circuit' && kind !== 'power' && kind !== 'step' && kind !== 'shortage') return reason;
  const index = snapshot.topology.indexOf.get(reason.circuit) ?? -1;
  const reserve = idleReserves(snapshot).get(index);
  const mode = snapshot.site.circuits[index]?.reserve?.mode;
  if (!reserve || !mode) return reason;
  const reservedW: Watts = Math.round(powerOf(reserve.loadA, snapshot.site.voltageV ?? NOMINAL_VOLTAGE_V));
  return reservedW > 0 ? { ...reason, reserve: { mode, reservedW, for: reserve.ids } } : reason;
}
