/**
 * What the broker shows of the site, and nothing else: the retained topics of docs/mqtt.md, read back. Whatever has
 * another shape is left out, since anybody on this machine may publish there.
 */
import { isObject, type JsonObject, parseJson } from '../../base/json.js';
import type { PerPhase } from '../../base/units.js';

export type Triple = PerPhase<number | null>;

export interface CircuitView {
  readonly id: string;
  /** `null`: the root. */
  readonly parent: string | null;
  readonly limitA: Triple;
  readonly capacityA: Triple;
  /** `null` while there is no meter, or it is lost. */
  readonly measuredA: Triple | null;
  readonly backgroundA: Triple | null;
  readonly sumOfLimitsA: Triple;
  readonly exposureA: Triple;
}

export interface ReasonView {
  readonly kind: string;
  readonly circuit: string;
  readonly phase: string;
  readonly text: string;
}

export interface ChargePointView {
  readonly id: string;
  readonly circuit: string;
  readonly state: string;
  readonly online: boolean;
  readonly limitA: number | null;
  /** Grid order. */
  readonly currentA: Triple;
  readonly reason: ReasonView;
  readonly leaseLeftMs: number | null;
  readonly heardAtMs: number;
}

export interface MeterView {
  readonly id: string;
  readonly online: boolean;
  readonly ageMs: number | null;
  readonly heardAtMs: number;
}

export interface AlarmView {
  readonly code: string;
  readonly active: boolean;
  readonly text: string;
}

export interface SiteView {
  readonly epoch: number | null;
  readonly slavesOnline: number | null;
  readonly slavesKnown: number | null;
}

/** "online" and "offline" are the master's; `undefined` before the first word. */
export type Presence = string | undefined;

export class Board {
  readonly circuits = new Map<string, CircuitView>();
  readonly chargePoints = new Map<string, ChargePointView>();
  readonly meters = new Map<string, MeterView>();
  readonly alarms = new Map<string, AlarmView>();
  site: SiteView | undefined;
  presence: Presence;
  /** When the last message came. */
  heardAtMs: number | undefined;

  /** `level` and `id` are what follows the site in the topic: "circuit/main", "status". An empty payload clears it. */
  hear(level: string, id: string, payload: string, nowMs: number): void {
    this.heardAtMs = nowMs;
    if (level === 'status') this.presence = payload;
    const body = jsonObject(payload);
    if (level === 'site' && body) this.site = siteOf(body);
    const tables: Partial<Record<string, Map<string, unknown>>> = {
      circuit: this.circuits,
      chargepoint: this.chargePoints,
      meter: this.meters,
      alarm: this.alarms,
    };
    const table = tables[level];
    if (payload === '') table?.delete(id);
    const view = body && READERS[level]?.(id, body, nowMs);
    if (view) table?.set(id, view);
  }

  /** A broker that was away has forgotten what was retained: until the master speaks, nobody knows whether it is there. */
  forgetPresence(): void {
    this.presence = undefined;
  }

  /** What flows into a circuit: its meter's values, `null` while it has none; without a meter what its charge points report. */
  flowA({ id, parent, measuredA }: CircuitView): Triple | null {
    const isMetered = parent === null && this.meters.size > 0;
    return measuredA ?? (isMetered ? null : this.chargingA(id));
  }

  /** What the charge points below a circuit report. */
  chargingA(circuit: string): Triple {
    const points = [...this.chargePoints.values()].filter((point) => this.#isBelow(point.circuit, circuit));
    const sum = (phase: 0 | 1 | 2): number => points.reduce((sumA, { currentA }) => sumA + (currentA[phase] ?? 0), 0);
    return [sum(0), sum(1), sum(2)];
  }

  #isBelow(inner: string, outer: string): boolean {
    const way = new Set<string>();
    let id: string | null = inner;
    while (id !== null && id !== outer && !way.has(id)) {
      way.add(id);
      id = this.circuits.get(id)?.parent ?? null;
    }
    return id === outer;
  }
}

const READERS: Partial<Record<string, (id: string, body: JsonObject, nowMs: number) => unknown>> = {
  circuit: circuitOf,
  chargepoint: chargePointOf,
  meter: (id, body, heardAtMs): MeterView => {
    return { id, online: body['online'] === true, ageMs: numberOf(body['ageMs']), heardAtMs };
  },
  alarm: (code, body): AlarmView => ({ code, active: body['active'] === true, text: textOf(body['text']) }),
};

function siteOf(body: JsonObject): SiteView {
  return {
    epoch: numberOf(body['epoch']),
    slavesOnline: numberOf(body['slavesOnline']),
    slavesKnown: numberOf(body['slavesKnown']),
  };
}

function circuitOf(id: string, body: JsonObject): CircuitView {
  return {
    id,
    parent: textOf(body['parent']) || null,
    limitA: tripleOf(body['limitA']),
    capacityA: tripleOf(body['capacityA']),
    measuredA: body['measuredA'] === null ? null : tripleOf(body['measuredA']),
    backgroundA: body['backgroundA'] === null ? null : tripleOf(body['backgroundA']),
    sumOfLimitsA: tripleOf(body['sumOfLimitsA']),
    exposureA: tripleOf(body['exposureA']),
  };
}

function chargePointOf(id: string, body: JsonObject, heardAtMs: number): ChargePointView {
  const reason = isObject(body['reason']) ? body['reason'] : {};
  return {
    id,
    circuit: textOf(body['circuit']),
    state: textOf(body['state']),
    online: body['online'] === true,
    limitA: numberOf(body['limitA']),
    currentA: tripleOf(body['currentA']),
    reason: {
      kind: textOf(reason['kind']),
      circuit: textOf(reason['circuit']),
      phase: textOf(reason['phase']),
      text: textOf(reason['text']),
    },
    leaseLeftMs: numberOf(body['leaseLeftMs']),
    heardAtMs,
  };
}

function jsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

function tripleOf(value: unknown): Triple {
  const [l1, l2, l3]: readonly unknown[] = Array.isArray(value) ? value : [];
  return [numberOf(l1), numberOf(l2), numberOf(l3)];
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
