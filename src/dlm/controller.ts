/**
 * The control core. It hears STATUS, meter samples and BEACONs, and decides the limits once per sample period. Pure: no
 * I/O and no clock. The runtime hands in each input with its time, and sends the grants that come out.
 */
import { assert, defined, failInvariant } from '../base/assert.js';
import type { Carrier } from '../base/carrier.js';
import type { Beacon, BootId, Grant, Status } from '../base/messages.js';
import type { Ms, PhaseAmps } from '../base/units.js';
import { AlarmBoard } from './alarms.js';
import { Allocator } from './allocate.js';
import { type CircuitCapacity, isBeyond } from './load/capacity.js';
import { decide, onlyLowerings } from './decide.js';
import { assertDecision, assertSnapshot } from './decision-checks.js';
import { Granting } from './granting.js';
import { type Heard, IGNORED, NOT_URGENT, URGENT } from './heard.js';
import { LEASE_MAX_MS } from './leases/lease-rules.js';
import { drawnExpiryMs } from './leases/ledger.js';
import { LimitLog } from './limit-log.js';
import { LimitBook } from './limits/limit-book.js';
import { MasterWatch } from './masters/master-watch.js';
import { SettingsExchange } from './masters/settings-exchange.js';
import type { Mastership } from './masters/mastership.js';
import { ChargePointWatch } from './group/charge-point-watch.js';
import { Membership } from './group/membership.js';
import { Metering, type MeterSample } from './load/metering.js';
import type { Memory } from './group/memory.js';
import { MemoryBook } from './group/memory-book.js';
import { type Notice, Notices } from './notice.js';
import { Roster } from './group/roster.js';
import { Operator } from './operator.js';
import { Outlooks } from './outlook.js';
import { ExposureSums } from './sharing/exposure-sums.js';
import { LimitSums } from './sharing/limit-sums.js';
import { Services } from './sharing/services.js';
import { Shares } from './sharing/shares.js';
import type { SlaveRecord } from './group/slave-record.js';
import type { Snapshot } from './sharing/snapshot.js';
import { Startup } from './startup.js';
import { buildTopology, type Topology } from './topology.js';
import type { Site } from './types.js';

/** A cycle is late by this much: its inputs may be stale, so it raises no charge point. */
const LATE_AFTER_MS: Ms = 3_000;

export interface ControllerOptions {
  readonly site: Site;
  readonly masterId: string;
  readonly bootId: BootId;
  /** 0 for the first master; more for a standby. */
  readonly rank: number;
  /** It decided until a moment ago, and starts anew with another configuration. */
  readonly wasActive?: boolean | undefined;
  readonly memory: Memory | undefined;
  /** The state file cannot be read. Slaves that are not listed may have been adopted before. */
  readonly isMemoryLost?: boolean;
}

export class Controller {
  readonly site: Site;
  readonly topology: Topology;
  readonly alarms = new AlarmBoard();
  readonly membership: Membership;
  readonly operator: Operator;
  readonly limits: LimitBook;
  readonly exchange: SettingsExchange;
  readonly #granting: Granting;
  readonly #metering: Metering;
  readonly #shares: Shares;
  readonly #surplusShares: Shares | undefined;
  readonly #notices = new Notices();
  readonly #roster: Roster;
  readonly #watch: ChargePointWatch;
  readonly #masters: MasterWatch;
  readonly #limitLog = new LimitLog();
  readonly #startup: Startup;
  readonly #memory: MemoryBook;
  #lastTickMs: Ms | undefined;
  #sums: Pick<ExposureSums, 'sumForCircuit'> | undefined;

  constructor(options: ControllerOptions, nowMs: Ms) {
    const { site, memory } = options;
    this.site = site;
    assert(
      site.leaseMs > 0 && site.leaseMs <= LEASE_MAX_MS,
      `a lease of ${site.leaseMs} ms, at most ${LEASE_MAX_MS} ms`,
    );
    assert(site.allocation.stepA > 0, `limits in steps of ${site.allocation.stepA} A`);
    assert(site.allocation.dwellMs > 0, `a turn of ${site.allocation.dwellMs} ms`);
    assert(Number.isFinite(nowMs), `a start at ${nowMs} ms`);
    this.topology = buildTopology(site.circuits);
    this.#shares = new Shares(new Allocator(site.circuits, { yieldsToMax: 1 }));
    this.#surplusShares = site.solar && new Shares(new Allocator([{ id: site.solar.circuit }], { yieldsToMax: 1 }));
    this.#granting = new Granting(site, options);
    const { topology, alarms } = this;
    const { networkId, samplePeriodMs } = site;
    const { masterId, bootId } = options;
    const { rank, wasActive } = options;
    const name = { id: masterId, lastEpoch: memory?.epoch ?? 0, rank, wasActive, samplePeriodMs };
    this.#masters = new MasterWatch(name, { networkId, alarms, notices: this.#notices }, nowMs);
    this.#roster = new Roster({ site, topology, alarms, notices: this.#notices });
    const [roster, notices] = [this.#roster, this.#notices];
    this.#watch = new ChargePointWatch({ roster, alarms, notices }, nowMs);
    this.limits = new LimitBook({ site, alarms, notices }, nowMs);
    const { limits } = this;
    const { settings } = limits;
    const { leaseMs } = site;
    this.#memory = new MemoryBook({ roster, mastership: this.mastership, settings, leaseMs });
    const onChange = (): void => this.#memory.change();
    const onSet = (): void => {
      settings.stamp(bootId);
      onChange();
    };
    this.membership = new Membership(roster, leaseMs, (id) => {
      this.#limitLog.forget(id);
      if (settings.forget(id)) onSet();
      else onChange();
    });
    this.operator = new Operator({ site, topology, roster, settings, notices, onSet, onEnd: onChange });
    this.exchange = new SettingsExchange({ networkId, masterId, bootId, settings, notices, onChange });
    this.#metering = new Metering({ site, topology, limits, alarms, notices, roster });
    if (memory?.settings) settings.load(memory.settings, nowMs);
    // Of an older version: it is to be learned by the others.
    if (settings.isAnythingSet && !memory?.settings?.version) settings.stamp(bootId);
    const mayHaveStrangers = !memory && (site.autoAdopt || options.isMemoryLost === true);
    const [masters, metering, { inputs }] = [this.#masters, this.#metering, limits];
    const parts = { roster, metering, masters, inputs, notices, leaseMs };
    this.#startup = new Startup(parts, mayHaveStrangers, nowMs);
    const longestMs = memory ? Math.max(memory.leaseMs, site.leaseMs) : LEASE_MAX_MS;
    this.#roster.expect(memory?.slaves ?? [], nowMs + drawnExpiryMs(longestMs), nowMs);
  }

  /** The state of the core, for a recording. */
  carry(carrier: Carrier): void {
    carrier.part('alarms', this.alarms);
    carrier.part('metering', this.#metering);
    carrier.part('limits', this.limits);
    carrier.part('notices', this.#notices);
    carrier.part('roster', this.#roster);
    carrier.part('watch', this.#watch);
    carrier.part('masters', this.#masters);
    carrier.part('limitLog', this.#limitLog);
    carrier.part('startup', this.#startup);
    carrier.part('memory', this.#memory);
    carrier.part('exchange', this.exchange);
    this.#lastTickMs = carrier.value('lastTickMs', this.#lastTickMs);
    const sums = this.#sums;
    const sumsA = carrier.value('sumsA', sums && this.site.circuits.map((_, index) => sums.sumForCircuit(index)));
    this.#sums = sumsA && { sumForCircuit: (circuit) => defined(sumsA[circuit], `the sum of circuit ${circuit}`) };
  }

  get mastership(): Mastership {
    return this.#masters.mastership;
  }

  get records(): readonly SlaveRecord[] {
    return this.#roster.list;
  }

  /** The lines for the log since the last call. */
  drainNotices(): readonly Notice[] {
    return this.#notices.drain();
  }

  isPassive(nowMs: Ms): boolean {
    return this.mastership.isPassive(nowMs);
  }

  /** What to write to the state file; `undefined` if unchanged since the last call. Then call `memorySaved`. */
  drainChangedMemory(): Memory | undefined {
    return this.#memory.drainChanged(this.#lastTickMs ?? this.startedAtMs);
  }

  /** Call once the memory is saved. Its charge points may be raised now: after a restart the master waits for them. */
  memorySaved(memory: Memory): void {
    this.#memory.saved(memory);
  }

  /** Applies a STATUS. The answer may hold a probe, to be sent at once. */
  hearStatus(status: Status, nowMs: Ms): Heard {
    const record = this.#roster.find(status.chargePointId) ?? this.#meet(status, nowMs);
    if (!record) return IGNORED;
    const before = record.status;
    const wasOnline = record.isOnline(nowMs);
    const wasStarting = this.#startup.isStarting(nowMs);
    const { id, epoch } = this.mastership;
    const heard = record.applyStatus(status, { id, epoch, grants: !this.isPassive(nowMs) }, nowMs);
    if (heard === 'stale') return IGNORED;
    if (heard === 'unproven' || heard === 'waiting') {
      this.#masters.applyDoubtfulStatus(status);
      return heard === 'unproven' ? this.#probe(record, status, nowMs) : IGNORED;
    }
    if (heard === 'duplicate') {
      this.#roster.tell('error', 'SLAVE_REFUSED', record, 'is the id of two charge points, neither is served');
    }
    if (this.#masters.applyStatus(status, before, nowMs)) record.account.distrust(nowMs + drawnExpiryMs(LEASE_MAX_MS));
    const isAsRemembered = before?.disconnectedLimitA === status.disconnectedLimitA && before.maxA === status.maxA;
    if (!isAsRemembered) this.#memory.change();
    this.#watch.announce(record, before, wasOnline);
    if (!record.isAdopted) return NOT_URGENT;
    const endsStart = wasStarting && !this.#startup.isStarting(nowMs);
    const { isOwed } = record.grants;
    record.grants.owe(false);
    return isOwed || endsStart || this.#changesDecision(before, status, wasOnline) ? URGENT : NOT_URGENT;
  }

  #probe(record: SlaveRecord, status: Status, nowMs: Ms): Heard {
    const probe = this.#granting.probe(record, status, this.mastership.epoch, nowMs);
    return probe ? { ...IGNORED, probe } : IGNORED;
  }

  #changesDecision(before: Status | undefined, now: Status, wasOnline: boolean): boolean {
    if (!before || !wasOnline) return true;
    return before.bootId !== now.bootId || before.sessionId !== now.sessionId || before.usedPhases !== now.usedPhases;
  }

  #meet(status: Status, nowMs: Ms): SlaveRecord | undefined {
    const record = this.#roster.meet(status, nowMs);
    if (record?.isAdopted) this.#memory.change();
    return record;
  }

  /** Applies a good sample of a meter. Urgent when the exposures below a circuit exceed its capacity. */
  hearMeter(meterId: string, sample: MeterSample, nowMs: Ms): Heard {
    const isEarly = this.#startup.isEarly(nowMs);
    return this.#metering.hear(meterId, sample, isEarly, nowMs) ? this.#judgeLoad(nowMs) : NOT_URGENT;
  }

  #judgeLoad(nowMs: Ms): Heard {
    const sums = this.#sums;
    if (!sums) return URGENT;
    const capacities = this.#metering.capacities(nowMs);
    const tooMuch = capacities.some((capacity, circuit) => isBeyond(capacity, sums.sumForCircuit(circuit)));
    return tooMuch ? URGENT : NOT_URGENT;
  }

  /** Call when a meter gives no values any more. The fallback then holds for its circuit. */
  loseMeter(meterId: string, reason: string, nowMs: Ms): Heard {
    return this.#metering.lose(meterId, reason, nowMs) ? URGENT : NOT_URGENT;
  }

  /** Call when a meter gives good values again. The values follow as samples. */
  recoverMeter(meterId: string, nowMs: Ms): void {
    this.#metering.recover(meterId, nowMs);
  }

  /** Call when a meter shows far more than the fuse, perhaps by error. No raise below it until the next sample. */
  doubtMeter(meterId: string): void {
    this.#metering.doubt(meterId);
  }

  /** Call when the meter shows this again. It lowers limits as a sample does, but adds no capacity. Grid order. */
  hearOverload(meterId: string, currentA: PhaseAmps, nowMs: Ms): Heard {
    return this.#metering.hearOverload(meterId, currentA, nowMs) ? this.#judgeLoad(nowMs) : NOT_URGENT;
  }

  /** What the charge points behind a meter draw, in A per grid phase; `undefined` where the meter sees none. */
  drawnBehindA(meterId: string, nowMs: Ms): PhaseAmps | undefined {
    return this.#metering.drawnA(meterId, nowMs);
  }

  /** Applies a BEACON of another master. */
  hearBeacon(beacon: Beacon, nowMs: Ms): void {
    this.#masters.applyBeacon(beacon, nowMs);
  }

  /** One cycle. The grants are booked already; send them in this order. Call per sample period, or when urgent. */
  decide(nowMs: Ms): readonly Grant[] {
    this.#assertLater(nowMs);
    this.#keepHouse(nowMs);
    const snapshot = this.#snapshot(nowMs);
    this.#lastTickMs = nowMs;
    if (this.mastership.isPassive(nowMs)) {
      this.#sums = new ExposureSums(snapshot);
      for (const record of this.#roster.list) record.explain({ kind: 'passive' });
      return [];
    }
    assertSnapshot(snapshot);
    const decision = decide(snapshot);
    assertDecision(snapshot, decision);
    this.#sums = decision.sums;
    const isYielding = this.mastership.isYielding(nowMs);
    const grants = this.#granting.apply(isYielding ? onlyLowerings(decision) : decision, snapshot.epoch, nowMs);
    this.#limitLog.tell(this.#roster.list, this.#notices, () => this.outlooks(nowMs), nowMs);
    return grants;
  }

  /** Time must not run backwards: the ends of leases and waits are counted on it. */
  #assertLater(nowMs: Ms): void {
    const lastMs = this.#lastTickMs ?? this.startedAtMs;
    if (!(nowMs >= lastMs)) failInvariant(`a decision at ${nowMs} ms after one at ${lastMs} ms`);
  }

  #snapshot(nowMs: Ms): Snapshot {
    const isLate =
      this.#lastTickMs !== undefined && nowMs - this.#lastTickMs > this.site.samplePeriodMs + LATE_AFTER_MS;
    if (isLate) {
      const lateMs = Math.round(nowMs - (this.#lastTickMs ?? nowMs));
      this.#notices.add('warn', 'LOOP_LATE', `no cycle for ${lateMs} ms: no charge point is raised in this one`, {
        lateMs,
      });
    }
    const noRaise = isLate || this.#startup.awaitsStrangers(nowMs) ? ({ kind: 'startup' } as const) : undefined;
    const isStarting = this.#startup.isStarting(nowMs);
    const unsafeCircuits = this.#roster.unsafeCircuits(nowMs);
    return { ...this.#bareSnapshot(nowMs), noRaise, isStarting, unsafeCircuits };
  }

  #keepHouse(nowMs: Ms): void {
    if (this.#masters.update(nowMs)) {
      // Another master may have raised any charge point in the epochs before.
      const tookOver = this.#masters.activeSinceMs === nowMs;
      for (const record of this.#roster.list) record.distrust(tookOver, nowMs);
      this.#memory.change();
    }
    for (const record of this.#roster.list) if (record.watchDuplicate(nowMs)) this.#memory.change();
    this.#roster.expectOtherMaster(this.#masters.isStrict(nowMs), this.#masters.isWeaker);
    this.operator.watch(nowMs);
    this.limits.watch((circuit) => this.#metering.drawnBelowW(circuit, nowMs), nowMs);
    this.#metering.watch(nowMs);
    this.#watch.watch(nowMs);
    if (this.#roster.areSessionsDue(nowMs)) this.#memory.change();
  }

  /** Capacity, exposure and limits of every circuit, in A per grid phase, in the order of the site. For displays. */
  circuits(
    nowMs: Ms,
  ): readonly { readonly capacity: CircuitCapacity; readonly exposureA: PhaseAmps; limitsA: PhaseAmps }[] {
    const snapshot = this.#bareSnapshot(nowMs);
    const sums = new ExposureSums(snapshot);
    const limits = this.#roster.limits(nowMs);
    return snapshot.capacities.map((capacity, index) => ({
      capacity,
      exposureA: sums.sumForCircuit(index),
      limitsA: limits.of(index),
    }));
  }

  /** What would change each limit next. For displays. */
  outlooks(nowMs: Ms): Outlooks {
    return new Outlooks(this.#bareSnapshot(nowMs));
  }

  /** What is known now. `#snapshot` adds what only a decision needs. */
  #bareSnapshot(nowMs: Ms): Snapshot {
    return {
      nowMs,
      epoch: this.mastership.epoch,
      site: this.site,
      topology: this.topology,
      shares: this.#shares,
      surplusShares: this.#surplusShares,
      settings: this.limits.settings,
      limits: this.limits,
      capacities: this.#metering.capacities(nowMs),
      records: this.records,
      services: new Services(),
      limitSums: new LimitSums(),
      surplusLimits: new Map(),
      noRaise: undefined,
      isStarting: false,
      isStrict: this.#masters.isStrict(nowMs),
      unsafeCircuits: new Set(),
    };
  }

  get startedAtMs(): Ms {
    return this.#startup.startedAtMs;
  }
}
