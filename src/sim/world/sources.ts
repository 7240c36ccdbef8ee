/**
 * What limits each circuit and charge point beside copper, by the world itself: what people have told the master that decides, what its
 * clock shows, and how the contacts stand. The judges hold the master to it, whatever that one believes.
 */
import { defined } from '../../base/assert.js';
import { CLOCK_DRIFT } from '../../dlm/leases/lease-rules.js';
import { isPlausible, DOUBT_MS, JUMP_MS } from '../../dlm/limits/wall-clock.js';
import { WeeklySchedule } from '../../dlm/limits/schedule.js';
import { TimeZones } from '../../base/time-zone.js';
import {
  mapPhases,
  type Ms,
  NO_AMPS,
  type PerPhase,
  PHASES,
  type PhaseAmps,
  perPhase,
  type Watts,
} from '../../base/units.js';
import {
  type ChargePoint,
  type Circuit,
  FALLBACK_IGNORED_A,
  type LimitTarget,
  type Schedule,
} from '../../dlm/types.js';
import type { Contact } from './contact.js';
import { ampsOf } from './copper.js';
import type { OfSource } from './judges/recent-most.js';
import type { MasterBox } from './master-box.js';
import type { Machine } from './machine.js';
import type { World } from './world.js';

interface Source {
  readonly source: string;
  readonly limitA: PhaseAmps;
}

/** What the clock of a machine has shown. */
interface Shown {
  readonly machine: Machine;
  readonly wallMs: Ms;
  readonly atMs: Ms;
  readonly doubtedUntilMs: Ms;
}

export class Sources {
  readonly #world: World;
  readonly #tables = new Map<string, WeeklySchedule>();
  readonly #points: ReadonlyMap<string, ChargePoint>;
  readonly #shown = new Map<MasterBox, Shown>();

  constructor(world: World) {
    const { circuits, chargePoints } = world.scenario.config.site;
    this.#world = world;
    this.#points = new Map(chargePoints.map((point) => [point.id, point]));
    const zones = new TimeZones();
    const add = (key: string, schedule: Schedule | undefined): void => {
      if (schedule) this.#tables.set(key, new WeeklySchedule(schedule, zones));
    };
    for (const { id, schedule } of circuits) add(`circuit ${id}`, schedule);
    for (const { id, schedule } of chargePoints) add(`chargePoint ${id}`, schedule);
  }

  /** The one that decides, unless there is none or more than one: then nobody can be held to anything. */
  get decider(): MasterBox | undefined {
    const deciding = [...this.#world.masters.values()].filter(({ isDeciding }) => isDeciding);
    return deciding.length === 1 ? deciding[0] : undefined;
  }

  /** Something of its own limits it, or may at some time: nobody owes it what others have. */
  hasOwn(id: string): boolean {
    const { operatorA, installationA, imbalanceLimitA, session, schedule, mode } = this.#points.get(id) ?? {};
    const takes = mode ?? this.#world.scenario.config.site.solar?.mode ?? 'fast';
    const isInput = this.#world.contacts.some(
      ({ input }) => input.target.kind === 'chargePoint' && input.target.id === id,
    );
    const own = [operatorA, installationA, imbalanceLimitA, session, schedule].some((each) => each !== undefined);
    return own || takes !== 'fast' || isInput || this.#world.handled.has(id);
  }

  /** Of a circuit: the lowest on each phase, less the headroom. */
  ofCircuit(circuit: Circuit, master: MasterBox): PerPhase<OfSource> {
    const target = { kind: 'circuit', id: circuit.id } as const;
    const operatorA = master.people.circuitA(circuit.id) ?? circuit.operatorLimitA;
    const sources: readonly Source[] = [
      ...(operatorA ? [{ source: 'the operator', limitA: operatorA }] : []),
      ...this.#scheduled(target, master),
      ...this.#ofInputs(target, circuit.limitA),
    ];
    return mapPhases((p) => {
      const { source, limit } = lowest({ source: 'the fuse', limitA: circuit.limitA }, sources, p);
      return { source, limit: Math.max(0, limit - circuit.headroomA[p]) };
    });
  }

  /** What the charge points below may draw from the grid while its operator asks for it, and the surplus beside it, in W. */
  powerOf({ id, section14a }: Circuit, { people }: MasterBox): OfSource | undefined {
    if (!section14a) return undefined;
    const { contacts, time } = this.#world;
    const asking = contacts.filter(({ input: { effect } }) => effect.kind === 'section14a');
    const isOn = ({ isLost }: Contact): boolean => !isLost;
    const active = asking.filter((contact) => contact.isInForce(time.nowMs));
    if (!people.isSection14a && active.length === 0) return undefined;
    const { limitW, failsafeW } = section14a;
    const isSure = people.isSection14a || active.some(isOn);
    const limit = (isSure ? limitW : Math.max(limitW, failsafeW)) + this.#surplusW(id);
    return { limit, source: 'the grid operator' };
  }

  /** At the last meter on the way to the grid; a meter shows it wrongly by an ampere at most. */
  #surplusW(id: string): Watts {
    const { copper, scenario, voltage } = this.#world;
    const way = copper.wayOf(copper.indexOf(id)).map((index) => defined(copper.conductors[index], id));
    const top = way.findLast(({ circuit }) => circuit.meter !== undefined);
    if (!top) return 0;
    const [l1, l2, l3] = ampsOf(top.buildingMa);
    const count = scenario.chargePoints.length;
    const slackA = PHASES.length * (1 + 0.5 * count);
    return Math.max(0, slackA - l1 - l2 - l3) * voltage.nowV;
  }

  /** What others take there, as far as the one that decides can know: while the meter is lost, limits hold for the charge points alone. */
  othersA({ id, meter }: Circuit): PhaseAmps {
    const { copper } = this.#world;
    if (meter !== undefined && this.decider?.isMeterOnline(meter) !== true) return NO_AMPS;
    return ampsOf(defined(copper.conductors[copper.indexOf(id)], id).buildingMa);
  }

  /** What the charge points below may take together while the meter is lost; `undefined`: it is not, or that is ignored. */
  fallbackOf({ meter, fallbackA }: Circuit, master: MasterBox): PhaseAmps | undefined {
    if (meter === undefined || master.isMeterOnline(meter)) return undefined;
    return mapPhases((p) => (fallbackA[p] >= FALLBACK_IGNORED_A ? Number.POSITIVE_INFINITY : fallbackA[p]));
  }

  /** Of a charge point: on its lowest phase. `undefined`: it is not in the configuration. */
  ofChargePoint(id: string, master: MasterBox): OfSource | undefined {
    const point = this.#points.get(id);
    if (!point) return undefined;
    const { people } = master;
    const target = { kind: 'chargePoint', id } as const;
    const { maxA, installationA } = point;
    const operatorA = people.operatorA(id) ?? point.operatorA;
    const stop = people.stopOf(id);
    const sources: readonly Source[] = [
      ...(stop === undefined ? [] : [{ source: `a ${stop}`, limitA: perPhase(0) }]),
      ...(operatorA === undefined ? [] : [{ source: 'the operator', limitA: perPhase(operatorA) }]),
      ...(installationA === undefined ? [] : [{ source: 'the installation', limitA: perPhase(installationA) }]),
      ...this.#scheduled(target, master),
      ...this.#ofInputs(target, perPhase(maxA)),
    ];
    const own = { source: 'its maximum', limitA: perPhase(maxA) };
    // An input may lower one phase alone: by how the connector is wired that may be none of its own.
    const phases = mapPhases((p) => lowest(own, sources, p));
    return phases.reduce((most, each) => (each.limit > most.limit ? each : most));
  }

  /** Looks at the clock of a master. Call with each of its cycles: what comes and goes between two of them it does not see. */
  look(master: MasterBox, nowMs: Ms): void {
    if (this.#tables.size > 0) this.#shown.set(master, this.#shownBy(master, nowMs));
  }

  #shownBy(master: MasterBox, nowMs: Ms): Shown {
    const { machine } = master;
    const wallMs = machine.clock.wallMs();
    const before = this.#shown.get(master);
    const known = before?.machine === machine ? before : undefined;
    const expectedMs = known && known.wallMs + (nowMs - known.atMs);
    const isJump =
      expectedMs !== undefined &&
      isPlausible(wallMs) &&
      isPlausible(expectedMs) &&
      Math.abs(wallMs - expectedMs) > JUMP_MS;
    const doubtedUntilMs = isJump
      ? nowMs + DOUBT_MS * (1 - CLOCK_DRIFT)
      : (known?.doubtedUntilMs ?? Number.NEGATIVE_INFINITY);
    return { machine, wallMs, atMs: nowMs, doubtedUntilMs };
  }

  #scheduled({ kind, id }: LimitTarget, master: MasterBox): readonly Source[] {
    const table = this.#tables.get(`${kind} ${id}`);
    if (!table) return [];
    const { nowMs } = this.#world.time;
    const wallMs = master.machine.clock.wallMs();
    const isGood = isPlausible(wallMs) && nowMs >= (this.#shown.get(master)?.doubtedUntilMs ?? 0);
    const limit = table.at(isGood ? wallMs : undefined);
    return limit
      ? [{ source: isGood ? 'the schedule' : 'the schedule, its clock being bad', limitA: limit.limitA }]
      : [];
  }

  /** Offsets add up, and count from `fullA`. */
  #ofInputs({ kind, id }: LimitTarget, fullA: PhaseAmps): readonly Source[] {
    const { contacts, time } = this.#world;
    const active = contacts
      .map(({ input }, index) => ({ input, isOn: contacts[index]?.isInForce(time.nowMs) === true }))
      .filter(({ input: { target, effect }, isOn }) => {
        return isOn && effect.kind !== 'section14a' && target.kind === kind && target.id === id;
      });
    if (active.length === 0) return [];
    const limitA = mapPhases((p) => {
      let [mostA, offsetA] = [fullA[p], 0];
      for (const { input } of active) {
        const { effect } = input;
        if (effect.kind === 'stop') mostA = 0;
        else if (effect.kind === 'limit') mostA = Math.min(mostA, effect.limitA[p]);
        else if (effect.kind === 'offset') offsetA += effect.offsetA[p];
      }
      return Math.max(0, mostA - offsetA);
    });
    return [{ source: `input ${active.map(({ input }) => input.id).join(' and ')}`, limitA }];
  }
}

function lowest(own: Source, sources: readonly Source[], p: 0 | 1 | 2): OfSource {
  return [own, ...sources]
    .map(({ source, limitA }) => ({ source, limit: limitA[p] }))
    .reduce((low, each) => (each.limit < low.limit ? each : low));
}
