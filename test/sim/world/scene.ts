/**
 * A scene on the simulated site: a small site by its real configuration, vehicles, one fault, and what can be seen of it from outside
 * (limits, currents) and told to people (alarms, reasons, lines of the log). All judges look on.
 */
import t, { type Test } from 'tap';
import { assert, defined } from '../../../src/base/assert.js';
import type { EventCode } from '../../../src/base/events.js';
import type { OperatorAction } from '../../../src/base/operator-action.js';
import { type Amps, mapPhases, type Ms, type PerPhase, perPhase, type PhaseAmps } from '../../../src/base/units.js';
import { virtualPorts } from '../../../src/cli/site/ports.js';
import { explainIssue } from '../../../src/config/explain.js';
import { parseConfig } from '../../../src/config/parse.js';
import type { MasterConfig } from '../../../src/config/types.js';
import type { SlaveRecord } from '../../../src/dlm/group/slave-record.js';
import { METER_MODELS } from '../../../src/meters/models/index.js';
import { builtAsListed } from '../../../src/sim/world/draw.js';
import { mostA } from '../../../src/sim/world/charge-point.js';
import { injector } from '../../../src/sim/world/faults/index.js';
import { whatIsWrong } from '../../../src/sim/world/judges/recovery.js';
import { Referee } from '../../../src/sim/world/judges/referee.js';
import { TYPICAL_VEHICLE } from '../../../src/chargers/vehicle.js';
import type { MasterBox } from '../../../src/sim/world/master-box.js';
import { arrange, strikeAt } from '../../../src/sim/world/play.js';
import {
  type ContactPlan,
  type LoadPlan,
  type Scenario,
  UNTOUCHED,
  type VehiclePlan,
} from '../../../src/sim/world/scenario.js';
import { World } from '../../../src/sim/world/world.js';

const SEED = 7;
const FOR_EVER_MS: Ms = 1e9;
const PLUGGED_IN_AT_S = 2;

export const VEHICLE: VehiclePlan = {
  ...TYPICAL_VEHICLE,
  phases: 3,
  maxA: 32,
};

/** A house of 3.5 A behind a fuse of 40 A with a meter, and three charge points. */
export const HOUSE = `
site: Scene
circuits:
  - { id: main, limitA: 40, meter: grid, fallbackA: 20, backgroundMaxA: 10 }
meters:
  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }
chargePoints:
  - { id: a, circuit: main }
  - { id: b, circuit: main }
  - { id: c, circuit: main }
`;

/** The same without a meter. */
export const BARE = `
site: Scene
circuits:
  - { id: main, limitA: 40 }
chargePoints:
  - { id: a, circuit: main }
  - { id: b, circuit: main }
  - { id: c, circuit: main }
`;

export const CALM_BARE = 'a 20 b 20 c 0';

export interface SceneOptions {
  readonly config?: string;
  /** By charge point; absent: a and b have one each, for ever. */
  readonly vehicles?: Readonly<Record<string, Partial<VehiclePlan>>>;
  /** Absent: 3.5 A on each phase, where the root has a meter. */
  readonly buildingA?: PhaseAmps;
  /** Absent: the building stands still; else it wanders between this and `buildingA`. */
  readonly buildingLowA?: PhaseAmps;
  /** Instead: steps of the root's own load. */
  readonly loads?: readonly Omit<LoadPlan, 'circuit'>[];
  /** Steps of what PV feeds into the root: evenly on three phases, or on each. */
  readonly solarW?: readonly { readonly atMs: Ms; readonly powerW: number | PerPhase<number> }[];
  readonly voltage?: Scenario['voltage'];
  readonly hasStandby?: boolean;
  readonly isSigned?: boolean;
  /** From then on the judges of calm look on, 150 s later; absent: never. */
  readonly calmFromMs?: Ms;
  readonly contacts?: readonly ContactPlan[];
  /** Charge points whose cable carries less than their hardware. */
  readonly cablesA?: Readonly<Record<string, Amps>>;
  /** Charge points that are built without the phase switch of the configuration. */
  readonly withoutSwitch?: readonly string[];
}

function masterConfig(text: string): MasterConfig {
  const parsed = parseConfig(text, { meterModels: METER_MODELS });
  const wrong = parsed.ok ? '' : parsed.error.map((issue) => explainIssue('scene', issue)).join('\n');
  assert(parsed.ok && parsed.value.role === 'master', wrong);
  return parsed.value;
}

function scenarioOf(options: SceneOptions): Scenario {
  const config = masterConfig(options.config ?? HOUSE);
  const [root] = config.site.circuits;
  const loadA = options.buildingA ?? (root?.meter === undefined ? undefined : perPhase(3.5));
  const circuit = root?.id ?? '';
  const visits = Object.entries(options.vehicles ?? { a: {}, b: {} }).map(([chargePoint, vehicle]) => ({
    atMs: PLUGGED_IN_AT_S * 1000,
    leaveAtMs: FOR_EVER_MS,
    chargePoint,
    vehicle: { ...VEHICLE, ...vehicle },
  }));
  return {
    name: 'scene',
    config,
    hasStandby: options.hasStandby ?? false,
    isSigned: options.isSigned ?? false,
    chargePoints: builtAsListed(config).map((built) => ({
      ...built,
      maxA: options.cablesA?.[built.id] ?? built.maxA,
      phaseSwitch: options.withoutSwitch?.includes(built.id) ? undefined : built.phaseSwitch,
    })),
    buildings:
      loadA && !options.loads ? [{ circuit, lowA: options.buildingLowA ?? loadA, highA: loadA, everyMs: 5_000 }] : [],
    days: [],
    loads: (options.loads ?? []).map((load) => ({ circuit, ...load })),
    visits,
    // The same for every datagram: what else is sent must not move the others.
    network: { loss: 0, duplication: 0, delayMinMs: 2, delayMaxMs: 2, tail: 0, tailMs: 0 },
    clockDriftMax: 0.002,
    meterLatencyMs: 5,
    meterRenewMs: 200,
    meterNoiseA: 0,
    meterRoundA: 0,
    ...UNTOUCHED,
    solar: (options.solarW ?? []).map(({ atMs, powerW }) => {
      return { circuit, atMs, powerW: typeof powerW === 'number' ? perPhase(powerW / 3) : powerW };
    }),
    voltage: options.voltage ?? [],
    contacts: options.contacts ?? [],
    faults: [],
    durationMs: FOR_EVER_MS,
    calmFromMs: options.calmFromMs ?? FOR_EVER_MS,
  };
}

export class Scene {
  readonly world: World;
  /** Every limit that was enforced, and when. */
  readonly limits: { readonly atMs: Ms; readonly id: string; readonly limitA: Amps }[] = [];
  readonly #referee: Referee;

  constructor(options: SceneOptions = {}) {
    const scenario = scenarioOf(options);
    this.world = new World(scenario, SEED, virtualPorts);
    this.#referee = new Referee(this.world);
    const judge = this.world.onEnforced;
    this.world.onEnforced = (box) => {
      this.limits.push({ atMs: this.world.time.nowMs, id: box.tapId, limitA: box.enforced.limitA });
      judge(box);
    };
    const listen = this.world.network.onSend;
    this.world.network.onSend = (from, to, bytes) => {
      listen(from, to, bytes);
      if (from !== 'attacker') longest = Math.max(longest, bytes.length);
    };
    for (const visit of scenario.visits) arrange(this.world, this.#referee, visit);
    this.world.start();
  }

  get nowS(): number {
    return this.world.time.nowMs / 1000;
  }

  /** Runs until then. */
  at(seconds: number): Promise<void> {
    assert(seconds >= this.nowS, 'time goes forward');
    assert(Number.isFinite(seconds), 'a scene ends: what it goes by has not happened');
    return this.world.run(seconds * 1000);
  }

  /** From now on. */
  strike(fault: string, target: string, forS: number): void {
    strikeAt(this.world, this.#referee, { atMs: this.world.time.nowMs, forMs: forS * 1000, fault, target }, SEED);
    // Begins at this very moment, like everything that is due now.
    this.world.time.runUntil(this.world.time.nowMs);
  }

  /** A person sets something. Why not, if it is refused. */
  set(target: string, action: OperatorAction): Promise<string | undefined> {
    return this.world.set(target, action);
  }

  plugIn(id: string, vehicle: Partial<VehiclePlan> = {}): void {
    const box = this.world.box(id);
    box.hardware.plugIn({ ...VEHICLE, ...vehicle }, box.nowMs);
  }

  unplug(id: string): void {
    const box = this.world.box(id);
    box.hardware.unplug(box.nowMs);
  }

  limitA(id: string): Amps {
    return this.world.box(id).enforced.limitA;
  }

  /** On its most loaded phase. */
  drawnA(id: string): Amps {
    return mostA(this.world.copper.drawnA(id));
  }

  /** "a 16 b 16 c 0" */
  get shown(): string {
    return [...this.world.boxes.values()].map(({ tapId, enforced }) => `${tapId} ${enforced.limitA}`).join(' ');
  }

  /** The limits that it had since then. */
  limitsSince(id: string, fromS: number): readonly Amps[] {
    const own = this.limits.filter((limit) => limit.id === id);
    const before = own.findLast(({ atMs }) => atMs <= fromS * 1000)?.limitA ?? 0;
    return [before, ...own.filter(({ atMs }) => atMs > fromS * 1000).map(({ limitA }) => limitA)];
  }

  leastA(id: string, fromS: number): Amps {
    return Math.min(...this.limitsSince(id, fromS));
  }

  highestA(id: string, fromS: number): Amps {
    return Math.max(...this.limitsSince(id, fromS));
  }

  /** When it first had such a limit after `fromS`, s; Infinity: never. */
  when(id: string, fromS: number, isSuch: (limitA: Amps) => boolean): number {
    const found = this.limits.find((each) => each.id === id && each.atMs > fromS * 1000 && isSuch(each.limitA));
    return (found?.atMs ?? Number.POSITIVE_INFINITY) / 1000;
  }

  /** The one that decides. */
  get master(): MasterBox {
    const deciding = [...this.world.masters.values()].filter(({ isDeciding }) => isDeciding);
    return defined(deciding[0], 'a master that decides');
  }

  get deciding(): readonly string[] {
    return [...this.world.masters.values()].filter(({ isDeciding }) => isDeciding).map(({ name }) => name);
  }

  record(id: string, master = this.master): SlaveRecord {
    return defined(
      master.runtime?.controller.records.find((record) => record.id === id),
      id,
    );
  }

  reason(id: string): string {
    return this.record(id).reason.kind;
  }

  /** The worst case by the ledger, on L1. */
  exposureA(id: string): Amps {
    return this.exposuresA(id)[0];
  }

  exposuresA(id: string): PhaseAmps {
    return this.record(id).exposureA(this.master.nowMs, this.world.scenario.config.site.leaseMs);
  }

  /** What charge points may take of the root, on L1. */
  capacityA(): Amps {
    return this.capacitiesA()[0];
  }

  capacitiesA(): PhaseAmps {
    const [root] = this.master.runtime?.controller.circuits(this.master.nowMs) ?? [];
    return mapPhases((p) => Math.round(defined(root, 'the root').capacity.capacityA[p] * 100) / 100);
  }

  /** What the meter of the root shows, by the master's knowledge; `null` while it is lost. */
  measuredA(): PhaseAmps | null {
    return this.master.runtime?.controller.circuits(this.master.nowMs)[0]?.capacity.measuredA ?? null;
  }

  /** Looks now and then, until that time. */
  async each(everyS: number, untilS: number, look: () => void): Promise<void> {
    while (this.nowS < untilS) {
      await this.at(Math.min(untilS, this.nowS + everyS));
      look();
    }
  }

  /** The times of all requests to a meter, s, from now on. */
  requests(meter: string): readonly number[] {
    const device = this.world.device(meter);
    const times: number[] = [];
    const read = device.read.bind(device);
    device.read = (block) => {
      times.push(this.nowS);
      return read(block);
    };
    return times;
  }

  /** How long it has not been heard, s. */
  silentS(id: string): number {
    const { receivedAtMs = 0 } = this.record(id).lastPoll ?? {};
    return (this.master.nowMs - receivedAtMs) / 1000;
  }

  /** Codes of those that are active. */
  alarms(master = this.master): readonly string[] {
    const alarms = master.runtime?.controller.alarms.list() ?? [];
    return alarms.filter(({ active }) => active).map(({ code }) => code);
  }

  /** Lines of the log with this code, of masters and slaves. */
  said(event: EventCode, fromS = 0): readonly string[] {
    const { lines } = this.world.journal;
    return lines.filter((line) => line.event === event && line.atMs >= fromS * 1000).map(({ text }) => text);
  }

  /** What is not as it should be; `undefined`: all is well. */
  get wrong(): string | undefined {
    return whatIsWrong(this.world, this.master);
  }

  /** What the judges found. */
  end(): readonly string[] {
    this.#referee.finish();
    return this.#referee.violations.map(({ atMs, judge, text }) => `${judge} at ${atMs} ms: ${text}`);
  }
}

/** Bytes of the longest datagram that one of ours sent in all scenes. */
export let longest = 0;

/** The faults that have a test: by row, name. */
export const played = new Set<string>();

/** One row of the table of faults, played: what must happen then, and no judge may complain. */
export function row(
  fault: string,
  what: string,
  options: SceneOptions,
  play: (scene: Scene, t: Test) => Promise<void>,
): void {
  played.add(fault);
  t.test(`row ${injector(fault).row}, ${fault}: ${what}`, async (t) => {
    const scene = new Scene(options);
    await play(scene, t);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

/** Vehicles come and go. */
async function busy(
  options: SceneOptions,
  begin: (scene: Scene) => void,
  during: (scene: Scene) => void,
): Promise<Scene> {
  const scene = new Scene(options);
  await scene.at(60);
  begin(scene);
  await scene.at(70);
  during(scene);
  scene.plugIn('c');
  await scene.at(90);
  scene.unplug('b');
  await scene.at(130);
  return scene;
}

type Look = (t: Test, scene: Scene) => void;
const nothing: Look = () => {};

/** One row of the table, for a fault that must change no limit at any moment while vehicles come and go. */
export function compared(
  fault: string,
  what: string,
  options: SceneOptions & { readonly during?: Look; readonly after?: Look },
): void {
  const { row: number, target } = injector(fault);
  const { during = nothing, after = nothing, ...site } = options;
  played.add(fault);
  t.test(`row ${number}, ${fault}: ${what}`, async (t) => {
    const whom = { chargePoint: 'a', meter: 'grid', network: 'network', master: 'master' }[target];
    const scene = await busy(
      site,
      (each) => each.strike(fault, whom, 60),
      (each) => during(t, each),
    );
    const calm = await busy(
      site,
      () => {},
      () => {},
    );
    t.ok(calm.limits.length > 8, `${calm.limits.length} limits`);
    t.same(scene.limits, calm.limits);
    after(t, scene);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}
