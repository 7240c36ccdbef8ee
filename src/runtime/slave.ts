/**
 * The slave's loop: watches its charge point, enforces what the lease rules say, and talks to the masters it hears.
 * A STATUS goes out every heartbeat, at once on a change, and as the answer to each grant (S5).
 */
import type { Logger } from '../base/logger.js';
import type { Beacon, BootId, Grant, Status } from '../base/messages.js';
import { type Amps, type Ms, PHASES, type PhaseAmps } from '../base/units.js';
import { type Auth, Channel } from '../discovery/auth.js';
import { HEARTBEAT_MS } from '../dlm/lease-rules.js';
import { type Enforced, SlaveCore, type SlaveFacts } from '../dlm/slave.js';
import type { ChargerPort } from '../ports/charger-port.js';
import type { DatagramPort, PeerAddress } from '../ports/datagram-port.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { DropCounter } from './drop-counter.js';

/** How often the charge point is looked at and the lease is checked. */
const STEP_MS: Ms = 100;
/** A change of a measured current by this much is reported before the next heartbeat. */
const REPORT_CHANGE_A: Amps = 0.5;
/** More masters than this in one network id and one is forgotten: first those that never granted anything. */
const MASTERS_MAX = 4;
/** A master that was not heard for this long is no longer polled. */
const MASTER_FORGOTTEN_MS: Ms = 30_000;

interface KnownMaster {
  readonly address: PeerAddress;
  readonly masterId: string;
  readonly bootId: BootId;
  readonly heardAtMs: Ms;
  /** The highest of which it was heard; our STATUS goes to it under this one. */
  readonly keyId: number;
  readonly hasGranted: boolean;
}

export interface SlaveOptions {
  readonly facts: SlaveFacts;
  readonly charger: ChargerPort;
  readonly net: DatagramPort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Absent: datagrams are not signed. */
  readonly auth?: Auth | undefined;
}

export class SlaveRuntime {
  readonly core: SlaveCore;
  readonly #options: SlaveOptions;
  readonly #channel: Channel;
  readonly #drops: DropCounter;
  readonly #masters = new Map<string, KnownMaster>();
  #cancelStep: Cancel = () => {};
  #lastStatusMs: Ms = Number.NEGATIVE_INFINITY;
  #reported = '';
  #reportedCurrentA: PhaseAmps = [0, 0, 0];
  #enforced = '';
  #hadMaster = false;
  #applied: Enforced = { limitA: 0, reason: 'booting', phases: 0 };

  constructor(options: SlaveOptions) {
    this.#options = options;
    const { auth, facts, logger } = options;
    this.#channel = new Channel({ networkId: facts.networkId, bootId: facts.bootId, hears: ['beacon', 'grant'], auth });
    this.#drops = new DropCounter(logger);
    this.core = new SlaveCore(facts, this.#now());
  }

  /** What the charge point was told last. */
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

  /** Whole milliseconds: the time that travels is the time that is compared. */
  #now(): Ms {
    return Math.floor(this.#options.clock.monotonicMs());
  }

  #step(): void {
    const nowMs = this.#now();
    this.#forgetMasters(nowMs);
    this.#apply(nowMs);
    this.#report(nowMs);
    this.#drops.tell(nowMs);
    const untilChangeMs = (this.core.nextChangeMs(nowMs) ?? Number.POSITIVE_INFINITY) - nowMs;
    this.#cancelStep = this.#options.timers.after(Math.min(STEP_MS, untilChangeMs), () => this.#step());
  }

  /** Looks at the charge point and enforces what holds now. */
  #apply(nowMs: Ms): void {
    const { charger, logger, facts } = this.#options;
    this.core.observe(charger.snapshot(nowMs), nowMs);
    this.#applied = this.core.enforced(nowMs);
    const { limitA, reason } = this.#applied;
    const text = `${limitA} A (${reason})`;
    if (text === this.#enforced) return;
    charger.setLimit(limitA, nowMs);
    logger.log('info', 'ENFORCED', `${facts.chargePointId} ${this.#enforced || 'start'} -> ${text}`, {
      limitA,
      reason,
    });
    this.#enforced = text;
  }

  /** Sends a STATUS when one is due: heartbeat, or something that the master should know at once. */
  #report(nowMs: Ms): void {
    const status = this.core.status(nowMs);
    const moved = PHASES.some((p) => Math.abs(status.currentA[p] - this.#reportedCurrentA[p]) >= REPORT_CHANGE_A);
    const isDue = nowMs - this.#lastStatusMs >= HEARTBEAT_MS;
    if (isDue || moved || essenceOf(status) !== this.#reported) this.#sendStatus(nowMs);
  }

  #sendStatus(nowMs: Ms): void {
    const status = this.core.status(nowMs);
    this.#lastStatusMs = nowMs;
    this.#reported = essenceOf(status);
    this.#reportedCurrentA = status.currentA;
    for (const { address, keyId } of this.#masters.values()) {
      this.#options.net.send(address, this.#channel.seal(status, keyId));
    }
  }

  #hear(bytes: Uint8Array, from: PeerAddress): void {
    const nowMs = this.#now();
    const opened = this.#channel.open(bytes, from, nowMs);
    if (!opened.ok) {
      this.#drops.count(opened.error, from.host, nowMs);
      return;
    }
    const { message, keyId } = opened.value;
    if (message.type === 'beacon') this.#hearBeacon(message, from, keyId);
    if (message.type === 'grant') this.#hearGrant(message, from);
  }

  #hearBeacon({ masterId, bootId, epoch }: Beacon, address: PeerAddress, heardKeyId: number): void {
    const nowMs = this.#now();
    const key = nameOf(address);
    const known = this.#masters.get(key);
    this.#masters.delete(key);
    if (this.#masters.size >= MASTERS_MAX) this.#forgetOldest();
    const isSameBoot = known?.bootId === bootId;
    const keyId = isSameBoot ? Math.max(known.keyId, heardKeyId) : heardKeyId;
    const hasGranted = known?.hasGranted === true;
    this.#masters.set(key, { address, masterId, bootId, heardAtMs: nowMs, keyId, hasGranted });
    this.#hadMaster = true;
    if (isSameBoot) return;
    const { logger, facts } = this.#options;
    const text = `${facts.chargePointId} heard master ${masterId} at ${key} (epoch ${epoch})`;
    logger.log('info', 'MASTER_FOUND', text, { masterId, address: key, epoch });
    this.#sendStatus(nowMs);
  }

  #forgetOldest(): void {
    const byWorth = (a: KnownMaster, b: KnownMaster): number =>
      Number(a.hasGranted) - Number(b.hasGranted) || a.heardAtMs - b.heardAtMs;
    const least = [...this.#masters].sort(([, a], [, b]) => byWorth(a, b))[0];
    if (least) this.#masters.delete(least[0]);
  }

  #forgetMasters(nowMs: Ms): void {
    for (const [key, master] of this.#masters) {
      if (nowMs - master.heardAtMs > MASTER_FORGOTTEN_MS) this.#masters.delete(key);
    }
    if (!this.#hadMaster || this.#masters.size > 0) return;
    this.#hadMaster = false;
    const { logger, facts } = this.#options;
    const text = `${facts.chargePointId} hears no master; at most ${facts.disconnectedLimitA} A from now on`;
    logger.log('warn', 'MASTER_LOST', text, {});
  }

  #hearGrant(grant: Grant, from: PeerAddress): void {
    const nowMs = this.#now();
    if (this.core.hearGrant(grant, nowMs) !== 'accepted') return;
    const master = this.#masters.get(nameOf(from));
    if (master) this.#masters.set(nameOf(from), { ...master, hasGranted: true });
    this.#apply(nowMs);
    this.#sendStatus(nowMs);
  }
}

function nameOf({ host, port }: PeerAddress): string {
  return `${host}:${port}`;
}

/** What the master should know at once when it changes. */
function essenceOf({ state, sessionId, usedPhases, enforcedA }: Status): string {
  return `${state} ${sessionId} ${usedPhases} ${enforcedA}`;
}
