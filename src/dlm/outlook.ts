/**
 * What would change each limit next, for the sentence that explains it (base/explain): who is in the way, whose turn comes when,
 * and which wait ends when. Reads what the last decision left; it decides nothing.
 */
import { CONFIRM_MS } from './group/switching.js';
import { defined } from '../base/assert.js';
import { explanation, type Outlook } from '../base/explain.js';
import type { LimitReason } from '../base/reason.js';
import { maskToGrid, onPhases } from '../base/rotation.js';
import { type Amps, type Ms, NO_AMPS, type PhaseAmps, type PhaseIndex, type Watts } from '../base/units.js';
import { RAISE_EVERY_MS } from './group/calm.js';
import type { SlaveRecord } from './group/slave-record.js';
import { powerOf } from './load/power.js';
import { capacityOf, exposureOf, pathOf, phasesOf, type Snapshot } from './sharing/snapshot.js';
import {
  type Candidate,
  compareService,
  dueAtMs,
  isSameClass,
  serviceKey,
  type ServiceKey,
  turnEndsAtMs,
} from './sharing/turns.js';

/** A vehicle that waits for its turn. */
export interface Queued {
  /** 1 is next. */
  readonly place: number;
  /** Until somebody's turn there ends; `undefined` where no clock ends it. */
  readonly inMs: Ms | undefined;
}

type Of<Kind extends LimitReason['kind']> = Extract<LimitReason, { kind: Kind }>;

/** Of one moment. */
export class Outlooks {
  readonly #snapshot: Snapshot;
  readonly #limitsA = new Map<SlaveRecord, PhaseAmps>();
  readonly #sumsA = new Map<number, PhaseAmps>();
  readonly #drawers = new Map<string, readonly string[]>();
  readonly #keys = new Map<SlaveRecord, ServiceKey>();
  #waiting: readonly SlaveRecord[] | undefined;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** One sentence: "10 A: garage L2 full (63 of 63 A); next: cp5 leaves". */
  explain(record: SlaveRecord): string {
    return explanation(record.grantedA, record.reason, this.of(record));
  }

  of(record: SlaveRecord): Outlook {
    const { reason } = record;
    const place = this.#placeOf(record, reason);
    const queued = this.queueOf(record);
    const inMs = queued ? queued.inMs : this.#waitMs(record, reason);
    return { ...place, ...(queued && { place: queued.place }), ...(inMs !== undefined && { inMs: Math.max(0, inMs) }) };
  }

  /** Its place in the order of service; `undefined` while it does not wait for others. */
  queueOf(record: SlaveRecord): Queued | undefined {
    const { reason } = record;
    if (reason.kind !== 'shortage') return undefined;
    const circuit = this.#indexOf(reason.circuit);
    const before = this.#order().filter((other) => pathOf(this.#snapshot, other).includes(circuit));
    return { place: before.indexOf(record) + 1, inMs: this.#turnMs(record, circuit) };
  }

  #placeOf(record: SlaveRecord, reason: LimitReason): Outlook {
    if (reason.kind !== 'circuit' && reason.kind !== 'step' && reason.kind !== 'power' && reason.kind !== 'shortage')
      return {};
    const circuit = this.#indexOf(reason.circuit);
    const phase = reason.kind === 'power' ? undefined : reason.phase;
    const others = this.#drawersOf(circuit, phase).filter((id) => id !== record.id);
    const hasLoad = this.#snapshot.site.circuits[circuit]?.meter !== undefined;
    const isPair = reason.kind === 'shortage' && reason.phases !== undefined;
    const used = isPair ? undefined : phase === undefined ? this.#usedW(circuit) : this.#usedA(circuit, phase);
    return { others, hasLoad, ...(used && { used }) };
  }

  #usedA(circuit: number, phase: PhaseIndex): Outlook['used'] {
    const { loadA, ceilingA } = capacityOf(this.#snapshot, circuit);
    return { taken: loadA[phase] + this.#sumA(circuit)[phase], of: Math.max(0, ceilingA[phase]), unit: 'A' };
  }

  /** Of what is left for charge points. */
  #usedW(circuit: number): Outlook['used'] {
    const { power } = capacityOf(this.#snapshot, circuit);
    if (!power) return undefined;
    const takenW: Watts = powerOf(this.#sumA(circuit), power.voltageV);
    return { taken: takenW, of: Math.max(0, power.capacityW), unit: 'W' };
  }

  #sumA(circuit: number): PhaseAmps {
    if (this.#sumsA.size === 0) this.#addAll();
    return this.#sumsA.get(circuit) ?? NO_AMPS;
  }

  #addAll(): void {
    for (const [index] of this.#snapshot.site.circuits.entries()) this.#sumsA.set(index, NO_AMPS);
    for (const record of this.#snapshot.records) {
      const limitA = this.#limitOf(record);
      for (const circuit of pathOf(this.#snapshot, record)) {
        const before = this.#sumsA.get(circuit) ?? NO_AMPS;
        this.#sumsA.set(circuit, [before[0] + limitA[0], before[1] + limitA[1], before[2] + limitA[2]]);
      }
    }
  }

  /** Of a silent one: what it may take. */
  #limitOf(record: SlaveRecord): PhaseAmps {
    const known = this.#limitsA.get(record);
    if (known) return known;
    const grid = maskToGrid(record.facts.rotation, phasesOf(this.#snapshot, record));
    const isHeard = record.isOnline(this.#snapshot.nowMs);
    const limitA = isHeard ? onPhases(grid, record.grantedA) : exposureOf(this.#snapshot, record);
    this.#limitsA.set(record, limitA);
    return limitA;
  }

  /** Ids of those with a limit there, the highest first. */
  #drawersOf(circuit: number, phase: PhaseIndex | undefined): readonly string[] {
    const key = `${circuit} ${phase}`;
    const known = this.#drawers.get(key);
    if (known) return known;
    const most = (record: SlaveRecord): Amps => {
      const limitA = this.#limitOf(record);
      return phase === undefined ? Math.max(...limitA) : limitA[phase];
    };
    const found = this.#snapshot.records
      .filter((record) => pathOf(this.#snapshot, record).includes(circuit) && most(record) > 0)
      .sort((a, b) => most(b) - most(a))
      .map(({ id }) => id);
    this.#drawers.set(key, found);
    return found;
  }

  /** All that wait for others, in their order. */
  #order(): readonly SlaveRecord[] {
    if (this.#waiting) return this.#waiting;
    const waiting = this.#snapshot.records.filter(({ reason }) => reason.kind === 'shortage');
    this.#waiting = waiting.sort((a, b) => compareService(this.#keyOf(a), this.#keyOf(b)));
    return this.#waiting;
  }

  #keyOf(record: SlaveRecord): ServiceKey {
    const known = this.#keys.get(record);
    if (known) return known;
    const { site, nowMs } = this.#snapshot;
    const key = serviceKey(this.#candidate(record), new Map(), site.allocation, nowMs);
    this.#keys.set(record, key);
    return key;
  }

  #candidate(record: SlaveRecord): Candidate {
    const priority = this.#snapshot.settings.priorityOf(record.id, record.facts.priority);
    return { record, priority, service: record.service };
  }

  /** Until the first turn ends there that a vehicle of its class has. */
  #turnMs(record: SlaveRecord, circuit: number): Ms | undefined {
    const { site, nowMs, records } = this.#snapshot;
    const own = this.#keyOf(record);
    const ends = records.flatMap((other) => {
      const isThere = other.grantedA > 0 && pathOf(this.#snapshot, other).includes(circuit);
      if (!isThere || !isSameClass(this.#keyOf(other), own)) return [];
      return turnEndsAtMs(this.#candidate(other), record, site.allocation, nowMs) ?? [];
    });
    const atMs = Math.max(Math.min(dueAtMs(record.service, site.allocation), ...ends), record.service.pausedUntilMs);
    return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : undefined;
  }

  #waitMs(record: SlaveRecord, reason: LimitReason): Ms | undefined {
    const { nowMs, site } = this.#snapshot;
    const { dwellMs, steadyMs } = site.allocation;
    const { calm, withdrawn, switching } = record.service;
    switch (reason.kind) {
      case 'step':
        return dwellMs - (nowMs % dwellMs);
      case 'maximum':
      case 'belowMinimum':
        return reason.cause?.source === 'surplus' ? this.#surplusMs(record) : undefined;
      case 'calming':
        return this.#calmMs(record, reason);
      case 'switching':
        return switching.aim && (switching.aim.toldSinceMs ?? switching.aim.fromMs) + CONFIRM_MS - nowMs;
      case 'declined':
        return withdrawn && withdrawn.untilMs - nowMs;
      case 'unsteady': {
        const sinceMs = calm.spareSinceMs ?? (calm.roomSinceMs === undefined ? undefined : calm.roomSinceMs + steadyMs);
        return sinceMs === undefined ? undefined : sinceMs + steadyMs - nowMs;
      }
      default:
        return undefined;
    }
  }

  /** Until a vehicle on surplus alone starts or pauses, if that stays as it is now. */
  #surplusMs({ service: { onSurplus } }: SlaveRecord): Ms | undefined {
    const { nowMs, site } = this.#snapshot;
    if (onSurplus?.otherwiseSinceMs === undefined || !site.solar) return undefined;
    const { startAfterMs, stopAfterMs } = site.solar;
    return onSurplus.otherwiseSinceMs + (onSurplus.isOn ? stopAfterMs : startAfterMs) - nowMs;
  }

  #calmMs({ service: { calm } }: SlaveRecord, { held }: Of<'calming'>): Ms | undefined {
    const { nowMs } = this.#snapshot;
    if (held === 'ramp') return undefined;
    if (held === 'raised') return calm.raisedAtMs + RAISE_EVERY_MS - nowMs;
    const untilMs = Math.max(calm.noRaiseUntilMs, calm.tightUntilMs);
    return Number.isFinite(untilMs) ? untilMs - nowMs : undefined;
  }

  #indexOf(id: string): number {
    return defined(this.#snapshot.topology.indexOf.get(id), `circuit ${id}, which binds a charge point,`);
  }
}
