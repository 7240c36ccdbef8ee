/**
 * Polls one meter: a fixed period from start to start, one request at a time, patience with a meter that fails.
 * What the values are worth is the belief's business (meters/belief.ts); this is its clock and its voice.
 */
import { assert, failInvariant } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Rng } from '../base/rng.js';
import type { Amps, Ms, PerPhase, PhaseAmps, Volts } from '../base/units.js';
import { hearLie, hearMiss, hearReading, type MeterBelief, newBelief, passTime } from '../meters/belief.js';
import { AS_LABELLED, decodeReading, type Installation } from '../meters/decode.js';
import { liveliness, type Standstill, watchStandstill } from '../meters/frozen.js';
import type { MeterModel } from '../meters/model.js';
import { NoiseWatch } from '../meters/noise.js';
import { polledModel } from '../meters/polled.js';
import { planReads } from '../modbus/plan.js';
import type { BlockWords } from '../modbus/rows.js';
import type { MeterReading } from '../ports/meter-reading.js';
import type { BusError, ReadTerms, RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { IdentityWatch } from './identity-watch.js';
import { Pace } from './pace.js';
import { SettingWatch } from './setting-watch.js';

/** Pause before the next attempt on a meter that fails: drawn between these, the upper end doubling up to the last. */
const BACKOFF_MIN_MS: Ms = 500;
const BACKOFF_MAX_MS: Ms = 10_000;

/** "Illegal function" and "illegal data address": the register map does not fit; asking again soon changes nothing. */
const MISFIT_EXCEPTIONS: readonly number[] = [1, 2];

/** A value that may be an overload is asked for again no later than this. */
const CONFIRM_MS: Ms = 250;
/** Nothing carries far more than its fuse for longer: then the values are wrong, and only lost. */
const OVERLOAD_BELIEVED_MS: Ms = 300_000;
/** Registers are renewed at least so often where the model says nothing. */
const UPDATE_DEFAULT_MS: Ms = 1_000;
/** Different complaints that are remembered as told. */
const TOLD_MAX = 16;

export interface PollerOptions {
  readonly meterId: string;
  readonly model: MeterModel;
  /** Absent: connected as labelled, and every phase is needed. */
  readonly installation?: Installation;
  readonly unitId: number;
  readonly pollPeriodMs: Ms;
  /** For each request of a poll. */
  readonly timeoutMs: Ms;
  readonly maxAgeMs: Ms;
  /** The fuse at which the meter sits, where known: the measure of what can be true. */
  readonly limitA?: PhaseAmps;
  /** The voltage that the site says. Absent: 230. */
  readonly nominalV?: Volts | undefined;
}

export type PollerEvent =
  /** Good values of a meter that is believed. None are given out while it is lost. */
  | {
      readonly kind: 'sample';
      readonly meterId: string;
      readonly reading: MeterReading;
      /** When the request was sent. */
      readonly sampledAtMs: Ms;
      /** How much older than that the values may be: the meter's own period. */
      readonly updateMs: Ms;
      /** From this sample to the next one. */
      readonly periodMs: Ms;
      /** When any of its values last changed, as far as that is watched. */
      readonly movedAtMs: Ms;
    }
  /** Import far above the fuse, which may be an error: nothing is to be raised until the next event. */
  | { readonly kind: 'suspect'; readonly meterId: string }
  /** The same again: to be answered as an overload. The values are no sample. */
  | { readonly kind: 'overload'; readonly meterId: string; readonly currentA: PerPhase<Amps | null> }
  /** The values stand still although the charge points change; with `false` they move again. */
  | { readonly kind: 'stuck'; readonly meterId: string; readonly isStuck: boolean }
  /** It is read this often from now on: its answers take longer than the period, or no longer do. */
  | { readonly kind: 'pace'; readonly meterId: string; readonly everyMs: Ms; readonly isSlow: boolean }
  /** Many of its answers arrive damaged, by the last minute; with `false` no longer. */
  | { readonly kind: 'noise'; readonly meterId: string; readonly isNoisy: boolean; readonly damagedPercent: number }
  | { readonly kind: 'lost'; readonly meterId: string; readonly reason: string }
  /** Before the first sample too. */
  | { readonly kind: 'recovered'; readonly meterId: string }
  /** A read failed. Said once until something else is wrong or the meter recovers. */
  | { readonly kind: 'error'; readonly meterId: string; readonly text: string };

export interface PollerPorts {
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
  /** What the charge points draw that the meter sees; `undefined` while it sees none. */
  readonly drawnA?: () => PhaseAmps | undefined;
  /** Must not throw. */
  readonly emit: (event: PollerEvent) => void;
}

export class MeterPoller {
  readonly #options: PollerOptions;
  readonly #ports: PollerPorts;
  readonly #polled: MeterModel;
  readonly #plan: readonly RegisterBlock[];
  readonly #settings: SettingWatch;
  #belief: MeterBelief;
  #state: 'new' | 'running' | 'stopped' = 'new';
  /** When the poll of now was due. */
  #beatMs: Ms = 0;
  /** From a poll's beginning until the next one is scheduled: one at a time. */
  #isPolling = false;
  /** Polls in a row that the bus could not answer. */
  #busFailures = 0;
  #told: readonly string[] = [];
  #standstill: Standstill | null = null;
  #isStuck = false;
  readonly #identity: IdentityWatch;
  readonly #pace: Pace;
  readonly noise = new NoiseWatch();
  #cancelBeat: Cancel = () => {};
  #cancelWatch: Cancel = () => {};

  constructor(options: PollerOptions, ports: PollerPorts) {
    assert(options.pollPeriodMs > 0, `pollPeriodMs ${options.pollPeriodMs}`);
    this.#options = options;
    this.#ports = ports;
    this.#polled = polledModel(options.model, options.installation ?? AS_LABELLED);
    this.#plan = planReads(this.#polled.rows, this.#polled.limits);
    this.#settings = new SettingWatch(options.model);
    this.#identity = new IdentityWatch(options.model);
    this.#pace = new Pace(options.pollPeriodMs);
    this.#belief = newBelief(options, ports.clock.monotonicMs());
  }

  get belief(): MeterBelief {
    return this.#belief;
  }

  /** Reads at once, then every period. To be called once. */
  start(): void {
    assert(this.#state === 'new', `poller ${this.#options.meterId} is ${this.#state}`);
    this.#state = 'running';
    this.#beatMs = this.#ports.clock.monotonicMs();
    this.#belief = newBelief(this.#options, this.#beatMs);
    this.#watch();
    void this.#poll();
  }

  /** For good. Leaves no timer; the answer of a request in flight is ignored. The bus stays open. */
  stop(): void {
    this.#state = 'stopped';
    this.#cancelBeat();
    this.#cancelWatch();
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) failInvariant(`meter ${this.#options.meterId} is polled while a poll runs`);
    this.#isPolling = true;
    const startedAtMs = this.#ports.clock.monotonicMs();
    const identity = await this.#identity.check((block) => this.#read(block), startedAtMs);
    if (this.#state !== 'running') return;
    const fault = identity.ok ? undefined : identity.error;
    if (fault?.kind === 'stranger') {
      this.#hearStranger(fault.text);
      return;
    }
    const refusal = fault ? fail(fault) : await this.#settings.check((block) => this.#read(block), startedAtMs);
    let sampledAtMs = this.#ports.clock.monotonicMs();
    // On a shared line others may have their turn first.
    const onFirstAsked = (): void => {
      sampledAtMs = this.#ports.clock.monotonicMs();
    };
    const blocks = refusal.ok ? await this.#readAll(onFirstAsked) : refusal;
    if (this.#state !== 'running') return;
    const nowMs = this.#ports.clock.monotonicMs();
    this.#busFailures = blocks.ok ? 0 : this.#busFailures + 1;
    if (!blocks.ok) this.#identity.doubt();
    const pauseMs = blocks.ok ? 0 : this.#pauseAfter(blocks.error);
    if (blocks.ok) this.#keepPace(nowMs - startedAtMs);
    const reading = blocks.ok ? this.#decode(blocks.value, refusal) : fail(this.#failureText(blocks.error));
    this.#hear(reading, sampledAtMs, nowMs);
    this.#tellNoise(nowMs);
    this.#scheduleBeat(nowMs, pauseMs);
  }

  #decode(blocks: readonly BlockWords[], refusal: Result<string | undefined, unknown>): Result<MeterReading> {
    if (refusal.ok && refusal.value !== undefined) return fail(refusal.value);
    return decodeReading(this.#polled, blocks, this.#options.installation ?? AS_LABELLED);
  }

  #read(block: RegisterBlock, onAsked: () => void = () => {}): Promise<Result<Uint16Array, BusError>> {
    const { bus, clock } = this.#ports;
    const terms: ReadTerms = {
      onAsked: () => {
        this.noise.ask(clock.monotonicMs());
        onAsked();
      },
      onDamaged: () => this.noise.damage(clock.monotonicMs()),
    };
    return bus.read(this.#options.unitId, block, this.#options.timeoutMs, terms);
  }

  async #readAll(onFirstAsked: () => void): Promise<Result<readonly BlockWords[], BusError>> {
    const blocks: BlockWords[] = [];
    for (const block of this.#plan) {
      const words = await this.#read(block, blocks.length === 0 ? onFirstAsked : undefined);
      if (!words.ok) return words;
      blocks.push({ block, words: words.value });
      if (this.#state !== 'running') break;
    }
    return ok(blocks);
  }

  #hear(heard: Result<MeterReading>, sampledAtMs: Ms, nowMs: Ms): void {
    const next = this.#judge(heard, sampledAtMs, nowMs);
    if (next.misses > 0 && next.lastError !== null) this.#say(next.lastError);
    this.#believe(next);
    if (next.misses > 0) this.#identity.reject();
    else if (next.state === 'online') this.#identity.prove();
    if (next.overReads > 0 && heard.ok) this.#tellOverload(next, heard.value, nowMs);
    if (next.misses > 0 || next.state !== 'online' || !next.reading) return;
    if (next.sampledAtMs !== sampledAtMs)
      failInvariant(`values of ${next.sampledAtMs} ms are given as ${sampledAtMs} ms`);
    this.#emit({
      kind: 'sample',
      meterId: this.#options.meterId,
      reading: next.reading,
      sampledAtMs,
      updateMs: this.#options.model.updateMs ?? UPDATE_DEFAULT_MS,
      periodMs: this.#pace.everyMs,
      movedAtMs: this.#standstill?.sinceMs ?? nowMs,
    });
  }

  #judge(heard: Result<MeterReading>, sampledAtMs: Ms, nowMs: Ms): MeterBelief {
    const before = this.#belief;
    if (!heard.ok) return hearMiss(before, heard.error, nowMs);
    const frozen = this.#frozenText(heard.value, nowMs);
    if (frozen !== undefined) return hearLie(before, frozen, nowMs);
    return hearReading(before, this.#options, { reading: heard.value, sampledAtMs, nowMs });
  }

  /** Why values that stand still count no more. */
  #frozenText(reading: MeterReading, nowMs: Ms): string | undefined {
    const drawnA = this.#ports.drawnA?.();
    if (!drawnA) return undefined;
    this.#standstill = watchStandstill(this.#standstill, reading, drawnA, nowMs);
    const now = liveliness(this.#standstill, nowMs);
    const isStuck = now !== 'moves';
    if (isStuck !== this.#isStuck) this.#emit({ kind: 'stuck', meterId: this.#options.meterId, isStuck });
    this.#isStuck = isStuck;
    return now === 'lost' ? 'the same values for a minute, although the charge points changed' : undefined;
  }

  #tellOverload({ overReads, overSinceMs }: MeterBelief, { currentA }: MeterReading, nowMs: Ms): void {
    const { meterId } = this.#options;
    if (overReads === 1) this.#emit({ kind: 'suspect', meterId });
    else if (nowMs - (overSinceMs ?? nowMs) < OVERLOAD_BELIEVED_MS) this.#emit({ kind: 'overload', meterId, currentA });
  }

  #hearStranger(text: string): void {
    const nowMs = this.#ports.clock.monotonicMs();
    this.#say(text);
    this.#believe(hearLie(this.#belief, text, nowMs));
    this.#scheduleBeat(nowMs, BACKOFF_MAX_MS);
  }

  #keepPace(tookMs: Ms): void {
    if (!this.#pace.hear(tookMs)) return;
    const { meterId, pollPeriodMs } = this.#options;
    const { everyMs } = this.#pace;
    this.#emit({ kind: 'pace', meterId, everyMs, isSlow: everyMs > pollPeriodMs });
  }

  #tellNoise(nowMs: Ms): void {
    const isNoisy = this.noise.turned(nowMs);
    if (isNoisy === undefined) return;
    const damagedPercent = this.noise.figures(nowMs).damagedPercent ?? 0;
    this.#emit({ kind: 'noise', meterId: this.#options.meterId, isNoisy, damagedPercent });
  }

  #believe(next: MeterBelief): void {
    const before = this.#belief.state;
    const { meterId, maxAgeMs } = this.#options;
    this.#belief = next;
    if (next.state === before) return;
    if (next.state === 'lost') {
      const cause = (next.misses > 0 && next.lastError) || 'no answer';
      const isOld = this.#ports.clock.monotonicMs() >= next.lostAtMs;
      this.#emit({ kind: 'lost', meterId, reason: isOld ? `no good values for ${maxAgeMs} ms: ${cause}` : cause });
      return;
    }
    this.#told = [];
    this.#emit({ kind: 'recovered', meterId });
    if (before === 'lost') this.#watch();
  }

  /** Finds out by timer that values ran out, whatever a read is waiting for. Ends with the loss. */
  #watch(): void {
    if (this.#state !== 'running') return;
    this.#cancelWatch();
    const { clock, timers } = this.#ports;
    const delayMs = Math.max(0, this.#belief.lostAtMs - clock.monotonicMs());
    this.#cancelWatch = timers.after(delayMs, () => {
      this.#believe(passTime(this.#belief, clock.monotonicMs()));
      if (this.#belief.state !== 'lost') this.#watch();
    });
  }

  /** The next beat that is not before the pause is over; beats that were missed are skipped. */
  #scheduleBeat(nowMs: Ms, pauseMs: Ms): void {
    if (this.#state !== 'running') return;
    const { meterId, pollPeriodMs } = this.#options;
    if (!(pauseMs >= 0 && pauseMs <= BACKOFF_MAX_MS)) failInvariant(`meter ${meterId} rests for ${pauseMs} ms`);
    this.#isPolling = false;
    if (this.#belief.overReads === 1 && pollPeriodMs > CONFIRM_MS) {
      this.#beatMs = nowMs + CONFIRM_MS;
      this.#cancelBeat = this.#ports.timers.after(CONFIRM_MS, () => void this.#poll());
      return;
    }
    const beats = Math.max(1, Math.ceil((nowMs + pauseMs - this.#beatMs) / pollPeriodMs));
    this.#beatMs += beats * pollPeriodMs;
    if (!(this.#beatMs > nowMs - 1))
      failInvariant(`meter ${meterId}: next poll at ${this.#beatMs} ms, now ${nowMs} ms`);
    this.#cancelBeat = this.#ports.timers.after(this.#beatMs - nowMs, () => void this.#poll());
  }

  /** One failed answer is no pattern; no connection, or a second failure in a row, is. */
  #pauseAfter(error: BusError): Ms {
    if (isMisfit(error)) return BACKOFF_MAX_MS;
    const repeats = this.#busFailures - (error.kind === 'unreachable' ? 0 : 1);
    if (repeats <= 0) return 0;
    const highestMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** repeats);
    return this.#ports.rng.between(BACKOFF_MIN_MS, highestMs);
  }

  #failureText(error: BusError): string {
    if (!isMisfit(error)) return error.text;
    const { model, unitId } = this.#options;
    return `${error.text}: the device does not know the registers of ${model.id}, or unit ${unitId} is another device`;
  }

  /** "expected X, got Y": with another Y it is the same complaint. */
  #say(text: string): void {
    const complaint = text.split(', got ')[0] ?? text;
    if (this.#told.includes(complaint)) return;
    this.#told = [...this.#told, complaint].slice(-TOLD_MAX);
    this.#emit({ kind: 'error', meterId: this.#options.meterId, text });
  }

  #emit(event: PollerEvent): void {
    this.#ports.emit(event);
  }
}

function isMisfit(error: BusError): boolean {
  return error.exceptionCode !== undefined && MISFIT_EXCEPTIONS.includes(error.exceptionCode);
}
