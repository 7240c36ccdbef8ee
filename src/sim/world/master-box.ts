/** A master as its machine runs it: the product's runtime and pollers, put together as the daemon puts them together. */
import { assert, defined } from '../../base/assert.js';
import type { Logger } from '../../base/logger.js';
import { fail, ok } from '../../base/result.js';
import { type Rng, seededRng } from '../../base/rng.js';
import type { Section14aEntry } from '../../base/section-14a.js';
import { NEVER_SET, type SettingsVersion } from '../../base/settings.js';
import type { Ms } from '../../base/units.js';
import { busKey } from '../../config/connection.js';
import type { MasterConfig, MeterConfig } from '../../config/types.js';
import type { Auth } from '../../discovery/auth.js';
import type { Cancel } from '../../ports/time.js';
import type { StateStore } from '../../ports/state-store.js';
import type { StatusSink } from '../../ports/status-sink.js';
import { MasterRuntime } from '../../runtime/master.js';
import { configuredPoller, meterStatus } from '../../runtime/configured-meter.js';
import type { MeterPoller, PollerEvent } from '../../runtime/poller.js';
import type { InputNews } from '../../runtime/recorder/types.js';
import { VirtualBus } from '../virtual-bus.js';
import type { VirtualNetwork } from '../virtual-network.js';
import { Machine, type MachineOptions } from './machine.js';
import type { MeterDevice } from './meter-device.js';
import { People, type PeopleBook } from './people.js';

export interface MasterWorld {
  readonly network: VirtualNetwork;
  readonly config: MasterConfig;
  readonly devices: readonly MeterDevice[];
  readonly rng: Rng;
  readonly logger: Logger;
  readonly auth: Auth | undefined;
  readonly people: PeopleBook;
  readonly newBootId: () => string;
  readonly machine: () => MachineOptions;
  /** Some connection came or went: another one may be served now. */
  readonly onLinesChanged: () => void;
  /** A bus was read: promises wait to be settled. */
  readonly onBus: () => void;
  readonly onMeter: (event: PollerEvent) => void;
}

/** What is wrong with its disk. */
export type DiskFault = 'full' | 'corrupt' | 'none';

export class MasterBox {
  readonly name: string;
  disk: DiskFault = 'none';
  /** As its file says now; counts from the next start on. */
  config: MasterConfig;
  /** Called after each of its cycles. */
  onCycle: () => void = () => {};
  /** Called when it has been started. */
  onStart: () => void = () => {};
  readonly people: People;
  readonly sinks: StatusSink[] = [];
  /** What its log of section 14a has, over all its runs. */
  readonly section14a: Section14aEntry[] = [];
  readonly #world: MasterWorld;
  readonly #rank: number;
  #text: string | undefined;
  /** Of what people set: in the state file. */
  #kept: SettingsVersion = NEVER_SET;
  #machine: Machine;
  #runtime: MasterRuntime | undefined;
  #pollers: readonly MeterPoller[] = [];
  #buses: ReadonlyMap<string, VirtualBus> = new Map();

  constructor(name: string, rank: number, world: MasterWorld) {
    this.name = name;
    this.#rank = rank;
    this.#world = world;
    this.people = new People(world.people, () => this.#version);
    this.config = world.config;
    this.#machine = new Machine(world.machine());
  }

  get machine(): Machine {
    return this.#machine;
  }

  get runtime(): MasterRuntime | undefined {
    return this.#runtime;
  }

  get nowMs(): number {
    return this.#machine.clock.monotonicMs();
  }

  get #version(): SettingsVersion {
    return this.#runtime?.controller.limits.settings.version ?? NEVER_SET;
  }

  /** Decides at present, and has heard what there is to hear. */
  get isDeciding(): boolean {
    const { isStill, isCatchingUp } = this.#machine;
    return this.isActive && !isStill && !isCatchingUp;
  }

  /** Takes itself for the one that decides, even while it stands still. */
  get isActive(): boolean {
    return this.#runtime?.isActive === true;
  }

  /** Begins with the state file of another one, as from a copied disk. */
  copyState(other: MasterBox): void {
    this.#text = other.#text;
    this.#kept = other.#kept;
  }

  /** Its state file is lost. */
  forget(): void {
    this.#text = undefined;
    this.#kept = NEVER_SET;
  }

  /** A new configuration while it runs: a start anew inside of its process. */
  reload(config: MasterConfig): void {
    const wasActive = this.isActive;
    if (this.#runtime) this.kill();
    this.config = config;
    this.start(wasActive);
  }

  start(wasActive = false): void {
    // One machine runs one: two strikes may start the same rival.
    if (this.#runtime) this.kill();
    const { network, logger, auth, newBootId, machine } = this.#world;
    this.#machine = new Machine(machine());
    if (this.disk === 'corrupt') this.#kept = NEVER_SET;
    const { clock, timers } = this.#machine;
    const bootId = newBootId();
    this.#pollers = this.#createPollers();
    const pollers = this.#pollers;
    const configOf = (index: number): MeterConfig => defined(this.#world.config.meters[index], 'meter');
    this.#runtime = new MasterRuntime({
      site: this.config.site,
      version: 'virtual',
      masterId: `${this.name}-${bootId.slice(-4)}`,
      bootId,
      rank: this.#rank,
      wasActive,
      net: this.#machine.plug(network.open(this.name)),
      clock,
      timers,
      logger,
      auth,
      store: this.#store(),
      section14aLog: { add: (entry) => this.section14a.push(entry) },
      meters: { list: (nowMs) => pollers.map((poller, index) => meterStatus(configOf(index), poller, nowMs)) },
      sinks: this.sinks,
      onTick: () => this.onCycle(),
    });
    const { revision } = this.#version;
    assert(
      revision >= this.#kept.revision,
      `${this.name} starts with settings ${revision}, its file has ${this.#kept.revision}`,
    );
    for (const poller of pollers) poller.start();
    // Their first requests wait to be settled, though no bus has answered yet.
    this.#world.onBus();
    this.#runtime.start();
    this.onStart();
  }

  /** What the source of a digital input says; it waits while the machine stands still. */
  hearInput(news: InputNews): void {
    this.#machine.timers.after(1, () => this.#runtime?.hear(news));
  }

  /** kill -9, or a power cut. */
  kill(): void {
    this.#machine.stop();
    this.#world.network.remove(this.name);
    for (const poller of this.#pollers) poller.stop();
    for (const device of this.#world.devices) device.leave(this.name);
    this.#world.onLinesChanged();
    this.#runtime?.stop();
    this.#runtime = undefined;
    this.#pollers = [];
  }

  /** Whether a meter gives it good values. */
  isMeterOnline(id: string): boolean {
    const index = this.#world.config.meters.findIndex((meter) => meter.id === id);
    return this.#pollers[index]?.belief.state === 'online';
  }

  /** Takes the state of every cable over to its connections. */
  renewLines(): void {
    for (const device of this.#world.devices) {
      const bus = this.#buses.get(busKey(device.options.config.connection));
      if (bus) bus.line = device.lineOf(this.name);
    }
  }

  /** No connection ever carried two requests at once. */
  get isQueueKept(): boolean {
    return [...this.#buses.values()].every((bus) => bus.most <= 1);
  }

  #createPollers(): readonly MeterPoller[] {
    const buses = new Map<string, VirtualBus>();
    this.#buses = buses;
    const pollers = this.#world.devices.map((device) => {
      const { connection, unitId } = device.options.config;
      const key = busKey(connection);
      const bus = buses.get(key) ?? this.#openBus(connection.kind === 'tcp' ? 'tcp' : 'rtu');
      buses.set(key, bus);
      bus.devices.set(unitId, device);
      device.join(this.name);
      return this.#createPoller(device, bus);
    });
    this.renewLines();
    return pollers;
  }

  #openBus(kind: 'tcp' | 'rtu'): VirtualBus {
    const timers = { after: (delayMs: Ms, call: () => void) => this.#afterOnBus(delayMs, call) };
    return new VirtualBus({ kind, clock: this.#machine.clock, timers, rng: seededRng(this.#world.rng.int(2 ** 31)) });
  }

  #createPoller({ options: { config } }: MeterDevice, bus: VirtualBus): MeterPoller {
    const { rng } = this.#world;
    const poller = configuredPoller(config, this.config.site, {
      bus,
      clock: this.#machine.clock,
      timers: { after: (delayMs, call) => this.#afterOnBus(delayMs, call) },
      rng: seededRng(rng.int(2 ** 31)),
      emit: (event) => this.#hear(event),
      drawnA: () => this.#runtime?.drawnBehindA(config.id),
    });
    assert(poller.ok, `meter ${config.id} has a known model`);
    return poller.value;
  }

  /** What it calls settles promises. */
  #afterOnBus(delayMs: Ms, call: () => void): Cancel {
    return this.#machine.timers.after(delayMs, () => {
      call();
      this.#world.onBus();
    });
  }

  #hear(event: PollerEvent): void {
    if (!this.#machine.isOn) return;
    this.#world.onMeter(event);
    this.#runtime?.hearMeter(event);
    this.#machine.afterEvent();
  }

  #store(): StateStore {
    return {
      load: () => (this.disk === 'corrupt' ? ok(`${this.#text ?? ''}\0garbage`) : ok(this.#text)),
      setAside: () => {
        this.#text = undefined;
        return ok('state.corrupt');
      },
      save: (text, done) => {
        if (this.disk === 'none') {
          this.#text = text;
          this.#kept = this.#version;
        }
        // A disk takes its time, and the loop does not wait for it.
        this.#machine.timers.after(1, () => done(this.disk === 'full' ? fail('ENOSPC: no space left') : ok(undefined)));
      },
    };
  }
}
