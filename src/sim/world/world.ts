/**
 * A whole site in virtual time: the product's own masters and slaves, meters and their buses, and the copper between them. Nothing
 * here decides; the faults push it about (faults/), the judges look on (judges/).
 */
import { defined } from '../../base/assert.js';
import { type Rng, seededRng } from '../../base/rng.js';
import type { OperatorAction } from '../../base/operator-action.js';
import { type Ms, perPhase } from '../../base/units.js';
import type { Auth } from '../../discovery/auth.js';
import { chargePointKeyRing, chargePointKeys, type NumberedKey, siteKeyRing } from '../../discovery/keys.js';
import type { NamedPeer } from '../../ports/datagram-port.js';
import type { MacPort } from '../../ports/mac-port.js';
import { NOMINAL_VOLTAGE_V } from '../../dlm/types.js';
import { modelOfMeter } from '../../runtime/meter-model.js';
import { VirtualNetwork } from '../virtual-network.js';
import { VirtualTime } from '../virtual-time.js';
import { connectDay, connectLoad, connectSolar, WanderingLoad } from './building.js';
import { ampsOf, Copper } from './copper.js';
import { Contact } from './contact.js';
import { GridVoltage } from './grid-voltage.js';
import { Journal } from './journal.js';
import type { MachineOptions } from './machine.js';
import { MasterBox, type MasterWorld } from './master-box.js';
import { MeterDevice } from './meter-device.js';
import type { ChargePointPlan, PlannedAction, Scenario } from './scenario.js';
import { type Noted, type PeopleBook, withAction, withCircuit, without } from './people.js';
import { SlaveBox, type SlaveWorld } from './slave-box.js';
import { Trace } from './trace.js';

const CLOCK_OFFSET_MAX_MS: Ms = 1_000_000;
const FORGET_AGAIN_MS: Ms = 20_000;
const DRAWS = 2 ** 31;
const SITE_KEY_BYTES = 16;

/** What a pure layer cannot have of itself. */
export interface WorldPorts {
  /** Keyed hashes, for sites that sign. */
  readonly mac: MacPort;
  /** Resolves once every promise that can be settled now is settled. */
  readonly settled: () => Promise<void>;
}

export class World {
  readonly time = new VirtualTime();
  readonly scenario: Scenario;
  readonly network: VirtualNetwork;
  readonly copper: Copper;
  readonly trace = new Trace();
  readonly journal = new Journal(this.trace);
  readonly devices: readonly MeterDevice[];
  readonly rng: Rng;
  /** By the name of their tap; a box that is taken away is gone from here. */
  readonly boxes = new Map<string, SlaveBox>();
  readonly masters = new Map<string, MasterBox>();
  /** The slaves were told the addresses of the masters. */
  hasFixedMasters = false;
  /** Called before what flows through a circuit changes. */
  onFlow: (circuit: number) => void = () => {};
  onEnforced: (box: SlaveBox) => void = () => {};
  onCycle: (master: MasterBox) => void = () => {};
  /** Called when a source of limits has changed: people, or a contact. */
  onSource: () => void = () => {};
  readonly contacts: readonly Contact[];
  readonly voltage: GridVoltage;
  readonly #people: PeopleBook = new Map();
  /** Charge points for which people have set something. */
  readonly handled = new Set<string>();
  readonly #ports: WorldPorts;
  readonly #siteKeys: readonly NumberedKey[];
  readonly #clockRng: Rng;
  #boots = 0;
  #isBusTouched = true;
  #isConnected = false;

  constructor(scenario: Scenario, seed: number, ports: WorldPorts) {
    this.scenario = scenario;
    this.#ports = ports;
    this.rng = seededRng(seed);
    this.voltage = new GridVoltage(scenario.voltage, scenario.config.site.voltageV ?? NOMINAL_VOLTAGE_V, this.time);
    const fork = (): Rng => seededRng(this.rng.int(DRAWS));
    this.#clockRng = fork();
    this.network = new VirtualNetwork(this.time, fork());
    this.network.faults = scenario.network;
    this.network.onSend = (from, to, bytes) => this.journal.sent(this.time.nowMs, from, to, bytes);
    const { circuits } = scenario.config.site;
    this.copper = new Copper(circuits, (circuit) => this.onFlow(circuit));
    this.#siteKeys = scenario.isSigned ? [{ id: 1, key: keyOf(fork()) }] : [];
    this.devices = scenario.config.meters.map((config) => this.#deviceOf(config, fork()));
    for (const plan of scenario.buildings) new WanderingLoad(plan, fork()).connect(this.time, this.copper);
    for (const plan of scenario.days) connectDay(plan, this.time, this.copper);
    for (const plan of scenario.loads) connectLoad(plan, this.time, this.copper);
    for (const plan of scenario.solar) connectSolar(plan, this.time, this.copper);
    this.#addMaster('master', 0, fork());
    if (scenario.hasStandby) this.#addMaster('standby', 1, fork());
    for (const plan of scenario.chargePoints) this.addBox(plan);
    this.contacts = this.#connectContacts();
    for (const each of scenario.actions) this.time.at(each.atMs, () => this.#act(each));
  }

  #connectContacts(): readonly Contact[] {
    const { contacts, config } = this.scenario;
    return contacts.map((plan) => {
      const input = defined(
        config.site.inputs?.find(({ id }) => id === plan.input),
        `input ${plan.input}`,
      );
      const contact = new Contact(plan, input, this.time);
      contact.connect((news) => {
        for (const master of this.masters.values()) master.hearInput(news);
      });
      contact.onChange = (state) => {
        this.journal.note(this.time.nowMs, 'CONTACT', `${input.id} ${state}`);
        this.onSource();
      };
      return contact;
    });
  }

  /** A microtask tells whether it was refused. */
  #act({ target, action }: PlannedAction): void {
    void this.set(target, action);
    this.#isBusTouched = true;
  }

  /** Everything is switched on. */
  start(): void {
    for (const box of this.boxes.values()) box.boot();
    for (const master of this.masters.values()) master.start();
    this.#isConnected = true;
  }

  master(name: string): MasterBox {
    return defined(this.masters.get(name), name);
  }

  box(name: string): SlaveBox {
    return defined(this.boxes.get(name), `charge point ${name}`);
  }

  device(id: string): MeterDevice {
    return defined(
      this.devices.find((device) => device.id === id),
      `meter ${id}`,
    );
  }

  /** One more charge point; `tapId` where another one has its id already. */
  addBox(plan: ChargePointPlan, tapId = plan.id): SlaveBox {
    const box = new SlaveBox(plan, this.#slaveWorld(), tapId);
    box.onEnforced = ({ limitA, phases }) => {
      this.journal.enforced(this.time.nowMs, tapId, limitA, phases);
      this.onEnforced(box);
    };
    this.boxes.set(tapId, box);
    if (this.#isConnected) box.boot();
    return box;
  }

  removeBox(tapId: string): void {
    this.box(tapId).powerOff();
    this.boxes.delete(tapId);
  }

  /** A person sets something, at the master that decides. Why not, if it is refused. */
  async set(target: string, action: OperatorAction): Promise<string | undefined> {
    const deciding = [...this.masters.values()].find(({ isDeciding }) => isDeciding);
    this.journal.note(this.time.nowMs, 'OPERATOR', `${target} ${JSON.stringify(action)}`);
    if (!deciding?.runtime) return 'no master decides';
    const { commands } = deciding.runtime;
    const { result, isSet } = deciding.people.during(
      () => commands.set(target, action),
      (noted) => this.#noted(noted, target, action),
    );
    if (isSet) this.onSource();
    const answer = await result;
    return answer.ok ? undefined : answer.error;
  }

  #noted(noted: Noted, target: string, action: OperatorAction): Noted {
    const circuit = this.scenario.config.site.circuits.find(({ id }) => id === target);
    if (circuit && action.what === 'operatorLimit') {
      const { limitA } = action;
      const each = typeof limitA === 'number' ? perPhase(limitA) : (limitA ?? undefined);
      return withCircuit(noted, target, each);
    }
    if (action.what === 'section14a') return { ...noted, isSection14a: action.isOn };
    const ids = this.#below(target);
    for (const id of ids) this.handled.add(id);
    return withAction(noted, ids, action);
  }

  /** The charge point of this id, or those at and below a circuit. */
  #below(target: string): readonly string[] {
    const { chargePoints } = this.scenario;
    const isBelow = ({ id, circuit }: ChargePointPlan): boolean =>
      id === target ||
      this.copper.wayOf(this.copper.indexOf(circuit)).some((index) => {
        return this.copper.conductors[index]?.circuit.id === target;
      });
    return chargePoints.filter(isBelow).map(({ id }) => id);
  }

  /**
   * A technician has somebody forgotten who is gone: at each master that knows it, as soon as that one agrees that nothing flows there any
   * more; and again, should it be there once more and gone, or a master remember it after a start.
   */
  forget(id: string): void {
    for (const { runtime, people } of this.masters.values()) {
      const isKnown = runtime?.controller.records.some((record) => record.id === id);
      if (!isKnown || this.boxes.has(id)) continue;
      people.during(
        () => void runtime?.commands.forget(id),
        (noted) => without(noted, id),
      );
    }
    this.time.at(this.time.nowMs + FORGET_AGAIN_MS, () => this.forget(id));
  }

  /** One more master with the same configuration, and the state file of `like`; started at once. */
  addRival(name: string, like?: MasterBox): MasterBox {
    const rival = this.masters.get(name) ?? this.#addMaster(name, 0, seededRng(this.rng.int(DRAWS)));
    if (like) rival.copyState(like);
    rival.start();
    return rival;
  }

  /** The cables of the meters are as their devices say. */
  renewLines(): void {
    for (const master of this.masters.values()) master.renewLines();
  }

  async run(untilMs: Ms): Promise<void> {
    await this.#settle();
    while (this.time.step(untilMs)) if (this.#isBusTouched) await this.#settle();
  }

  async #settle(): Promise<void> {
    this.#isBusTouched = false;
    await this.#ports.settled();
  }

  #bootId(): string {
    this.#boots += 1;
    return this.#boots.toString(16).padStart(16, '0');
  }

  #machine(): MachineOptions {
    const { clockDriftMax, wallFromMs } = this.scenario;
    const offsetMs = this.#clockRng.between(0, CLOCK_OFFSET_MAX_MS);
    const drift = this.#clockRng.between(-clockDriftMax, clockDriftMax);
    return { time: this.time, offsetMs, drift, wallOffsetMs: wallFromMs };
  }

  #deviceOf(config: MeterDevice['options']['config'], rng: Rng): MeterDevice {
    const model = modelOfMeter(config);
    const found = this.scenario.config.site.circuits.find(({ meter }) => meter === config.id);
    const circuit = defined(found, `circuit of meter ${config.id}`);
    const index = this.copper.indexOf(circuit.id);
    const { meterLatencyMs: latencyMs, meterRenewMs: renewMs, meterNoiseA: noiseA } = this.scenario;
    const { meterRoundA: roundA } = this.scenario;
    const flowA = (): readonly [number, number, number] => {
      const { drawnMa, buildingMa } = defined(this.copper.conductors[index], 'conductor');
      if (circuit.meterLocation === 'excluding') return ampsOf(this.copper.ownBuildingMa(index));
      return ampsOf(buildingMa.map((own, p) => own + (drawnMa[p] ?? 0)));
    };
    const known = model.ok ? model.value : undefined;
    const { time } = this;
    return new MeterDevice({
      config,
      model: defined(known, `model ${config.model}`),
      voltageV: () => this.voltage.nowV,
      flowA,
      latencyMs,
      renewMs,
      noiseA,
      roundA,
      time,
      rng,
    });
  }

  #addMaster(name: string, rank: number, rng: Rng): MasterBox {
    const master = new MasterBox(name, rank, this.#masterWorld(rng));
    master.onCycle = () => this.onCycle(master);
    master.onStart = () => {
      for (const contact of this.contacts ?? []) contact.tell((news) => master.hearInput(news));
    };
    this.masters.set(name, master);
    return master;
  }

  #masterWorld(rng: Rng): MasterWorld {
    return {
      network: this.network,
      config: this.scenario.config,
      devices: this.devices,
      rng,
      logger: this.journal.logger(() => this.time.nowMs),
      auth: this.#siteAuth(),
      people: this.#people,
      newBootId: () => this.#bootId(),
      machine: () => this.#machine(),
      onBus: () => {
        this.#isBusTouched = true;
      },
      onLinesChanged: () => this.renewLines(),
      onMeter: (event) => this.journal.metered(this.time.nowMs, event),
    };
  }

  #slaveWorld(): SlaveWorld {
    const { networkId, leaseMs } = this.scenario.config.site;
    return {
      network: this.network,
      copper: this.copper,
      logger: this.journal.logger(() => this.time.nowMs),
      networkId,
      leaseMs,
      newBootId: () => this.#bootId(),
      machine: () => this.#machine(),
      authOf: (id) => this.#chargePointAuth(id),
      fixedMasters: () => (this.hasFixedMasters ? [...this.masters.keys()].map(namedPeer) : []),
    };
  }

  #siteAuth(): Auth | undefined {
    const { mac } = this.#ports;
    return this.#siteKeys.length > 0 ? { keys: siteKeyRing(this.#siteKeys, mac), mac } : undefined;
  }

  #chargePointAuth(id: string): Auth | undefined {
    const { mac } = this.#ports;
    if (this.#siteKeys.length === 0) return undefined;
    const own = this.#siteKeys.map((key) => chargePointKeys(key, id, mac));
    return { keys: chargePointKeyRing(id, own), mac };
  }
}

function namedPeer(name: string): NamedPeer {
  return { name, address: { host: name, port: 1, via: '' } };
}

function keyOf(rng: Rng): Uint8Array {
  return Uint8Array.from({ length: SITE_KEY_BYTES }, () => rng.int(256));
}
