/**
 * What must hold of a decision, checked before the decision is applied. One check reads its snapshot, one its result. A
 * failed check is a fault of the master. No datagram and no sample can cause it.
 */
import { failInvariant } from '../base/assert.js';
import { connectedMask, maskToGrid, onPhases } from '../base/rotation.js';
import { type Amps, isAnyAbove, isValidLoad, maxOf, NO_AMPS, type PhaseAmps } from '../base/units.js';
import type { Decision, PlannedGrant } from './decide.js';
import { assertService } from './group/record-checks.js';
import type { SlaveRecord } from './group/slave-record.js';
import { PAUSE_MIN_MS } from './sharing/reserved.js';
import { capacityOf, exposureOf, pathOf, type Snapshot } from './sharing/snapshot.js';

/** A limit is rounded to whole steps, upwards by a milliampere at most. */
const ROUNDING_A = 0.002;

/** No capacity is negative or above its fuse, and raises never get more than the capacity. Call before `decide`. */
export function assertSnapshot(snapshot: Snapshot): void {
  const { capacities, topology, site, epoch, nowMs, unsafeCircuits } = snapshot;
  const counts = [capacities.length, site.circuits.length, topology.count];
  if (counts.some((count) => count !== counts[0])) failInvariant(`capacities, circuits, places: ${counts.join(', ')}`);
  if (!(Number.isInteger(epoch) && epoch > 0)) failInvariant(`the decision at ${nowMs} ms is of epoch ${epoch}`);
  for (const [index, { id, limitA }] of site.circuits.entries()) {
    const { capacityA, loadA, raisableA, ceilingA } = capacityOf(snapshot, index);
    if (!isValidLoad(capacityA)) failInvariant(`circuit ${id} has room for ${capacityA.join(', ')} A`);
    if (!isValidLoad(loadA)) failInvariant(`circuit ${id} has a load of ${loadA.join(', ')} A`);
    if (isAnyAbove(capacityA, maxOf(ceilingA, NO_AMPS), 0)) {
      failInvariant(`circuit ${id} has room for ${capacityA.join(', ')} A below ${ceilingA.join(', ')} A`);
    }
    if (isAnyAbove(ceilingA, limitA, 0)) {
      failInvariant(`circuit ${id} may carry ${ceilingA.join(', ')} A by a fuse of ${limitA.join(', ')} A`);
    }
    const isBelow = raisableA.every((amps, p) => amps <= (capacityA[p] as number));
    if (!isBelow) failInvariant(`circuit ${id} can raise by ${raisableA.join(', ')} of ${capacityA.join(', ')} A`);
  }
  for (const index of unsafeCircuits) {
    if (!(index >= 0 && index < topology.count)) failInvariant(`circuit ${index} of ${topology.count} is unsafe`);
  }
}

/** Each grant is what the ledger and the site permit, and the sums are true. Call before `Granting.apply`. */
export function assertDecision(snapshot: Snapshot, { grants, services, sums }: Decision): void {
  const raised = new Map<SlaveRecord, PhaseAmps>();
  for (const planned of grants) {
    const { record, exposureA } = planned;
    assertGrant(snapshot, planned);
    if (isAnyAbove(exposureA, exposureOf(snapshot, record), 0)) raised.set(record, exposureA);
  }
  for (const [record, service] of services) assertService(service, record.id, snapshot.nowMs, PAUSE_MIN_MS);
  if (raised.size > 0) sums.assertRecomputed(raised);
}

function assertGrant(snapshot: Snapshot, planned: PlannedGrant): void {
  const { record, limitA, leaseMs } = planned;
  const isLeased = leaseMs > 0 && leaseMs <= snapshot.site.leaseMs;
  if (!isLeased || record.grants.isPollAnswered || !record.isOnline(snapshot.nowMs)) failGrant(planned);
  if (!isWhole(planned, snapshot.site.allocation.stepA)) failLimit(planned);
  if (!isBookedInFull(planned)) failBooking(planned);
  const { enforced } = record.account;
  if (!snapshot.isStarting && (planned.phases & ~connectedMask(record.facts.phases)) !== 0) failLimit(planned);
  if (limitA <= enforced.limitA + ROUNDING_A) return;
  assertMayHave(snapshot, planned);
  if (limitA > record.grantedA + ROUNDING_A) assertRaise(snapshot, planned);
}

function failGrant({ record, limitA, leaseMs }: PlannedGrant): never {
  const poll = record.grants.isPollAnswered ? 'was answered' : `is ${record.lastPoll?.tauMs} ms`;
  failInvariant(`${record.id} is granted ${limitA} A for ${leaseMs} ms, its last poll ${poll}`);
}

/** A limit is a pause, or a whole number of steps from the minimum up. */
function isWhole({ record, limitA }: PlannedGrant, stepA: Amps): boolean {
  if (limitA === 0) return true;
  const steps = limitA / stepA;
  const restA = Math.abs(steps - Math.round(steps)) * stepA;
  return limitA > 0 && restA <= ROUNDING_A && limitA >= record.facts.minA - ROUNDING_A;
}

function failLimit({ record, limitA, phases }: PlannedGrant): never {
  const { id, facts } = record;
  failInvariant(
    `${id} is granted ${limitA} A on ${phases}, it has ${facts.phases} phases and takes ${facts.minA} A or more`,
  );
}

/** The exposure is at least what is granted. */
function isBookedInFull({ record, limitA, phases, isBooked, exposureA }: PlannedGrant): boolean {
  if (limitA === 0 || !isBooked) return true;
  if (exposureA[0] >= limitA && exposureA[1] >= limitA && exposureA[2] >= limitA) return true;
  return !isAnyAbove(onPhases(maskToGrid(record.facts.rotation, phases), limitA), exposureA, 0);
}

function failBooking({ record, limitA, phases, exposureA }: PlannedGrant): never {
  failInvariant(`${record.id} is granted ${limitA} A on ${phases}, but ${exposureA.join(', ')} A are counted`);
}

/** A limit above the enforced one needs raises to be allowed, and a charge point that takes part. */
function assertMayHave(snapshot: Snapshot, { record, limitA, reason }: PlannedGrant): void {
  const { noRaise, nowMs, services } = snapshot;
  const { id } = record;
  if (noRaise) failInvariant(`${id} is raised to ${limitA} A, but no charge point may be: ${noRaise.kind}`);
  if (!record.isRemembered) failInvariant(`${id} is raised to ${limitA} A, but the state file does not know it`);
  if (!record.isAdopted) failInvariant(`${id} is raised to ${limitA} A, but is not adopted`);
  if (record.isDuplicate(nowMs)) failInvariant(`${id} is raised to ${limitA} A, but two charge points have its id`);
  const { pausedUntilMs, withdrawn } = services.find(record);
  if (reason.kind === 'overdraw') return;
  if (nowMs < pausedUntilMs) failInvariant(`${id} is raised to ${limitA} A, but is paused until ${pausedUntilMs} ms`);
  if (withdrawn && nowMs < withdrawn.untilMs) {
    failInvariant(`${id} is raised to ${limitA} A, but its offer is withdrawn until ${withdrawn.untilMs} ms`);
  }
}

/** A raise is never above the maximum. Below an unsafe circuit it is never above the disconnected limit (I4). */
function assertRaise(snapshot: Snapshot, { record, limitA }: PlannedGrant): void {
  const { id, facts, account } = record;
  const knownA = Math.min(facts.maxA, account.maxA);
  if (limitA > knownA + ROUNDING_A) failInvariant(`${id} is raised to ${limitA} A, its maximum is ${knownA} A`);
  const { unsafeCircuits } = snapshot;
  if (unsafeCircuits.size === 0 || limitA <= facts.disconnectedLimitA + ROUNDING_A) return;
  const unsafe = pathOf(snapshot, record).find((circuit) => unsafeCircuits.has(circuit));
  if (unsafe !== undefined) failInvariant(`${id} is raised to ${limitA} A below circuit ${unsafe}, which is unsafe`);
}
