/**
 * Plays months of a site with the product's own master and slaves in the virtual world. Time is short cut where nothing is lost by
 * it: docs/evaluation.md says how, and what it changes.
 */
import { defined } from '../src/base/assert.js';
import { hasPhase } from '../src/base/rotation.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, type PhaseAmps } from '../src/base/units.js';
import type { SlaveRecord } from '../src/dlm/group/slave-record.js';
import { UNUSED_MAX_MS } from '../src/dlm/sharing/turns.js';
import type { SlaveBox } from '../src/sim/world/slave-box.js';
import { World, type WorldPorts } from '../src/sim/world/world.js';
import { byChargePoint, type FlatSession, flatSessions } from './flat.js';
import { FuseWatch } from './fuse-watch.js';
import { Guest } from './guest.js';
import { idOf, METER_NOISE_A, scenarioOf } from './managed-site.js';
import type { Delivered, EvaluationSite, Sharing } from './site.js';

/** A minute is played until nothing has changed for so long; in the rest of it everybody goes on with what he has then. */
export const PLAYED_S = 8;
/** Longer than a master that starts counts anybody in full. */
const STARTUP_MS: Ms = 70_000;
const SECOND_MS: Ms = 1000;

/** What is played: the real thing, or with something left out to see what it costs. */
export interface PlayForm {
  readonly seed: number;
  /** 60: all of it. */
  readonly playedS: number;
  /** The last tenth of each demand is charged with falling current. */
  readonly hasTaper: boolean;
  /** Whoever is full drives away at once. */
  readonly fullLeave: boolean;
}

export interface ManagedDelivered extends Delivered {
  readonly trips: number;
  /** What the fuse saw of the vehicles: the same energy, counted elsewhere. */
  readonly seenWh: number;
  readonly playedHours: number;
}

interface Arrival extends FlatSession {
  readonly index: number;
  readonly boxId: string;
}

export class ManagedPlay {
  readonly #site: EvaluationSite;
  readonly #form: PlayForm;
  readonly #world: World;
  readonly #watch: FuseWatch;
  readonly #energyWh: number[];
  readonly #arrivals: readonly Arrival[];
  #next = 0;
  #guests = new Map<number, Guest>();
  /** On, with nobody there any more. */
  readonly #leaving = new Set<SlaveBox>();
  /** Nothing that the master does can have changed since the last minute that was played. */
  #isSteady = false;
  #changedAtMs: Ms = 0;
  #situation: string | undefined;
  #isSettingBuilding = false;

  constructor(site: EvaluationSite, sharing: Sharing, form: PlayForm, ports: WorldPorts) {
    this.#site = site;
    this.#form = form;
    this.#world = new World(scenarioOf(site, sharing, form.playedS), form.seed, ports);
    // The digest of every datagram is for those who hunt for faults.
    this.#world.network.onSend = () => {};
    this.#watch = new FuseWatch(site.fuseA, defined(this.#world.copper.conductors[0], 'fuse'));
    const boxOf = new Map(site.chargePoints.map((point, index) => [point, idOf(index)]));
    const all = flatSessions(site).map((session, index) =>
      Object.assign({ ...session }, { index, boxId: boxOf.get(session.chargePoint) ?? '' }),
    );
    this.#energyWh = all.map(() => 0);
    this.#arrivals = all.sort((a, b) => a.arriveMinute - b.arriveMinute);
    this.#world.onFlow = () => {
      this.#watch.before(this.#world.time.nowMs);
      if (this.#isSettingBuilding) return;
      this.#isSteady = false;
      this.#changedAtMs = this.#world.time.nowMs;
    };
  }

  async play(onProgress: (share: number) => void): Promise<ManagedDelivered> {
    await this.#start();
    for (let minute = 0; minute < this.#site.minutes; ) {
      onProgress(this.#next / this.#arrivals.length);
      this.#comeAndGo(minute);
      if (this.#wanting().length > 0) await this.#minute(minute);
      minute = this.#nextMinute(minute);
    }
    this.#comeAndGo(this.#site.minutes);
    const use = this.#watch.gauge.use();
    const { trips, seenWh } = this.#watch;
    const playedHours = this.#world.time.nowMs / 3_600_000;
    return { energyWh: byChargePoint(this.#site, this.#energyWh), use, trips, seenWh, playedHours };
  }

  /** Every box is on once, so that the master knows it; then those without a vehicle are without power. */
  async #start(): Promise<void> {
    this.#world.start();
    for (const box of this.#world.boxes.values()) this.#leaving.add(box);
    await this.#world.run(STARTUP_MS);
    this.#switchOff();
  }

  #wanting(): readonly Guest[] {
    return [...this.#guests.values()].filter(({ isFull }) => !isFull);
  }

  /** While nobody wants energy time passes without anything. */
  #nextMinute(minute: number): number {
    if (this.#wanting().length > 0) return minute + 1;
    return Math.max(minute + 1, this.#arrivals[this.#next]?.arriveMinute ?? this.#site.minutes);
  }

  #comeAndGo(minute: number): void {
    for (const [index, guest] of this.#guests) {
      const isGone = guest.session.leaveMinute <= minute || (guest.isFull && this.#form.fullLeave);
      if (isGone) this.#leave(index, guest);
    }
    for (;;) {
      const arrival = this.#arrivals[this.#next];
      if (!arrival || arrival.arriveMinute > minute) return;
      this.#next += 1;
      if (arrival.leaveMinute > minute) this.#arrive(arrival);
    }
  }

  #arrive(arrival: Arrival): void {
    const box = this.#world.box(arrival.boxId);
    if (!box.isOn) box.boot();
    this.#leaving.delete(box);
    const seed = this.#form.seed + arrival.index;
    this.#guests.set(arrival.index, new Guest(arrival, box, seed, this.#form.hasTaper));
    this.#isSteady = false;
  }

  #leave(index: number, guest: Guest): void {
    this.#energyWh[index] = guest.deliveredWh;
    guest.unplug();
    this.#guests.delete(index);
    this.#leaving.add(guest.box);
    this.#isSteady = false;
  }

  async #minute(minute: number): Promise<void> {
    const buildingA = this.#site.buildingA(minute);
    const situation = this.#situationOf(buildingA);
    const isSame = this.#isSteady && situation !== undefined && situation === this.#situation;
    this.#situation = situation;
    this.#setBuilding(buildingA);
    const playedS = isSame ? 0 : await this.#playSeconds();
    this.#passOver(60 - playedS);
  }

  #setBuilding(buildingA: PhaseAmps): void {
    this.#isSettingBuilding = true;
    this.#world.copper.setBuilding(0, buildingA);
    this.#isSettingBuilding = false;
  }

  /** Seconds that were played: until nothing happens any more. */
  async #playSeconds(): Promise<number> {
    const { time } = this.#world;
    const { playedS } = this.#form;
    this.#isSteady = true;
    this.#changedAtMs = time.nowMs;
    let seconds = 0;
    while (seconds < 60 && (time.nowMs - this.#changedAtMs < playedS * SECOND_MS || this.#isUnsettled())) {
      await this.#world.run(time.nowMs + SECOND_MS);
      seconds += 1;
      this.#watch.before(time.nowMs);
      for (const guest of this.#guests.values()) guest.look();
      this.#switchOff();
    }
    return seconds;
  }

  /** What must not be drawn out: more than the fuse carries, the waits after a pause or a raise, offers that nobody takes. */
  #isUnsettled(): boolean {
    if (Math.max(...this.#watch.totalA()) > this.#site.fuseA) return true;
    const { nowMs } = this.#world.master('master');
    const records = [...this.#guests.values()].map(({ box }) => this.#recordOf(box.id));
    if (records.some((record) => isOfferedInVain(record, nowMs))) return true;
    return this.#wanting().some(({ box }) => isHeldForMoments(this.#recordOf(box.id), nowMs));
  }

  /** What is not played of a minute. Whoever becomes full in it stops then. */
  #passOver(seconds: number): void {
    const { copper } = this.#world;
    const flows = this.#wanting().map((guest) => ({ guest, currentA: guest.currentA(copper) }));
    const ends = flows.map(({ guest, currentA }) => Math.min(seconds, guest.secondsLeft(currentA)));
    let fromS = 0;
    for (const toS of [...new Set([...ends, seconds])].sort((a, b) => a - b)) {
      const charging = flows.filter((_, at) => (ends[at] ?? 0) >= toS);
      this.#watch.passOver(sumA(charging), (toS - fromS) / 60);
      fromS = toS;
    }
    for (const { guest, currentA } of flows) guest.goOn(currentA, seconds);
    // Turns and falling currents go on, and whoever is full has to be heard.
    if (flows.some(({ guest, currentA }) => currentA === 0 || guest.isFull || guest.isTapering)) this.#isSteady = false;
  }

  /**
   * What the master's division goes by: whole steps, and more than all can take is no difference. `undefined` where the meter may
   * show one step more or less.
   */
  #situationOf(buildingA: PhaseAmps): string | undefined {
    const roomsA = mapPhases((p) => Math.min(this.#mostA(p), this.#site.fuseA - buildingA[p]));
    const stepsA = roomsA.map((roomA) => Math.floor(roomA + METER_NOISE_A));
    return roomsA.every((roomA, p) => Math.floor(roomA - METER_NOISE_A) === stepsA[p]) ? stepsA.join() : undefined;
  }

  #mostA(phase: 0 | 1 | 2): Amps {
    let sumA = 0;
    for (const { session } of this.#guests.values()) if (hasPhase(session.phases, phase)) sumA += session.maxA;
    return sumA;
  }

  #recordOf(id: string): SlaveRecord | undefined {
    return this.#world.master('master').runtime?.controller.records.find((record) => record.id === id);
  }

  /** Boxes without a vehicle, once they have followed a grant of 0 A: with a disconnected limit of 0 they cost nothing then. */
  #switchOff(): void {
    if (this.#leaving.size === 0) return;
    const { nowMs } = this.#world.master('master');
    const { leaseMs } = this.#world.scenario.config.site;
    for (const box of this.#leaving) {
      const record = this.#recordOf(box.id);
      const isStill = record?.grants.last?.limitA === 0 && record.account.enforced.limitA === 0;
      if (!isStill || box.enforced.limitA > 0 || !record.account.isAcknowledged(nowMs, leaseMs)) continue;
      box.powerOff();
      this.#leaving.delete(box);
    }
  }
}

/** It takes nothing of its offer, which will be withdrawn if others need it. */
function isOfferedInVain(record: SlaveRecord | undefined, nowMs: Ms): boolean {
  const unusedSinceMs = record?.service.unusedSinceMs;
  return unusedSinceMs !== undefined && nowMs - unusedSinceMs < UNUSED_MAX_MS;
}

function sumA(flows: readonly { readonly guest: Guest; readonly currentA: Amps }[]): PhaseAmps {
  return flows.reduce<PhaseAmps>(
    (sum, { guest, currentA }) => mapPhases((p) => sum[p] + (hasPhase(guest.session.phases, p) ? currentA : 0)),
    NO_AMPS,
  );
}

/** The pause that follows a shortage, and a raise within 10 s of the last one. */
function isHeldForMoments(record: SlaveRecord | undefined, nowMs: Ms): boolean {
  if (!record) return false;
  const { service, reason } = record;
  return service.pausedUntilMs > nowMs || (reason.kind === 'calming' && reason.held === 'raised');
}
