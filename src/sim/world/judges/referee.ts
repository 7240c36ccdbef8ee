/** All judges over one world: hangs them in where things happen, and collects what they say. */
import { type Amps, mapPhases, type Ms, type PhaseAmps, type Volts } from '../../../base/units.js';
import { connectedMask, maskToGrid } from '../../../base/rotation.js';
import { leaseExpiryMs, SETTLE_MS } from '../../../dlm/leases/lease-rules.js';
import { isServedLast } from '../../../dlm/sharing/turns.js';
import type { Circuit } from '../../../dlm/types.js';
import type { Injector } from '../../../sim/world/faults/injector.js';
import { mostA } from '../charge-point.js';
import type { MasterBox } from '../master-box.js';
import type { Measures, Violation } from '../run-log.js';
import type { Scenario } from '../scenario.js';
import type { SlaveBox } from '../slave-box.js';
import { Sources } from '../sources.js';
import type { World } from '../world.js';
import { CalmJudge, HEALING_MS } from './calm-judge.js';
import { ExplainJudge } from './explain-judge.js';
import { FlowJudge } from './flow-judge.js';
import { KnownVoltage } from './known-voltage.js';
import { LedgerJudge } from './ledger-judge.js';
import { SourceJudge } from './source-judge.js';
import { LeastJudge } from './least-judge.js';
import { MarginJudge } from './margin-judge.js';
import { RaiseJudge } from './raise-judge.js';
import { Recovery, whatIsWrong } from './recovery.js';
import { StartsJudge } from './starts-judge.js';

/** Of one judge; more say nothing new, and must not hide what another one says later. */
const VIOLATIONS_MAX = 5;
/** Cycle, network and the next poll of a charge point. */
const FOLLOW_CALM_MS: Ms = 2_500;
const DATAGRAM_BYTES_MAX = 1_200;
const MS_PER_KWH = 1_000;

export class Referee {
  readonly violations: Violation[] = [];
  readonly recovery = new Recovery();
  readonly #world: World;
  readonly #flow: FlowJudge;
  readonly #voltage: KnownVoltage;
  readonly #ledger: LedgerJudge;
  readonly #calm: CalmJudge;
  readonly #starts: StartsJudge;
  readonly #sources: Sources;
  readonly #source: SourceJudge;
  readonly #raise: RaiseJudge;
  readonly #margin: MarginJudge;
  readonly #explain: ExplainJudge;
  readonly #least: LeastJudge;
  /** The start of a master that decided last. */
  #decider: MasterBox['runtime'];
  #decidedAtMs: Ms = 0;
  readonly #patience: { readonly calmMs: Ms; readonly stormMs: Ms };
  #energyWh = 0;

  constructor(world: World) {
    this.#world = world;
    this.#patience = patienceOf(world.scenario);
    const { site } = world.scenario.config;
    const violate = (judge: string, text: string, atMs = world.time.nowMs): void => this.#violate(judge, text, atMs);
    this.#voltage = new KnownVoltage(world);
    const voltageV = (circuit: Circuit): Volts => this.#voltage.at(circuit, this.#followMs(circuit));
    this.#flow = new FlowJudge(world.copper, {
      voltageV,
      chargePointsBelow: (circuit) => this.#boxesBelow(circuit).length,
      followMs: (circuit) => this.#followMs(circuit),
      obeyedSinceMs: (circuit) => Math.max(0, ...this.#boxesBelow(circuit).map((box) => this.#obeysSinceMs(box))),
      violate,
    });
    const isExcused = (box: SlaveBox): boolean => this.#isExcused(box);
    this.#ledger = new LedgerJudge({ leaseMs: site.leaseMs, nowMs: () => world.time.nowMs, isExcused, violate });
    const priorities = new Map(site.chargePoints.map(({ id, priority }) => [id, priority]));
    const priorityOf = (id: string): number => priorities.get(id) ?? 1;
    const freeA = (box: SlaveBox): Amps => this.#freeA(box);
    this.#sources = new Sources(world);
    const isHandled = (box: SlaveBox): boolean => this.#sources.hasOwn(box.id);
    const movedA = (box: SlaveBox): Amps => world.copper.movedA(box.tapId);
    this.#calm = new CalmJudge({ ...site.allocation, priorityOf, freeA, movedA, isHandled, violate });
    // Without a master it offers too little to some vehicles, and a pause follows as soon as the master is back.
    const isTooLow = ({ hardware: { plan } }: SlaveBox): boolean =>
      plan.disconnectedLimitA > 0 && plan.disconnectedLimitA < plan.minA;
    const isBefallen = (box: SlaveBox): boolean => isExcused(box) || isTooLow(box) || this.recovery.befalls(box.id);
    const { dwellMs } = site.allocation;
    this.#starts = new StartsJudge({ dwellMs, nowMs: () => world.time.nowMs, isBefallen, violate });
    this.#source = this.#createSourceJudge(violate);
    const { raiseAPerS: aPerS, stepA } = site.allocation;
    this.#raise = new RaiseJudge({ aPerS, stepA, nowMs: () => world.time.nowMs, violate });
    this.#margin = new MarginJudge(violate);
    this.#explain = new ExplainJudge(violate);
    const aloneA = (box: SlaveBox): Amps => this.#freeA(box, 'alone');
    const notOwed = (box: SlaveBox, master: MasterBox): boolean => isHandled(box) || isServedLater(box, master);
    this.#least = new LeastJudge({ ...site.allocation, aloneA, isExcused: notOwed, violate });
    this.#attach();
  }

  #createSourceJudge(violate: (judge: string, text: string) => void): SourceJudge {
    const world = this.#world;
    const { copper } = world;
    const sources = this.#sources;
    const held = <T>(of: (master: MasterBox) => T): T | undefined => sources.decider && of(sources.decider);
    return new SourceJudge({
      circuits: world.scenario.config.site.circuits,
      nowMs: () => world.time.nowMs,
      decider: () => sources.decider?.runtime,
      ofCircuit: (circuit) => held((master) => sources.ofCircuit(circuit, master)),
      fallbackOf: (circuit) => held((master) => sources.fallbackOf(circuit, master)),
      powerOf: (circuit) => held((master) => sources.powerOf(circuit, master)),
      voltageV: (circuit) => this.#voltage.at(circuit, this.#followMs(circuit)),
      ofChargePoint: ({ id }) => held((master) => sources.ofChargePoint(id, master)),
      boxesBelow: (circuit) => this.#boxesBelow(circuit).filter((box) => !this.#isExcused(box)),
      buildingA: (circuit) => sources.othersA(circuit),
      drawnA: ({ tapId }) => copper.drawnA(tapId),
      followMs: (circuit) => (circuit ? this.#followMs(circuit) : this.#patienceMs()),
      obeysSinceMs: (box) => this.#obeysSinceMs(box),
      violate,
    });
  }

  /** Those that a master can tell apart. */
  #known(): readonly SlaveBox[] {
    return [...this.#world.boxes.values()].filter((box) => !this.#isExcused(box));
  }

  #attach(): void {
    const world = this.#world;
    world.onFlow = (circuit) => this.#flow.close(circuit, world.time.nowMs);
    world.onEnforced = (box) => {
      this.#ledger.enforces(box, [...world.masters.values()]);
      this.#starts.enforces(box);
      if (!this.#isExcused(box)) this.#raise.enforces(box);
    };
    world.onCycle = (master) => this.#decided(master);
    world.onSource = () => this.#source.note(this.#known());
    const listen = world.network.onSend;
    world.network.onSend = (from, to, bytes) => {
      listen(from, to, bytes);
      if (bytes.length > DATAGRAM_BYTES_MAX && world.boxes.has(from)) {
        this.#violate('datagram', `${from} sent ${bytes.length} bytes`, world.time.nowMs);
      }
    };
  }

  faultBegins(injector: Injector, target: string): () => void {
    const { time, journal } = this.#world;
    journal.note(time.nowMs, 'FAULT', `${injector.name} ${target}`);
    const open = this.recovery.begin(injector, target, time.nowMs);
    return () => {
      journal.note(time.nowMs, 'MENDED', `${injector.name} ${target}`);
      this.recovery.end(open, time.nowMs);
    };
  }

  /** A vehicle leaves with what it has got. */
  visited(energyWh: number): void {
    this.#energyWh += energyWh;
  }

  finish(): Measures {
    const world = this.#world;
    const { nowMs } = world.time;
    this.#flow.closeAll(nowMs);
    const masters = [...world.masters.values()];
    const deciding = masters.filter((master) => master.isDeciding);
    if (this.#isHealed(nowMs)) {
      this.#calm.finish(deciding[0], nowMs);
      this.#judgeRecovery(deciding);
    }
    for (const master of masters)
      if (!master.isQueueKept) this.#violate('queue', `${master.name} asked twice at once`, nowMs);
    for (const box of world.boxes.values()) if (box.hardware.vehicle) this.visited(box.hardware.energyWh(box.nowMs));
    const { mostStarts } = this.#starts;
    return { breakers: this.#flow.margins, ...this.#calm.measures, mostStarts, energyKwh: this.#energyWh / MS_PER_KWH };
  }

  #judgeRecovery(deciding: readonly MasterBox[]): void {
    const [master] = deciding;
    const { nowMs } = this.#world.time;
    if (!master || deciding.length !== 1) {
      const names = deciding.map(({ name }) => name).join(', ') || 'nobody';
      this.#violate('recovery', `in the end ${names} decides`, nowMs);
      return;
    }
    const wrong = whatIsWrong(this.#world, master);
    if (wrong !== undefined) this.#violate('recovery', `in the end: ${wrong}`, nowMs);
  }

  #decided(master: MasterBox): void {
    const world = this.#world;
    world.journal.count('cycles');
    const boxes = [...world.boxes.values()];
    const { nowMs } = world.time;
    const stoodStill = nowMs - this.#decidedAtMs > world.scenario.config.site.leaseMs;
    if (master.isDeciding && (master.runtime !== this.#decider || stoodStill)) this.#starts.forget();
    if (master.isDeciding) this.#decidedAtMs = nowMs;
    if (master.isDeciding) this.#decider = master.runtime;
    if (master.isDeciding) this.#voltage.look(master);
    this.#ledger.decided(master, boxes, [...world.masters.values()]);
    this.recovery.look(world, world.time.nowMs);
    if (master.isDeciding && master.runtime) this.#explain.look(master.runtime.controller, master.nowMs);
    this.#sources.look(master, world.time.nowMs);
    this.#source.look(this.#known());
    if (!this.#isHealed(world.time.nowMs)) return;
    this.#calm.look(boxes, master.isDeciding ? master : undefined, world.time.nowMs);
    if (!master.isDeciding) return;
    this.#lookAtMargins(master, boxes);
    this.#least.look(boxes, master, world.time.nowMs);
  }

  #lookAtMargins(master: MasterBox, boxes: readonly SlaveBox[]): void {
    const { copper, time } = this.#world;
    const records = master.runtime?.controller.records ?? [];
    for (const { id, tapId, enforced } of boxes) {
      const reason = records.find((record) => record.id === id)?.reason.kind;
      this.#margin.look(
        { id: tapId, reason, limitA: enforced.limitA, drawnA: mostA(copper.drawnA(tapId)) },
        time.nowMs,
      );
    }
  }

  #isHealed(nowMs: Ms): boolean {
    return nowMs >= this.#world.scenario.calmFromMs + HEALING_MS;
  }

  /** A box beside another one of its id, and one that no configuration knows. */
  #isExcused(box: SlaveBox): boolean {
    return box.tapId !== box.id || this.#world.boxes.has(`${box.id} twin`);
  }

  #obeysSinceMs({ id, hardware }: SlaveBox): Ms {
    return hardware.isMisbehaving ? Number.POSITIVE_INFINITY : this.recovery.spareSinceMs(id);
  }

  #boxesBelow({ id }: Circuit): readonly SlaveBox[] {
    const { copper, boxes } = this.#world;
    const index = copper.indexOf(id);
    return [...boxes.values()].filter(({ hardware }) =>
      copper.wayOf(copper.indexOf(hardware.plan.circuit)).includes(index),
    );
  }

  /** What could flow to a charge point beside what flows, or beside the buildings alone. Nothing where a difference of phases or a power limit may hold it. */
  #freeA({ tapId, hardware }: SlaveBox, beside: 'alone' | 'others' = 'others'): Amps {
    const { copper } = this.#world;
    const { plan } = hardware;
    const way = copper.wayOf(copper.indexOf(plan.circuit));
    const mayBeHeld = way.some((index) => {
      const { imbalanceLimitA, limitW, section14a } = copper.conductors[index]?.circuit ?? {};
      return imbalanceLimitA !== undefined || limitW !== undefined || section14a !== undefined;
    });
    if (mayBeHeld) return 0;
    // Until it has charged, nobody knows that a vehicle uses fewer of them.
    const phases = maskToGrid(plan.rotation, connectedMask(plan.phases));
    const master = this.#sources.decider;
    if (!master) return 0;
    const ceilingA = (circuit: Circuit): PhaseAmps =>
      mapPhases((p) => this.#sources.ofCircuit(circuit, master)[p].limit);
    return copper.freeA(tapId, phases, ceilingA, beside);
  }

  /** For how long limits may be as they were. */
  #followMs(circuit: Circuit): Ms {
    const { nowMs } = this.#world.time;
    const { stormMs } = this.#patience;
    if (nowMs - this.recovery.lastEndMs > stormMs) return this.#patienceMs();
    const isLied = this.#metersOf(circuit).some((meter) => this.recovery.liesSince(meter, nowMs - stormMs));
    return isLied ? Number.POSITIVE_INFINITY : stormMs;
  }

  /** By what is measured there; for a limit by the grid operator also by the surplus, which the meters above show. */
  #metersOf({ id, meter, section14a }: Circuit): readonly string[] {
    if (!section14a) return meter === undefined ? [] : [meter];
    const { copper } = this.#world;
    const above = copper.wayOf(copper.indexOf(id)).map((index) => copper.conductors[index]?.circuit.meter);
    return above.filter((each) => each !== undefined);
  }

  #patienceMs(): Ms {
    const { calmMs, stormMs } = this.#patience;
    return this.#world.time.nowMs - this.recovery.lastEndMs > stormMs ? calmMs : stormMs;
  }

  #violate(judge: string, text: string, atMs: Ms): void {
    if (this.violations.filter((told) => told.judge === judge).length >= VIOLATIONS_MAX) return;
    this.#world.journal.note(atMs, 'VIOLATION', `${judge}: ${text}`);
    this.violations.push({ atMs, judge, text });
  }
}

/** How long limits may follow a load that was lower: without faults, and with them. */
function patienceOf({ config, meterLatencyMs, meterRenewMs }: Scenario): { readonly calmMs: Ms; readonly stormMs: Ms } {
  const { site, meters } = config;
  const pollMs = Math.max(0, ...meters.map(({ pollPeriodMs }) => pollPeriodMs));
  const renewMs = meters.length > 0 ? meterRenewMs : 0;
  const calmMs = pollMs + renewMs + FOLLOW_CALM_MS + 4 * meterLatencyMs;
  const ageMs = Math.max(0, ...meters.map(({ maxAgeMs, timeoutMs }) => maxAgeMs + timeoutMs));
  return { calmMs, stormMs: calmMs + ageMs + leaseExpiryMs(site.leaseMs) + SETTLE_MS };
}

/** It did not want what it was offered: it waits to be asked again. */
function isServedLater({ id }: SlaveBox, { runtime, nowMs }: MasterBox): boolean {
  const record = runtime?.controller.records.find((each) => each.id === id);
  return (
    record !== undefined && (record.service.declinedAtMs !== undefined || isServedLast(record, record.service, nowMs))
  );
}
