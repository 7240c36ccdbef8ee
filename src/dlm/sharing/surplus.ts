/**
 * Modes that take PV surplus. A first call of the division shares the surplus among the charge points that look at it; what each
 * gets is one more limit of it in the division of the fuses. green-priority never gets less than it needs. full-green gets nothing
 * below that, with a hysteresis in time; until it pauses it keeps what it needs.
 */
import { failInvariant } from '../../base/assert.js';
import { maskToGrid, phaseCountOf } from '../../base/rotation.js';
import { type Amps, type Ms, NO_AMPS, PHASES, perPhase, type Watts } from '../../base/units.js';
import type { AllocatedLimit, AllocationCandidate } from '../allocate.js';
import { afterRoom, afterStop, isWandering, mayStart } from '../group/calm.js';
import { afterSurplus } from '../group/on-surplus.js';
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { NOMINAL_VOLTAGE_V, type SolarRules } from '../types.js';
import { neededA } from './offers.js';
import { lowerLeftovers } from './redistribution.js';
import type { Snapshot } from './snapshot.js';
import { modeOf, powerFor, surplusW, takesSurplus } from './surplus-power.js';
import { inOrderOfService, isCandidate, rulesOf, withdraw } from './targets.js';
import { neededOffers } from './unused.js';

const W_PER_KW = 1000;
/** By then a slow meter has shown it, too. */
const SETTLING_MS: Ms = 30_000;
const SETTLING_A: Amps = 0.5;
/** On each phase: 70 W, less than a tenth of a kWh in an hour. */
const METER_A: Amps = 0.1;
const NOTHING_SHARED: Limits = new Map();

type Limits = ReadonlyMap<string, AllocatedLimit>;

/** Sets `surplusLimits`. Call once per cycle, after `followOffer` of all, before the division of the fuses. */
export function followSurplus(snapshot: Snapshot, present: readonly SlaveRecord[]): void {
  const { solar } = snapshot.site;
  if (!solar) return;
  for (const record of present) if (modeOf(snapshot, record) !== 'full-green') forget(snapshot, record);
  const able = present.filter((record) => takesSurplus(snapshot, record) && isCandidate(snapshot, record));
  if (able.length === 0) return;
  const availableW = withSettling(snapshot, able, surplusW(snapshot));
  const enough = whoFits(snapshot, able, availableW);
  const on = able.filter((record) => isOn(snapshot, record, enough, solar));
  const limits = shared(snapshot, on, availableW);
  const name = `surplus ${(surplusW(snapshot) / W_PER_KW).toFixed(1)} kW`;
  for (const record of able) {
    const share = limits.get(record.id);
    // Its own maximum binds.
    if (share?.boundBy.kind === 'maximum') continue;
    snapshot.surplusLimits.set(record, { source: 'surplus', limitA: share?.limitA ?? 0, name });
  }
}

/**
 * A lack of so little lowers nobody: what a meter shows near zero, whose sign it may not know, and, right after a raise, a vehicle
 * that the meter shows before its charge point tells.
 */
function withSettling(snapshot: Snapshot, able: readonly SlaveRecord[], availableW: Watts): Watts {
  const { nowMs, services } = snapshot;
  const isRaised = (record: SlaveRecord): boolean => nowMs - services.find(record).calm.raisedAtMs < SETTLING_MS;
  const raised = able.filter(isRaised);
  const meterW = METER_A * PHASES.length * (snapshot.site.voltageV ?? NOMINAL_VOLTAGE_V);
  const slackW = raised.reduce((sumW, record) => sumW + powerFor(snapshot, record, SETTLING_A), meterW);
  const grantedW = able.reduce((sumW, record) => sumW + powerFor(snapshot, record, record.grantedA), 0);
  return availableW < grantedW && grantedW - availableW <= slackW ? grantedW : availableW;
}

function forget({ services }: Snapshot, record: SlaveRecord): void {
  const service = services.find(record);
  if (service.onSurplus !== undefined) services.replace(record, { ...service, onSurplus: undefined });
}

/** Those whose minimum the surplus gives, in the order of service. The minima of green-priority are taken in any case. */
function whoFits(snapshot: Snapshot, able: readonly SlaveRecord[], availableW: Watts): ReadonlySet<SlaveRecord> {
  const candidates = inOrderOfService(snapshot, able);
  if (minimaW(snapshot, candidates) <= availableW) return new Set(able);
  const green = able.filter((record) => modeOf(snapshot, record) === 'green-priority');
  const others = able.filter((record) => modeOf(snapshot, record) === 'full-green');
  const leftW = availableW - minimaW(snapshot, inOrderOfService(snapshot, green));
  if (others.length === 0 || leftW <= 0) return new Set(green);
  const limits = divided(snapshot, others, leftW);
  return new Set([...green, ...others.filter(({ id }) => (limits.get(id)?.limitA ?? 0) > 0)]);
}

/** True for one that may have a part of the surplus now. Follows those on surplus alone. */
function isOn(snapshot: Snapshot, record: SlaveRecord, enough: ReadonlySet<SlaveRecord>, rules: SolarRules): boolean {
  if (modeOf(snapshot, record) === 'green-priority') return true;
  const { services } = snapshot;
  const before = services.find(record);
  const service = followed(snapshot, record, before, enough.has(record), rules);
  services.replace(record, service);
  return service.onSurplus?.isOn === true;
}

/** Its pauses count as those by any other room that comes and goes: a sky full of clouds opens no contactor all day. */
function followed(
  { nowMs, site }: Snapshot,
  record: SlaveRecord,
  service: Service,
  isEnough: boolean,
  rules: SolarRules,
): Service {
  const { steadyMs } = site.allocation;
  const wasOn = service.onSurplus?.isOn ?? record.grantedA > 0;
  const needed = neededA(record, service);
  const calm = wasOn ? service.calm : afterRoom(service.calm, isEnough ? needed : 0, needed, nowMs);
  const isSteady = !isWandering(calm, steadyMs, nowMs) || mayStart(calm, steadyMs, nowMs);
  const onSurplus = afterSurplus(service.onSurplus, { isEnough, mayStart: isSteady, wasOn, nowMs }, rules);
  if (onSurplus === service.onSurplus && calm === service.calm) return service;
  const hasStopped = wasOn && !onSurplus.isOn;
  return { ...service, onSurplus, calm: hasStopped ? afterStop(calm, nowMs) : calm };
}

/** The parts of the surplus; each at least what it needs. What others can use of an offer or a share is taken from those that leave it. */
function shared(snapshot: Snapshot, on: readonly SlaveRecord[], availableW: Watts): Limits {
  let sharing = on;
  for (;;) {
    if (sharing.length === 0) return NOTHING_SHARED;
    const leastW = minimaW(snapshot, inOrderOfService(snapshot, sharing));
    const limits = divided(snapshot, sharing, Math.max(availableW, leastW));
    const needed = neededOffers(snapshot, sharing, limits);
    if (needed.size === 0) {
      if (lowerLeftovers(snapshot, sharing, limits)) continue;
      return limits;
    }
    for (const [record, reason] of needed) withdraw(snapshot, record, reason);
    const remaining = sharing.filter((record) => !needed.has(record));
    if (remaining.length >= sharing.length) failInvariant(`${remaining.length} of ${sharing.length} share the surplus`);
    sharing = remaining;
  }
}

/** Of power alone: no fuse is in the way. */
function divided(snapshot: Snapshot, records: readonly SlaveRecord[], limitW: Watts): Limits {
  const { site, surplusShares } = snapshot;
  if (!site.solar || !surplusShares) return NOTHING_SHARED;
  const { circuit } = site.solar;
  const chargePoints = inOrderOfService(snapshot, records).map((candidate) => ({ ...candidate, circuit }));
  const freeA = perPhase(chargePoints.reduce((sumA, { maxA }) => sumA + maxA, 1));
  const voltageV = site.voltageV ?? NOMINAL_VOLTAGE_V;
  const circuits = [{ id: circuit, limitA: freeA, backgroundA: NO_AMPS, limitW, voltageV }];
  return surplusShares.divide({ circuits, chargePoints, ...rulesOf(snapshot, records) }).limits;
}

function minimaW({ site }: Snapshot, candidates: readonly AllocationCandidate[]): Watts {
  const voltageV = site.voltageV ?? NOMINAL_VOLTAGE_V;
  return candidates.reduce(
    (sumW, { rotation, activePhases, minA }) =>
      sumW + minA * phaseCountOf(maskToGrid(rotation, activePhases)) * voltageV,
    0,
  );
}
