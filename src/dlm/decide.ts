/**
 * One decision: from a snapshot of the site to a grant for every charge point that can be reached. The shares come
 * from `allocate`; what may be sent now is what the ledger permits (M1): lowerings and renewals first, then raises,
 * each only as far as the worst case of everybody fits every fuse above it.
 */
import { assert, defined } from '../base/assert.js';
import type { LimitReason } from '../base/reason.js';
import { hasPhase, maskToGrid, type PhaseMask } from '../base/rotation.js';
import { type Amps, mapPhases, type Ms, type PhaseAmps, type PhaseIndex, PHASES } from '../base/units.js';
import type { AllocatedLimit, AllocationCandidate, AllocationRequest } from './allocate.js';
import { at } from './division/numbers.js';
import { PAUSE_MIN_MS, reservedLoad } from './sharing/reserved.js';
import type { SlaveRecord } from './group/slave-record.js';
import { exposureOf, isAcknowledged, pathOf, phasesOf, type Snapshot } from './sharing/snapshot.js';
import { askedAgainAtMs, type Behind, inOrderOfTurns, isServedLast, noteOffer, serviceRank } from './sharing/turns.js';
import { neededOffers } from './sharing/unused.js';
import { wantsCurrent } from './group/vehicle.js';

/** Added to the priority of vehicles that do not charge now: they are served last. */
const AFTER_ALL_OTHERS = 1000;
const EPSILON_A = 1e-3;

export interface Planned {
  readonly record: SlaveRecord;
  readonly limitA: Amps;
  /** The connector's phases that the limit is counted for. */
  readonly phases: PhaseMask;
  readonly reason: LimitReason;
  /** The site's lease, or less. */
  readonly leaseMs?: Ms;
}

/** Worst-case sums per circuit and phase, kept up to date while grants are written down. */
export class ExposureSums {
  readonly #sumsA: Float64Array;
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#sumsA = new Float64Array(snapshot.topology.count * 3);
    for (const record of snapshot.records) this.add(record, exposureOf(snapshot, record), 1);
  }

  add(record: SlaveRecord, exposureA: PhaseAmps, sign: 1 | -1): void {
    const sumsA = this.#sumsA;
    for (const circuit of pathOf(this.#snapshot, record)) {
      for (const p of PHASES) sumsA[circuit * 3 + p] = at(sumsA, circuit * 3 + p) + sign * exposureA[p];
    }
  }

  of(circuit: number): PhaseAmps {
    const sumsA = this.#sumsA;
    return [at(sumsA, circuit * 3), at(sumsA, circuit * 3 + 1), at(sumsA, circuit * 3 + 2)];
  }
}

/** Why a charge point is not among those that share now; `undefined` when it is. */
export function notServed(record: SlaveRecord, nowMs: Ms): LimitReason | undefined {
  if (!record.isOnline(nowMs) || !record.status) return { kind: 'offline' };
  if (!record.isAdopted) return { kind: 'notAdopted' };
  if (record.isDuplicate(nowMs)) return { kind: 'unavailable' };
  const { state } = record.status;
  if (state === 'Faulted' || state === 'Unavailable' || state === 'Reserved') return { kind: 'unavailable' };
  return wantsCurrent(state) ? undefined : { kind: 'noVehicle' };
}

/**
 * What everybody should have, by the allocator. Charge points that cannot be served are reserved at their worst case.
 * Whoever has not acknowledged lately may soon rise to its disconnected limit: it shares with at least that, on all its
 * phases, or, where even that is not left, it is reserved at it. An offer that is left unused and that others need is withdrawn on the way.
 */
export function targets(snapshot: Snapshot): ReadonlyMap<string, AllocatedLimit> {
  const { nowMs } = snapshot;
  let served = snapshot.records.filter((record) => isCandidate(record, nowMs));
  for (;;) {
    const limits = dividedAmong(snapshot, served);
    const shared = served.filter((record) => limits.get(record.id)?.limitA !== 0 || isAcknowledged(snapshot, record));
    const needed = shared.length === served.length ? neededOffers(snapshot, served, limits) : undefined;
    if (needed?.size === 0) return limits;
    for (const [record, reason] of needed ?? []) withdraw(snapshot, record, reason);
    served = shared.filter((record) => !needed?.has(record));
  }
}

/**
 * Where a difference between phases would be too large, the order alone may refuse somebody whom those after it would balance;
 * so with each turn that begins or ends it would be served and refused. It is put behind the others of its priority, who lose nothing.
 */
function dividedAmong(snapshot: Snapshot, served: readonly SlaveRecord[]): ReadonlyMap<string, AllocatedLimit> {
  const behind = new Map<SlaveRecord, number>();
  for (let refusedBefore = Number.POSITIVE_INFINITY, round = 1; ; round++) {
    const { limits } = snapshot.shares.of(requestFor(snapshot, served, behind));
    const refused = served.filter((record) => isUnbalanced(limits.get(record.id)));
    if (refused.length === 0 || refused.length >= refusedBefore) return limits;
    refusedBefore = refused.length;
    for (const record of refused) behind.set(record, round);
  }
}

function isUnbalanced(share: AllocatedLimit | undefined): boolean {
  return share?.boundBy.kind === 'shortage' && share.boundBy.phases !== undefined;
}

function withdraw({ nowMs, site }: Snapshot, record: SlaveRecord, reason: LimitReason): void {
  record.withdrawn = { untilMs: Math.min(nowMs + site.allocation.dwellMs, askedAgainAtMs(record, nowMs)), reason };
}

function requestFor(snapshot: Snapshot, served: readonly SlaveRecord[], behind: Behind): AllocationRequest {
  const { site, nowMs } = snapshot;
  const reserved = reservedLoad(snapshot, new Set(served));
  return {
    circuits: site.circuits.map(({ id, parent, imbalanceLimitA }, index) => {
      const { ceilingA, loadA } = defined(snapshot.capacities[index], 'capacity of a circuit');
      return {
        id,
        ...(parent === undefined ? {} : { parent }),
        limitA: ceilingA,
        backgroundA: mapPhases((p) => loadA[p] + (reserved[index]?.[p] ?? 0)),
        ...(imbalanceLimitA === undefined ? {} : { imbalanceLimitA }),
      };
    }),
    chargePoints: inOrderOfTurns(served, behind, nowMs, site.allocation.dwellMs).map((record) =>
      candidateOf(snapshot, record, behind),
    ),
    stepA: site.allocation.stepA,
    sharing: site.allocation.sharing,
    shortage: site.allocation.shortage,
    rotationSeed: Math.floor(nowMs / site.allocation.dwellMs),
  };
}

function isCandidate(record: SlaveRecord, nowMs: Ms): boolean {
  const isServed = notServed(record, nowMs) === undefined;
  return isServed && nowMs >= record.pausedUntilMs && !isWithdrawn(record, nowMs) && !record.account.overdraws(nowMs);
}

function isWithdrawn({ withdrawn }: SlaveRecord, nowMs: Ms): boolean {
  return withdrawn !== undefined && nowMs < withdrawn.untilMs;
}

/** A vehicle that does not charge now is offered its minimum. */
function isIdle({ status }: SlaveRecord): boolean {
  return status?.state === 'SuspendedEV' || status?.state === 'Preparing';
}

function candidateOf(snapshot: Snapshot, record: SlaveRecord, behind: Behind): AllocationCandidate {
  const { facts } = record;
  const { nowMs, site, unsafeCircuits } = snapshot;
  const unsafe = unsafeCircuits.size > 0 && pathOf(snapshot, record).some((circuit) => unsafeCircuits.has(circuit));
  const maxA = unsafe ? Math.min(facts.maxA, facts.disconnectedLimitA) : facts.maxA;
  const minA = isAcknowledged(snapshot, record) ? facts.minA : Math.max(facts.minA, facts.disconnectedLimitA);
  const onlyMinimum = isIdle(record);
  const { connectedAtS, chargingS } = serviceRank(record, behind, nowMs, site.allocation.dwellMs);
  return {
    id: record.id,
    circuit: facts.circuit,
    rotation: facts.rotation,
    activePhases: phasesOf(snapshot, record),
    minA,
    maxA: onlyMinimum ? Math.min(maxA, minA) : maxA,
    priority: facts.priority + (isServedLast(record, nowMs) ? AFTER_ALL_OTHERS : 0),
    connectedAtS,
    chargingS,
  };
}

/** Turns targets into what may be sent now, lowerings and renewals first, then raises from the lowest up. */
export function plan(snapshot: Snapshot, sums: ExposureSums, write: (planned: Planned) => boolean): void {
  const present = snapshot.records.filter((record) => record.isOnline(snapshot.nowMs) && record.status !== undefined);
  const wishes = snapshot.isStarting ? startupWishes(snapshot, present) : wishesOf(snapshot, present);
  const raises = wishes.filter(isRaise);
  if (raises.length > 1) raises.sort((a, b) => a.record.grantedA - b.record.grantedA);
  const inOrder = raises.length === 0 ? wishes : [...wishes.filter((wish) => !isRaise(wish)), ...raises];
  for (const wish of inOrder) {
    const planned = withinLedger(snapshot, sums, wish);
    const beforeA = exposureOf(snapshot, wish.record);
    if (!write(planned)) continue;
    const afterA = exposureOf(snapshot, wish.record);
    sums.add(wish.record, beforeA, -1);
    sums.add(wish.record, afterA, 1);
    assertRaiseFits(snapshot, sums, wish.record, beforeA, afterA);
  }
}

/**
 * What somebody has runs on by its own lease: renewed, it could outlast the rise of an unheard one to its disconnected limit.
 * But who has no more than its own disconnected limit is told to keep it: once it has answered, it will not rise. After a
 * takeover all are told to keep what they have, so that it is known who answers.
 */
function startupWishes(snapshot: Snapshot, present: readonly SlaveRecord[]): readonly Planned[] {
  for (const record of present) record.reason = { kind: 'startup' };
  return present.flatMap((record) => {
    const { limitA } = record.account.enforced;
    const { enforcedPhases: phases = 0, leaseLeftMs = 0 } = record.status ?? {};
    const wish = { record, limitA, phases, reason: record.reason };
    if (record.isAtMostDisconnected) return [wish];
    // A grant that ends with the lease that it has makes it no longer.
    return snapshot.isStrict && leaseLeftMs > 0
      ? [{ ...wish, leaseMs: Math.min(leaseLeftMs, snapshot.site.leaseMs) }]
      : [];
  });
}

function wishesOf(snapshot: Snapshot, present: readonly SlaveRecord[]): readonly Planned[] {
  for (const record of present) noteOffer(record, snapshot.nowMs);
  const shares = targets(snapshot);
  return present.map((record) => wishOf(snapshot, record, shares.get(record.id)));
}

function isRaise({ record, limitA, phases }: Planned): boolean {
  return limitA > record.grantedA || (limitA > 0 && (phases & ~(record.lastGrant?.phases ?? 0)) !== 0);
}

function wishOf(snapshot: Snapshot, record: SlaveRecord, share: AllocatedLimit | undefined): Planned {
  const { nowMs } = snapshot;
  const phases = phasesOf(snapshot, record);
  const refused = notServed(record, nowMs);
  const isServed = refused === undefined && share !== undefined && share.limitA > 0;
  record.servedSinceMs = isServed ? (record.servedSinceMs ?? nowMs) : undefined;
  if (refused) return { record, limitA: 0, phases, reason: refused };
  if (record.account.overdraws(nowMs)) return overdrawingWish(snapshot, record);
  if (!share) return { record, limitA: 0, phases, reason: withoutShare(record, nowMs) };
  if (share.limitA === 0 && record.grantedA > 0) record.pausedUntilMs = nowMs + PAUSE_MIN_MS;
  return { record, limitA: share.limitA, phases, reason: explained(snapshot, record, share.boundBy) };
}

function withoutShare(record: SlaveRecord, nowMs: Ms): LimitReason {
  return record.withdrawn && isWithdrawn(record, nowMs) ? record.withdrawn.reason : record.reason;
}

/** The others yield to what it draws; its own limit stays, unless what it draws is more than a fuse above it carries. */
function overdrawingWish(snapshot: Snapshot, record: SlaveRecord): Planned {
  const drawnA = exposureOf(snapshot, record);
  const fits = pathOf(snapshot, record).every((circuit) => {
    const { capacityA } = defined(snapshot.capacities[circuit], 'capacity of a circuit');
    return PHASES.every((p) => drawnA[p] <= capacityA[p] + EPSILON_A);
  });
  const phases = phasesOf(snapshot, record);
  return { record, limitA: fits ? record.grantedA : 0, phases, reason: { kind: 'overdraw' } };
}

/** The allocator knows fuses only; here it is known when a fallback or an own rule stands behind. */
function explained(snapshot: Snapshot, record: SlaveRecord, boundBy: LimitReason): LimitReason {
  if (boundBy.kind === 'circuit' || boundBy.kind === 'shortage') {
    const index = defined(snapshot.topology.indexOf.get(boundBy.circuit), 'binding circuit');
    const circuit = defined(snapshot.site.circuits[index], 'binding circuit');
    const { phase } = boundBy;
    if (phase === undefined || !snapshot.capacities[index]?.isFallback) return shortened(boundBy);
    return { kind: 'fallback', circuit: circuit.id, phase, fallbackA: circuit.fallbackA[phase] };
  }
  if (boundBy.kind !== 'maximum') return boundBy;
  const unsafe = pathOf(snapshot, record).find((index) => snapshot.unsafeCircuits.has(index));
  if (unsafe !== undefined) {
    return { kind: 'fallbackUnsafe', circuit: defined(snapshot.site.circuits[unsafe], 'unsafe circuit').id };
  }
  return isIdle(record) ? { kind: 'vehiclePaused' } : boundBy;
}

/** Of those whom it yields to, the one right before it: the others would only make the log and the topics long. */
function shortened(boundBy: LimitReason): LimitReason {
  return boundBy.kind === 'shortage' ? { ...boundBy, yieldsTo: boundBy.yieldsTo.slice(-1) } : boundBy;
}

/** M1: as much of the wish as fits beside the worst case of all others; otherwise at most what it enforces already. */
function withinLedger(snapshot: Snapshot, sums: ExposureSums, wish: Planned): Planned {
  const { record } = wish;
  const { stepA } = snapshot.site.allocation;
  const held = snapshot.noRaise ?? (record.isRemembered ? undefined : { kind: 'startup' as const });
  const permitted = permittedA(snapshot, sums, record, maskToGrid(record.facts.rotation, wish.phases));
  const fitsA = held ? 0 : inSteps(Math.min(wish.limitA, permitted.limitA), record, stepA);
  if (fitsA >= wish.limitA) return wish;
  const kept = keptOf(snapshot, wish);
  const reason = held ?? waitingReason(snapshot, record, permitted);
  if (fitsA > kept.limitA || kept.limitA === 0) return { ...wish, limitA: fitsA, reason };
  const isAsWished = kept.limitA === wish.limitA && kept.phases === wish.phases;
  return isAsWished ? wish : { ...wish, ...kept, reason };
}

/** What it enforces already, but no more and on no other phases than wished, and not more than is booked for it. */
function keptOf(snapshot: Snapshot, wish: Planned): { readonly limitA: Amps; readonly phases: PhaseMask } {
  const { record } = wish;
  const { enforced } = record.account;
  const renewableA = record.account.renewableA(snapshot.epoch, snapshot.nowMs, snapshot.site.leaseMs);
  const phases = wish.phases & (record.status?.enforcedPhases ?? 0);
  const grid = maskToGrid(record.facts.rotation, phases);
  const onItsPhasesA = Math.min(...PHASES.map((p) => (hasPhase(grid, p) ? renewableA[p] : Number.POSITIVE_INFINITY)));
  const keptA = phases === 0 ? 0 : Math.min(wish.limitA, enforced.limitA, onItsPhasesA);
  return { limitA: inSteps(keptA, record, snapshot.site.allocation.stepA), phases };
}

function waitingReason(
  { nowMs, site }: Snapshot,
  record: SlaveRecord,
  { circuit, phase }: { readonly circuit: number; readonly phase: PhaseIndex },
): LimitReason {
  if (record.account.isUnknown(nowMs)) return { kind: 'startup' };
  return { kind: 'waiting', circuit: defined(site.circuits[circuit], 'circuit').id, phase };
}

/** The highest limit that the ledger allows on these grid phases, and the fuse that binds. */
function permittedA(
  snapshot: Snapshot,
  sums: ExposureSums,
  record: SlaveRecord,
  phases: PhaseMask,
): { readonly limitA: Amps; readonly circuit: number; readonly phase: PhaseIndex } {
  const ownA = exposureOf(snapshot, record);
  let mostA: Amps = Number.POSITIVE_INFINITY;
  let place: { readonly circuit: number; readonly phase: PhaseIndex } = { circuit: snapshot.topology.root, phase: 0 };
  for (const circuit of pathOf(snapshot, record)) {
    const { raisableA } = defined(snapshot.capacities[circuit], 'capacity of a circuit');
    const sumA = sums.of(circuit);
    for (const phase of PHASES) {
      const limitA = ownA[phase] + raisableA[phase] - sumA[phase];
      if (hasPhase(phases, phase) && limitA < mostA) {
        mostA = limitA;
        place = { circuit, phase };
      }
    }
  }
  return { limitA: mostA, ...place };
}

/** Rounded down to the step; below the minimum it is a pause. */
function inSteps(limitA: Amps, record: SlaveRecord, stepA: Amps): Amps {
  const stepped = Math.round(Math.floor(limitA / stepA + EPSILON_A) * stepA * 1e6) / 1e6;
  return stepped + EPSILON_A < record.facts.minA ? 0 : stepped;
}

/** I2: whenever somebody's worst case rises, the sum fits every fuse above. */
function assertRaiseFits(
  snapshot: Snapshot,
  sums: ExposureSums,
  record: SlaveRecord,
  beforeA: PhaseAmps,
  afterA: PhaseAmps,
): void {
  for (const circuit of pathOf(snapshot, record)) {
    const capacityA = defined(snapshot.capacities[circuit], 'capacity of a circuit').capacityA;
    for (const p of PHASES) {
      if (afterA[p] <= beforeA[p] + EPSILON_A) continue;
      assert(
        sums.of(circuit)[p] <= capacityA[p] + EPSILON_A * 10,
        `the raise of ${record.id} fits every fuse above it`,
      );
    }
  }
}
