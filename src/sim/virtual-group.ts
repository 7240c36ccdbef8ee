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
import type { StateStore } from '../ports/state-store.js';
import type { SiteStatus } from '../ports/status-sink.js';
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
  readonly node: ReturnType<VirtualTime['node']>;
  runtime: SlaveRuntime;
}

const MASTER = 'master';
/** Two clocks differ by at most one percent (safety rules). */
const DRIFT_MAX = 0.005;

export const SILENT_LOGGER: Logger = { log: () => {} };

export class VirtualGroup {
  readonly time = new VirtualTime();
  readonly network: VirtualNetwork;
  readonly #site: Site;
  readonly #rng: Rng;
  readonly #logger: Logger;
  readonly #slaves = new Map<string, VirtualSlave>();
  readonly #store: StateStore & { text: string | undefined } = memoryStore();
  #master: MasterRuntime | undefined;
  #boots = 0;
  lastStatus: SiteStatus | undefined;

  constructor(site: Site, rng: Rng, logger: Logger = SILENT_LOGGER) {
    this.#site = site;
    this.#rng = rng;
    this.#logger = logger;
    this.network = new VirtualNetwork(this.time, rng);
  }

  get master(): MasterRuntime {
    return defined(this.#master, 'master');
  }

  #bootId(): string {
    this.#boots += 1;
    return this.#boots.toString(16).padStart(16, '0');
  }

  /** Starts the master, or starts it anew after a crash. `keepsState` false: the state file is lost. */
  startMaster(keepsState = true): void {
    if (!keepsState) this.#store.text = undefined;
    const bootId = this.#bootId();
    this.#master = new MasterRuntime({
      site: this.#site,
      version: 'virtual',
      masterId: `master-${bootId.slice(-4)}`,
      bootId,
      net: this.network.open(MASTER),
      ...this.time.node(this.#rng.between(0, 1e6), this.#rng.between(-DRIFT_MAX, DRIFT_MAX)),
      logger: this.#logger,
      store: this.#store,
      meters: { list: () => [] },
      sinks: [{ publish: (status) => this.#show(status), close: async () => {} }],
    });
    this.#master.start();
  }

  #show(status: SiteStatus): void {
    this.lastStatus = status;
  }

  crashMaster(): void {
    this.#master?.stop();
    this.#master = undefined;
    this.network.remove(MASTER);
  }

  addSlave(facts: VirtualSlaveFacts): VirtualCharger {
    const node = this.time.node(this.#rng.between(0, 1e6), this.#rng.between(-DRIFT_MAX, DRIFT_MAX));
    const charger = new VirtualCharger({ phases: facts.phases, energyScale: 1 });
    this.#slaves.set(facts.id, { facts, charger, node, runtime: this.#boot(facts, charger, node) });
    return charger;
  }

  #boot(facts: VirtualSlaveFacts, charger: VirtualCharger, node: VirtualSlave['node']): SlaveRuntime {
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
    slave.runtime = this.#boot(slave.facts, slave.charger, slave.node);
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
  partition(id: string, isCut: boolean, direction: 'both' | 'toSlave' | 'toMaster' = 'both'): void {
    if (direction !== 'toMaster') this.network.cut(MASTER, id, isCut);
    if (direction !== 'toSlave') this.network.cut(id, MASTER, isCut);
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
