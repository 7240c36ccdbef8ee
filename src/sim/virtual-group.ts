/**
 * A group of charge points on a virtual network and clock: the product's own master and slaves, with the faults of the
 * world between them. What really is enforced can be read at every instant, for judges that know nothing of the ledger.
 */
import { defined } from '../base/assert.js';
import type { Logger } from '../base/logger.js';
import { hasPhase, maskToGrid, type PhaseCount, type Rotation } from '../base/rotation.js';
import type { Rng } from '../base/rng.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, type PhaseAmps } from '../base/units.js';
import type { VehicleSpec } from '../chargers/vehicle.js';
import { VirtualCharger } from '../chargers/virtual.js';
import type { Site } from '../dlm/types.js';
import { ok } from '../base/result.js';
import type { ChargerPort } from '../ports/charger-port.js';
import type { StateStore } from '../ports/state-store.js';
import type { SiteStatus } from '../ports/status-sink.js';
import type { Clock } from '../ports/time.js';
import { MasterRuntime } from '../runtime/master.js';
import { SlaveRuntime } from '../runtime/slave.js';
import { VirtualNetwork } from './virtual-network.js';
import { VirtualTime } from './virtual-time.js';

export interface VirtualSlaveFacts {
  readonly id: string;
  readonly phases: PhaseCount;
  readonly rotation: Rotation;
  readonly maxA: Amps;
  readonly minA: Amps;
  readonly disconnectedLimitA: Amps;
}

interface VirtualSlave {
  readonly facts: VirtualSlaveFacts;
  readonly charger: VirtualCharger;
  readonly driver: ChargerPort;
  readonly node: ReturnType<VirtualTime['node']>;
  runtime: SlaveRuntime;
}

/** The master that decides, and one that can stand by. */
const MASTERS = ['master', 'standby'] as const;
export type VirtualMaster = (typeof MASTERS)[number];
/** Two clocks differ by at most one percent (safety rules). */
const DRIFT_MAX = 0.005;

type Direction = 'both' | 'toSlave' | 'toMaster';

export const SILENT_LOGGER: Logger = { log: () => {} };

export class VirtualGroup {
  readonly time = new VirtualTime();
  readonly network: VirtualNetwork;
  readonly #site: Site;
  readonly #rng: Rng;
  readonly #logger: Logger;
  readonly #slaves = new Map<string, VirtualSlave>();
  readonly #stores = { master: memoryStore(), standby: memoryStore() };
  readonly #masters = new Map<VirtualMaster, MasterRuntime>();
  #masterClock: Clock | undefined;
  #boots = 0;
  #lastStatus: SiteStatus | undefined;

  constructor(site: Site, rng: Rng, logger: Logger = SILENT_LOGGER) {
    this.#site = site;
    this.#rng = rng;
    this.#logger = logger;
    this.network = new VirtualNetwork(this.time, rng);
  }

  get master(): MasterRuntime {
    return defined(this.#masters.get('master'), 'master');
  }

  /** The time by the clock of the master. */
  get masterNowMs(): Ms {
    return defined(this.#masterClock, 'clock of the master').monotonicMs();
  }

  #bootId(): string {
    this.#boots += 1;
    return this.#boots.toString(16).padStart(16, '0');
  }

  /** Starts a master, or starts it anew after a crash. `keepsState` false: its state file is lost. */
  startMaster(keepsState = true, name: VirtualMaster = 'master'): void {
    const store = this.#stores[name];
    if (!keepsState) store.text = undefined;
    const bootId = this.#bootId();
    const node = this.time.node(this.#rng.between(0, 1e6), this.#rng.between(-DRIFT_MAX, DRIFT_MAX));
    if (name === 'master') this.#masterClock = node.clock;
    const master = new MasterRuntime({
      site: this.#site,
      version: 'virtual',
      masterId: `${name}-${bootId.slice(-4)}`,
      bootId,
      rank: MASTERS.indexOf(name),
      net: this.network.open(name),
      ...node,
      logger: this.#logger,
      store,
      meters: { list: () => [] },
      sinks: [],
    });
    this.#masters.set(name, master);
    master.start();
  }

  /** What the master that decides shows now; while there is none, what it showed when the last one died. */
  get lastStatus(): SiteStatus | undefined {
    for (const name of this.activeMasters) this.#lastStatus = this.#masters.get(name)?.commands.status();
    return this.#lastStatus;
  }

  crashMaster(name: VirtualMaster = 'master'): void {
    this.#lastStatus = this.lastStatus;
    this.#masters.get(name)?.stop();
    this.#masters.delete(name);
    this.network.remove(name);
  }

  isMasterUp(name: VirtualMaster): boolean {
    return this.#masters.has(name);
  }

  get activeMasters(): readonly VirtualMaster[] {
    return MASTERS.filter((name) => this.#masters.get(name)?.isActive);
  }

  /** `driverOf`: what stands between slave and charger, where that is not the charger itself. */
  addSlave(
    facts: VirtualSlaveFacts,
    driverOf: (charger: VirtualCharger) => ChargerPort = (own) => own,
  ): VirtualCharger {
    const node = this.time.node(this.#rng.between(0, 1e6), this.#rng.between(-DRIFT_MAX, DRIFT_MAX));
    const charger = new VirtualCharger({ phases: facts.phases, energyScale: 1 });
    const driver = driverOf(charger);
    this.#slaves.set(facts.id, { facts, charger, driver, node, runtime: this.#boot(facts, driver, node) });
    return charger;
  }

  #boot(facts: VirtualSlaveFacts, charger: ChargerPort, node: VirtualSlave['node']): SlaveRuntime {
    const { networkId, leaseMs } = this.#site;
    const { id, ...connector } = facts;
    const runtime = new SlaveRuntime({
      facts: { ...connector, networkId, chargePointId: id, bootId: this.#bootId(), firmware: 'virtual', leaseMs },
      charger,
      net: this.network.open(id),
      ...node,
      logger: this.#logger,
    });
    runtime.start();
    return runtime;
  }

  rebootSlave(id: string): void {
    const slave = this.slave(id);
    slave.runtime.stop();
    slave.runtime = this.#boot(slave.facts, slave.driver, slave.node);
  }

  /** The slave is dead and its charge point with it: it draws nothing and says nothing. */
  killSlave(id: string): void {
    const slave = this.slave(id);
    slave.runtime.stop();
    this.network.remove(id);
    this.#slaves.delete(id);
  }

  slave(id: string): VirtualSlave {
    return defined(this.#slaves.get(id), `slave ${id}`);
  }

  get slaveIds(): readonly string[] {
    return [...this.#slaves.keys()];
  }

  plugIn(id: string, vehicle: VehicleSpec): void {
    const { charger, node } = this.slave(id);
    charger.plugIn(vehicle, Math.floor(node.clock.monotonicMs()));
  }

  unplug(id: string): void {
    const { charger, node } = this.slave(id);
    charger.unplug(Math.floor(node.clock.monotonicMs()));
  }

  /** Cuts a slave off in one or both directions, or heals it. */
  partition(
    id: string,
    isCut: boolean,
    direction: Direction = 'both',
    masters: readonly VirtualMaster[] = MASTERS,
  ): void {
    for (const master of masters) {
      if (direction !== 'toMaster') this.network.cut(master, id, isCut);
      if (direction !== 'toSlave') this.network.cut(id, master, isCut);
    }
  }

  /** Cuts the masters off from each other, or heals that. */
  partMasters(isCut: boolean): void {
    const [one, other] = MASTERS;
    this.network.cut(one, other, isCut);
    this.network.cut(other, one, isCut);
  }

  limitA(id: string): Amps {
    return this.slave(id).runtime.applied.limitA;
  }

  /** What all charge points of a circuit (or below it) are allowed at this instant, grid order. */
  enforcedA(isBelow: (id: string) => boolean = () => true): PhaseAmps {
    let sumA = NO_AMPS;
    for (const [id, { facts, runtime }] of this.#slaves) {
      if (!isBelow(id)) continue;
      const { limitA, phases } = runtime.applied;
      const grid = maskToGrid(facts.rotation, phases);
      sumA = mapPhases((p) => sumA[p] + (hasPhase(grid, p) ? limitA : 0));
    }
    return sumA;
  }

  /** Lets time pass; `judge` looks after every event. */
  run(durationMs: Ms, judge: () => void = () => {}): void {
    this.time.runUntil(this.time.nowMs + durationMs, judge);
  }
}

function memoryStore(): StateStore & { text: string | undefined } {
  return {
    text: undefined,
    load() {
      return ok(this.text);
    },
    setAside() {
      this.text = undefined;
      return ok('nowhere');
    },
    save(text, done) {
      this.text = text;
      done(ok(undefined));
    },
  };
}
