/** What every charge point should have: which ones take part in the division, in which order, and their shares. */
import { failInvariant } from '../../base/assert.js';
import type { LimitReason } from '../../base/reason.js';
import { maskToGrid, type PhaseMask, phasesIn } from '../../base/rotation.js';
import { mapPhases, type Ms } from '../../base/units.js';
import type { AllocatedLimit, AllocationCandidate, AllocationRequest } from '../allocate.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { sessionOf, wantsCurrent } from '../group/vehicle.js';
import { sessionOver } from '../group/session-limits.js';
import { powerOf } from '../load/power.js';
import { awaitsSteadyRoom, followRoom, idleMaxA, neededA } from './offers.js';
import { leftoverMaxA, lowerLeftovers } from './redistribution.js';
import { reservedLoad } from './reserved.js';
import { assertSharesFit } from './share-checks.js';
import { capacityOf, capOf, isAcknowledged, pathOf, phasesOf, type Snapshot } from './snapshot.js';
import {
  askedAgainAtMs,
  type Behind,
  compareService,
  isBehind,
  isSameClass,
  type ServiceKey,
  serviceKey,
} from './turns.js';
import { neededOffers } from './unused.js';
import { usableOf } from './usable.js';

type Limits = ReadonlyMap<string, AllocatedLimit>;
/** Connector order. */
type Phases = ReadonlyMap<SlaveRecord, PhaseMask>;
const NONE_ASSUMED: Phases = new Map();

/** Why a charge point takes no part in the division; `undefined` when it may take part. */
export function notServed(snapshot: Snapshot, record: SlaveRecord): LimitReason | undefined {
  const { nowMs, settings, services } = snapshot;
  const why = notServable(record, nowMs) ?? settings.stopOf(record.id, sessionOf(record.status));
  if (why !== undefined) return why;
  const { aim } = services.find(record).switching;
  if (aim) return { kind: 'switching', phases: phasesIn(maskToGrid(record.facts.rotation, aim.to)) };
  const cause = capOf(snapshot, record);
  const minA = neededA(record, services.find(record));
  return cause && cause.limitA < minA ? { kind: 'belowMinimum', cause, minA } : undefined;
}

function notServable(record: SlaveRecord, nowMs: Ms): LimitReason | undefined {
  if (!record.isOnline(nowMs) || !record.status) return { kind: 'offline' };
  if (!record.isAdopted) return { kind: 'notAdopted' };
  if (record.isDuplicate(nowMs)) return { kind: 'unavailable' };
  const { state } = record.status;
  if (state === 'Faulted' || state === 'Unavailable' || state === 'Reserved') return { kind: 'unavailable' };
  if (!wantsCurrent(state)) return { kind: 'noVehicle' };
  const { session } = record.facts;
  return session && sessionOver(session, record.session, nowMs);
}

/**
 * The share of each charge point by id, in A; none for a charge point that takes no part. Call once per cycle. Current
 * is reserved for those. A charge point without a recent acknowledgement may soon rise to its disconnected limit. Its
 * share is at least that, on all its phases; if that is not left, it takes no part. Withdraws unused offers that others
 * need, and lowers vehicles that leave a part of their share.
 */
export function targets(snapshot: Snapshot): Limits {
  const able = snapshot.records.filter((record) => isCandidate(snapshot, record));
  followRoom(snapshot, able);
  let served = able.filter((record) => !awaitsSteadyRoom(snapshot, record));
  for (;;) {
    const limits = dividedAmong(snapshot, served);
    if (beginLooks(snapshot, served, limits)) continue;
    const shared = served.filter((record) => limits.get(record.id)?.limitA !== 0 || isAcknowledged(snapshot, record));
    const needed = shared.length === served.length ? neededOffers(snapshot, served, limits) : undefined;
    if (needed?.size === 0) {
      if (lowerLeftovers(snapshot, served, limits)) continue;
      return limits;
    }
    for (const [record, reason] of needed ?? []) withdraw(snapshot, record, reason);
    const remaining = shared.filter((record) => !needed?.has(record));
    if (remaining.length >= served.length) failInvariant(`${remaining.length} of ${served.length} still share`);
    served = remaining;
  }
}

/**
 * K5: a vehicle that was not seen to charge counts on all phases. Where that leaves it nothing, although its minimum fits
 * on the phases that it uses most likely, it goes first in its class for a moment, to be seen. True when such a look
 * begins: then divide again.
 */
function beginLooks(snapshot: Snapshot, served: readonly SlaveRecord[], limits: Limits): boolean {
  const { services } = snapshot;
  const waiting = new Map<SlaveRecord, PhaseMask>();
  for (const record of served) {
    const boundBy = limits.get(record.id)?.boundBy;
    if (boundBy?.kind !== 'shortage' || boundBy.phase === undefined) continue;
    const isLookDue = services.find(record).lookedAtMs === undefined && isAcknowledged(snapshot, record);
    const likely = isLookDue ? record.likelyPhases() : undefined;
    if (likely !== undefined) waiting.set(record, likely);
  }
  if (waiting.size === 0) return false;
  const tried = dividedAmong(snapshot, served, waiting);
  const fitting = [...waiting.keys()].filter((record) => tried.get(record.id)?.limitA !== 0);
  const lookedAtMs = Number.POSITIVE_INFINITY;
  for (const record of fitting) services.replace(record, { ...services.find(record), lookedAtMs });
  return fitting.length > 0;
}

/**
 * Within an imbalance limit, serving in order can refuse a charge point that a later one would balance. Each turn that
 * begins or ends would admit and refuse it again. Retry refused charge points behind the others of their priority,
 * until their number stops falling. The others lose nothing.
 */
function dividedAmong(snapshot: Snapshot, served: readonly SlaveRecord[], assumed: Phases = NONE_ASSUMED): Limits {
  const behind = new Map<SlaveRecord, number>();
  for (let refusedBefore = Number.POSITIVE_INFINITY, round = 1; ; round++) {
    const request = requestFor(snapshot, served, behind, assumed);
    const { limits } = snapshot.shares.divide(request);
    assertSharesFit(request, limits, snapshot.topology);
    const refused = served.filter((record) => isUnbalanced(limits.get(record.id)));
    if (round > served.length + 1) failInvariant(`${refused.length} of ${served.length} are refused in round ${round}`);
    if (refused.length === 0 || refused.length >= refusedBefore) return limits;
    refusedBefore = refused.length;
    for (const record of refused) behind.set(record, round);
  }
}

function isUnbalanced(share: AllocatedLimit | undefined): boolean {
  return share?.boundBy.kind === 'shortage' && share.boundBy.phases !== undefined;
}

/** Its offer goes to others for a while. */
export function withdraw({ services, nowMs, site }: Snapshot, record: SlaveRecord, reason: LimitReason): void {
  const service = services.find(record);
  const untilMs = Math.min(nowMs + site.allocation.dwellMs, askedAgainAtMs(service, nowMs));
  const beforeMs = service.withdrawn?.untilMs ?? nowMs;
  if (beforeMs > nowMs) failInvariant(`the offer of ${record.id} is withdrawn until ${beforeMs} ms already`);
  if (!(untilMs > nowMs))
    failInvariant(`the offer of ${record.id} is withdrawn until ${untilMs} ms, it is ${nowMs} ms`);
  services.replace(record, { ...service, withdrawn: { fromMs: nowMs, untilMs, reason } });
}

function requestFor(
  snapshot: Snapshot,
  served: readonly SlaveRecord[],
  behind: Behind,
  assumed: Phases,
): AllocationRequest {
  const { site } = snapshot;
  const reserved = reservedLoad(snapshot, new Set(served));
  return {
    circuits: site.circuits.map(({ id, parent, imbalanceLimitA }, index) => {
      const { ceilingA, loadA, power, lostDifferenceA } = capacityOf(snapshot, index);
      return {
        id,
        ...(parent === undefined ? {} : { parent }),
        limitA: ceilingA,
        backgroundA: mapPhases((p) => loadA[p] + (reserved[index]?.[p] ?? 0)),
        // Nobody knows on which phases a load behind a lost meter is now: in both directions it leaves less.
        ...(imbalanceLimitA !== undefined && { imbalanceLimitA: Math.max(0, imbalanceLimitA - lostDifferenceA) }),
        // The load counts in both: while the fallback holds, one of them knows less of it.
        ...(power && { limitW: power.capacityW + powerOf(loadA, power.voltageV), voltageV: power.voltageV }),
      };
    }),
    chargePoints: inOrderOfService(snapshot, served, behind, assumed),
    ...rulesOf(snapshot, served),
  };
}

/** The candidates in the order of service. Their priority is the number of their class, from 1. */
export function inOrderOfService(
  snapshot: Snapshot,
  served: readonly SlaveRecord[],
  behind: Behind = new Map(),
  assumed: Phases = NONE_ASSUMED,
): readonly AllocationCandidate[] {
  const { services, nowMs, site, settings } = snapshot;
  const keyed = served.map((record) => {
    const priority = settings.priorityOf(record.id, record.facts.priority);
    const key = serviceKey({ record, priority, service: services.find(record) }, behind, site.allocation, nowMs);
    return { record, key };
  });
  const isEqual = site.allocation.sharing === 'equal' && isAnyBoosted(snapshot, served);
  keyed.sort((a, b) => compareService(a.key, b.key));
  let before: ServiceKey | undefined;
  let priority = 0;
  return keyed.map(({ record, key }) => {
    if (before && isBehind(before, key))
      failInvariant(`${record.id} comes too late in the order of service: ${key.join()}`);
    if (!before || !isSameClass(key, before)) priority += 1;
    before = key;
    const rank = isEqual ? (settings.isBoosted(record.id) ? 1 : 2) : priority;
    return candidateOf(snapshot, record, rank, assumed.get(record) ?? phasesOf(snapshot, record));
  });
}

/** How candidates in the order of service share. */
export function rulesOf(
  snapshot: Snapshot,
  served: readonly SlaveRecord[],
): Omit<AllocationRequest, 'circuits' | 'chargePoints'> {
  const { stepA, sharing, dwellMs } = snapshot.site.allocation;
  return {
    stepA,
    // A boost goes before all others, also where they share equally.
    sharing: isAnyBoosted(snapshot, served) ? 'priority' : sharing,
    // The order of the candidates follows the site's rule already.
    shortage: 'priority-only',
    rotationSeed: Math.floor(snapshot.nowMs / dwellMs),
  };
}

function isAnyBoosted({ settings }: Snapshot, served: readonly SlaveRecord[]): boolean {
  return served.some(({ id }) => settings.isBoosted(id));
}

/** True when it takes part in the division, as far as its vehicle and people are concerned. */
export function isCandidate(snapshot: Snapshot, record: SlaveRecord): boolean {
  const { services, nowMs } = snapshot;
  const { pausedUntilMs, withdrawn } = services.find(record);
  if (notServed(snapshot, record) !== undefined || nowMs < pausedUntilMs) return false;
  const isWithdrawn = withdrawn !== undefined && nowMs < withdrawn.untilMs;
  return !isWithdrawn && !record.account.overdraws(nowMs);
}

function candidateOf(
  snapshot: Snapshot,
  record: SlaveRecord,
  priority: number,
  activePhases: PhaseMask,
): AllocationCandidate {
  const { facts } = record;
  const { unsafeCircuits } = snapshot;
  const unsafe = unsafeCircuits.size > 0 && pathOf(snapshot, record).some((circuit) => unsafeCircuits.has(circuit));
  const ownA = usableOf(snapshot, record).limitA;
  const maxA = unsafe ? Math.min(ownA, facts.disconnectedLimitA) : ownA;
  const service = snapshot.services.find(record);
  const needsA = Math.max(facts.minA, Math.min(maxA, neededA(record, service)));
  const minA = isAcknowledged(snapshot, record) ? needsA : Math.max(needsA, Math.min(maxA, facts.disconnectedLimitA));
  const usableA = idleMaxA(record, service) ?? leftoverMaxA(snapshot, service, minA);
  return {
    id: record.id,
    circuit: facts.circuit,
    rotation: facts.rotation,
    activePhases,
    minA,
    maxA: usableA === undefined ? maxA : Math.min(maxA, Math.max(usableA, minA)),
    priority,
    connectedAtS: 0,
    chargingS: 0,
  };
}
