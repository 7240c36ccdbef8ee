/**
 * What people ask for while the master runs, checked and carried out: operator limits, modes, pauses, blocks, priorities, boosts. A
 * circuit as the target of a mode, pause, block, priority or boost stands for the charge points that are below it now.
 */
import { failInvariant } from '../base/assert.js';
import { guessText, nearest } from '../base/nearest.js';
import { BOOST_MAX_MS, type ChargeMode, type OperatorAction, PRIORITY_MAX } from '../base/operator-action.js';
import { type Amps, mapPhases, type Ms, PHASE_NAMES, PHASES, type PhaseAmps } from '../base/units.js';
import type { Roster } from './group/roster.js';
import type { SlaveRecord } from './group/slave-record.js';
import { sessionOf } from './group/vehicle.js';
import type { ChargePointSetting, Settings } from './limits/settings.js';
import type { Notices } from './notice.js';
import type { Topology } from './topology.js';
import type { Circuit, Site } from './types.js';

export interface OperatorParts {
  readonly site: Site;
  readonly topology: Topology;
  readonly roster: Roster;
  readonly settings: Settings;
  readonly notices: Notices;
  /** People have set something. */
  readonly onSet: () => void;
  /** Something that was set has ended by itself. */
  readonly onEnd: () => void;
}

type OfChargePoint = Exclude<OperatorAction, { readonly what: 'section14a' }>;

/** A setting of one charge point, and how it is told. */
interface Told {
  readonly change: ChargePointSetting;
  readonly text: string;
}

export class Operator {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** `target`: the id of a charge point or of a circuit. `undefined`: done; otherwise why it is refused. */
  apply(target: string, action: OperatorAction, nowMs: Ms): string | undefined {
    const why = this.#carryOut(target, action, nowMs);
    if (why === undefined) this.#parts.onSet();
    return why;
  }

  #carryOut(target: string, action: OperatorAction, nowMs: Ms): string | undefined {
    const { site, roster } = this.#parts;
    const record = roster.find(target);
    const circuit = site.circuits.find(({ id }) => id === target);
    if (record && circuit) return `${target} is a charge point and a circuit: give one of them another id`;
    if (!record && !circuit) return this.#unknown(target);
    if (action.what === 'section14a') return this.#applySection14a(target, action.isOn);
    if (circuit && action.what === 'operatorLimit') return this.#limitCircuit(circuit, action.limitA);
    const records = record ? [record] : this.#below(target);
    if (records.length === 0) return `no charge point is below ${target}`;
    return this.#applyTo(records, action, nowMs);
  }

  /** Ends what was set for vehicles that have gone, and boosts whose time is up. Call once per cycle. */
  watch(nowMs: Ms): void {
    const { roster, settings, onEnd } = this.#parts;
    for (const id of settings.chargePoints) {
      const record = roster.find(id);
      if (!record?.isOnline(nowMs)) continue;
      for (const ended of settings.watch(record.id, sessionOf(record.status), nowMs)) {
        roster.tell('info', 'OPERATOR', record, `${ended} has ended`);
        onEnd();
      }
    }
  }

  #unknown(target: string): string {
    const { site, roster } = this.#parts;
    const ids = [...roster.list.map(({ id }) => id), ...site.circuits.map(({ id }) => id)];
    return `expected the id of a charge point or circuit, got ${JSON.stringify(target)}${guessText(nearest(target, ids))}`;
  }

  #below(circuitId: string): readonly SlaveRecord[] {
    return this.#parts.roster.list.filter(({ facts }) => this.#isBelow(facts.circuit, circuitId));
  }

  /** At it, or below. */
  #isBelow(circuitId: string, aboveId: string): boolean {
    const { topology } = this.#parts;
    const index = topology.indexOf.get(aboveId) ?? failInvariant(`circuit ${aboveId} is not there`);
    return topology.pathOf[topology.indexOf.get(circuitId) ?? -1]?.includes(index) ?? false;
  }

  #limitCircuit(circuit: Circuit, limitA: Amps | PhaseAmps | null): string | undefined {
    const { settings, notices } = this.#parts;
    const asked = limitA === null ? undefined : typeof limitA === 'number' ? mapPhases(() => limitA) : limitA;
    const tooHigh = asked && PHASES.find((p) => !(asked[p] >= 0 && asked[p] <= circuit.limitA[p]));
    if (asked && tooHigh !== undefined) {
      return `expected 0 A to at most ${circuit.limitA[tooHigh]} A, the fuse of ${circuit.id} ${PHASE_NAMES[tooHigh]}, got ${asked[tooHigh]}`;
    }
    settings.setOperatorLimit(circuit.id, asked);
    const text = asked === undefined ? 'as configured' : `${asked.join(', ')} A`;
    notices.add('info', 'OPERATOR', `${circuit.id}: operator limit ${text}`, { circuit: circuit.id });
    return undefined;
  }

  #modeOf({ id, facts }: SlaveRecord, mode: ChargeMode | null): Told | string {
    const { solar } = this.#parts.site;
    if (mode === null) return { change: { mode: undefined }, text: 'has its configured mode again' };
    if (!solar && mode !== 'fast') return `expected "solar" in the configuration for ${mode}, it has none`;
    if (solar && !this.#isBelow(facts.circuit, solar.circuit)) {
      return `${id} is not below ${solar.circuit}, where the surplus is measured`;
    }
    return { change: { mode }, text: `charges in mode ${mode}` };
  }

  #applySection14a(target: string, isOn: boolean): string | undefined {
    const { site, settings } = this.#parts;
    const own = site.circuits.find(({ section14a }) => section14a !== undefined);
    if (!own) return 'expected a circuit with "section14a" in the configuration, none has it';
    if (own.id !== target) return `expected ${own.id}, the circuit with "section14a", got ${target}`;
    settings.setSection14a(isOn);
    return undefined;
  }

  /** All, or none where one of them refuses; those without a vehicle are passed over where a session is meant. */
  #applyTo(records: readonly SlaveRecord[], action: OfChargePoint, nowMs: Ms): string | undefined {
    const told = new Map<SlaveRecord, Told>();
    let why: string | undefined;
    for (const record of records) {
      const change = this.#toldOf(record, action, nowMs);
      if (typeof change === 'string') why = change;
      else told.set(record, change);
    }
    const isRefused =
      told.size === 0 || (why !== undefined && (action.what === 'operatorLimit' || action.what === 'mode'));
    if (isRefused) return why;
    const { settings, roster } = this.#parts;
    for (const [record, { change, text }] of told) {
      settings.change(record.id, change);
      roster.tell('info', 'OPERATOR', record, text);
    }
    return undefined;
  }

  /** A text: why not. */
  #toldOf(record: SlaveRecord, action: OfChargePoint, nowMs: Ms): Told | string {
    const session = sessionOf(record.status);
    const noVehicle = `${record.id} has no vehicle: ${action.what} holds for one session`;
    switch (action.what) {
      case 'operatorLimit':
        return limitOf(record, action.limitA);
      case 'mode':
        return this.#modeOf(record, action.mode);
      case 'pause':
        return { change: { isPaused: true }, text: 'is paused by the operator' };
      case 'resume':
        return { change: { isPaused: undefined }, text: 'may go on: the operator has ended the pause' };
      case 'block': {
        const goesOn = action.from === 'next' ? session : undefined;
        const block = { from: action.from, ...(goesOn !== undefined && { goesOn }) };
        const text = action.from === 'next' ? 'is blocked for the next session' : 'is blocked';
        return { change: { block }, text: `${text} by the operator` };
      }
      case 'unblock':
        return { change: { block: undefined }, text: 'is no longer blocked by the operator' };
      case 'priority': {
        const { priority: value } = action;
        if (value === null) return { change: { priority: undefined }, text: 'has its configured priority again' };
        if (!(Number.isInteger(value) && value >= 1 && value <= PRIORITY_MAX)) {
          return `expected a whole number from 1 to ${PRIORITY_MAX} as the priority, got ${value}`;
        }
        if (session === undefined) return noVehicle;
        return { change: { priority: { value, session } }, text: `has priority ${value} for this session` };
      }
      case 'boost':
        return boostOf(action.forMs, session, nowMs) ?? noVehicle;
    }
  }
}

function limitOf({ id, facts }: SlaveRecord, limitA: Amps | PhaseAmps | null): Told | string {
  if (limitA === null) return { change: { operatorA: undefined }, text: 'has its configured limit again' };
  if (typeof limitA !== 'number') return `${id} has one limit for all phases: expected one number of A`;
  if (!(limitA >= 0 && limitA <= facts.maxA)) {
    return `expected 0 A to at most ${facts.maxA} A, the maximum of ${id}, got ${limitA}`;
  }
  return { change: { operatorA: limitA }, text: `has an operator limit of ${limitA} A` };
}

/** `undefined`: there is no vehicle. */
function boostOf(forMs: Ms | null, session: string | undefined, nowMs: Ms): Told | string | undefined {
  if (forMs === null) return { change: { boost: undefined }, text: 'is no longer boosted' };
  if (!(forMs > 0 && forMs <= BOOST_MAX_MS)) return `expected a boost of at most ${BOOST_MAX_MS / 3_600_000} hours`;
  if (session === undefined) return undefined;
  const text = `goes before all others for ${Math.round(forMs / 60_000)} min`;
  return { change: { boost: { untilMs: nowMs + forMs, session } }, text };
}
