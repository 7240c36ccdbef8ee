/** What of the fuses is kept free for those who do not share now. */
import { failInvariant } from '../../base/assert.js';
import { isAnyAbove, isValidLoad, mapPhases, type Ms, NO_AMPS, type PhaseAmps } from '../../base/units.js';
import { SETTLE_MS } from '../leases/lease-rules.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { capacityOf, exposureOf, pathOf, type Snapshot } from './snapshot.js';

/** A vehicle that was paused for want of current stays so for this long: contactors and batteries dislike flapping. */
export const PAUSE_MIN_MS: Ms = 30_000;
/** Acknowledged and settled by then; who still draws is counted again. */
const STOPPING_MS: Ms = 2 * SETTLE_MS;
/** The worst case of those who do not share now, per circuit. */
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
  const kept = snapshot.isStrict ? lessDisconnected(snapshot, served, reserved) : reserved;
  assertReserved(kept, reserved);
  return kept;
}

/** Something is kept free on each circuit, or nothing; the sum of the disconnected limits can only make it less. */
function assertReserved(kept: readonly PhaseAmps[], reserved: readonly PhaseAmps[]): void {
  for (let circuit = 0; circuit < reserved.length; circuit++) {
    const [keptA, reservedA] = [kept[circuit] ?? NO_AMPS, reserved[circuit] ?? NO_AMPS];
    if (isValidLoad(keptA) && !isAnyAbove(keptA, reservedA, 0)) continue;
    failInvariant(`circuit ${circuit} keeps ${keptA.join(', ')} A free of ${reservedA.join(', ')} A`);
  }
}

/** Those who answer may have the sum of their disconnected limits in any case: another master has to reserve that for them. */
function lessDisconnected(
  snapshot: Snapshot,
  served: ReadonlySet<SlaveRecord>,
  reserved: readonly PhaseAmps[],
): readonly PhaseAmps[] {
  const disconnected: PhaseAmps[] = reserved.map(() => NO_AMPS);
  for (const record of served) {
    const ownA = record.disconnectedA();
    for (const circuit of pathOf(snapshot, record)) {
      const before = disconnected[circuit] ?? NO_AMPS;
      disconnected[circuit] = mapPhases((p) => before[p] + ownA[p]);
    }
  }
  return reserved.map((loadA, circuit) => {
    const { capacityA } = capacityOf(snapshot, circuit);
    const keptA = disconnected[circuit] ?? NO_AMPS;
    return mapPhases((p) => Math.min(loadA[p], Math.max(0, capacityA[p] - keptA[p])));
  });
}

/**
 * What is kept free for somebody who does not share now: its worst case; but while only the unknown past counts against it (M3),
 * its disconnected limit. Nobody is raised meanwhile, and what the others have was given beside it by the ledger of that past.
 */
function reservationOf(snapshot: Snapshot, record: SlaveRecord): PhaseAmps {
  if (isStopping(snapshot, record)) return NO_AMPS;
  return record.account.isUnknown(snapshot.nowMs) && !snapshot.isStrict
    ? record.disconnectedA()
    : exposureOf(snapshot, record);
}

/**
 * It was paused a moment ago, follows, and needs its time to stop. Nobody may be raised on what it still draws (the ledger sees to
 * that); but to take it off the shares of the others would pause the next one for it, and then the next.
 */
function isStopping({ nowMs, site, services }: Snapshot, record: SlaveRecord): boolean {
  const pausedAtMs = services.find(record).pausedUntilMs - PAUSE_MIN_MS;
  if (!(pausedAtMs <= nowMs)) failInvariant(`${record.id} is paused from ${pausedAtMs} ms on, it is ${nowMs} ms`);
  if (record.grantedA > 0 || nowMs - pausedAtMs >= STOPPING_MS) return false;
  return record.isOnline(nowMs) && record.account.isAcknowledged(nowMs, site.leaseMs);
}
