/** What MQTT shows of a site: a pure mapping from one status to topics and payloads (docs/mqtt.md describes each field). */
import type { LimitReason } from '../base/reason.js';
import { PHASE_NAMES, type PerPhase, type PhaseAmps } from '../base/units.js';
import type {
  Alarm,
  ChargePointStatus,
  CircuitStatus,
  MeterStatus,
  SiteStatus,
  SourceStatus,
} from '../ports/status-sink.js';

export interface TopicMessage {
  readonly topic: string;
  readonly payload: string;
  /** The payload without the fields that change every second by themselves; equal texts = nothing worth telling. */
  readonly essence: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** "Car park north" -> "car-park-north". */
export function siteSlug(site: string): string {
  return site.toLowerCase().replace(/[^a-z0-9]+/g, '-') || '-';
}

/** `<base>/<site slug>`, without a slash at the end. */
export function siteTopic(baseTopic: string, site: string): string {
  return `${baseTopic.replace(/\/+$/, '')}/${siteSlug(site)}`;
}

/** An id as one level of a topic: what MQTT forbids there, or would split it, is percent-encoded. */
export function topicLevel(id: string): string {
  return id
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\p{Control}\p{Noncharacter_Code_Point}/+#%]/gu, encodeURIComponent);
}

/** Every topic below `root` but `status`, which is the connection's own. */
export function statusTopics(root: string, status: SiteStatus): TopicMessage[] {
  return [
    message(`${root}/site`, siteBody(status), siteVolatile(status)),
    ...status.circuits.map((circuit) => message(`${root}/circuit/${topicLevel(circuit.id)}`, circuitBody(circuit))),
    ...status.chargePoints.map((point) =>
      message(`${root}/chargepoint/${topicLevel(point.id)}`, chargePointBody(point), chargePointVolatile(point)),
    ),
    ...status.meters.map((meter) =>
      message(`${root}/meter/${topicLevel(meter.id)}`, meterBody(meter), {
        ageMs: meter.ageMs === null ? null : whole(meter.ageMs),
      }),
    ),
    ...status.sources.filter(({ kind }) => kind !== 'operator').map((source) => sourceTopic(root, source)),
    ...alarmTopics(root, status.alarms),
  ];
}

function message(topic: string, body: JsonObject, volatile: JsonObject = {}): TopicMessage {
  return { topic, payload: JSON.stringify({ ...body, ...volatile }), essence: JSON.stringify(body) };
}

function siteBody(status: SiteStatus): JsonObject {
  return {
    site: status.site,
    networkId: status.networkId,
    masterId: status.masterId,
    role: status.role,
    epoch: status.epoch,
    version: status.version,
    auth: status.auth,
    samplePeriodMs: whole(status.samplePeriodMs),
    slavesOnline: status.slavesOnline,
    slavesKnown: status.slavesKnown,
    free: status.sums.free,
    occupied: status.sums.occupied,
    charging: status.sums.charging,
    outOfService: status.sums.outOfService,
    limiting: status.sums.limiting,
  };
}

function siteVolatile({ wallMs, uptimeMs, sums }: SiteStatus): JsonObject {
  return {
    totalPowerW: whole(sums.powerW),
    totalCurrentA: amps(sums.currentA),
    time: isoTime(wallMs),
    uptimeMs: whole(uptimeMs),
  };
}

function circuitBody(circuit: CircuitStatus): JsonObject {
  return {
    id: circuit.id,
    parent: circuit.parent,
    meter: circuit.meter,
    limitA: amps(circuit.limitA),
    capacityA: amps(circuit.capacityA),
    measuredA: circuit.measuredA && amps(circuit.measuredA),
    backgroundA: circuit.backgroundA && amps(circuit.backgroundA),
    sumOfLimitsA: amps(circuit.sumOfLimitsA),
    exposureA: amps(circuit.exposureA),
  };
}

function chargePointBody(point: ChargePointStatus): JsonObject {
  return {
    id: point.id,
    name: point.name,
    location: point.location,
    circuit: point.circuit,
    state: point.state,
    errorCode: point.errorCode,
    online: point.online,
    limitA: rounded(point.limitA, 2),
    exposureA: rounded(point.exposureA, 2),
    currentA: amps(point.currentA),
    powerW: whole(point.powerW),
    disconnectedLimitA: rounded(point.disconnectedLimitA, 2),
    neededA: rounded(point.neededA, 2),
    reason: reasonBody(point.reason, point.reasonText),
    place: point.queue?.place ?? null,
    firmware: point.firmware,
    keyId: point.keyId,
  };
}

function chargePointVolatile(point: ChargePointStatus): JsonObject {
  return {
    sessionWh: whole(point.sessionWh),
    chargingMs: whole(point.chargingMs),
    pluggedInMs: whole(point.pluggedInMs),
    leaseLeftMs: whole(point.leaseLeftMs),
    nextInMs: point.queue && whole(point.queue.nextInMs ?? Number.NaN),
    explanation: point.explanation,
  };
}

/** The reason with its phases by name: index 1 is "L2". */
function reasonBody(reason: LimitReason, text: string): JsonObject {
  return {
    kind: reason.kind,
    ...('circuit' in reason && { circuit: reason.circuit }),
    ...('phase' in reason && reason.phase !== undefined && { phase: PHASE_NAMES[reason.phase] }),
    ...('phases' in reason && reason.phases && { phases: reason.phases.map((phase) => PHASE_NAMES[phase]) }),
    ...('yieldsTo' in reason && { yieldsTo: [...reason.yieldsTo] }),
    ...('cause' in reason && reason.cause && { cause: { ...reason.cause, limitA: rounded(reason.cause.limitA, 2) } }),
    ...('power' in reason && reason.power && { power: { ...reason.power, limitW: rounded(reason.power.limitW, 0) } }),
    ...('reserve' in reason && reason.reserve && { reserve: { ...reason.reserve, for: [...reason.reserve.for] } }),
    ...('minA' in reason && { minA: rounded(reason.minA, 2) }),
    ...('maxMin' in reason && { maxMin: reason.maxMin }),
    ...('maxKwh' in reason && { maxKwh: reason.maxKwh }),
    ...('held' in reason && { held: reason.held }),
    ...('drawnA' in reason && { drawnA: rounded(reason.drawnA, 2) }),
    text,
  };
}

function meterBody(meter: MeterStatus): JsonObject {
  return {
    id: meter.id,
    model: meter.model,
    online: meter.online,
    currentA: triple(meter.currentA, 2),
    voltageV: triple(meter.voltageV, 1),
    powerW: triple(meter.powerW, 0),
    totalPowerW: rounded(meter.totalPowerW, 0),
    damagedAnswers: meter.damagedAnswers,
    damagedPercent: rounded(meter.damagedPercent, 1),
  };
}

/** A circuit and a charge point may have the same id. */
function sourceTopic(
  root: string,
  { kind, id, targetKind, target, state, sinceWallMs, text }: SourceStatus,
): TopicMessage {
  const since = sinceWallMs === null ? null : sinceText(sinceWallMs);
  const topic = `${root}/source/${kind}/${targetKind.toLowerCase()}/${topicLevel(id)}`;
  return message(topic, { kind, id, targetKind, target, state, text }, { since });
}

/** One topic per code; where several alarms share a code (two meters lost), one message tells of all. */
function alarmTopics(root: string, alarms: readonly Alarm[]): TopicMessage[] {
  const byCode = new Map<string, Alarm[]>();
  for (const alarm of alarms) byCode.set(alarm.code, [...(byCode.get(alarm.code) ?? []), alarm]);
  return [...byCode].map(([code, group]) => alarmTopic(`${root}/alarm/${topicLevel(code)}`, group));
}

function alarmTopic(topic: string, group: readonly Alarm[]): TopicMessage {
  const active = group.filter((alarm) => alarm.active);
  const shown = active.length > 0 ? active : group;
  const text = shown.map((alarm) => alarm.text).join('; ');
  const since = sinceText(Math.min(...shown.map((alarm) => alarm.sinceWallMs)));
  return message(topic, { active: active.length > 0, text }, { since });
}

function amps(values: PhaseAmps): PerPhase<number | null> {
  return triple(values, 2);
}

function triple(values: PerPhase<number | null>, decimals: number): PerPhase<number | null> {
  return [rounded(values[0], decimals), rounded(values[1], decimals), rounded(values[2], decimals)];
}

/** `null` for what is no number; adding 0 turns -0 into 0. */
function rounded(value: number | null, decimals: number): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Number(value.toFixed(decimals)) + 0;
}

function whole(value: number): number | null {
  return rounded(value, 0);
}

/** In whole seconds: reckoned back from now it moves by a millisecond each time. */
function sinceText(wallMs: number): string | null {
  return isoTime(Math.round(wallMs / 1000) * 1000);
}

/** `null` for a clock outside of what a date can say. */
function isoTime(wallMs: number): string | null {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
