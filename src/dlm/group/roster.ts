/** The charge points that the master knows: it adopts them, and sums up their currents for each circuit. */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Status } from '../../base/messages.js';
import { maskToGrid, onPhases, wiringIn } from '../../base/rotation.js';
import {
  type Amps,
  isAnyAbove,
  isValidLoad,
  mapPhases,
  type Ms,
  NO_AMPS,
  PHASE_NAMES,
  PHASES,
  type PhaseAmps,
} from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import { LEASE_MAX_MS } from '../leases/lease-rules.js';
import { drawnExpiryMs } from '../leases/ledger.js';
import type { Notice, Notices } from '../notice.js';
import { CircuitSums } from './circuit-sums.js';
import { isLimitOver } from './lease-left.js';
import type { RememberedSlave } from './record-types.js';
import { SlaveRecord } from './slave-record.js';
import type { Topology } from '../topology.js';
import type { ChargePoint, Site } from '../types.js';

/** The most charge points that one master knows. It refuses further ones. */
export const SLAVES_MAX = 1000;
/** The most strangers. The master refuses further ones: an attacker that makes up ids must not slow down the cycle. */
export const STRANGERS_MAX = 100;
/** At most one message about refused strangers in this time. */
const REFUSALS_QUIET_MS: Ms = 60_000;
/** Disks live longer that are written to no more often. A restart of the master loses less than that of a session's energy. */
const SESSIONS_SAVED_EVERY_MS: Ms = 60_000;

export interface RosterParts {
  readonly site: Site;
  readonly topology: Topology;
  readonly notices: Notices;
  readonly alarms: AlarmBoard;
}

export class Roster {
  readonly #site: Site;
  readonly #topology: Topology;
  readonly #notices: Notices;
  readonly #alarms: AlarmBoard;
  readonly #records = new Map<string, SlaveRecord>();
  #list: readonly SlaveRecord[] = [];
  /** The charge points below a circuit, in the order of the list. Filled when the load of that circuit is first reckoned. */
  readonly #belowOf = new Map<number, readonly SlaveRecord[]>();
  /** The highest sequence number of a grant to a charge point that is forgotten. */
  #forgottenSeq = 0;
  #refusalsQuietUntilMs: Ms = Number.NEGATIVE_INFINITY;
  /** When the sessions were last written down by themselves. */
  #sessionsSavedAtMs: Ms = Number.NEGATIVE_INFINITY;
  constructor({ site, topology, notices, alarms }: RosterParts) {
    this.#site = site;
    this.#topology = topology;
    this.#notices = notices;
    this.#alarms = alarms;
    for (const { id, circuit } of site.chargePoints) {
      assert(topology.indexOf.has(circuit), `${id} is listed at circuit ${circuit}, which is not there`);
    }
    const { defaultCircuit } = site;
    assert(
      topology.indexOf.has(defaultCircuit),
      `unlisted slaves belong to circuit ${defaultCircuit}, which is not there`,
    );
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.parts('records', this.#records, {
      blank: (inner) => SlaveRecord.blank(inner),
      carry: (record, inner) => record.carry(inner),
    });
    this.#list = [...this.#records.values()];
    this.#belowOf.clear();
    this.#forgottenSeq = carrier.value('forgottenSeq', this.#forgottenSeq);
    this.#refusalsQuietUntilMs = carrier.value('refusalsQuietUntilMs', this.#refusalsQuietUntilMs);
    this.#sessionsSavedAtMs = carrier.value('sessionsSavedAtMs', this.#sessionsSavedAtMs);
  }

  /** All charge points, in the order in which the master came to know them. */
  get list(): readonly SlaveRecord[] {
    return this.#list;
  }

  find(id: string): SlaveRecord | undefined {
    return this.#records.get(id);
  }

  /**
   * Adds every listed and every remembered charge point. Call once, before the first STATUS. M3: each is counted in full
   * until it acknowledges a grant, or until `unknownUntilMs`, when all old leases have ended.
   */
  expect(remembered: readonly RememberedSlave[], unknownUntilMs: Ms, nowMs: Ms): void {
    assert(this.#records.size === 0, `${this.#records.size} charge points are known before the first is expected`);
    for (const listed of this.#site.chargePoints) {
      // A STATUS before the restart may have shown a higher disconnected limit than the list. It still holds.
      const before = remembered.find(({ id }) => id === listed.id);
      const disconnectedLimitA = Math.max(listed.disconnectedLimitA, before?.disconnectedLimitA ?? 0);
      const facts = { ...listed, disconnectedLimitA };
      const record = this.#add(new SlaveRecord({ facts, isListed: true, isAdopted: true, unknownUntilMs }));
      if (before?.isDuplicate) record.expectDuplicate(nowMs);
      if (before) record.expectVehicle(before);
    }
    for (const slave of remembered) {
      if (this.#records.has(slave.id)) continue;
      const { adopted, isDuplicate, session, rest, ...known } = slave;
      const facts = { ...this.#strangerFacts(slave.id), ...known };
      const isAdopted = adopted || this.#site.autoAdopt;
      const { defaults } = this.#site;
      const record = new SlaveRecord({ facts, isListed: false, isAdopted, defaults, unknownUntilMs });
      record.remember();
      if (isDuplicate) record.expectDuplicate(nowMs);
      record.expectVehicle({ session, rest });
      this.#add(record);
    }
  }

  #add(record: SlaveRecord): SlaveRecord {
    assert(!this.#records.has(record.id), `${record.id} is known already`);
    assert(record.isAdopted || !record.isListed, `${record.id} is listed, but not adopted`);
    this.#records.set(record.id, record);
    this.#listAnew();
    return record;
  }

  #listAnew(): void {
    this.#list = [...this.#records.values()];
    this.#belowOf.clear();
    const last = this.#list.at(-1);
    assert(!last || this.#records.get(last.id) === last, `${last?.id} is known by another name`);
  }

  #strangerFacts(id: string): ChargePoint {
    const { defaultCircuit: circuit, network } = this.#site;
    const rotation = wiringIn(network, 'RST');
    return { id, circuit, maxA: 0, minA: 0, disconnectedLimitA: 0, phases: 3, rotation, priority: 1 };
  }

  /**
   * Adds a charge point at its first STATUS; `undefined`: the master knows too many, and refuses it. M4: `autoAdopt` decides
   * whether it is adopted. A stranger gets no current, but its exposure counts.
   */
  meet(status: Status, nowMs: Ms): SlaveRecord | undefined {
    const full = this.#fullText();
    if (full !== undefined) {
      this.#refuse(status.chargePointId, full, nowMs);
      return undefined;
    }
    const facts = { ...this.#strangerFacts(status.chargePointId), maxA: status.maxA };
    const unknownUntilMs = status.accepted.epoch > 0 ? nowMs + drawnExpiryMs(LEASE_MAX_MS) : nowMs;
    const { autoAdopt: isAdopted, defaults } = this.#site;
    const lastSeq = this.#forgottenSeq;
    const record = this.#add(new SlaveRecord({ facts, isListed: false, isAdopted, defaults, unknownUntilMs, lastSeq }));
    assert(this.#list.length <= SLAVES_MAX, `${record.id} is charge point ${this.#list.length} of ${SLAVES_MAX}`);
    assert(!record.isRemembered, `${record.id} is remembered before it was ever heard`);
    const { seq } = record.grants.lastNumber;
    assert(seq === 0, `${record.id} is new, but has grant ${seq}`);
    return record;
  }

  /** Forgets a charge point. If it comes back, it is new, and the numbers of its grants go on. */
  remove(record: SlaveRecord): void {
    const { id } = record;
    const { lastNumber } = record.grants;
    assert(this.#records.get(id) === record, `${id} is to be forgotten, but is not known`);
    assert(!record.isListed, `${id} is to be forgotten, but is listed`);
    this.#forgottenSeq = Math.max(this.#forgottenSeq, lastNumber.seq);
    this.#records.delete(id);
    this.#listAnew();
    assert(!this.#list.includes(record), `${id} is forgotten, but still listed`);
    assert(
      this.#forgottenSeq >= lastNumber.seq,
      `${id} had grant ${lastNumber.seq}, the next begins at ${this.#forgottenSeq}`,
    );
  }

  #fullText(): string | undefined {
    if (this.#records.size >= SLAVES_MAX) return `${SLAVES_MAX} slaves are known already`;
    const strangers = this.list.filter(({ isAdopted }) => !isAdopted).length;
    return strangers >= STRANGERS_MAX ? `${STRANGERS_MAX} wait for adoption already` : undefined;
  }

  /** An attacker that makes up ids causes many refusals. So most of them are not told. */
  #refuse(chargePoint: string, full: string, nowMs: Ms): void {
    if (nowMs < this.#refusalsQuietUntilMs) return;
    this.#refusalsQuietUntilMs = nowMs + REFUSALS_QUIET_MS;
    this.#notices.add('error', 'SLAVE_REFUSED', `${chargePoint} refused: ${full}`, { chargePoint });
  }

  /** Tells the operator about one charge point. `text` follows its id. */
  tell(level: Notice['level'], event: Notice['event'], record: SlaveRecord, text: string): void {
    this.#notices.add(level, event, `${record.id} ${text}`, { chargePoint: record.id, circuit: record.facts.circuit });
  }

  /** True when sessions have changed and are due to be written down: at most once a minute. Call per cycle. */
  areSessionsDue(nowMs: Ms): boolean {
    const savedAtMs = this.#sessionsSavedAtMs;
    if (nowMs - savedAtMs < SESSIONS_SAVED_EVERY_MS) return false;
    if (!this.#list.some(({ session }) => session.changedAtMs > savedAtMs)) return false;
    this.#sessionsSavedAtMs = nowMs;
    return true;
  }

  /** M7: `isExpected`: a silent charge point may follow another master, with a limit up to its maximum. Call per cycle. */
  expectOtherMaster(isExpected: boolean, isWeaker: boolean): void {
    for (const { account } of this.#records.values()) account.expectOtherMaster(isExpected, isWeaker);
  }

  /** I4: circuits whose disconnected limits plus the largest uncontrolled load exceed the fuse. Sets the alarm, too. */
  unsafeCircuits(nowMs: Ms): ReadonlySet<number> {
    const unsafe = new Map<number, string>();
    const sums = this.#sums((record) => record.disconnectedA());
    this.#site.circuits.forEach((circuit, index) => {
      const sumA = sums.of(index);
      if (!isValidLoad(circuit.limitA))
        failInvariant(`circuit ${circuit.id} has a fuse of ${circuit.limitA.join(', ')} A`);
      const totalA = mapPhases((p) => sumA[p] + (circuit.backgroundMaxA?.[p] ?? 0));
      const phase = PHASES.find((p) => totalA[p] > circuit.limitA[p]);
      if (phase === undefined) return;
      const tooMuchA = Math.round((totalA[phase] - circuit.limitA[phase]) * 100) / 100;
      const place = `${circuit.id} ${PHASE_NAMES[phase]}`;
      unsafe.set(index, `${place}: ${totalA[phase]} A of ${circuit.limitA[phase]} A, ${tooMuchA} A too much`);
    });
    const wayOut =
      'no charge point below gets more than its own; lower them in the charge points, or have some charge points forgotten';
    const text =
      unsafe.size > 0
        ? `disconnected limits exceed the fuse: ${[...unsafe.values()].join('; ')}; ${wayOut}`
        : undefined;
    if (this.#alarms.set('FALLBACK_UNSAFE', text, nowMs) && text) this.#notices.add('error', 'FALLBACK_UNSAFE', text);
    return new Set(unsafe.keys());
  }

  /** What the charge points below a circuit drew since `fromMs`, at most and at least. In A per phase of the grid. */
  drawnBelowA(index: number, fromMs: Ms, nowMs: Ms): { readonly mostA: PhaseAmps; readonly leastA: PhaseAmps } {
    const mostA: [Amps, Amps, Amps] = [0, 0, 0];
    const leastA: [Amps, Amps, Amps] = [0, 0, 0];
    for (const record of this.#below(index)) {
      const drawn = record.drawnSince(fromMs, nowMs);
      for (const p of PHASES) {
        mostA[p] += drawn.mostA[p];
        leastA[p] += drawn.leastA[p];
      }
    }
    if (!isValidLoad(leastA) || !isValidLoad(mostA) || isAnyAbove(leastA, mostA, 0)) {
      failInvariant(`below circuit ${index} flowed ${leastA.join(', ')} A at least, ${mostA.join(', ')} A at most`);
    }
    return { mostA, leastA };
  }

  /** What the charge points below a circuit draw by their last STATUS, in A per phase of the grid. Silent ones count 0 A. */
  currentBelowA(index: number, nowMs: Ms): PhaseAmps {
    const sumA: [Amps, Amps, Amps] = [0, 0, 0];
    for (const record of this.#below(index)) {
      const currentA = record.currentA(nowMs);
      for (const p of PHASES) sumA[p] += currentA[p];
    }
    if (!isValidLoad(sumA)) failInvariant(`all below circuit ${index} draw ${sumA.join(', ')} A`);
    return sumA;
  }

  /** For every circuit: the sum of the limits that hold, in A per phase of the grid. */
  limits(nowMs: Ms): Pick<CircuitSums, 'of'> {
    return this.#sums((record) => {
      const { facts } = record;
      const { last } = record.grants;
      if (isLimitOver(record, nowMs, this.#site.leaseMs)) return record.disconnectedA();
      return last ? onPhases(maskToGrid(facts.rotation, last.phases), last.limitA) : NO_AMPS;
    });
  }

  #sums(valueA: (record: SlaveRecord) => PhaseAmps): CircuitSums {
    const sums = new CircuitSums(this.#topology.count);
    for (const record of this.#list) sums.add(this.#pathOf(record), valueA(record));
    sums.assertTree(this.#topology);
    return sums;
  }

  #below(index: number): readonly SlaveRecord[] {
    const known = this.#belowOf.get(index);
    if (known) return known;
    assert(index >= 0 && index < this.#topology.count, `circuit ${index} of ${this.#topology.count}`);
    const below = this.#list.filter((record) => this.#pathOf(record).includes(index));
    const isAll = index !== this.#topology.root || below.length === this.#list.length;
    assert(isAll, `${below.length} of ${this.#list.length} charge points are below the root`);
    this.#belowOf.set(index, below);
    return below;
  }

  #pathOf({ id, facts }: SlaveRecord): readonly number[] {
    const circuit = this.#topology.indexOf.get(facts.circuit);
    const path = circuit === undefined ? undefined : this.#topology.pathOf[circuit];
    return path ?? failInvariant(`${id} is at circuit ${facts.circuit}, which is not there`);
  }
}
