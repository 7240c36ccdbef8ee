/** A charge point's controller: the product's own slave on a machine of its own, which can lose power and come back. */
import type { Logger } from '../../base/logger.js';
import { maskToGrid, rotationOf } from '../../base/rotation.js';
import type { Ms } from '../../base/units.js';
import type { Auth } from '../../discovery/auth.js';
import type { BroadcastPort, DatagramHandler, NamedPeer } from '../../ports/datagram-port.js';
import type { StateStore } from '../../ports/state-store.js';
import { ok } from '../../base/result.js';
import { SlaveRuntime } from '../../runtime/slave.js';
import type { Enforced } from '../../dlm/leases/slave.js';
import { ChargePointHardware } from './charge-point.js';
import type { Copper } from './copper.js';
import { Machine, type MachineOptions } from './machine.js';
import type { ChargePointPlan } from './scenario.js';
import type { VirtualNetwork } from '../virtual-network.js';

export interface SlaveWorld {
  readonly network: VirtualNetwork;
  readonly copper: Copper;
  readonly logger: Logger;
  readonly networkId: number;
  readonly leaseMs: Ms;
  readonly newBootId: () => string;
  readonly machine: () => MachineOptions;
  readonly authOf: (chargePointId: string) => Auth | undefined;
  /** Masters that slaves are told of by name; they answer without a BEACON. */
  readonly fixedMasters: () => readonly NamedPeer[];
}

/** Off: nothing is enforced, and nothing flows. */
const OFF: Enforced = { limitA: 0, reason: 'booting', phases: 0 };

export class SlaveBox {
  readonly hardware: ChargePointHardware;
  /** Where it is reached; another one after its address changed. */
  host: string;
  /** Changed by a technician, or by a fault; counts from the next start on, a higher one once a GRANT confirms it (S8). */
  disconnectedLimitA: number;
  /** Called when what it enforces changed. */
  onEnforced: (now: Enforced) => void = () => {};
  #told: Enforced = OFF;
  readonly #world: SlaveWorld;
  /** Known to the conductors; two boxes may go by the same id. */
  readonly #tapId: string;
  readonly #machineOptions: MachineOptions;
  #machine: Machine;
  #runtime: SlaveRuntime | undefined;
  #port: BroadcastPort | undefined;
  #handler: DatagramHandler = () => {};
  /** On its disk: it outlasts a power cut. */
  #stored: string | undefined;
  readonly #store: StateStore = {
    load: () => ok(this.#stored),
    setAside: () => ok('limit.corrupt'),
    save: (text, done) => {
      this.#stored = text;
      done(ok(undefined));
    },
  };

  constructor(plan: ChargePointPlan, world: SlaveWorld, tapId = plan.id) {
    this.#world = world;
    this.#tapId = tapId;
    this.host = tapId;
    this.disconnectedLimitA = plan.disconnectedLimitA;
    this.#machineOptions = world.machine();
    this.#machine = new Machine(this.#machineOptions);
    world.copper.connect(tapId, plan.circuit);
    this.hardware = new ChargePointHardware(plan, (currentA) => world.copper.setDrawn(tapId, currentA));
  }

  get id(): string {
    return this.hardware.plan.id;
  }

  get tapId(): string {
    return this.#tapId;
  }

  get isOn(): boolean {
    return this.#runtime !== undefined;
  }

  get enforced(): Enforced {
    return this.#runtime?.applied ?? OFF;
  }

  /** Whose grant it accepted last. */
  get followedMasterId(): string | undefined {
    return this.#runtime?.core.status(this.nowMs).accepted.masterId;
  }

  /** By its own clock, in whole milliseconds. */
  get nowMs(): Ms {
    return Math.floor(this.#machine.clock.monotonicMs());
  }

  boot(): void {
    const { logger, networkId, leaseMs, newBootId, authOf, fixedMasters } = this.#world;
    const { phases, rotation, maxA, minA } = this.hardware.plan;
    this.#machine = new Machine(this.#machineOptions);
    const { clock, timers } = this.#machine;
    const connector = {
      phases,
      rotation: rotationOf(rotation),
      maxA,
      minA,
      disconnectedLimitA: this.disconnectedLimitA,
    };
    this.hardware.power(true, this.nowMs);
    this.#runtime = new SlaveRuntime({
      facts: { ...connector, networkId, chargePointId: this.id, bootId: newBootId(), firmware: 'virtual', leaseMs },
      charger: this.hardware,
      net: this.#machine.plug(this.#openPort()),
      clock,
      timers,
      logger,
      auth: authOf(this.id),
      fixedMasters,
      store: this.#store,
    });
    this.#machine.afterEvent = () => this.#tell();
    this.#runtime.start();
    this.#tell();
  }

  /** Power cut: the contactor opens, nothing is said any more. */
  powerOff(): void {
    this.#runtime?.stop();
    this.#machine.stop();
    this.#world.network.remove(this.host);
    this.#runtime = undefined;
    this.hardware.power(false, this.nowMs);
    this.#tell();
  }

  /** Another address, as DHCP gives it: what is under way to the old one is lost. */
  move(host: string): void {
    this.#world.network.remove(this.host);
    this.host = host;
    if (!this.isOn) return;
    this.#port = this.#world.network.open(host);
    this.#port.subscribe(this.#handler);
  }

  /** Goes with it to another address. */
  #openPort(): BroadcastPort {
    this.#port = this.#world.network.open(this.host);
    return {
      send: (to, bytes) => this.#port?.send(to, bytes),
      broadcast: (bytes) => this.#port?.broadcast(bytes),
      subscribe: (handler) => {
        this.#handler = handler;
        this.#port?.subscribe(handler);
      },
      close: () => this.#port?.close() ?? Promise.resolve(),
    };
  }

  #tell(): void {
    const now = this.enforced;
    const { limitA, phases } = this.#told;
    if (now === this.#told) return;
    this.#told = now;
    if (now.limitA === limitA && now.phases === phases) return;
    this.#world.copper.setAllowed(this.#tapId, now.limitA, maskToGrid(this.hardware.rotation, now.phases));
    this.onEnforced(now);
  }
}
