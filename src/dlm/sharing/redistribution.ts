/**
 * Unused shares. A vehicle that charges may draw less than its limit: its own maximum is lower, or its battery is nearly full.
 * After a hold time the rest goes to others that can use it.
 */
import type { LimitReason } from '../../base/reason.js';
import type { Amps } from '../../base/units.js';
import type { AllocatedLimit } from '../allocate.js';
import {
  afterDraw,
  cappedA,
  type Draw,
  inWholeSteps,
  type Leftover,
  lowerableToA,
  lowered,
  type Terms,
} from '../group/leftover.js';
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { pathOf, type Snapshot } from './snapshot.js';
import { isServedLast } from './turns.js';
import { type FullPlace, isOnWay, placeAt } from './unused.js';

/** Follows what the vehicle of one charge point leaves. The same object if nothing changed. Call once per cycle. */
export function followLeftover(snapshot: Snapshot, record: SlaveRecord, { leftover }: Service): Leftover {
  const terms = termsOf(snapshot);
  return terms === undefined ? leftover : afterDraw(leftover, drawOf(record), terms, snapshot.nowMs);
}

/** `undefined` where nothing is redistributed. */
function termsOf({ site }: Snapshot): Terms | undefined {
  const { redistribute: rules, stepA } = site.allocation;
  return rules === undefined ? undefined : { rules, stepA };
}

function drawOf({ status, account }: SlaveRecord): Draw {
  const { limitA } = account.enforced;
  if (status?.state !== 'Charging') return { limitA, drawnA: 0 };
  return { limitA, drawnA: Math.max(status.currentA[0], status.currentA[1], status.currentA[2]) };
}

/** The most that is offered to a vehicle that was lowered to what it draws; never less than `minA`. `undefined`: its share. */
export function leftoverMaxA(snapshot: Snapshot, { leftover }: Service, minA: Amps): Amps | undefined {
  const terms = termsOf(snapshot);
  const capA = terms && cappedA(leftover, terms);
  return capA === undefined ? undefined : inWholeSteps(Math.max(capA, minA), snapshot.site.allocation.stepA);
}

/** Lowers vehicles that leave a part of their limit, where others can use it. True: divide again. Call after each division. */
export function lowerLeftovers(
  snapshot: Snapshot,
  served: readonly SlaveRecord[],
  limits: ReadonlyMap<string, AllocatedLimit>,
): boolean {
  const leaving = served.filter((record) => leavesShare(snapshot, record, limits.get(record.id)?.limitA ?? 0));
  if (leaving.length === 0) return false;
  const places = wantedPlaces(snapshot, served, limits);
  const needed = leaving.filter((record) => places.some((place) => isOnWay(snapshot, record, place)));
  const { services, nowMs } = snapshot;
  for (const record of needed) {
    const service = services.find(record);
    services.replace(record, { ...service, leftover: lowered(service.leftover, drawOf(record), nowMs) });
  }
  return needed.length > 0;
}

/** True when its limit may be lowered to what it draws, and that is less than its share. */
function leavesShare(snapshot: Snapshot, record: SlaveRecord, shareA: Amps): boolean {
  const terms = termsOf(snapshot);
  if (terms === undefined || !mayBeLowered(snapshot, record)) return false;
  const { leftover, appetite } = snapshot.services.find(record);
  const toA = lowerableToA(leftover, terms, snapshot.nowMs);
  if (toA === undefined) return false;
  return Math.max(toA, inWholeSteps(Math.max(record.facts.minA, appetite.needsA), terms.stepA)) < shareA;
}

/** False below a circuit that keeps to equal shares, whatever its vehicles draw. */
function mayBeLowered(snapshot: Snapshot, record: SlaveRecord): boolean {
  return pathOf(snapshot, record).every((circuit) => snapshot.site.circuits[circuit]?.redistribute !== false);
}

/** Where vehicles are held that take all they get. One that leaves a part itself needs no more. */
function wantedPlaces(
  { services, nowMs }: Snapshot,
  served: readonly SlaveRecord[],
  limits: ReadonlyMap<string, AllocatedLimit>,
): readonly FullPlace[] {
  return served.flatMap((record) => {
    const service = services.find(record);
    const isWanting = service.leftover.sinceMs === undefined && !isServedLast(record, service, nowMs);
    return isWanting ? (wantedPlace(limits.get(record.id)?.boundBy) ?? []) : [];
  });
}

/** A paused vehicle is left out: it waits for the minima of others, and a lowered limit is above its minimum. */
function wantedPlace(boundBy: LimitReason | undefined): FullPlace | undefined {
  switch (boundBy?.kind) {
    case 'power':
    case 'circuit':
    case 'imbalance':
    case 'step':
      return placeAt(boundBy);
    default:
      return undefined;
  }
}
