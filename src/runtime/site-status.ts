/** The snapshot for people and machines: what the core knows, in the shape of the status port. */
import { assert, defined } from '../base/assert.js';
import { reasonText } from '../base/reason.js';
import type { Ms } from '../base/units.js';
import type { Controller } from '../dlm/controller.js';
import { errorCodeOf } from '../dlm/group/faulted.js';
import { isLimitOver, leaseLeftMs } from '../dlm/group/lease-left.js';
import type { SlaveRecord } from '../dlm/group/slave-record.js';
import type { Outlooks } from '../dlm/outlook.js';
import { sourceStates } from '../dlm/limits/source-list.js';
import { neededA } from '../dlm/sharing/offers.js';
import type { ChargePointStatus, CircuitStatus, MeterStatus, SiteStatus } from '../ports/status-sink.js';
import { siteSums } from './site-sums.js';

/** Where the state of the meters is asked for. */
export interface MeterBoard {
  list(nowMs: Ms): readonly MeterStatus[];
}

export interface StatusSource {
  readonly controller: Controller;
  readonly meters: MeterBoard;
  /** The key id that each charge point signs with; `undefined` while nothing is signed. */
  readonly keyIds: ReadonlyMap<string, number> | undefined;
  readonly version: string;
  readonly nowMs: Ms;
  readonly wallMs: Ms;
}

export function siteStatus({ controller, meters, keyIds, version, nowMs, wallMs }: StatusSource): SiteStatus {
  const { site, mastership, startedAtMs } = controller;
  assert(nowMs >= startedAtMs, `a status of ${nowMs} ms of a master that started at ${startedAtMs} ms`);
  const outlooks = controller.outlooks(nowMs);
  return {
    site: site.site,
    networkId: site.networkId,
    masterId: mastership.id,
    role: mastership.role(nowMs),
    otherMasters: mastership
      .others(nowMs)
      .map(({ masterId: id, rank, epoch, active }) => ({ id, rank, epoch, active })),
    epoch: mastership.epoch,
    version,
    auth: keyIds ? 'on' : 'off',
    wallMs,
    uptimeMs: nowMs - startedAtMs,
    samplePeriodMs: site.samplePeriodMs,
    ...slaveCounts(controller, nowMs),
    sums: siteSums(controller.records, nowMs),
    circuits: circuitStatuses(controller, nowMs),
    chargePoints: controller.records.map((record) => ({
      ...chargePointStatus(controller, record, outlooks, nowMs),
      keyId: keyIds?.get(record.id) ?? null,
    })),
    meters: meters.list(nowMs),
    sources: sourceStates(controller.limits, site, nowMs).map(({ target, sinceMs, ...state }) => ({
      ...state,
      targetKind: target.kind,
      target: target.id,
      sinceWallMs: sinceMs === undefined ? null : wallMs - (nowMs - sinceMs),
    })),
    alarms: controller.alarms.list().map(({ code, active, text, sinceMs }) => ({
      code,
      active,
      text,
      sinceWallMs: wallMs - (nowMs - sinceMs),
    })),
  };
}

export function slaveCounts({ records }: Controller, nowMs: Ms): Pick<SiteStatus, 'slavesOnline' | 'slavesKnown'> {
  let slavesOnline = 0;
  for (const record of records) if (record.status !== undefined && record.isOnline(nowMs)) slavesOnline += 1;
  return { slavesOnline, slavesKnown: records.length };
}

function circuitStatuses(controller: Controller, nowMs: Ms): readonly CircuitStatus[] {
  return controller.circuits(nowMs).map(({ capacity, exposureA, limitsA }, index) => {
    const { id, parent, limitA, meter } = defined(controller.site.circuits[index], 'circuit');
    return {
      id,
      parent: parent ?? null,
      meter: meter ?? null,
      limitA,
      capacityA: capacity.capacityA,
      measuredA: capacity.measuredA,
      backgroundA: capacity.backgroundA,
      sumOfLimitsA: limitsA,
      exposureA,
    };
  });
}

function chargePointStatus(
  { site }: Controller,
  record: SlaveRecord,
  outlooks: Outlooks,
  nowMs: Ms,
): Omit<ChargePointStatus, 'keyId'> {
  const { status, facts, reason } = record;
  const online = record.isOnline(nowMs);
  const leftMs = leaseLeftMs(record, nowMs, site.leaseMs);
  const currentA = record.currentA(nowMs);
  const session = record.session.figures(nowMs);
  const queued = outlooks.queueOf(record);
  return {
    id: record.id,
    name: facts.name ?? null,
    location: facts.location ?? null,
    circuit: facts.circuit,
    state: status?.state ?? 'Unknown',
    errorCode: errorCodeOf(status) ?? null,
    online,
    // What holds there for all we know.
    limitA: isLimitOver(record, nowMs, site.leaseMs) ? facts.disconnectedLimitA : record.grantedA,
    exposureA: Math.max(...record.exposureA(nowMs, site.leaseMs)),
    currentA,
    powerW: record.powerW(nowMs),
    sessionWh: session?.energyWh ?? 0,
    chargingMs: session?.chargingMs ?? 0,
    pluggedInMs: session?.pluggedInMs ?? 0,
    reason,
    reasonText: reasonText(reason),
    explanation: outlooks.explain(record),
    queue: queued ? { place: queued.place, nextInMs: queued.inMs ?? null } : null,
    leaseLeftMs: Math.max(0, Math.round(leftMs)),
    disconnectedLimitA: facts.disconnectedLimitA,
    neededA: neededA(record, record.service),
    firmware: status?.firmware ?? '',
  };
}
