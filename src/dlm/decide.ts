/**
 * One decision: from a snapshot of the site to a grant for every charge point that is online. `targets` gives the
 * shares. The ledger permits a part of them now (M1). Lowerings and renewals go first, then raises. A raise goes only
 * as far as the exposures of all charge points fit every fuse above. This module writes nothing: `Granting` applies the
 * decision.
 */
import { defined, failInvariant } from '../base/assert.js';
import type { LimitReason } from '../base/reason.js';
import { hasPhase, maskToGrid, onPhases, type PhaseMask } from '../base/rotation.js';
import { type Amps, isAnyAbove, maxOf, type Ms, type PhaseAmps, type PhaseIndex, PHASES } from '../base/units.js';
import type { AllocatedLimit } from './allocate.js';
import { afterStop } from './group/calm.js';
import type { Service } from './group/service.js';
import type { SlaveRecord } from './group/slave-record.js';
import { leaseExpiryMs } from './leases/lease-rules.js';
import { evenWithin, type PowerCapacity, powerOf, roomOn } from './load/power.js';
import { ExposureSums } from './sharing/exposure-sums.js';
import { withReserve } from './sharing/idle-reserve.js';
import { overdrawingLimitA } from './sharing/overdrawing.js';
import { calmed, waitsForRest } from './sharing/raising.js';
import { PAUSE_MIN_MS } from './sharing/reserved.js';
import { capacityOf, exposureOf, isLoweredAbove, pathOf, phasesOf, type Snapshot } from './sharing/snapshot.js';
import { followSurplus } from './sharing/surplus.js';
import { notServed, targets } from './sharing/targets.js';
import { followSwitches, switchToOf } from './sharing/phase-switch.js';
import { usableOf } from './sharing/usable.js';
import { awaitsSteadyRoom, followOffer, idleMaxA, mayWander } from './sharing/offers.js';
import { afterWait } from './sharing/turns.js';

const EPSILON_A = 1e-3;
/** Limits are rounded to this. */
const ROUNDING_A = 1e-6;

/** The limit that a charge point should have. */
interface Wish {
  readonly record: SlaveRecord;
  readonly limitA: Amps;
  /** Connector order: the phases on which the ledger counts the limit. */
  readonly phases: PhaseMask;
  readonly reason: LimitReason;
  /** The site's lease when left out; never more. */
  readonly leaseMs?: Ms;
  /** The phases to connect, with 0 A. */
  readonly switchTo?: PhaseMask | undefined;
}

export interface PlannedGrant extends Wish {
  readonly leaseMs: Ms;
  /** False: too many grants are open, and the ledger accepts no other one. */
  readonly isBooked: boolean;
  /** Asks the charge point to wake its vehicle up: the number of that. */
  readonly wakeUp?: number | undefined;
  /** The exposure of the charge point once the grant is booked, in A, grid order. */
  readonly exposureA: PhaseAmps;
}

/** What a decision changes, as data. */
export interface Decision {
  /** Book and send them in this order. */
  readonly grants: readonly PlannedGrant[];
  readonly services: ReadonlyMap<SlaveRecord, Service>;
  readonly reasons: ReadonlyMap<SlaveRecord, LimitReason>;
  /** Charge points whose last STATUS was answered already. Owed: another limit is due with the next one. */
  readonly unanswered: ReadonlyMap<SlaveRecord, { readonly isOwed: boolean }>;
  readonly sums: ExposureSums;
}

/** What this cycle changes. It does not write to records; changed turns and offers are in `snapshot.services` too. */
export function decide(snapshot: Snapshot): Decision {
  const { nowMs, records, services } = snapshot;
  const sums = new ExposureSums(snapshot);
  const grants: PlannedGrant[] = [];
  const reasons = new Map<SlaveRecord, LimitReason>();
  const unanswered = new Map<SlaveRecord, { readonly isOwed: boolean }>();
  const present = records.filter((record) => record.isOnline(nowMs) && record.status !== undefined);
  for (const record of records) if (!record.isOnline(nowMs)) reasons.set(record, { kind: 'offline' });
  if (snapshot.isStarting) for (const record of present) reasons.set(record, { kind: 'startup' });
  const wishes = snapshot.isStarting ? startupWishes(snapshot, present) : wishesOf(snapshot, present);
  for (const wish of inOrderOfSending(wishes)) {
    const planned = withinLedger(snapshot, sums, wish);
    if (planned.record.grants.isPollAnswered) {
      unanswered.set(planned.record, { isOwed: differs(planned) });
      continue;
    }
    const grant = booked(snapshot, planned);
    grants.push(grant);
    if (planned !== wish) assertWithinWish(wish, grant);
    if (!grant.isBooked) continue;
    reasons.set(grant.record, grant.reason);
    const beforeA = exposureOf(snapshot, grant.record);
    sums.replace(grant.record, beforeA, grant.exposureA);
    assertRaiseFits(snapshot, sums, grant, beforeA);
  }
  const decided = grants.length + unanswered.size;
  if (decided !== wishes.length) failInvariant(`${wishes.length} limits are wished for, ${decided} are decided on`);
  return { grants, services: services.changed, reasons, unanswered, sums };
}

/** The same decision without its renewals and raises. Their polls stay unanswered. */
export function onlyLowerings(decision: Decision): Decision {
  return { ...decision, grants: decision.grants.filter(({ record, limitA }) => limitA < record.grantedA) };
}

/** The grant is the wish, or less, but for the rounding to whole steps, and on no other phases. */
function assertWithinWish(wish: Wish, { record, limitA, phases }: PlannedGrant): void {
  if (limitA >= 0 && limitA <= wish.limitA + EPSILON_A + ROUNDING_A && (phases & ~wish.phases) === 0) return;
  failInvariant(`${record.id} should have ${wish.limitA} A on ${wish.phases}, and gets ${limitA} A on ${phases}`);
}

/** Lowerings and renewals first, then raises from the lowest up. */
function inOrderOfSending(wishes: readonly Wish[]): readonly Wish[] {
  const raises = wishes.filter(isRaise);
  if (raises.length > 1) raises.sort((a, b) => a.record.grantedA - b.record.grantedA);
  if (raises.length === 0) return wishes;
  const inOrder = [...wishes.filter((wish) => !isRaise(wish)), ...raises];
  const firstRaise = inOrder.findIndex(isRaise);
  if (inOrder.length !== wishes.length || firstRaise + raises.length !== wishes.length) {
    failInvariant(`the first of ${raises.length} raises is ${firstRaise + 1} of ${inOrder.length}, before a lowering`);
  }
  return inOrder;
}

function differs({ record, limitA, phases }: Wish): boolean {
  return limitA !== record.grants.last?.limitA || phases !== record.grants.last.phases;
}

/** The wish as the ledger will book it. It can only add exposure: only an answer or an expiry takes exposure away. */
function booked(snapshot: Snapshot, wish: Wish): PlannedGrant {
  const { record, limitA, phases, reason, leaseMs = snapshot.site.leaseMs, switchTo } = wish;
  const { receivedAtMs } = record.lastPoll ?? failInvariant(`a grant of ${record.id} answers no STATUS`);
  const grid = maskToGrid(record.facts.rotation, phases);
  const expiresAtMs = receivedAtMs + leaseExpiryMs(leaseMs);
  const isBooked = record.account.hasRoomFor({ limitA, leaseMs, phases: grid, sentAtMs: snapshot.nowMs, expiresAtMs });
  const beforeA = exposureOf(snapshot, record);
  const exposureA = isBooked ? maxOf(beforeA, onPhases(grid, limitA)) : beforeA;
  const wakeUp = limitA >= record.facts.minA ? record.dueWakeUp(snapshot.nowMs) : undefined;
  return { record, limitA, phases, reason, leaseMs, isBooked, exposureA, wakeUp, switchTo };
}

/**
 * A charge point keeps its limit until its lease ends. Renewed, that limit could outlast the rise of a silent charge
 * point to its disconnected limit. A charge point at or below its disconnected limit is told to keep its limit: once it
 * has answered, it will not rise. After a takeover all are told to keep their limits. That shows which of them answer.
 */
function startupWishes(snapshot: Snapshot, present: readonly SlaveRecord[]): readonly Wish[] {
  return present.flatMap((record) => {
    const { limitA } = record.account.enforced;
    const { enforcedPhases: phases = 0, leaseLeftMs = 0 } = record.status ?? {};
    const wish: Wish = { record, limitA, phases, reason: { kind: 'startup' } };
    if (record.isAtMostDisconnected) return [wish];
    // The grant ends with the present lease, so it does not prolong that lease.
    return snapshot.isStrict && leaseLeftMs > 0
      ? [{ ...wish, leaseMs: Math.min(leaseLeftMs, snapshot.site.leaseMs) }]
      : [];
  });
}

function wishesOf(snapshot: Snapshot, present: readonly SlaveRecord[]): readonly Wish[] {
  const { services } = snapshot;
  for (const record of present) services.replace(record, followOffer(record, services.find(record), snapshot));
  followSwitches(snapshot, present);
  followSurplus(snapshot, present);
  const shares = targets(snapshot);
  return present.map((record) => wishOf(snapshot, record, shares));
}

function isRaise({ record, limitA, phases }: Wish): boolean {
  return limitA > record.grantedA || (limitA > 0 && (phases & ~(record.grants.last?.phases ?? 0)) !== 0);
}

function wishOf(snapshot: Snapshot, record: SlaveRecord, shares: ReadonlyMap<string, AllocatedLimit>): Wish {
  const share = shares.get(record.id);
  const { nowMs, services } = snapshot;
  const phases = phasesOf(snapshot, record);
  const refused = notServed(snapshot, record);
  const served = afterShare(services.find(record), refused === undefined ? (share?.limitA ?? 0) : 0, nowMs);
  services.replace(
    record,
    afterWait(served, refused ? 'refused' : share?.boundBy.kind, snapshot.site.allocation, nowMs),
  );
  if (refused) return { record, limitA: 0, phases, reason: refused, switchTo: switchToOf(snapshot, record) };
  if (record.account.overdraws(nowMs)) return overdrawingWish(snapshot, record, ({ id }) => shares.has(id));
  if (!share) return { record, limitA: 0, phases, reason: withoutShare(snapshot, record) };
  if (share.limitA === 0 && record.grantedA > 0) pause(snapshot, record, share.boundBy);
  const { limitA, held } = calmed(snapshot, record, share.limitA);
  if (held) return { record, limitA, phases, reason: { kind: 'calming', held } };
  return { record, limitA, phases, reason: withReserve(snapshot, explained(snapshot, record, share)) };
}

/** A pause lasts for a while. It counts as a stop unless the turn of another one has begun, or another one has come. */
function pause(snapshot: Snapshot, record: SlaveRecord, boundBy: LimitReason): void {
  const { services, records, nowMs } = snapshot;
  const service = services.find(record);
  const nextId = boundBy.kind === 'shortage' ? boundBy.yieldsTo[0] : undefined;
  const next = records.find(({ id }) => id === nextId);
  const isTurn = next !== undefined && (services.find(next).servedSinceMs ?? nowMs) >= nowMs;
  const isArrival = next !== undefined && next.vehicle.connectedAtMs >= (record.service.servedSinceMs ?? nowMs);
  const isExplained = isTurn || isArrival || isLoweredAbove(snapshot, record) || !mayWander(snapshot, record);
  const calm = isExplained ? service.calm : afterStop(service.calm, nowMs);
  services.replace(record, { ...service, calm, pausedUntilMs: nowMs + PAUSE_MIN_MS });
}

/** Notes since when the charge point is served without a break: a look begins with that. The same object if unchanged. */
function afterShare(service: Service, shareA: Amps, nowMs: Ms): Service {
  // It goes on once its phases are switched.
  if (service.switching.aim) return service;
  const servedSinceMs = shareA > 0 ? (service.servedSinceMs ?? nowMs) : undefined;
  if (servedSinceMs === service.servedSinceMs) return service;
  const isLook = service.lookedAtMs === Number.POSITIVE_INFINITY && servedSinceMs !== undefined;
  return { ...service, servedSinceMs, ...(isLook && { lookedAtMs: servedSinceMs }) };
}

function withoutShare(snapshot: Snapshot, record: SlaveRecord): LimitReason {
  const { services, nowMs } = snapshot;
  const { withdrawn, pausedUntilMs } = services.find(record);
  if (withdrawn && nowMs < withdrawn.untilMs) return withdrawn.reason;
  const isUnsteady = nowMs >= pausedUntilMs && awaitsSteadyRoom(snapshot, record);
  return isUnsteady ? { kind: 'unsteady' } : record.reason;
}

function overdrawingWish(snapshot: Snapshot, record: SlaveRecord, isSharing: (other: SlaveRecord) => boolean): Wish {
  const phases = phasesOf(snapshot, record);
  const mostA = overdrawingLimitA(snapshot, record, phases, isSharing);
  const limitA = inSteps(mostA, record, snapshot.site.allocation.stepA);
  return { record, limitA, phases, reason: { kind: 'overdraw' } };
}

/** The allocator knows one limit of each circuit. Says its cause, and when an unsafe circuit or the vehicle is the cause. */
function explained(snapshot: Snapshot, record: SlaveRecord, { limitA, boundBy }: AllocatedLimit): LimitReason {
  if (boundBy.kind === 'power' || ((boundBy.kind === 'shortage' || boundBy.kind === 'step') && isOfPower(boundBy))) {
    const { power } = capacityOf(snapshot, indexOfCircuit(snapshot, boundBy.circuit));
    return power?.cause ? { ...boundBy, power: power.cause } : boundBy;
  }
  if (boundBy.kind === 'circuit' || boundBy.kind === 'shortage' || boundBy.kind === 'step') {
    const { phase } = boundBy;
    const { cause } = capacityOf(snapshot, indexOfCircuit(snapshot, boundBy.circuit));
    return phase === undefined ? boundBy : { ...boundBy, cause: cause[phase] };
  }
  if (boundBy.kind !== 'maximum') return boundBy;
  const unsafe = pathOf(snapshot, record).find((index) => snapshot.unsafeCircuits.has(index));
  if (unsafe !== undefined) {
    return { kind: 'fallbackUnsafe', circuit: defined(snapshot.site.circuits[unsafe], `unsafe circuit ${unsafe}`).id };
  }
  const service = snapshot.services.find(record);
  if (idleMaxA(record, service) !== undefined) return { kind: 'vehiclePaused' };
  const cause = usableOf(snapshot, record);
  const { drewA } = service.leftover;
  return drewA !== undefined && limitA < cause.limitA ? { kind: 'unused', drawnA: drewA } : { kind: 'maximum', cause };
}

/** Neither a fuse nor a difference between phases binds. */
function isOfPower({ phase, phases }: { readonly phase?: PhaseIndex; readonly phases?: unknown }): boolean {
  return phase === undefined && phases === undefined;
}

function indexOfCircuit({ topology }: Snapshot, id: string): number {
  return defined(topology.indexOf.get(id), `circuit ${id}, which binds a charge point,`);
}

/** M1: as much of the wish as fits beside the exposures of all others. Else at most the limit it enforces already. */
function withinLedger(snapshot: Snapshot, sums: ExposureSums, wish: Wish): Wish {
  const { record } = wish;
  const { stepA } = snapshot.site.allocation;
  const held = snapshot.noRaise ?? (record.isRemembered ? undefined : { kind: 'startup' as const });
  const permitted = permittedA(snapshot, sums, record, maskToGrid(record.facts.rotation, wish.phases));
  const fitsA = held ? 0 : inSteps(Math.min(wish.limitA, permitted.limitA), record, stepA);
  const isPart = fitsA > record.grantedA && fitsA < wish.limitA;
  const waits = waitsForRest(snapshot, record, isPart);
  if (fitsA >= wish.limitA) return wish;
  const kept = keptOf(snapshot, wish);
  const reason = held ?? waitingReason(snapshot, record, permitted);
  if (kept.limitA === 0 || (fitsA > kept.limitA && !waits)) return { ...wish, limitA: fitsA, reason };
  const isAsWished = kept.limitA === wish.limitA && kept.phases === wish.phases;
  return isAsWished ? wish : { ...wish, ...kept, reason };
}

/** The limit it enforces already, but within the wish and its phases, and not more than is booked for it. */
function keptOf(snapshot: Snapshot, wish: Wish): { readonly limitA: Amps; readonly phases: PhaseMask } {
  const { record } = wish;
  const { enforced } = record.account;
  const renewableA = record.account.renewableA(snapshot.epoch, snapshot.nowMs, snapshot.site.leaseMs);
  const phases = wish.phases & (record.status?.enforcedPhases ?? 0);
  const grid = maskToGrid(record.facts.rotation, phases);
  const onItsPhasesA = Math.min(...PHASES.map((p) => (hasPhase(grid, p) ? renewableA[p] : Number.POSITIVE_INFINITY)));
  const keptA = phases === 0 ? 0 : Math.min(wish.limitA, enforced.limitA, onItsPhasesA);
  const limitA = inSteps(keptA, record, snapshot.site.allocation.stepA);
  if (limitA > 0 && isAnyAbove(onPhases(grid, limitA), exposureOf(snapshot, record), EPSILON_A)) {
    failInvariant(`${record.id} keeps ${limitA} A, but ${exposureOf(snapshot, record).join(', ')} A are booked for it`);
  }
  return { limitA, phases };
}

function waitingReason({ nowMs, site }: Snapshot, record: SlaveRecord, { circuit, phase }: Place): LimitReason {
  if (record.account.isUnknown(nowMs)) return { kind: 'startup' };
  const { id } = defined(site.circuits[circuit], `circuit ${circuit}`);
  return phase === undefined ? { kind: 'waiting', circuit: id } : { kind: 'waiting', circuit: id, phase };
}

/** What binds: a phase of a circuit, or its power limit. */
interface Place {
  readonly circuit: number;
  readonly phase?: PhaseIndex;
}

/** The highest limit in A that the ledger allows on these grid phases, and what binds. */
function permittedA(
  snapshot: Snapshot,
  sums: ExposureSums,
  record: SlaveRecord,
  phases: PhaseMask,
): Place & { readonly limitA: Amps } {
  const ownA = exposureOf(snapshot, record);
  let mostA: Amps = Number.POSITIVE_INFINITY;
  let atCircuit = snapshot.topology.root;
  let atPhase: PhaseIndex | undefined = 0;
  for (const circuit of pathOf(snapshot, record)) {
    const { raisableA, power } = capacityOf(snapshot, circuit);
    const sumA = sums.sumForCircuit(circuit);
    for (const phase of PHASES) {
      const limitA = ownA[phase] + raisableA[phase] - sumA[phase];
      if (!hasPhase(phases, phase) || limitA >= mostA) continue;
      mostA = limitA;
      atCircuit = circuit;
      atPhase = phase;
    }
    const byPowerA = power ? evenWithin(roomOn(power, sumA, ownA, phases), ownA, phases) : Number.POSITIVE_INFINITY;
    if (byPowerA >= mostA) continue;
    mostA = byPowerA;
    atCircuit = circuit;
    atPhase = undefined;
  }
  return { limitA: mostA, circuit: atCircuit, ...(atPhase !== undefined && { phase: atPhase }) };
}

/** The limit in A, rounded down to the step, but for a milliampere; 0 (a pause) below the minimum. */
function inSteps(limitA: Amps, record: SlaveRecord, stepA: Amps): Amps {
  const steps = Math.floor((limitA + EPSILON_A * Math.min(1, stepA)) / stepA);
  const stepped = Math.round(steps * stepA * 1e6) / 1e6;
  if (!(stepped <= limitA + EPSILON_A + ROUNDING_A)) failSteps(record, limitA, stepped);
  return stepped + EPSILON_A < record.facts.minA ? 0 : stepped;
}

function failSteps({ id }: SlaveRecord, limitA: Amps, stepped: Amps): never {
  failInvariant(`${limitA} A for ${id} become ${stepped} A in whole steps`);
}

/** I2: when the exposure of a charge point rises, the sum of exposures fits every fuse above. */
function assertRaiseFits(
  snapshot: Snapshot,
  sums: ExposureSums,
  { record, exposureA }: PlannedGrant,
  beforeA: PhaseAmps,
): void {
  // A renewal, like most grants.
  if (!isAnyAbove(exposureA, beforeA, EPSILON_A)) return;
  for (const circuit of pathOf(snapshot, record)) {
    const { raisableA, power } = capacityOf(snapshot, circuit);
    const sumA = sums.sumForCircuit(circuit);
    if (power) assertPowerFits(record, power, sumA);
    for (const p of PHASES) {
      if (exposureA[p] <= beforeA[p] + EPSILON_A || sumA[p] <= raisableA[p] + EPSILON_A * 10) continue;
      const text = `from ${beforeA[p]} to ${exposureA[p]} A exceeds circuit ${circuit}, phase ${p}`;
      failInvariant(`the raise of ${record.id} ${text}: ${sumA[p]} of ${raisableA[p]} A`);
    }
  }
}

/** I2 in W. Each phase may be rounded up by as much as above. */
function assertPowerFits({ id }: SlaveRecord, { voltageV, raisableW }: PowerCapacity, sumA: PhaseAmps): void {
  const sumW = powerOf(sumA, voltageV);
  if (sumW <= raisableW + voltageV * PHASES.length * EPSILON_A * 10) return;
  failInvariant(`the raise of ${id} makes ${sumW} W possible, of ${raisableW} W`);
}
