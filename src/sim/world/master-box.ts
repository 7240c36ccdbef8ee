/** A master as its machine runs it: the product's runtime and pollers, put together as the daemon puts them together. */
import { defined } from '../../base/assert.js';
import type { Logger } from '../../base/logger.js';
import { fail, ok } from '../../base/result.js';
import { type Rng, seededRng } from '../../base/rng.js';
import { busKey } from '../../config/connection.js';
import type { MasterConfig, MeterConfig } from '../../config/types.js';
import type { Auth } from '../../discovery/auth.js';
import type { StateStore } from '../../ports/state-store.js';
import type { MeterStatus, StatusSink } from '../../ports/status-sink.js';
import { MasterRuntime } from '../../runtime/master.js';
import { installationOf } from '../../runtime/meter-model.js';
import { MeterPoller, type PollerEvent } from '../../runtime/poller.js';
import { VirtualBus } from '../virtual-bus.js';
import type { VirtualNetwork } from '../virtual-network.js';
import { Machine, type MachineOptions } from './machine.js';
import type { MeterDevice } from './meter-device.js';

export interface MasterWorld {
  readonly network: VirtualNetwork;
  readonly config: MasterConfig;
  readonly devices: readonly MeterDevice[];
  readonly rng: Rng;
  readonly logger: Logger;
  readonly auth: Auth | undefined;
  readonly newBootId: () => string;
  readonly machine: () => MachineOptions;
  /** A bus was read: promises wait to be settled. */
  readonly onBus: () => void;
  readonly onMeter: (event: PollerEvent) => void;
}

/** What is wrong with its disk. */
export type DiskFault = 'full' | 'corrupt' | 'none';

const NO_VALUES = {
  currentA: [null, null, null],
  voltageV: [null, null, null],
  powerW: [null, null, null],
  totalPowerW: null,
} as const;

export class MasterBox {
  readonly name: string;
  disk: DiskFault = 'none';
  /** As its file says now; counts from the next start on. */
  config: MasterConfig;
  /** Called after each of its cycles. */
  onCycle: () => void = () => {};
  sinks: readonly StatusSink[] = [];
  readonly #world: MasterWorld;
  readonly #rank: number;
  #text: string | undefined;
  #machine: Machine;
  #runtime: MasterRuntime | undefined;
  #pollers: readonly MeterPoller[] = [];
  #buses: ReadonlyMap<string, VirtualBus> = new Map();

  constructor(name: string, rank: number, world: MasterWorld) {
    this.name = name;
    this.#rank = rank;
    this.#world = world;
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

  /** Decides at present, and has heard what there is to hear. */
  get isDeciding(): boolean {
    const { isStill, isCatchingUp } = this.#machine;
    return this.#runtime?.isActive === true && !isStill && !isCatchingUp;
  }

  /** Its state file is lost. */
  forget(): void {
    this.#text = undefined;
  }

  start(): void {
    const { network, logger, auth, newBootId, machine } = this.#world;
    this.#machine = new Machine(machine());
    const { clock, timers } = this.#machine;
    const bootId = newBootId();
    this.#pollers = this.#createPollers();
    const pollers = this.#pollers;
    this.#runtime = new MasterRuntime({
      site: this.config.site,
      version: 'virtual',
      masterId: `${this.name}-${bootId.slice(-4)}`,
      bootId,
      rank: this.#rank,
      net: this.#machine.plug(network.open(this.name)),
      clock,
      timers,
      logger,
      auth,
      store: this.#store(),
      meters: { list: (nowMs) => pollers.map((poller, index) => this.#statusOf(poller, index, nowMs)) },
      sinks: this.sinks,
      onTick: () => this.onCycle(),
    });
    for (const poller of pollers) poller.start();
    this.#runtime.start();
  }

  /** kill -9, or a power cut. */
  kill(): void {
    this.#machine.stop();
    this.#world.network.remove(this.name);
    for (const poller of this.#pollers) poller.stop();
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
      if (bus) bus.line = device.line;
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
      return this.#createPoller(device, bus);
    });
    this.renewLines();
    return pollers;
  }

  #openBus(kind: 'tcp' | 'rtu'): VirtualBus {
    const { rng, onBus } = this.#world;
    const { clock, timers } = this.#machine;
    const after = (delayMs: number, call: () => void) =>
      timers.after(delayMs, () => {
        call();
        onBus();
      });
    return new VirtualBus({ kind, clock, timers: { after }, rng: seededRng(rng.int(2 ** 31)) });
  }

  #createPoller({ options: { config, model } }: MeterDevice, bus: VirtualBus): MeterPoller {
    const { id: meterId, unitId, pollPeriodMs, timeoutMs, maxAgeMs } = config;
    const { clock, timers } = this.#machine;
    const { limitA } = defined(
      this.config.site.circuits.find(({ meter }) => meter === meterId),
      `circuit of meter ${meterId}`,
    );
    const installation = installationOf(config, limitA);
    const onBus = this.#world.onBus;
    const after = (delayMs: number, call: () => void) =>
      timers.after(delayMs, () => {
        call();
        onBus();
      });
    return new MeterPoller(
      { meterId, model, installation, unitId, pollPeriodMs, timeoutMs, maxAgeMs, limitA },
      {
        bus,
        clock,
        timers: { after },
        rng: seededRng(this.#world.rng.int(2 ** 31)),
        emit: (event) => this.#hear(event),
        drawnA: () => this.#runtime?.drawnBehindA(meterId),
      },
    );
  }

  #hear(event: PollerEvent): void {
    if (!this.#machine.isOn) return;
    this.#world.onMeter(event);
    this.#runtime?.hearMeter(event);
    this.#machine.afterEvent();
  }

  #statusOf({ belief }: MeterPoller, index: number, nowMs: number): MeterStatus {
    const { id, model } = defined<MeterConfig>(this.#world.config.meters[index], 'meter');
    return {
      id,
      model,
      online: belief.state === 'online',
      ageMs: belief.sampledAtMs === null ? null : Math.round(nowMs - belief.sampledAtMs),
      ...(belief.reading ?? NO_VALUES),
    };
  }

  #store(): StateStore {
    return {
      load: () => (this.disk === 'corrupt' ? ok(`${this.#text ?? ''}\0garbage`) : ok(this.#text)),
      setAside: () => {
        this.#text = undefined;
        return ok('state.corrupt');
      },
      save: (text, done) => {
        if (this.disk === 'none') this.#text = text;
        // A disk takes its time, and the loop does not wait for it.
        this.#machine.timers.after(1, () => done(this.disk === 'full' ? fail('ENOSPC: no space left') : ok(undefined)));
      },
    };
  }
}
