/**
 * Looks at the time after the last fault: equal vehicles get the same energy, nobody who could be served is left without, and limits
 * do not flap. Before that everything may happen; then the time is too short, or nothing is owed to anybody.
 */
import { maskToGrid, type PhaseMask } from '../../../base/rotation.js';
import type { Amps, Ms } from '../../../base/units.js';
import { VEHICLE_VOLTAGE_V } from '../../../chargers/vehicle.js';
import type { SlaveRecord } from '../../../dlm/group/slave-record.js';
import { RAISE_WAIT_MAX_MS, TIGHT_STEADY_TIMES_MAX } from '../../../dlm/group/calm.js';
import { DECLINED_HOLD_MS } from '../../../dlm/sharing/turns.js';
import type { ShortageRule } from '../../../dlm/types.js';
import type { MasterBox } from '../master-box.js';
import type { VehiclePlan } from '../scenario.js';
import type { SlaveBox } from '../slave-box.js';

/** From the last fault on everything has this long to recover; only then it is looked at. */
export const HEALING_MS: Ms = 150_000;
/** Equal vehicles differ by no more than this share of their energy. */
const UNFAIR_SHARE = 0.02;
const TURNS = 2;
/** Shorter than this nothing is said about fairness: the remainder of the division needs its turns. */
const FAIR_AFTER_DWELLS = 8;
/** A paused vehicle gets its turn within the dwell times of all that wait, and this. */
const TURN_SLACK_MS: Ms = 90_000;
/** Turns are counted in whole dwell times. */
const AHEAD_DWELLS = 2;
const MS_PER_HOUR = 3_600_000;
/** More changes of one limit than this per hour is flapping (a clean run had 10 at most in 600 of them), beside those that a load of the building explains. */
const CHANGES_PER_HOUR_MAX = 30;
/** A short look proves nothing. */
const CHANGES_LEAST = 8;
/** A vehicle that starts or stops moves each limit so often: lowered, raised, and raised by what is freed. */
const CHANGES_BY_VEHICLE = 3;
/** A vehicle that took something so lately charges. */
const STILL_CHARGING_MS: Ms = 5_000;
/** The remainder of a division goes round once in a dwell time: up, and down. */
const CHANGES_BY_DWELL = 2;
/** Beside so much free copper nobody waits, whatever its master says; nor for longer than the rules allow. */
const FREE_A: Amps = 9;
const FREE_SLACK_MS: Ms = 150_000;
/** One whose room wandered so often waits for up to an hour. */
const PAUSES_MAX = 5;

interface Watched {
  readonly box: SlaveBox;
  readonly vehicle: VehiclePlan;
  readonly startWh: number;
  readonly sinceMs: Ms;
  /** Was paused, or could not take what it was offered. */
  isDisturbed: boolean;
  changes: number;
  /** Its last change was a raise. */
  isRaised: boolean;
  /** For so long a step waited that noise took back. */
  calmedMs: Ms;
  lookedAtMs: Ms;
  pauses: number;
  servedAtMs: Ms;
  /** When the rules of the site last had nothing for it. */
  excusedAtMs: Ms;
  /** When its limit was last below what it needs. */
  pausedAtMs: Ms;
  lastA: number;
  lastWh: number;
  /** Since when it waits beside free copper. */
  freeSinceMs: Ms | undefined;
  readonly movedBeforeA: Amps;
  readonly turnedBefore: number;
  isCharging: boolean;
}

export interface CalmTerms {
  readonly dwellMs: Ms;
  readonly steadyMs: Ms;
  readonly stepA: Amps;
  readonly raiseAPerS?: number;
  readonly shortage: ShortageRule;
  readonly priorityOf: (id: string) => number;
  /** What could flow to it beside what flows now. */
  readonly freeA: (box: SlaveBox) => Amps;
  /** How far the loads above it have moved so far. */
  readonly movedA: (box: SlaveBox) => Amps;
  /** People have set something for it. */
  readonly isHandled: (box: SlaveBox) => boolean;
  readonly violate: (judge: string, text: string) => void;
}

export interface CalmMeasures {
  readonly unfairnessShare: number | null;
  readonly limitChangesPerHour: number;
  readonly pausesPerHour: number;
  /** Of the worst charge point: its changes as a part of what is allowed. */
  readonly mostFlapping: number;
}

export class CalmJudge {
  readonly #terms: CalmTerms;
  readonly #watched = new Map<SlaveBox, Watched>();
  /** What was watched to the end of a visit. */
  #vehicleMs = 0;
  #changes = 0;
  #pauses = 0;
  #unfairnessShare: number | null = null;
  /** How often a vehicle started or stopped so far. */
  #turned = 0;
  /** The largest part of what is allowed. */
  #mostFlapping = 0;

  constructor(terms: CalmTerms) {
    this.#terms = terms;
  }

  /** Every second or so of the calm time, with the master that decides. */
  look(boxes: readonly SlaveBox[], master: MasterBox | undefined, nowMs: Ms): void {
    for (const box of boxes) this.#lookAt(box, nowMs);
    for (const watched of this.#watched.values()) {
      const kind = recordOf(master, watched)?.reason.kind;
      if (kind === 'calming') watched.calmedMs += nowMs - watched.lookedAtMs;
      watched.lookedAtMs = nowMs;
      if (kind !== undefined && isRightlyWithout(kind)) watched.excusedAtMs = nowMs;
    }
  }

  /** At the end, with the master that decides. */
  finish(master: MasterBox | undefined, nowMs: Ms): void {
    const all = [...this.#watched.values()];
    this.#judgeFairness(all, nowMs);
    for (const watched of all) {
      this.#judgeStarvation(watched, all, master, nowMs);
      this.#close(watched, nowMs);
    }
  }

  get measures(): CalmMeasures {
    const hours = this.#vehicleMs / MS_PER_HOUR;
    return {
      unfairnessShare: this.#unfairnessShare,
      limitChangesPerHour: hours > 0 ? this.#changes / hours : 0,
      pausesPerHour: hours > 0 ? this.#pauses / hours : 0,
      mostFlapping: this.#mostFlapping,
    };
  }

  #lookAt(box: SlaveBox, nowMs: Ms): void {
    const { hardware } = box;
    const { vehicle } = hardware;
    const known = this.#watched.get(box);
    const wants =
      vehicle !== undefined && !hardware.isFull(box.nowMs) && !hardware.isAsleep && !this.#terms.isHandled(box);
    if (known && (!wants || known.vehicle !== vehicle)) {
      this.#close(known, nowMs);
      this.#watched.delete(box);
    }
    if (!wants || !box.isOn) return;
    const now = this.#watched.get(box) ?? this.#begin(box, vehicle, nowMs);
    const { limitA } = box.enforced;
    const wh = hardware.energyWh(box.nowMs);
    const isRaise = limitA > now.lastA;
    // A ramp is one raise, whatever its steps.
    const goesOn = this.#terms.raiseAPerS !== undefined && isRaise && now.isRaised;
    if (limitA !== now.lastA) Object.assign(now, { changes: now.changes + (goesOn ? 0 : 1), isRaised: isRaise });
    if (limitA < vehicle.minA && now.lastA >= vehicle.minA) now.pauses += 1;
    if (limitA < vehicle.minA) Object.assign(now, { isDisturbed: true, pausedAtMs: nowMs });
    if (wh > now.lastWh) now.servedAtMs = nowMs;
    // Several masters look at the same moment, and nothing has flowed in between.
    const isCharging = wh > now.startWh && nowMs - now.servedAtMs < STILL_CHARGING_MS;
    if (isCharging !== now.isCharging) this.#turned += 1;
    now.isCharging = isCharging;
    now.lastA = limitA;
    now.lastWh = wh;
    this.#judgeFree(now, nowMs);
  }

  /** Waits beside free copper, for longer than any rule says. The reason that its master gives does not matter. */
  #judgeFree(now: Watched, nowMs: Ms): void {
    const { box, vehicle, lastA, pauses } = now;
    const isShort = lastA < vehicle.minA && !this.#isBehindOthers(box);
    const isFree = isShort && this.#terms.freeA(box) >= Math.max(FREE_A, vehicle.minA + 1);
    now.freeSinceMs = isFree ? (now.freeSinceMs ?? nowMs) : undefined;
    const waitsMs = nowMs - (now.freeSinceMs ?? nowMs);
    const { steadyMs, dwellMs } = this.#terms;
    if (pauses >= PAUSES_MAX || waitsMs <= Math.max(steadyMs, dwellMs) + FREE_SLACK_MS) return;
    const text = `${box.id} waits for ${(waitsMs / 1000).toFixed(0)} s beside ${this.#terms.freeA(box).toFixed(1)} A`;
    this.#terms.violate('starvation', `${text} that nobody uses`);
  }

  /** One of a higher rank charges. The phases of an unseen vehicle are not looked at before it. */
  #isBehindOthers(box: SlaveBox): boolean {
    const { priorityOf } = this.#terms;
    const own = priorityOf(box.id);
    return [...this.#watched.values()].some((other) => other.isCharging && priorityOf(other.box.id) < own);
  }

  #begin(box: SlaveBox, vehicle: VehiclePlan, nowMs: Ms): Watched {
    const startWh = box.hardware.energyWh(box.nowMs);
    const lastA = box.enforced.limitA;
    const watched: Watched = {
      box,
      vehicle,
      startWh,
      sinceMs: nowMs,
      isDisturbed: false,
      changes: 0,
      isRaised: false,
      calmedMs: 0,
      lookedAtMs: nowMs,
      pauses: 0,
      servedAtMs: nowMs,
      excusedAtMs: Number.NEGATIVE_INFINITY,
      pausedAtMs: Number.NEGATIVE_INFINITY,
      lastA,
      lastWh: startWh,
      freeSinceMs: undefined,
      movedBeforeA: this.#terms.movedA(box),
      turnedBefore: this.#turned,
      isCharging: false,
    };
    this.#watched.set(box, watched);
    return watched;
  }

  #close(watched: Watched, nowMs: Ms): void {
    this.#vehicleMs += nowMs - watched.sinceMs;
    this.#changes += watched.changes;
    this.#pauses += watched.pauses;
    this.#judgeFlapping(watched, nowMs);
  }

  #judgeFlapping({ box, changes, sinceMs, movedBeforeA, turnedBefore }: Watched, nowMs: Ms): void {
    const { stepA, dwellMs } = this.#terms;
    const byBuilding = (this.#terms.movedA(box) - movedBeforeA) / stepA;
    const byOthers = CHANGES_BY_VEHICLE * (this.#turned - turnedBefore);
    const explained = byBuilding + byOthers + (CHANGES_BY_DWELL * (nowMs - sinceMs)) / dwellMs;
    const most = Math.max(CHANGES_LEAST, (CHANGES_PER_HOUR_MAX * (nowMs - sinceMs)) / MS_PER_HOUR);
    this.#mostFlapping = Math.max(this.#mostFlapping, (changes - explained) / most);
    if (changes - explained <= most) return;
    const text = `the limit of ${box.id} changed ${changes} times in ${((nowMs - sinceMs) / 1000).toFixed(0)} s`;
    this.#terms.violate('flapping', `${text}, ${explained.toFixed(0)} are explained`);
  }

  #judgeFairness(all: readonly Watched[], nowMs: Ms): void {
    // One that is full, or cools, takes less by its own will.
    const isSteady = ({ demandWh, coolsEveryMs }: VehiclePlan): boolean =>
      Math.min(demandWh, coolsEveryMs) === Number.POSITIVE_INFINITY;
    const calm = all.filter((one) => !one.isDisturbed && isSteady(one.vehicle));
    for (const [index, one] of calm.entries()) {
      if (nowMs - one.sinceMs < FAIR_AFTER_DWELLS * this.#terms.dwellMs) continue;
      for (const other of calm.slice(index + 1)) if (this.#areEqual(one, other)) this.#compare(one, other);
    }
  }

  #areEqual(one: Watched, other: Watched): boolean {
    const same = (key: 'phases' | 'minA' | 'maxA'): boolean =>
      one.vehicle[key] === other.vehicle[key] && one.box.hardware.plan[key] === other.box.hardware.plan[key];
    const { circuit, rotation } = one.box.hardware.plan;
    const isThere = other.box.hardware.plan.circuit === circuit && other.box.hardware.plan.rotation === rotation;
    const { priorityOf } = this.#terms;
    const isRanked = priorityOf(one.box.id) === priorityOf(other.box.id);
    return isThere && isRanked && one.sinceMs === other.sinceMs && same('phases') && same('minA') && same('maxA');
  }

  #compare(one: Watched, other: Watched): void {
    const [a, b] = [one.lastWh - one.startWh, other.lastWh - other.startWh];
    const share = Math.abs(a - b) / Math.max(a, b, 1);
    this.#unfairnessShare = Math.max(this.#unfairnessShare ?? 0, share);
    if (share <= UNFAIR_SHARE || Math.abs(a - b) <= this.#turnsWh(one.vehicle, Math.max(one.calmedMs, other.calmedMs)))
      return;
    const text = `${one.box.id} got ${a.toFixed(0)} Wh and ${other.box.id} ${b.toFixed(0)} Wh, although equal`;
    this.#terms.violate('fairness', text);
  }

  /**
   * One step of the division goes round, a dwell time for each: nobody is owed less than two such turns, and one raise that waits, or
   * a step that noise took back, which waits for longer.
   */
  #turnsWh({ phases }: VehiclePlan, calmedMs: Ms): number {
    const { stepA, dwellMs, steadyMs } = this.#terms;
    const waitsMs = Math.max(RAISE_WAIT_MAX_MS, Math.min(calmedMs, TIGHT_STEADY_TIMES_MAX * steadyMs));
    return (stepA * phases * VEHICLE_VOLTAGE_V * (TURNS * dwellMs + waitsMs)) / MS_PER_HOUR;
  }

  /** Paused for longer than all the others' turns take, although it is its circuit's turn to give. */
  #judgeStarvation(watched: Watched, all: readonly Watched[], master: MasterBox | undefined, nowMs: Ms): void {
    const kind = recordOf(master, watched)?.reason.kind;
    const before = kind === 'shortage' ? this.#servedInstead(watched, all, master) : undefined;
    const sinceMs = before ? watched.servedAtMs : Math.max(watched.servedAtMs, watched.excusedAtMs);
    // Once it took nothing while others needed it: now it waits to be asked again.
    const askedMs = kind === 'declined' ? DECLINED_HOLD_MS : 0;
    if (nowMs - sinceMs <= all.length * this.#terms.dwellMs + TURN_SLACK_MS + askedMs) return;
    const instead = before ? `, all for ${before.box.id}, which has charged for longer` : '';
    const why = kind ?? 'no master knows it';
    const seconds = ((nowMs - sinceMs) / 1000).toFixed(0);
    this.#terms.violate('starvation', `${watched.box.id} had nothing for ${seconds} s: ${why}${instead}`);
  }

  /** In a shortage: one that has charged for longer and was served all the time, in whose place this one could be served. */
  #servedInstead(watched: Watched, all: readonly Watched[], master: MasterBox | undefined): Watched | undefined {
    const { shortage, dwellMs, priorityOf } = this.#terms;
    const own = recordOf(master, watched);
    // Who took nothing of an offer is served last for an hour.
    if (shortage !== 'longest-charging-first' || !own || own.service.declinedAtMs !== undefined) return undefined;
    return all.find((other) => {
      const record = recordOf(master, other);
      if (!record || priorityOf(other.box.id) !== priorityOf(watched.box.id)) return false;
      const isAhead = record.vehicle.chargingMs >= own.vehicle.chargingMs + AHEAD_DWELLS * dwellMs;
      return isAhead && other.pausedAtMs < watched.servedAtMs && fitsInPlaceOf(own, record);
    });
  }
}

/** It needs no phase and no ampere that the other one does not have. */
function fitsInPlaceOf(own: SlaveRecord, other: SlaveRecord): boolean {
  const isThere = own.facts.circuit === other.facts.circuit && own.facts.minA <= other.facts.minA;
  // Where a difference between phases is too large, less may be worse.
  if (!isThere || (own.reason.kind === 'shortage' && own.reason.phases !== undefined)) return false;
  return (gridPhases(own) & ~gridPhases(other)) === 0;
}

function gridPhases(record: SlaveRecord): PhaseMask {
  return maskToGrid(record.facts.rotation, record.activePhases());
}

function recordOf(master: MasterBox | undefined, { box }: Watched): SlaveRecord | undefined {
  return master?.runtime?.controller.records.find(({ id }) => id === box.id);
}

/** By the rules that the site chose it may wait for ever: the fuse cannot carry even its minimum beside those before it. */
function isRightlyWithout(kind: string): boolean {
  return ['shortage', 'circuit', 'imbalance', 'vehiclePaused', 'unsteady'].includes(kind);
}
