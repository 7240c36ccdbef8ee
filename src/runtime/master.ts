/**
 * The master's loop: hears datagrams and meters, ticks once per sample period (or at once when the worst case no longer
 * fits), sends the grants and hands a snapshot to whoever shows it. All time and all wires come in as ports.
 */
import { type Carrier, carryOut } from '../base/carrier.js';
import { errorText } from '../base/error-text.js';
import type { Logger } from '../base/logger.js';
import type { Beacon, BootId, Grant, Status } from '../base/messages.js';
import type { Ms, PhaseAmps } from '../base/units.js';
import { type Auth, Channel, NO_KEY } from '../discovery/auth.js';
import { Controller } from '../dlm/controller.js';
import type { Heard } from '../dlm/heard.js';
import type { Site } from '../dlm/types.js';
import type { BroadcastPort, PeerAddress } from '../ports/datagram-port.js';
import type { Section14aLog } from '../ports/section-14a-log.js';
import type { StateStore } from '../ports/state-store.js';
import type { CommandPort } from '../ports/commands.js';
import type { SiteStatus, StatusSink } from '../ports/status-sink.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { DropCounter } from './drop-counter.js';
import { MasterCommands } from './commands.js';
import { MemoryKeeper } from './memory-keeper.js';
import { MeterEvents } from './meter-events.js';
import type { PollerEvent } from './poller.js';
import { type Door, recordedCommands, recordedStore } from './recorder/ports.js';
import type { HeardInput, HeardMessage, InputNews, MasterInput, MasterOutput, Recorder } from './recorder/types.js';
import { type MeterBoard, siteStatus, slaveCounts } from './site-status.js';
import { UnreadPeers } from './unread-peers.js';

/** BEACONs come closer together at first, so that slaves answer at once. */
const BEACON_FIRST_MS: Ms = 500;
const BEACON_FIRST_COUNT = 10;
const BEACON_PERIOD_MS: Ms = 2_000;
/** Several slaves that call at the same moment are answered by one cycle. */
const GATHER_MS: Ms = 20;
/** A cycle that comes this much late: the process stood still, and what was said meanwhile waits in the sockets. */
const STOOD_STILL_MS: Ms = 1_000;

export interface MasterOptions {
  readonly site: Site;
  readonly version: string;
  readonly masterId: string;
  readonly bootId: BootId;
  /** 0, or more for a standby: it takes over when the other masters are silent. */
  readonly rank: number;
  /** It decided until a moment ago, and starts anew with another configuration. */
  readonly wasActive?: boolean | undefined;
  readonly net: BroadcastPort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly sinks: readonly StatusSink[];
  /** Absent: nothing is kept over a restart. */
  readonly store?: StateStore;
  /** Absent: what the grid operator asks is told to the log of the daemon alone. */
  readonly section14aLog?: Section14aLog;
  /** Absent: datagrams are not signed. */
  readonly auth?: Auth | undefined;
  readonly meters: MeterBoard;
  /** Absent: nothing is recorded. */
  readonly recorder?: Recorder | undefined;
  /** Called at the end of each good cycle; one line for people can be had. */
  readonly onTick?: (nowMs: Ms, summary: () => string) => void;
}

export class MasterRuntime {
  readonly controller: Controller;
  readonly commands: CommandPort;
  readonly #options: MasterOptions;
  readonly #logger: Logger;
  readonly #addresses = new Map<string, PeerAddress>();
  /** The key id that each charge point signs with. */
  readonly #keyIds = new Map<string, number>();
  readonly #channel: Channel;
  readonly #drops: DropCounter;
  readonly #unread = new UnreadPeers();
  readonly #keeper: MemoryKeeper;
  readonly #meterEvents: MeterEvents;
  #beaconsSent = 0;
  #cancelBeacon: Cancel = () => {};
  #cancelTick: Cancel = () => {};
  #nextTickMs: Ms = Number.POSITIVE_INFINITY;
  #beaconAtMs: Ms = Number.NEGATIVE_INFINITY;
  /** What the last BEACON said. */
  #saidActive = false;
  #isRunning = false;

  constructor(options: MasterOptions) {
    this.#options = options;
    this.#drops = new DropCounter(options.logger);
    this.#logger = { log: (...line) => this.#log(...line) };
    const { site, masterId, bootId, rank, auth, clock, store } = options;
    const door: Door = { during: (input, act) => this.#during(input, act), put: (output) => this.#put(output) };
    this.#keeper = new MemoryKeeper({
      ...(store && { store: recordedStore(store, door) }),
      clock: { monotonicMs: () => this.#now(), wallMs: () => clock.wallMs() },
      logger: this.#logger,
    });
    this.#channel = new Channel({
      networkId: site.networkId,
      bootId,
      hears: ['beacon', 'status', 'ask', 'tell'],
      auth,
    });
    const kept = { ...this.#keeper.load(), ...(options.wasActive && { wasActive: true }) };
    const create = (): Controller => new Controller({ site, masterId, bootId, rank, ...kept }, this.#now());
    this.controller = this.#during({ kind: 'load', ...kept }, create);
    this.#meterEvents = new MeterEvents({ controller: this.controller, logger: this.#logger });
    const commands = new MasterCommands({
      controller: this.controller,
      keeper: this.#keeper,
      addresses: this.#addresses,
      now: () => this.#now(),
      status: () => this.#status(),
      unread: this.#unread,
      isSigned: this.#channel.isSigned,
      onSet: () => this.#tickAfter(0),
      hear: (news) => this.hear(news),
    });
    this.commands = recordedCommands(commands, door);
  }

  start(): void {
    this.#options.net.subscribe((bytes, from) => this.#open(bytes, from));
    this.hear({ kind: 'start' });
  }

  #start(): void {
    this.#isRunning = true;
    this.#beacon();
    this.#tickAfter(GATHER_MS);
  }

  /** All that changes in here, and is not the wire's: what a recording begins with. */
  carry(carrier: Carrier): void {
    carrier.part('controller', this.controller);
    carrier.part('keeper', this.#keeper);
    carrier.values('addresses', this.#addresses);
    carrier.values('keyIds', this.#keyIds);
    this.#meterEvents.carry(carrier);
    this.#beaconsSent = carrier.value('beaconsSent', this.#beaconsSent);
    this.#nextTickMs = carrier.value('nextTickMs', this.#nextTickMs);
    this.#beaconAtMs = carrier.value('beaconAtMs', this.#beaconAtMs);
    this.#saidActive = carrier.value('saidActive', this.#saidActive);
    this.#isRunning = carrier.value('isRunning', this.#isRunning);
  }

  /** The door for all that comes from outside, but for commands: what is recorded, and what a replay hands in again. */
  hear(input: HeardInput): void {
    this.#during(input, () => this.#take(input));
  }

  #during<T>(input: MasterInput, act: () => T): T {
    const { recorder } = this.#options;
    if (!recorder) return act();
    recorder.begin(input);
    try {
      return act();
    } catch (error) {
      recorder.output({ kind: 'crash', message: errorText(error) });
      throw error;
    } finally {
      recorder.end(() => (this.#keeper.isSaving ? undefined : carryOut(this)));
    }
  }

  #take(input: HeardInput): void {
    switch (input.kind) {
      case 'message':
        this.#hearMessage(input);
        return;
      case 'meter':
        this.#after(this.#meterEvents.hear(input.event, this.#now()), 0);
        return;
      case 'input':
        this.#hearInput(input, this.#now());
        return;
      case 'tick':
        this.#tick(input);
        return;
      case 'beacon':
        this.#beacon();
        return;
      case 'start':
        this.#start();
    }
  }

  #hearMessage({ message, from, keyId }: HeardMessage): void {
    if (message.type === 'status') {
      this.#hearStatus(message, from, keyId);
      return;
    }
    const nowMs = this.#now();
    if (message.type === 'beacon') this.#hearBeacon(message, nowMs);
    for (const answer of this.controller.exchange.hear(message, nowMs)) {
      this.#put({ kind: 'exchange', message: answer });
      this.#options.net.send(from, this.#channel.seal(answer, keyId));
    }
  }

  #put(output: MasterOutput): void {
    this.#options.recorder?.output(output);
  }

  #log(...[level, event, message, fields]: Parameters<Logger['log']>): void {
    this.#put({ kind: 'log', level, event, message });
    this.#options.logger.log(level, event, message, fields);
  }

  #arm(delayMs: Ms, input: () => HeardInput): Cancel {
    this.#put({ kind: 'timer', delayMs });
    return this.#options.timers.after(delayMs, () => this.hear(input()));
  }

  /** The calendar comes in with the timer: a replay has no clock of its own. */
  #armTick(delayMs: Ms, mayWait: boolean): Cancel {
    return this.#arm(delayMs, () => ({ kind: 'tick', mayWait, wallMs: this.#options.clock.wallMs() }));
  }

  #send(to: PeerAddress, grant: Grant, keyId: number): void {
    this.#put({ kind: 'grant', grant });
    this.#options.net.send(to, this.#channel.seal(grant, keyId));
  }

  /** The state file is being written. */
  get isSaving(): boolean {
    return this.#keeper.isSaving;
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelBeacon();
    this.#cancelTick();
    this.#drops.tellRest();
  }

  #now(): Ms {
    const { clock, recorder } = this.#options;
    const nowMs = clock.monotonicMs();
    return recorder ? recorder.time(nowMs) : nowMs;
  }

  #beacon(): void {
    const { net, site, masterId, bootId, rank } = this.#options;
    const { epoch } = this.controller.mastership;
    const active = this.isActive;
    const { networkId } = site;
    const { version: settings } = this.controller.limits.settings;
    this.#put({ kind: 'beacon', epoch, active, settings });
    const beacon: Beacon = { type: 'beacon', networkId, masterId, bootId, rank, epoch, active, settings };
    for (const keyId of this.#channel.keyIds) net.broadcast(this.#channel.seal(beacon, keyId));
    this.#saidActive = active;
    this.#beaconAtMs = this.#now();
    this.#beaconsSent += 1;
    const periodMs = this.#beaconsSent < BEACON_FIRST_COUNT ? BEACON_FIRST_MS : BEACON_PERIOD_MS;
    this.#cancelBeacon = this.#arm(periodMs, () => ({ kind: 'beacon' }));
  }

  /** What the charge points draw that a meter sees; `undefined` where it sees none. */
  drawnBehindA(meterId: string): PhaseAmps | undefined {
    return this.controller.drawnBehindA(meterId, this.#now());
  }

  get isActive(): boolean {
    return !this.controller.mastership.isPassive(this.#now());
  }

  /** The other masters must know at once. */
  #tellRole(): void {
    if (this.isActive === this.#saidActive) return;
    this.#cancelBeacon();
    this.#beacon();
  }

  #open(bytes: Uint8Array, from: PeerAddress): void {
    const nowMs = this.#now();
    const result = this.#channel.open(bytes, from, nowMs);
    if (!result.ok) this.#unread.note(bytes, from, result.error, nowMs);
    const opened = this.#drops.passed(result, from.host, nowMs);
    if (!opened) return;
    const { message, keyId } = opened;
    if (message.type !== 'grant') this.hear({ kind: 'message', message, keyId, from });
  }

  #hearStatus(status: Status, from: PeerAddress, keyId: number): void {
    const heard = this.controller.hearStatus(status, this.#now());
    if (heard.isCurrent) {
      this.#addresses.set(status.chargePointId, from);
      this.#keyIds.set(status.chargePointId, keyId);
    }
    if (heard.probe) this.#send(from, heard.probe, keyId);
    this.#after(heard, GATHER_MS);
  }

  /** A newcomer learns at once who is here, before it raises its epoch above what the slaves follow. */
  #hearBeacon(beacon: Beacon, nowMs: Ms): void {
    const isNew = !this.controller.mastership.knows(beacon.masterId);
    this.controller.hearBeacon(beacon, nowMs);
    if (!isNew || nowMs - this.#beaconAtMs < BEACON_FIRST_MS) return;
    this.#cancelBeacon();
    this.#beacon();
  }

  /** A lowering is decided at once: as soon as the level has stood for its time. */
  #hearInput({ id, level, reason }: InputNews, nowMs: Ms): void {
    const { inputs } = this.controller.limits;
    if (level === 'lost') inputs.lose(id, reason ?? 'no values', nowMs);
    else inputs.hear(id, level, nowMs);
    this.#tickAfter(Math.max(GATHER_MS, inputs.dueInMs(nowMs)));
  }

  /** What a meter's poller tells. */
  hearMeter(event: PollerEvent): void {
    this.hear({ kind: 'meter', event });
  }

  #after(heard: Heard, delayMs: Ms): void {
    if (heard.isUrgent) this.#tickAfter(delayMs);
  }

  /** Moves the next cycle forward, never back. */
  #tickAfter(delayMs: Ms): void {
    const atMs = this.#now() + delayMs;
    if (!this.#isRunning || atMs >= this.#nextTickMs) return;
    this.#cancelTick();
    this.#nextTickMs = atMs;
    this.#cancelTick = this.#armTick(delayMs, true);
  }

  /** After a standstill timers fire before the sockets are read: once, the cycle waits until they were. */
  #tick({ mayWait, wallMs }: Extract<HeardInput, { kind: 'tick' }>): void {
    const nowMs = this.#now();
    if (mayWait && nowMs - this.#nextTickMs > STOOD_STILL_MS) {
      this.#nextTickMs = nowMs + GATHER_MS;
      this.#cancelTick = this.#armTick(GATHER_MS, false);
      return;
    }
    this.#nextTickMs = Number.POSITIVE_INFINITY;
    this.controller.limits.schedules.hearClock(wallMs, nowMs);
    for (const grant of this.controller.decide(nowMs)) {
      const address = this.#addresses.get(grant.chargePointId);
      const keyId = this.#keyIds.get(grant.chargePointId) ?? NO_KEY;
      if (address) this.#send(address, grant, keyId);
    }
    this.#tellRole();
    this.#tickAfter(this.#nextInMs(nowMs));
    this.#tell();
    for (const entry of this.controller.limits.section14a.drain()) this.#options.section14aLog?.add(entry, wallMs);
    this.#drops.tell(nowMs);
    this.#keeper.keep(this.controller);
    this.#show(nowMs);
  }

  /** The next cycle comes with the sample period, or sooner when a digital input may have changed by then. */
  #nextInMs(nowMs: Ms): Ms {
    const dueMs = Math.max(GATHER_MS, this.controller.limits.inputs.dueInMs(nowMs));
    return Math.min(this.#options.site.samplePeriodMs, dueMs);
  }

  #tell(): void {
    for (const { level, event, message, fields } of this.controller.drainNotices()) {
      this.#logger.log(level, event, message, fields);
    }
  }

  #status(): SiteStatus {
    const { clock, version, meters } = this.#options;
    const { controller } = this;
    const keyIds = this.#channel.isSigned ? this.#keyIds : undefined;
    return siteStatus({ controller, meters, keyIds, version, nowMs: this.#now(), wallMs: clock.wallMs() });
  }

  #show(nowMs: Ms): void {
    const { sinks, onTick, recorder } = this.#options;
    const status = sinks.length > 0 || recorder ? this.#status() : undefined;
    if (status) {
      this.#put({ kind: 'cycle', status });
      for (const sink of sinks) sink.publish(status);
    }
    onTick?.(nowMs, () => summaryOf(this.controller, nowMs));
  }
}

function summaryOf(controller: Controller, nowMs: Ms): string {
  const { mastership } = controller;
  const { slavesOnline, slavesKnown } = slaveCounts(controller, nowMs);
  return `${mastership.role(nowMs)}, epoch ${mastership.epoch}, ${slavesOnline} of ${slavesKnown} charge points online`;
}
