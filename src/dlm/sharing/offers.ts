/**
 * Follows what became of each offer, once per cycle, before the division: whether the vehicle takes it, when it was
 * declined or left unused, whether a withdrawn one is wanted again, and whether there is steady room for a start.
 */
import { failInvariant } from '../../base/assert.js';
import { hasPhase, maskToGrid, phaseCountOf } from '../../base/rotation.js';
import { afterOffer, type Appetite, isAskDue, standingA } from '../group/appetite.js';
import { type Amps, type Ms, NO_AMPS, PHASES, type PhaseAmps } from '../../base/units.js';
import { afterGrant, afterRoom, isWandering, mayStart } from '../group/calm.js';
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { SETTLE_MS } from '../leases/lease-rules.js';
import { followLeftover } from './redistribution.js';
import { powerOf } from '../load/power.js';
import { reservedLoad } from './reserved.js';
import { capacityOf, pathOf, phasesOf, type Snapshot } from './snapshot.js';
import { surplusAloneA } from './surplus-power.js';
import { compareService, DECLINED_HOLD_MS, type ServiceKey, serviceKey, START_MAX_MS } from './turns.js';

const NOTHING_TAKEN: readonly PhaseAmps[] = [];

/** The least that a charge point may be limited to, so that its vehicle charges. */
export function neededA({ facts }: SlaveRecord, { appetite }: Service): Amps {
  return Math.min(facts.maxA, Math.max(facts.minA, appetite.needsA));
}

/** The most that is offered to a vehicle that left its offer, or that is not ready yet. */
export function idleMaxA(record: SlaveRecord, service: Service): Amps | undefined {
  const { facts, status } = record;
  if (status?.state === 'Preparing') return neededA(record, service);
  if (status?.state !== 'SuspendedEV' || !service.appetite.isRefused) return undefined;
  return Math.min(facts.maxA, standingA(service.appetite, facts.minA));
}

/** Follows the offer and the grant of one charge point. The same object if nothing changed. */
export function followOffer(record: SlaveRecord, before: Service, snapshot: Snapshot): Service {
  const { nowMs, site } = snapshot;
  const service = askedAgain(record, before, site.leaseMs, nowMs);
  const appetite = appetiteOf(snapshot, record, service);
  const leftover = followLeftover(snapshot, record, service);
  const { stepA, steadyMs } = site.allocation;
  const capacityA = (): Amps => Math.min(roomFor(snapshot, record, NOTHING_TAKEN), surplusAloneA(snapshot, record));
  const terms = { wanders: mayWander(snapshot, record), stepA, steadyMs, capacityA, nowMs };
  const calm = afterGrant(service.calm, record.grantedA, terms);
  const { declinedAtMs, unusedSinceMs } = unusedOf(record, { ...service, appetite }, nowMs);
  const isSameOffer = declinedAtMs === service.declinedAtMs && unusedSinceMs === service.unusedSinceMs;
  const isSameVehicle = appetite === service.appetite && leftover === service.leftover;
  if (isSameOffer && isSameVehicle && calm === service.calm) return service;
  return { ...service, appetite, leftover, calm, declinedAtMs, unusedSinceMs };
}

/** True where a load that nobody controls can take the room of the charge point. Elsewhere only other vehicles do. */
export function mayWander(snapshot: Snapshot, record: SlaveRecord): boolean {
  return pathOf(snapshot, record).some((circuit) => snapshot.site.circuits[circuit]?.meter !== undefined);
}

/** An hour after it declined an offer a vehicle is asked again. One that shows that it wants current has its whole offer. */
function askedAgain(record: SlaveRecord, service: Service, leaseMs: Ms, nowMs: Ms): Service {
  const { declinedAtMs, appetite } = service;
  const isWanted = isWantedAgain(record, service, leaseMs, nowMs);
  const isForgotten = declinedAtMs !== undefined && nowMs - declinedAtMs >= DECLINED_HOLD_MS;
  if (!isWanted && !isForgotten) return service;
  const asked = { ...service, withdrawn: undefined, declinedAtMs: undefined };
  return isWanted ? { ...asked, appetite: { ...appetite, isRefused: false } } : asked;
}

function appetiteOf(snapshot: Snapshot, record: SlaveRecord, service: Service): Appetite {
  const { status, facts } = record;
  if (!status) return service.appetite;
  const { limitA } = record.account.enforced;
  const drawnA = Math.max(status.currentA[0], status.currentA[1], status.currentA[2]);
  const offeredA = limitA >= facts.minA ? limitA : 0;
  const maxA = Math.min(facts.maxA, roomFor(snapshot, record, NOTHING_TAKEN));
  const spareA = isAskDue(service.appetite, snapshot.nowMs) ? spareFor(snapshot, record) : 0;
  const isBeingWoken = record.isBeingWoken(snapshot.nowMs);
  return afterOffer(service.appetite, { offeredA, drawnA, maxA, spareA, isBeingWoken }, snapshot.nowMs);
}

/** What nobody draws on the phases of a charge point, in A. */
function spareFor(snapshot: Snapshot, record: SlaveRecord): Amps {
  const grid = maskToGrid(record.facts.rotation, phasesOf(snapshot, record));
  let spareA: Amps = Number.POSITIVE_INFINITY;
  for (const circuit of pathOf(snapshot, record)) {
    const { capacityA } = capacityOf(snapshot, circuit);
    const below = snapshot.records.filter((other) => pathOf(snapshot, other).includes(circuit));
    for (const p of PHASES) {
      if (!hasPhase(grid, p)) continue;
      const drawnA = below.reduce((sumA, other) => sumA + other.currentA(snapshot.nowMs)[p], 0);
      spareA = Math.min(spareA, capacityA[p] - drawnA);
    }
  }
  return spareA;
}

/**
 * K7: without an offer a charge point says SuspendedEVSE, or what its vehicle would do. A change to SuspendedEVSE long
 * after the offer was withdrawn comes from the vehicle: it wants current again.
 */
function isWantedAgain({ vehicle, status }: SlaveRecord, { withdrawn }: Service, leaseMs: Ms, nowMs: Ms): boolean {
  if (withdrawn === undefined || nowMs >= withdrawn.untilMs) return false;
  const sinceMs = vehicle.stateSinceMs - withdrawn.fromMs;
  if (status?.state === 'Charging') return sinceMs > 0;
  return status?.state === 'SuspendedEVSE' && sinceMs > leaseMs + SETTLE_MS;
}

/** Since when the offer is unused, and when it was declined. */
function unusedOf(
  { status }: SlaveRecord,
  { servedSinceMs, unusedSinceMs, declinedAtMs, appetite }: Service,
  nowMs: Ms,
): Pick<Service, 'unusedSinceMs' | 'declinedAtMs'> {
  if (!((servedSinceMs ?? nowMs) <= nowMs))
    failInvariant(`an offer is made since ${servedSinceMs} ms, it is ${nowMs} ms`);
  if (status?.state === 'Charging') return { unusedSinceMs: undefined, declinedAtMs: undefined };
  if (status?.state !== 'SuspendedEV' || servedSinceMs === undefined) return { unusedSinceMs: undefined, declinedAtMs };
  const isDeclined = appetite.isRefused && nowMs - servedSinceMs >= START_MAX_MS;
  return { unusedSinceMs: unusedSinceMs ?? nowMs, declinedAtMs: isDeclined ? nowMs : declinedAtMs };
}

/** Notes how much room there is for those whose room wandered. Call after `followOffer` of all. */
export function followRoom(snapshot: Snapshot, served: readonly SlaveRecord[]): void {
  const { services, nowMs } = snapshot;
  const waiting = served.filter((record) => isHeld(snapshot, record));
  if (waiting.length === 0) return;
  const others = keyed(snapshot, served, (record) => services.find(record).servedSinceMs !== undefined);
  const takenA = reservedLoad(snapshot, new Set(served)).map(([l1, l2, l3]): [Amps, Amps, Amps] => [l1, l2, l3]);
  let next = 0;
  for (const { record, key } of keyed(snapshot, waiting, () => true)) {
    for (let other = others[next]; other && compareService(other.key, key) < 0; other = others[next]) {
      addMinimum(snapshot, takenA, other.record);
      next += 1;
    }
    const service = services.find(record);
    const calm = afterRoom(service.calm, roomFor(snapshot, record, takenA), neededA(record, service), nowMs);
    services.replace(record, calm === service.calm ? service : { ...service, calm });
  }
}

/** Such records, in the order in which they are served. */
function keyed(
  { services, settings, site, nowMs }: Snapshot,
  records: readonly SlaveRecord[],
  isSuch: (record: SlaveRecord) => boolean,
): readonly { readonly record: SlaveRecord; readonly key: ServiceKey }[] {
  const keyOf = (record: SlaveRecord): ServiceKey => {
    const priority = settings.priorityOf(record.id, record.facts.priority);
    return serviceKey({ record, priority, service: services.find(record) }, new Map(), site.allocation, nowMs);
  };
  const found = records.filter(isSuch).map((record) => ({ record, key: keyOf(record) }));
  return found.sort((a, b) => compareService(a.key, b.key));
}

/** Where a charge point is, and above. `takenA`: by circuit. */
function addMinimum(snapshot: Snapshot, takenA: readonly [Amps, Amps, Amps][], record: SlaveRecord): void {
  const grid = maskToGrid(record.facts.rotation, phasesOf(snapshot, record));
  const minimumA = neededA(record, snapshot.services.find(record));
  for (const circuit of pathOf(snapshot, record)) {
    const sumsA = takenA[circuit];
    for (const p of PHASES) if (sumsA && hasPhase(grid, p)) sumsA[p] += minimumA;
  }
}

/** True for a paused vehicle whose room wandered: it starts once its room is steady. */
function isHeld({ services, nowMs, site }: Snapshot, record: SlaveRecord): boolean {
  const { servedSinceMs, calm } = services.find(record);
  return servedSinceMs === undefined && isWandering(calm, site.allocation.steadyMs, nowMs);
}

/** True while the room of a paused vehicle is not steady enough for a start. */
export function awaitsSteadyRoom(snapshot: Snapshot, record: SlaveRecord): boolean {
  const { services, nowMs, site } = snapshot;
  return isHeld(snapshot, record) && !mayStart(services.find(record).calm, site.allocation.steadyMs, nowMs);
}

/** What the record could get beside what is taken of each circuit, in A. */
function roomFor(snapshot: Snapshot, record: SlaveRecord, takenA: readonly PhaseAmps[]): Amps {
  const grid = maskToGrid(record.facts.rotation, phasesOf(snapshot, record));
  let roomA: Amps = Number.POSITIVE_INFINITY;
  for (const circuit of pathOf(snapshot, record)) {
    const { capacityA, power } = capacityOf(snapshot, circuit);
    const besideA = takenA[circuit] ?? NO_AMPS;
    for (const p of PHASES) if (hasPhase(grid, p)) roomA = Math.min(roomA, capacityA[p] - besideA[p]);
    if (!power) continue;
    const leftW = power.capacityW - powerOf(besideA, power.voltageV);
    roomA = Math.min(roomA, leftW / power.voltageV / phaseCountOf(grid));
  }
  return roomA;
}
