/**
 * The control core with the product's own slaves around it, and nothing between them but what a test cuts: messages are handed
 * over as objects, at once, on one clock.
 */
import { rotationOf } from '../../src/base/rotation.js';
import type { ChargePointState, Grant, Status } from '../../src/base/messages.js';
import { connectedMask, hasPhase } from '../../src/base/rotation.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, type PhaseAmps } from '../../src/base/units.js';
import { Controller } from '../../src/dlm/controller.js';
import type { Heard } from '../../src/dlm/heard.js';
import type { Memory } from '../../src/dlm/group/memory.js';
import type { Notice } from '../../src/dlm/notice.js';
import { SlaveCore, type SlaveFacts } from '../../src/dlm/leases/slave.js';
import type { SlaveRecord } from '../../src/dlm/group/slave-record.js';
import type { Site } from '../../src/dlm/types.js';
import { bootIdOf, slaveFactsOf } from '../helpers/messages.js';

export interface RigVehicle {
  readonly phases: 1 | 2 | 3;
  readonly maxA: Amps;
}

export class RigSlave {
  core: SlaveCore;
  readonly #facts: SlaveFacts;
  #starts = 1;
  #sessionId = 0;
  vehicle: RigVehicle | undefined;
  /** Instead of what follows from the vehicle and the limit. */
  state: ChargePointState | undefined;
  drawsA: Amps | undefined;
  /** It begins to draw so long after it was offered current, and says SuspendedEV meanwhile; never when infinite. */
  startsAfterMs: Ms = 0;
  #offeredAtMs: Ms | undefined;
  /** Whether grants reach it. */
  hears = true;
  /** Whether its words reach the master. */
  isHeard = true;

  constructor(facts: SlaveFacts, nowMs: Ms) {
    this.#facts = facts;
    this.core = new SlaveCore(facts, nowMs);
  }

  plugIn(vehicle: Partial<RigVehicle> = {}): void {
    this.vehicle = { phases: 3, maxA: 32, ...vehicle };
    this.#sessionId += 1;
  }

  unplug(): void {
    this.vehicle = undefined;
  }

  reboot(nowMs: Ms): void {
    this.#starts += 1;
    this.core = new SlaveCore({ ...this.#facts, bootId: bootIdOf(this.#facts.chargePointId, this.#starts) }, nowMs);
  }

  /** It follows its limit at once. */
  look(nowMs: Ms): void {
    const { limitA } = this.core.enforced(nowMs);
    this.#offeredAtMs = limitA < 6 ? undefined : (this.#offeredAtMs ?? nowMs);
    const hasStarted = this.#offeredAtMs !== undefined && nowMs - this.#offeredAtMs >= this.startsAfterMs;
    const drawnA = this.drawsA ?? (hasStarted ? Math.min(limitA, this.vehicle?.maxA ?? 0) : 0);
    const loaded = this.vehicle ? connectedMask(this.vehicle.phases) & connectedMask(this.#facts.phases) : 0;
    const currentA: PhaseAmps = this.vehicle ? mapPhases((p) => (hasPhase(loaded, p) ? drawnA : 0)) : NO_AMPS;
    const waiting = this.#offeredAtMs !== undefined && !hasStarted ? 'SuspendedEV' : 'SuspendedEVSE';
    const state = this.state ?? (this.vehicle ? (drawnA > 0 ? 'Charging' : waiting) : 'Available');
    this.core.observe({ state, sessionId: this.#sessionId, currentA }, nowMs);
  }

  status(nowMs: Ms): Status {
    this.look(nowMs);
    return this.core.status(nowMs);
  }
}

export interface RigOptions {
  readonly site: Site;
  readonly memory?: Memory;
  readonly startMs?: Ms;
  /** False: nothing is ever written to a state file. */
  readonly saves?: boolean;
  readonly rank?: number;
}

export class Rig {
  readonly site: Site;
  readonly slaves = new Map<string, RigSlave>();
  readonly notices: Notice[] = [];
  /** What each meter shows, from its first sample on: told again at every cycle. */
  readonly #shownA = new Map<string, PhaseAmps>();
  controller: Controller;
  nowMs: Ms;
  saved: Memory | undefined;
  readonly #saves: boolean;
  readonly #rank: number;
  #masters = 1;

  constructor({ site, memory, startMs = 0, saves = true, rank = 0 }: RigOptions) {
    this.#rank = rank;
    this.site = site;
    this.nowMs = startMs;
    this.#saves = saves;
    this.controller = this.#start(memory);
    for (const { id, circuit: _, priority: __, rotation, ...connector } of site.chargePoints) {
      this.add(id, { ...connector, rotation: rotationOf(rotation) });
    }
  }

  #start(memory: Memory | undefined): Controller {
    const bootId = bootIdOf('master', this.#masters);
    return new Controller(
      { site: this.site, masterId: `master${this.#masters}`, bootId, rank: this.#rank, memory },
      this.nowMs,
    );
  }

  /** Dead and up again, with what was saved or without. */
  restartMaster(memory: Memory | undefined = this.saved): void {
    this.#masters += 1;
    this.controller = this.#start(memory);
  }

  add(id: string, facts: Partial<SlaveFacts> = {}): RigSlave {
    const slave = new RigSlave(slaveFactsOf(id, { leaseMs: this.site.leaseMs, ...facts }), this.nowMs);
    this.slaves.set(id, slave);
    return slave;
  }

  slave(id: string): RigSlave {
    const slave = this.slaves.get(id);
    if (!slave) throw new Error(`no slave ${id}`);
    return slave;
  }

  record(id: string): SlaveRecord {
    const record = this.controller.records.find((each) => each.id === id);
    if (!record) throw new Error(`the master does not know ${id}`);
    return record;
  }

  hearMeter(meterId: string, currentA: PhaseAmps): Heard {
    this.#shownA.set(meterId, currentA);
    const sample = { currentA, sampledAtMs: this.nowMs, updateMs: 1000, periodMs: 1000, movedAtMs: this.nowMs };
    return this.controller.hearMeter(meterId, sample, this.nowMs);
  }

  loseMeter(meterId: string): Heard {
    this.#shownA.delete(meterId);
    return this.controller.loseMeter(meterId, 'no answer', this.nowMs);
  }

  /** All poll, the master decides, the grants arrive and are acknowledged. */
  cycle(): readonly Grant[] {
    for (const [id, currentA] of this.#shownA) this.hearMeter(id, currentA);
    for (const id of this.slaves.keys()) this.poll(id);
    const grants = this.controller.decide(this.nowMs);
    for (const grant of grants) {
      const slave = this.slaves.get(grant.chargePointId);
      if (!slave?.hears || slave.core.hearGrant(grant, this.nowMs) !== 'accepted') continue;
      this.poll(grant.chargePointId);
    }
    const memory = this.controller.drainChangedMemory();
    if (memory && this.#saves) {
      this.saved = memory;
      this.controller.memorySaved(memory);
    }
    this.notices.push(...this.controller.drainNotices());
    return grants;
  }

  poll(id: string): void {
    this.pollOf(this.slave(id));
  }

  /** A probe is answered at once. */
  pollOf(slave: RigSlave): void {
    const status = slave.status(this.nowMs);
    if (!slave.isHeard) return;
    const { probe } = this.controller.hearStatus(status, this.nowMs);
    if (!probe || !slave.hears || slave.core.hearGrant(probe, this.nowMs) !== 'accepted') return;
    this.controller.hearStatus(slave.status(this.nowMs), this.nowMs);
  }

  /** A cycle every second. */
  run(durationMs: Ms): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; ) {
      this.nowMs += 1000;
      this.cycle();
    }
  }

  /** What is enforced now, in the order of adding: "16 16 0". */
  get limits(): string {
    return [...this.slaves.values()].map(({ core }) => core.enforced(this.nowMs).limitA).join(' ');
  }

  /** The ledger's worst case on L1, in the order of the master. */
  get exposures(): string {
    const { records } = this.controller;
    return records.map((record) => record.exposureA(this.nowMs, this.site.leaseMs)[0]).join(' ');
  }

  /** The reasons in the order of the master. */
  get reasons(): string {
    return this.controller.records.map(({ reason }) => reason.kind).join(' ');
  }

  events(event: Notice['event']): readonly string[] {
    return this.notices.filter((notice) => notice.event === event).map(({ message }) => message);
  }

  alarm(code: Notice['event']): string | undefined {
    const alarm = this.controller.alarms.list().find((each) => each.code === code);
    return alarm?.active ? alarm.text : undefined;
  }
}
