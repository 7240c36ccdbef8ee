/** Capacity that is kept free for charge points that take no part in the division. */
import { failInvariant } from '../../base/assert.js';
import { isAnyAbove, isValidLoad, mapPhases, minOf, type Ms, NO_AMPS, type PhaseAmps } from '../../base/units.js';
import { SETTLE_MS } from '../leases/lease-rules.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { idleReserves } from './idle-reserve.js';
import { capacityOf, exposureOf, pathOf, type Snapshot } from './snapshot.js';

/** A vehicle paused in a shortage stays paused for this long. Contactors and batteries wear with each change. */
export const PAUSE_MIN_MS: Ms = 30_000;
/** A paused vehicle has stopped by then. After that we reserve its exposure again. */
const STOPPING_MS: Ms = 2 * SETTLE_MS;

/** What each circuit reserves for charge points that are not served, in A per grid phase. */
export function reservedLoad(snapshot: Snapshot, served: ReadonlySet<SlaveRecord>): readonly PhaseAmps[] {
  const reserved: PhaseAmps[] = snapshot.site.circuits.map(() => NO_AMPS);
  const { records } = snapshot;
  if (served.size > records.length) failInvariant(`${served.size} charge points share, ${records.length} are known`);
  for (const record of records) {
    if (served.has(record)) continue;
    const loadA = reservationOf(snapshot, record);
    for (const circuit of pathOf(snapshot, record)) {
      const before = reserved[circuit] ?? NO_AMPS;
      reserved[circuit] = mapPhases((p) => before[p] + loadA[p]);
    }
  }
  for (const [circuit, { loadA }] of idleReserves(snapshot)) {
    const before = reserved[circuit] ?? NO_AMPS;
    reserved[circuit] = mapPhases((p) => before[p] + loadA[p]);
  }
  const kept = snapshot.isStrict ? lessDisconnected(snapshot, served, reserved) : reserved;
  assertReserved(kept, reserved);
  return kept;
}

/** No circuit reserves a negative current. The disconnected limits of served charge points can only make it less. */
function assertReserved(kept: readonly PhaseAmps[], reserved: readonly PhaseAmps[]): void {
  for (let circuit = 0; circuit < reserved.length; circuit++) {
    const [keptA, reservedA] = [kept[circuit] ?? NO_AMPS, reserved[circuit] ?? NO_AMPS];
    if (isValidLoad(keptA) && !isAnyAbove(keptA, reservedA, 0)) continue;
    failInvariant(`circuit ${circuit} keeps ${keptA.join(', ')} A free of ${reservedA.join(', ')} A`);
  }
}

/**
 * Served charge points may always share their disconnected limits: another master has to reserve that sum for them. Where a limit from
 * elsewhere leaves less than all disconnected limits, those of the others come first: they take them without being asked.
 */
function lessDisconnected(
  snapshot: Snapshot,
  served: ReadonlySet<SlaveRecord>,
  reserved: readonly PhaseAmps[],
): readonly PhaseAmps[] {
  const standing = (record: SlaveRecord): PhaseAmps => {
    const loadA = reservationOf(snapshot, record);
    // What it draws flows, whatever it may.
    return record.account.overdraws(snapshot.nowMs) ? loadA : minOf(record.disconnectedA(), loadA);
  };
  const of = (isServed: boolean): readonly PhaseAmps[] =>
    disconnectedSums(snapshot, reserved.length, (record) => {
      if (served.has(record) !== isServed) return undefined;
      return isServed ? record.disconnectedA() : standing(record);
    });
  const [sharedA, othersA] = [of(true), of(false)];
  return reserved.map((loadA, circuit) => {
    const { capacityA } = capacityOf(snapshot, circuit);
    const [keptA, standingA] = [sharedA[circuit] ?? NO_AMPS, othersA[circuit] ?? NO_AMPS];
    return mapPhases((p) => Math.min(loadA[p], Math.max(standingA[p], capacityA[p] - keptA[p])));
  });
}

function disconnectedSums(
  snapshot: Snapshot,
  circuits: number,
  ownOf: (record: SlaveRecord) => PhaseAmps | undefined,
): readonly PhaseAmps[] {
  const sums = Array.from({ length: circuits }, () => NO_AMPS);
  for (const record of snapshot.records) {
    const ownA = ownOf(record);
    if (!ownA) continue;
    for (const circuit of pathOf(snapshot, record)) {
      const before = sums[circuit] ?? NO_AMPS;
      sums[circuit] = mapPhases((p) => before[p] + ownA[p]);
    }
  }
  return sums;
}

/**
 * The exposure of a charge point that is not served. While the master is not strict and does not know its grants yet
 * (M3), its disconnected limit is enough. No charge point is raised then. The others have limits that were granted
 * beside it.
 */
export function reservationOf(snapshot: Snapshot, record: SlaveRecord): PhaseAmps {
  if (isStopping(snapshot, record)) return NO_AMPS;
  return record.account.isUnknown(snapshot.nowMs) && !snapshot.isStrict
    ? record.disconnectedA()
    : exposureOf(snapshot, record);
}

/** Sums of times with fractions are not exact. */
const ROUNDING_MS: Ms = 0.001;

/**
 * True for a charge point that was just paused, has acknowledged, and is about to stop. The ledger still counts its
 * current, so no raise uses it. To reserve it too would pause a second vehicle for it, and then a third.
 */
function isStopping({ nowMs, site, services }: Snapshot, record: SlaveRecord): boolean {
  const pausedAtMs = services.find(record).pausedUntilMs - PAUSE_MIN_MS;
  if (!(pausedAtMs <= nowMs + ROUNDING_MS))
    failInvariant(`${record.id} is paused from ${pausedAtMs} ms on, it is ${nowMs} ms`);
  if (record.grantedA > 0 || nowMs - pausedAtMs >= STOPPING_MS) return false;
  return record.isOnline(nowMs) && record.account.isAcknowledged(nowMs, site.leaseMs);
}
