/**
 * The master's loop: hears datagrams and meters, ticks once per sample period (or at once when the worst case no longer
 * fits), sends the grants and hands a snapshot to whoever shows it. All time and all wires come in as ports.
 */
import type { Logger } from '../base/logger.js';
import type { Beacon, BootId } from '../base/messages.js';
import type { Ms, PhaseAmps } from '../base/units.js';
import { mapPhases } from '../base/units.js';
import { type Auth, Channel, NO_KEY } from '../discovery/auth.js';
import { Controller, type Heard } from '../dlm/controller.js';
import type { Site } from '../dlm/types.js';
import type { BroadcastPort, PeerAddress } from '../ports/datagram-port.js';
import type { StateStore } from '../ports/state-store.js';
import type { CommandPort } from '../ports/commands.js';
import type { SiteStatus, StatusSink } from '../ports/status-sink.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { DropCounter } from './drop-counter.js';
import { MasterCommands } from './commands.js';
import { MemoryKeeper } from './memory-keeper.js';
import type { PollerEvent } from './poller.js';
import { type MeterBoard, siteStatus } from './site-status.js';

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
  readonly net: BroadcastPort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly sinks: readonly StatusSink[];
  /** Absent: nothing is kept over a restart. */
  readonly store?: StateStore;
  /** Absent: datagrams are not signed. */
  readonly auth?: Auth | undefined;
  readonly meters: MeterBoard;
  /** Called at the end of each good cycle; one line for people can be had. */
  readonly onTick?: (nowMs: Ms, summary: () => string) => void;
}

export class MasterRuntime {
  readonly controller: Controller;
  readonly commands: CommandPort;
  readonly #options: MasterOptions;
  readonly #addresses = new Map<string, PeerAddress>();
  /** The key id that each charge point signs with. */
  readonly #keyIds = new Map<string, number>();
  readonly #channel: Channel;
  readonly #drops: DropCounter;
  readonly #keeper: MemoryKeeper;
  readonly #stuckMeters = new Set<string>();
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
    this.#keeper = new MemoryKeeper(options);
    const { site, masterId, bootId, rank, clock, auth } = options;
    this.#channel = new Channel({ networkId: site.networkId, bootId, hears: ['beacon', 'status'], auth });
    this.controller = new Controller({ site, masterId, bootId, rank, ...this.#keeper.load() }, clock.monotonicMs());
    this.commands = new MasterCommands({
      controller: this.controller,
      keeper: this.#keeper,
      addresses: this.#addresses,
      now: () => this.#now(),
      status: () => this.#status(),
    });
  }

  start(): void {
    this.#isRunning = true;
    this.#options.net.subscribe((bytes, from) => this.#hear(bytes, from));
    this.#beacon();
    this.#tickAfter(GATHER_MS);
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelBeacon();
    this.#cancelTick();
    this.#drops.tellRest();
  }

  #now(): Ms {
    return this.#options.clock.monotonicMs();
  }

  #beacon(): void {
    const { net, timers, site, masterId, bootId, rank } = this.#options;
    const { epoch } = this.controller.mastership;
    const active = this.isActive;
    const { networkId } = site;
    for (const keyId of this.#channel.keyIds) {
      net.broadcast(this.#channel.seal({ type: 'beacon', networkId, masterId, bootId, rank, epoch, active }, keyId));
    }
    this.#saidActive = active;
    this.#beaconAtMs = this.#now();
    this.#beaconsSent += 1;
    const periodMs = this.#beaconsSent < BEACON_FIRST_COUNT ? BEACON_FIRST_MS : BEACON_PERIOD_MS;
    this.#cancelBeacon = timers.after(periodMs, () => this.#beacon());
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

  #hear(bytes: Uint8Array, from: PeerAddress): void {
    const nowMs = this.#now();
    const opened = this.#channel.open(bytes, from, nowMs);
    if (!opened.ok) {
      this.#drops.count(opened.error, from.host, nowMs);
      return;
    }
    const { message, keyId } = opened.value;
    if (message.type === 'beacon') this.#hearBeacon(message, nowMs);
    if (message.type !== 'status') return;
    const heard = this.controller.hearStatus(message, nowMs);
    if (heard.isCurrent) {
      this.#addresses.set(message.chargePointId, from);
      this.#keyIds.set(message.chargePointId, keyId);
    }
    if (heard.probe) this.#options.net.send(from, this.#channel.seal(heard.probe, keyId));
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

  /** What a meter's poller tells. */
  hearMeter(event: PollerEvent): void {
    const { logger } = this.#options;
    const { meterId } = event;
    switch (event.kind) {
      case 'sample':
        this.#hearSample(event);
        return;
      case 'suspect':
        this.controller.doubtMeter(meterId);
        return;
      case 'overload':
        this.#after(this.controller.hearOverload(meterId, knownCurrents(event.currentA), this.#now()), 0);
        return;
      case 'stuck':
        this.#tellStuck(meterId, event.isStuck);
        return;
      case 'pace':
        this.#tellPace(meterId, event);
        return;
      case 'lost':
        logger.log('error', 'METER_LOST', `meter ${meterId} lost: ${event.reason}; fallback holds`, { meter: meterId });
        this.controller.alarms.set('METER_LOST', `${meterId}: ${event.reason}`, this.#now());
        this.#after(this.controller.loseMeter(meterId, this.#now()), 0);
        return;
      case 'recovered':
        logger.log('info', 'METER_OK', `meter ${meterId} gives good values`, { meter: meterId });
        this.controller.alarms.set('METER_LOST', this.#lostMeterText(), this.#now());
        return;
      case 'error':
        logger.log('warn', 'METER_ERROR', `meter ${meterId}: ${event.text}`, { meter: meterId });
    }
  }

  #hearSample(event: Extract<PollerEvent, { readonly kind: 'sample' }>): void {
    const { meterId, reading, sampledAtMs, updateMs, periodMs } = event;
    const sample = { currentA: knownCurrents(reading.currentA), sampledAtMs, updateMs, periodMs };
    this.#after(this.controller.hearMeter(meterId, sample, this.#now()), 0);
  }

  #tellStuck(meterId: string, isStuck: boolean): void {
    if (isStuck) this.#stuckMeters.add(meterId);
    else this.#stuckMeters.delete(meterId);
    const names = [...this.#stuckMeters].join(', ');
    this.controller.alarms.set('METER_STUCK', names === '' ? undefined : `values stand still: ${names}`, this.#now());
    const text = isStuck
      ? `meter ${meterId} shows the same values for 30 s although the charge points changed; lost after a minute`
      : `the values of meter ${meterId} move again`;
    this.#options.logger.log(isStuck ? 'warn' : 'info', 'METER_STUCK', text, { meter: meterId });
  }

  #tellPace(meterId: string, { everyMs, isSlow }: { readonly everyMs: Ms; readonly isSlow: boolean }): void {
    const why = isSlow ? 'its answers take longer than its period' : 'its answers are fast enough again';
    const text = `meter ${meterId} is read every ${everyMs} ms: ${why}`;
    this.#options.logger.log(isSlow ? 'warn' : 'info', 'METER_SLOW', text, { meter: meterId, everyMs });
  }

  #lostMeterText(): string | undefined {
    const lost = this.#options.meters.list(this.#now()).filter((meter) => !meter.online);
    return lost.length > 0 ? `lost: ${lost.map((meter) => meter.id).join(', ')}` : undefined;
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
    this.#cancelTick = this.#options.timers.after(delayMs, () => this.#tick());
  }

  /** After a standstill timers fire before the sockets are read: once, the cycle waits until they were. */
  #tick(mayWait = true): void {
    const nowMs = this.#now();
    if (mayWait && nowMs - this.#nextTickMs > STOOD_STILL_MS) {
      this.#nextTickMs = nowMs + GATHER_MS;
      this.#cancelTick = this.#options.timers.after(GATHER_MS, () => this.#tick(false));
      return;
    }
    this.#nextTickMs = Number.POSITIVE_INFINITY;
    for (const grant of this.controller.decide(nowMs)) {
      const address = this.#addresses.get(grant.chargePointId);
      const keyId = this.#keyIds.get(grant.chargePointId) ?? NO_KEY;
      if (address) this.#options.net.send(address, this.#channel.seal(grant, keyId));
    }
    this.#tellRole();
    this.#tickAfter(this.#options.site.samplePeriodMs);
    this.#tell();
    this.#drops.tell(nowMs);
    this.#keeper.keep(this.controller);
    this.#show(nowMs);
  }

  #tell(): void {
    for (const { level, event, message, fields } of this.controller.drainNotices()) {
      this.#options.logger.log(level, event, message, fields);
    }
  }

  #status(): SiteStatus {
    const { clock, version, meters } = this.#options;
    const { controller } = this;
    const keyIds = this.#channel.isSigned ? this.#keyIds : undefined;
    return siteStatus({ controller, meters, keyIds, version, nowMs: this.#now(), wallMs: clock.wallMs() });
  }

  #show(nowMs: Ms): void {
    const { sinks, onTick } = this.#options;
    const status = sinks.length > 0 ? this.#status() : undefined;
    if (status) for (const sink of sinks) sink.publish(status);
    onTick?.(nowMs, () => summaryOf(status ?? this.#status()));
  }
}

function summaryOf({ role, epoch, slavesOnline, slavesKnown }: SiteStatus): string {
  return `${role}, epoch ${epoch}, ${slavesOnline} of ${slavesKnown} charge points online`;
}

/** A phase that the model does not measure counts as no load of its own. */
function knownCurrents(currentA: readonly [number | null, number | null, number | null]): PhaseAmps {
  return mapPhases((p) => currentA[p] ?? 0);
}
