/**
 * The slave's loop: watches its charge point, enforces what the lease rules say, and talks to the masters it hears.
 * A STATUS goes out every heartbeat, at once on a change, and as the answer to each grant (S5).
 */
import { assert, failInvariant } from '../base/assert.js';
import type { Logger } from '../base/logger.js';
import type { Beacon, BootId, Grant, Status } from '../base/messages.js';
import { type Amps, type Ms, PHASES, type PhaseAmps } from '../base/units.js';
import { connectedMask, phasesText } from '../base/rotation.js';
import { type Auth, Channel } from '../discovery/auth.js';
import { HEARTBEAT_MS } from '../dlm/leases/lease-rules.js';
import { type Enforced, SlaveCore, type SlaveFacts, type SlaveObservation } from '../dlm/leases/slave.js';
import { WakeUps } from '../dlm/leases/wake-ups.js';
import type { ChargerPort } from '../ports/charger-port.js';
import type { DatagramPort, NamedPeer, PeerAddress } from '../ports/datagram-port.js';
import type { StateStore } from '../ports/state-store.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { ChargerWatch } from './charger-watch.js';
import { DropCounter } from './drop-counter.js';
import { FixedMasters, keyOf, type Polled } from './fixed-masters.js';
import { KeptLimit } from './kept-limit.js';

/** How often the charge point is looked at and the lease is checked. */
const STEP_MS: Ms = 100;
/** A measured current that moved by this much is reported before the next heartbeat. */
const REPORT_CHANGE_A: Amps = 0.5;
/** Of more masters in one network id one is forgotten: first a master that never granted anything. */
const MASTERS_MAX = 4;
/** A master that was not heard for this long gets no STATUS any more. */
const MASTER_FORGOTTEN_MS: Ms = 30_000;

/** Its key id: the highest of its BEACONs. */
interface KnownMaster extends Polled {
  readonly masterId: string;
  readonly bootId: BootId;
  readonly heardAtMs: Ms;
  readonly hasGranted: boolean;
}

export interface SlaveOptions {
  readonly facts: SlaveFacts;
  readonly charger: ChargerPort;
  readonly net: DatagramPort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Masters from the configuration, which get a STATUS before they are heard. With the addresses that their names have now. */
  readonly fixedMasters?: () => readonly NamedPeer[];
  /** Called at the end of each good step. `summary` makes one line for people. */
  readonly onStep?: (nowMs: Ms, summary: () => string) => void;
  /** Absent: datagrams are not signed. */
  readonly auth?: Auth | undefined;
  /** Where the disconnected limit is kept that masters know of (S8). Absent: after a restart the configured one is used. */
  readonly store?: StateStore | undefined;
}

export class SlaveRuntime {
  readonly core: SlaveCore;
  readonly #options: SlaveOptions;
  readonly #clock: Clock;
  readonly #charger: ChargerPort;
  readonly #channel: Channel;
  readonly #drops: DropCounter;
  readonly #masters = new Map<string, KnownMaster>();
  readonly #fixed: FixedMasters;
  readonly #keptLimit: KeptLimit;
  readonly #wakeUps = new WakeUps();
  #cancelStep: Cancel = () => {};
  #lastStatusMs: Ms = Number.NEGATIVE_INFINITY;
  #reported: Status | undefined;
  /** The last limit that the charge point was given; `undefined` before the first one. */
  #told: Enforced | undefined;
  readonly #watch: ChargerWatch;
  #hadMaster = false;
  /** No known master can be due to be forgotten before this time. */
  #forgetsFromMs: Ms = Number.NEGATIVE_INFINITY;
  readonly #onTime = (): void => this.#step();
  #applied: Enforced = { limitA: 0, reason: 'booting', phases: 0 };

  constructor(options: SlaveOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#charger = options.charger;
    const { auth, facts, logger, fixedMasters: list = noMasters } = options;
    this.#channel = new Channel({ networkId: facts.networkId, bootId: facts.bootId, hears: ['beacon', 'grant'], auth });
    this.#drops = new DropCounter(logger);
    this.#keptLimit = new KeptLimit(facts, { store: options.store, logger });
    this.core = new SlaveCore(facts, this.#now(), this.#keptLimit.rememberedA);
    this.#watch = new ChargerWatch(facts.chargePointId, logger);
    const { keyIds } = this.#channel;
    this.#fixed = new FixedMasters({ chargePointId: facts.chargePointId, list, keyIds, logger }, this.#now());
  }

  get #id(): string {
    return this.#options.facts.chargePointId;
  }

  /** The limit that the charge point was told last, in A per phase, and the rule behind it. */
  get applied(): Enforced {
    return this.#applied;
  }

  start(): void {
    this.#options.net.subscribe((bytes, from) => this.#hear(bytes, from));
    this.#step();
  }

  stop(): void {
    this.#cancelStep();
    this.#drops.tellRest();
  }

  /** Whole milliseconds: tau travels so, and is compared with this clock. */
  #now(): Ms {
    return Math.floor(this.#clock.monotonicMs());
  }

  #step(): void {
    const nowMs = this.#now();
    this.#keptLimit.keep(this.core.isConfirmed, nowMs);
    this.#forgetMasters(nowMs);
    this.#apply(nowMs);
    this.#fixed.check(this.#applied.reason === 'grant', nowMs);
    this.#switchPhases(nowMs);
    this.#watch.look(this.#charger, this.#applied.limitA, nowMs);
    this.#report(nowMs);
    this.#drops.tell(nowMs);
    this.#stepLater(nowMs);
    this.#options.onStep?.(nowMs, () => `${textOf(this.#applied)}, polls ${this.#polled(nowMs).size} masters`);
  }

  /** The next step comes early enough for the end of a lease, whatever the charger needs to react. */
  #stepLater(nowMs: Ms): void {
    const soonMs = nowMs + this.#charger.reactionMs;
    const untilChangeMs = (this.core.nextChangeMs(soonMs) ?? Number.POSITIVE_INFINITY) - soonMs;
    if (!(untilChangeMs > 0)) failInvariant(`${this.#id}: the next change at ${soonMs} ms is ${untilChangeMs} ms away`);
    this.#cancelStep();
    this.#cancelStep = this.#options.timers.after(Math.min(STEP_MS, untilChangeMs), this.#onTime);
  }

  /**
   * Reads the charge point and enforces the limit that holds now. Call before each STATUS (S6). All STATUS of one millisecond tell of
   * one look: a vehicle that comes after it is new from a later millisecond on, and a GRANT for them is not for this vehicle.
   */
  #apply(nowMs: Ms): void {
    if (nowMs > this.#lastStatusMs) this.core.observe(this.#charger.snapshot(nowMs), nowMs);
    this.#wakeUps.observe(this.core.observation);
    const due = this.#due(nowMs);
    const { chargePointId } = this.#options.facts;
    if (!(due.limitA >= 0)) failInvariant(`${chargePointId} would enforce ${due.limitA} A: expected 0 or more`);
    const told = this.#told;
    this.#applied = due;
    if (told && due.limitA === told.limitA && due.reason === told.reason) return;
    const { logger, facts } = this.#options;
    const { limitA, reason } = due;
    this.#charger.setLimit(limitA, nowMs);
    const text = `${facts.chargePointId} ${told ? textOf(told) : 'start'} -> ${textOf(due)}`;
    logger.log('info', 'ENFORCED', text, { limitA, reason });
    this.#told = due;
  }

  /** S10: only while the charger follows 0 A. What it does then is seen in the next look. */
  #switchPhases(nowMs: Ms): void {
    const to = this.core.switchTo(nowMs);
    if (to === undefined || !this.#charger.switchPhases || this.#charger.inForceA(nowMs) > 0) return;
    this.#charger.switchPhases(to, nowMs);
    const { logger, facts } = this.#options;
    logger.log('info', 'PHASE_SWITCH', `${facts.chargePointId} connects ${phasesText(to)} from now on`, { phases: to });
  }

  /** A slow charger is told a lower limit so early that it holds in time. A higher limit it is told no earlier than it holds. */
  #due(nowMs: Ms): Enforced {
    const now = this.core.enforced(nowMs);
    const { reactionMs } = this.#charger;
    if (reactionMs === 0) return now;
    const soon = this.core.enforced(nowMs + reactionMs);
    const due = soon.limitA < now.limitA ? soon : now;
    if (!(due.limitA <= now.limitA)) failInvariant(`${this.#id} is told ${due.limitA} A, while ${now.limitA} A hold`);
    return due;
  }

  /** The master counts what may really flow. So a STATUS reports the former limit while the charger has not followed yet. */
  #status(nowMs: Ms): Status {
    const known = this.core.status(nowMs);
    const status = { ...known, ...this.#charger.metered?.(nowMs), ...this.#wakeUpsTold };
    const inForceA = this.#charger.inForceA(nowMs);
    if (inForceA <= status.enforcedA) return status;
    return { ...status, enforcedA: inForceA, enforcedPhases: connectedMask(status.phases) };
  }

  get #wakeUpsTold(): Pick<Status, 'wakeUps'> {
    return this.#charger.interruptPilot ? { wakeUps: this.#wakeUps.count } : {};
  }

  /** Sends a STATUS when one is due: after a heartbeat, or at once after a change. */
  #report(nowMs: Ms): void {
    const isDue = nowMs - this.#lastStatusMs >= HEARTBEAT_MS;
    if (isDue || !this.#reported || this.#isNews(this.#reported, nowMs)) this.#sendStatus(nowMs);
  }

  /** True when something has changed that the master should know at once. */
  #isNews(reported: Status, nowMs: Ms): boolean {
    const { observation, usedPhases } = this.core;
    if (usedPhases !== reported.usedPhases || differsFrom(observation, reported)) return true;
    const enforcedA = Math.max(this.core.enforced(nowMs).limitA, this.#charger.inForceA(nowMs));
    return enforcedA !== reported.enforcedA;
  }

  #sendStatus(nowMs: Ms): void {
    if (!this.#keptLimit.mayTell) return;
    const status = this.#status(nowMs);
    this.#lastStatusMs = nowMs;
    this.#reported = status;
    for (const { address, keyId } of this.#polled(nowMs).values()) {
      this.#options.net.send(address, this.#channel.seal(status, keyId));
    }
  }

  /** Each address once, heard or configured or both. Where BEACONs are heard they say the key. */
  #polled(nowMs: Ms): ReadonlyMap<string, Polled> {
    const named = this.#fixed.polled(nowMs);
    if (named.length === 0) return this.#masters;
    return new Map([...named, ...this.#masters.values()].map((each) => [keyOf(each.address), each]));
  }

  #hear(bytes: Uint8Array, from: PeerAddress): void {
    const nowMs = this.#now();
    const opened = this.#drops.passed(this.#channel.open(bytes, from, nowMs), from.host, nowMs);
    if (!opened) return;
    const { message, keyId } = opened;
    if (message.type !== 'status') this.#fixed.hear(message.masterId, from, keyId, nowMs);
    if (message.type === 'beacon') this.#hearBeacon(message, from, keyId);
    if (message.type === 'grant') this.#hearGrant(message, from, nowMs);
  }

  #hearBeacon({ masterId, bootId, epoch }: Beacon, address: PeerAddress, heardKeyId: number): void {
    const nowMs = this.#now();
    const key = keyOf(address);
    const known = this.#masters.get(key);
    this.#masters.delete(key);
    if (this.#masters.size >= MASTERS_MAX) this.#forgetOldest();
    const isSameStart = known?.bootId === bootId;
    const keyId = isSameStart ? Math.max(known.keyId, heardKeyId) : heardKeyId;
    const hasGranted = known?.hasGranted === true;
    this.#masters.set(key, { address, masterId, bootId, heardAtMs: nowMs, keyId, hasGranted });
    const { size } = this.#masters;
    assert(size <= MASTERS_MAX, `${this.#id} polls ${size} masters, at most ${MASTERS_MAX}`);
    this.#hadMaster = true;
    if (isSameStart) return;
    const { logger, facts } = this.#options;
    const text = `${facts.chargePointId} heard master ${masterId} at ${key} (epoch ${epoch})`;
    logger.log('info', 'MASTER_FOUND', text, { masterId, address: key, epoch });
    this.#apply(nowMs);
    this.#sendStatus(nowMs);
  }

  #forgetOldest(): void {
    const byWorth = (a: KnownMaster, b: KnownMaster): number =>
      Number(a.hasGranted) - Number(b.hasGranted) || a.heardAtMs - b.heardAtMs;
    const least = [...this.#masters].sort(([, a], [, b]) => byWorth(a, b))[0];
    if (least) this.#masters.delete(least[0]);
  }

  #forgetMasters(nowMs: Ms): void {
    if (this.#masters.size > 0 && nowMs <= this.#forgetsFromMs) return;
    let oldestMs = nowMs;
    for (const [key, { heardAtMs }] of this.#masters) {
      if (nowMs - heardAtMs > MASTER_FORGOTTEN_MS) this.#masters.delete(key);
      else oldestMs = Math.min(oldestMs, heardAtMs);
    }
    this.#forgetsFromMs = oldestMs + MASTER_FORGOTTEN_MS;
    if (!this.#hadMaster || this.#masters.size > 0 || this.#fixed.isAnyHeard(nowMs)) return;
    this.#hadMaster = false;
    const { logger, facts } = this.#options;
    const text = `${facts.chargePointId} hears no master; at most ${this.core.disconnectedA} A from now on`;
    logger.log('warn', 'MASTER_LOST', text, {});
  }

  #hearGrant(grant: Grant, from: PeerAddress, nowMs: Ms): void {
    if (this.core.hearGrant(grant, nowMs) !== 'accepted') return;
    const master = this.#masters.get(keyOf(from));
    if (master && !master.hasGranted) this.#masters.set(keyOf(from), { ...master, hasGranted: true });
    this.#apply(nowMs);
    this.#wakeUp(grant, nowMs);
    this.#sendStatus(nowMs);
    this.#stepLater(nowMs);
  }

  #wakeUp(grant: Grant, nowMs: Ms): void {
    if (!this.#charger.interruptPilot || !this.#wakeUps.isAskedBy(grant, this.core.observation, nowMs)) return;
    this.#charger.interruptPilot(nowMs);
    const { logger, facts } = this.#options;
    const { count } = this.#wakeUps;
    logger.log('info', 'WAKE_UP', `${facts.chargePointId} interrupts the pilot: wake-up ${count}`, { count });
  }
}

const NO_MASTERS: readonly NamedPeer[] = [];
const noMasters = (): readonly NamedPeer[] => NO_MASTERS;

function textOf({ limitA, reason }: Enforced): string {
  return `${limitA} A (${reason})`;
}

/** True for another vehicle, other phases, another state or error, or another current than was reported. */
function differsFrom(now: SlaveObservation, reported: Status): boolean {
  const { state, sessionId, currentA, phaseSwitch, errorCode } = now;
  if (state !== reported.state || sessionId !== reported.sessionId || errorCode !== reported.errorCode) return true;
  if (phaseSwitch?.phases !== reported.switchedTo) return true;
  return currentA !== reported.currentA && hasMoved(currentA, reported.currentA);
}

function hasMoved(nowA: PhaseAmps, reportedA: PhaseAmps): boolean {
  for (const p of PHASES) if (Math.abs(nowA[p] - reportedA[p]) >= REPORT_CHANGE_A) return true;
  return false;
}
