/**
 * Which phases a charge point with a switch should connect, once per cycle before the division. `one-three`: one phase where three have
 * no minimum and one has. `best-phase`: a vehicle on one phase goes where it can have more. The room is reckoned beside the others: a
 * switch takes nothing from them.
 */
import { ALL_POSITION, canConnect, isSingle, singlePositions } from '../../base/phase-switch.js';
import { hasPhase, maskToGrid, onPhases, phaseCountOf, type PhaseMask } from '../../base/rotation.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, PHASES, type PhaseAmps } from '../../base/units.js';
import { afterBetter, afterPosition, afterTold, begun, isSwitchDue } from '../group/switching.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { wantsCurrent } from '../group/vehicle.js';
import { PHASE_IN_USE_A } from '../leases/slave.js';
import { powerOf } from '../load/power.js';
import { NOMINAL_VOLTAGE_V, PHASE_SWITCH_RULES } from '../types.js';
import { neededA } from './offers.js';
import { reservedLoad } from './reserved.js';
import { capacityOf, isAcknowledged, pathOf, phasesOf, type Snapshot } from './snapshot.js';
import { modeOf, surplusW, takesSurplus } from './surplus-power.js';

/** Back to three phases only with so much to spare on each. */
const SPARE_A: Amps = 1;
/** The limits of the others have followed one switch before the next one is decided. */
const APART_MS: Ms = 30_000;

/** Follows each switch, and begins one where it is due. */
export function followSwitches(snapshot: Snapshot, present: readonly SlaveRecord[]): void {
  const { services, nowMs, site } = snapshot;
  const able = present.filter(isSwitched);
  if (able.length === 0) return;
  const rules = site.allocation.phaseSwitch ?? PHASE_SWITCH_RULES;
  const rooms = new Rooms(snapshot, present);
  for (const record of able) {
    const service = services.find(record);
    const told = afterTold(service.switching, switchToOf(snapshot, record) !== undefined, nowMs);
    const ended = afterPosition(told, record.status?.switchedTo, nowMs);
    const to = ended.aim ? undefined : betterPosition(snapshot, record, rooms, rules.gainA);
    const switching = afterBetter(ended, to, nowMs);
    if (switching !== service.switching) services.replace(record, { ...service, switching });
  }
  if (able.some((record) => isRecent(snapshot, record))) return;
  const due = able.find((record) => {
    const hasVehicle = record.status !== undefined && wantsCurrent(record.status.state);
    const isNew = hasVehicle && nowMs - record.vehicle.connectedAtMs < rules.sessionMs;
    const holdMs = hasVehicle ? rules.holdMs : 0;
    return (
      !isNew && isAcknowledged(snapshot, record) && isSwitchDue(services.find(record).switching, rules, holdMs, nowMs)
    );
  });
  if (!due) return;
  const service = services.find(due);
  // Where it goes enough was there for the hold time: it does not wait for that once more.
  const onSurplus = service.onSurplus && ({ isOn: true, otherwiseSinceMs: undefined } as const);
  services.replace(due, { ...service, switching: begun(service.switching, nowMs), onSurplus });
}

/** The phases that its next grant tells it to connect: once it is told 0 A, has confirmed that, and draws nothing. */
export function switchToOf(snapshot: Snapshot, record: SlaveRecord): PhaseMask | undefined {
  const { aim } = snapshot.services.find(record).switching;
  if (!aim || !record.status || record.grants.last?.limitA !== 0 || !isAcknowledged(snapshot, record)) return undefined;
  const isQuiet = record.status.currentA.every((amps) => amps <= PHASE_IN_USE_A);
  return isQuiet && record.account.enforced.limitA === 0 ? aim.to : undefined;
}

/** True for a charge point that says it can switch, where the configuration lets it. */
function isSwitched({ facts, status }: SlaveRecord): boolean {
  return facts.phaseSwitch !== undefined && status?.switchable !== undefined && status.switchedTo !== undefined;
}

function isRecent({ services, nowMs }: Snapshot, record: SlaveRecord): boolean {
  const { aim, endedAtMs } = services.find(record).switching;
  return aim !== undefined || nowMs - endedAtMs < APART_MS;
}

function betterPosition(snapshot: Snapshot, record: SlaveRecord, rooms: Rooms, gainA: Amps): PhaseMask | undefined {
  const { switchable = 0, switchedTo = 0, state } = record.status ?? {};
  if (!canConnect(switchable, switchedTo)) return undefined;
  // The next vehicle may use all phases.
  if (state === 'Available')
    return switchedTo !== ALL_POSITION && canConnect(switchable, ALL_POSITION) ? ALL_POSITION : undefined;
  if (state === undefined || !wantsCurrent(state)) return undefined;
  return record.facts.phaseSwitch === 'one-three'
    ? oneOrThree(snapshot, record, rooms)
    : bestPhase(snapshot, record, rooms, gainA);
}

function oneOrThree(snapshot: Snapshot, record: SlaveRecord, rooms: Rooms): PhaseMask | undefined {
  const needA = neededA(record, snapshot.services.find(record));
  const present = record.activePhases();
  if (record.status?.switchedTo !== ALL_POSITION) {
    return rooms.besideMinima(record, ALL_POSITION) >= needA + SPARE_A ? ALL_POSITION : undefined;
  }
  const [one = 0] = singlePositions(record.status.switchable ?? 0);
  if (isSingle(present) || rooms.besideMinima(record, present) >= needA) return undefined;
  return rooms.besideMinima(record, one) >= needA ? one : undefined;
}

/** The phase with the most room, for a vehicle that was seen to use one only. */
function bestPhase(snapshot: Snapshot, record: SlaveRecord, rooms: Rooms, gainA: Amps): PhaseMask | undefined {
  const own = record.activePhases();
  if (!isSingle(own)) return undefined;
  const { switchable = 0 } = record.status ?? {};
  const needA = neededA(record, snapshot.services.find(record));
  const nowA = rooms.besideLimits(record, own);
  const others = singlePositions(switchable).filter((position) => position !== own);
  const best = others
    .map((to) => ({ to, roomA: rooms.besideLimits(record, to) }))
    .reduce((most, each) => (each.roomA > most.roomA ? each : most), { to: own, roomA: nowA });
  const isBetter = best.roomA >= needA && best.roomA - (nowA >= needA ? nowA : 0) >= gainA;
  return isBetter && best.to !== own ? best.to : undefined;
}

type Sums = readonly (readonly [Amps, Amps, Amps])[];

/** What is left for one charge point on some of its phases, beside all others. Made for one cycle. */
class Rooms {
  readonly #snapshot: Snapshot;
  readonly #present: readonly SlaveRecord[];
  #minima: Sums | undefined;
  #limits: Sums | undefined;

  constructor(snapshot: Snapshot, present: readonly SlaveRecord[]) {
    this.#snapshot = snapshot;
    this.#present = present;
  }

  /** Beside the minima of the others that are served, in A: what a division can give. */
  besideMinima(record: SlaveRecord, phases: PhaseMask): Amps {
    this.#minima ??= this.#sums((each) => this.#minimumOf(each));
    const roomA = this.#room(record, phases, this.#minima, this.#minimumOf(record));
    return Math.min(roomA, this.#surplusA(record, phases));
  }

  /** Beside the limits of the others, in A: what is free. */
  besideLimits(record: SlaveRecord, phases: PhaseMask): Amps {
    this.#limits ??= this.#sums((each) => this.#limitOf(each));
    return this.#room(record, phases, this.#limits, this.#limitOf(record));
  }

  /** Where it charges on surplus alone: what that gives beside the minima of the others that look at it. */
  #surplusA(record: SlaveRecord, phases: PhaseMask): Amps {
    if (modeOf(this.#snapshot, record) !== 'full-green') return Number.POSITIVE_INFINITY;
    const voltageV = this.#snapshot.site.voltageV ?? NOMINAL_VOLTAGE_V;
    const others = this.#present.filter((each) => each !== record && takesSurplus(this.#snapshot, each));
    const othersW = others.reduce((sumW, each) => sumW + powerOf(this.#minimumOf(each), voltageV), 0);
    const count = phaseCountOf(maskToGrid(record.facts.rotation, phases));
    return (surplusW(this.#snapshot) - othersW) / voltageV / count;
  }

  #gridOf(record: SlaveRecord): PhaseMask {
    return maskToGrid(record.facts.rotation, phasesOf(this.#snapshot, record));
  }

  #minimumOf(record: SlaveRecord): PhaseAmps {
    const service = this.#snapshot.services.find(record);
    const isServed = service.servedSinceMs !== undefined || service.switching.aim !== undefined;
    return isServed ? onPhases(this.#gridOf(record), neededA(record, service)) : NO_AMPS;
  }

  #limitOf(record: SlaveRecord): PhaseAmps {
    return onPhases(this.#gridOf(record), record.grantedA);
  }

  /** By circuit, with what is reserved for those that take no part. */
  #sums(ofA: (record: SlaveRecord) => PhaseAmps): Sums {
    const reserved = reservedLoad(this.#snapshot, new Set(this.#present));
    const sums = reserved.map(([l1A, l2A, l3A]): [Amps, Amps, Amps] => [l1A, l2A, l3A]);
    for (const record of this.#present) {
      const loadA = ofA(record);
      for (const circuit of pathOf(this.#snapshot, record)) {
        const sumsA = sums[circuit];
        if (sumsA) for (const p of PHASES) sumsA[p] += loadA[p];
      }
    }
    return sums;
  }

  #room(record: SlaveRecord, phases: PhaseMask, sums: Sums, ownA: PhaseAmps): Amps {
    const grid = maskToGrid(record.facts.rotation, phases);
    const { nowMs, limits } = this.#snapshot;
    const { id, facts } = record;
    let roomA = Math.min(facts.maxA, limits.capOf(id, facts.maxA, grid, nowMs)?.limitA ?? facts.maxA);
    for (const circuit of pathOf(this.#snapshot, record)) {
      const takenA = mapPhases((p) => (sums[circuit]?.[p] ?? 0) - ownA[p]);
      roomA = Math.min(roomA, this.#roomIn(circuit, grid, takenA));
    }
    return roomA;
  }

  #roomIn(circuit: number, grid: PhaseMask, takenA: PhaseAmps): Amps {
    const { capacityA, loadA, power } = capacityOf(this.#snapshot, circuit);
    const loaded = PHASES.filter((p) => hasPhase(grid, p));
    let roomA = Math.min(...loaded.map((p) => capacityA[p] - takenA[p]));
    if (power)
      roomA = Math.min(roomA, (power.capacityW - powerOf(takenA, power.voltageV)) / power.voltageV / loaded.length);
    const { imbalanceLimitA } = this.#snapshot.site.circuits[circuit] ?? {};
    if (imbalanceLimitA === undefined) return roomA;
    for (const p of loaded) {
      for (const q of PHASES) {
        if (hasPhase(grid, q)) continue;
        roomA = Math.min(roomA, imbalanceLimitA + loadA[q] + takenA[q] - loadA[p] - takenA[p]);
      }
    }
    return roomA;
  }
}
