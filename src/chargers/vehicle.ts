/** The vehicle behind a virtual charge point: how it follows the limit that the charge point signals to it. */
import { assert } from '../base/assert.js';
import type { PhaseCount } from '../base/rotation.js';
import type { Amps, Ms, Volts, Watts } from '../base/units.js';

/** Energy is counted at this voltage, whatever the meter shows. */
export const VEHICLE_VOLTAGE_V: Volts = 230;

/** The physics move in steps of this length; a change of the followed limit is met to the millisecond. */
const STEP_MS: Ms = 100;

/** The last share of the demand that is charged with falling current, as full batteries ask for. */
const TAPER_SHARE = 0.1;

const MS_PER_HOUR = 3_600_000;

export interface VehicleSpec {
  /** It loads the first phases of the connector. */
  readonly phases: PhaseCount;
  /** Below this it does not charge; 6 by IEC 61851-1, 7 or 8 for some. */
  readonly minA: Amps;
  readonly maxA: Amps;
  /** Watt-hours until it is full; Infinity = never. */
  readonly demandWh: number;
  /** From a new limit to the current that follows it; IEC 61851-1 allows 5 s. */
  readonly reactionMs: Ms;
  /** How fast the current rises, A/s; it falls at once. */
  readonly rampAPerS: number;
  /** From the end of the reaction to the first current after each pause: some check their battery first. */
  readonly startMs: Ms;
  /** After so long of charging it pauses by itself to cool, for `coolsForMs`; Infinity: never. */
  readonly coolsEveryMs: Ms;
  readonly coolsForMs: Ms;
  /** Once paused it stays asleep until it is plugged in anew, or its pilot is interrupted. */
  readonly needsWakeUp: boolean;
}

/** What most vehicles share; phases and maximum are to be added. */
export const TYPICAL_VEHICLE = {
  minA: 6,
  demandWh: Infinity,
  reactionMs: 2000,
  rampAPerS: 4,
  startMs: 0,
  coolsEveryMs: Infinity,
  coolsForMs: 30_000,
  needsWakeUp: false,
} as const;

export interface PlugInConditions {
  /** Phases of the connector; a vehicle with more uses only these. */
  readonly connectorPhases: PhaseCount;
  readonly energyScale: number;
  readonly limitA: Amps;
  readonly nowMs: Ms;
}

function assertSpec(spec: VehicleSpec): void {
  assert(spec.minA > 0, `vehicle minA: expected more than 0, got ${spec.minA}`);
  assert(spec.maxA >= spec.minA, `vehicle maxA: expected at least minA (${spec.minA}), got ${spec.maxA}`);
  assert(spec.demandWh >= 0, `vehicle demandWh: expected 0 or more, got ${spec.demandWh}`);
  assert(spec.reactionMs >= 0, `vehicle reactionMs: expected 0 or more, got ${spec.reactionMs}`);
  assert(spec.rampAPerS > 0, `vehicle rampAPerS: expected more than 0, got ${spec.rampAPerS}`);
  assert(spec.startMs >= 0, `vehicle startMs: expected 0 or more, got ${spec.startMs}`);
  const [everyMs, forMs] = [spec.coolsEveryMs, spec.coolsForMs];
  assert(
    everyMs > 0 && forMs >= 0,
    `vehicle cools for ${forMs} ms every ${everyMs} ms: expected 0 or more, more than 0`,
  );
}

/**
 * One vehicle from plug-in to unplug. A change of the limit is noticed at once and followed one reaction time later, with the
 * limit that is signalled *then*: so its current is never above the highest limit of the last `reactionMs`.
 * What it does depends on the limits and their times only, not on how often it is looked at.
 */
export class Vehicle {
  readonly pluggedInAtMs: Ms;
  readonly #spec: VehicleSpec;
  readonly #energyScale: number;
  #connectedPhases: PhaseCount;
  readonly #handshakeEndMs: Ms;
  #timeMs: Ms;
  #signalledA: Amps;
  #followedA: Amps = 0;
  /** When the signalled limit will be followed; `undefined` when it already is. */
  #followAtMs: Ms | undefined;
  /** Before that it takes nothing: it starts, or it cools. */
  #restsUntilMs: Ms = Number.NEGATIVE_INFINITY;
  /** How long it has charged since it cooled last. */
  #warmMs: Ms = 0;
  #currentA: Amps = 0;
  #deliveredWh = 0;
  #chargingMs: Ms = 0;
  #isAsleep = false;
  #isPilotAway = false;

  constructor(spec: VehicleSpec, plugIn: PlugInConditions) {
    assertSpec(spec);
    this.#spec = spec;
    this.#connectedPhases = plugIn.connectorPhases;
    this.#energyScale = plugIn.energyScale;
    this.#timeMs = plugIn.nowMs;
    this.pluggedInAtMs = plugIn.nowMs;
    this.#signalledA = plugIn.limitA;
    this.#handshakeEndMs = plugIn.nowMs + spec.reactionMs;
    this.#followAtMs = this.#handshakeEndMs;
  }

  get phases(): PhaseCount {
    return Math.min(this.#spec.phases, this.#connectedPhases) as PhaseCount;
  }

  /** How many phases reach it from now on. */
  connect(phases: PhaseCount, nowMs: Ms): void {
    this.advance(nowMs);
    this.#connectedPhases = phases;
  }

  /** On each of its phases, as of the last `advance`. */
  get currentA(): Amps {
    return this.#currentA;
  }

  get powerW(): Watts {
    return this.#currentA * this.phases * VEHICLE_VOLTAGE_V;
  }

  get chargingMs(): Ms {
    return this.#chargingMs;
  }

  get deliveredWh(): number {
    return this.#deliveredWh;
  }

  get isFull(): boolean {
    return this.#deliveredWh >= this.#spec.demandWh;
  }

  /** True: it notices no offer until its pilot is interrupted. */
  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  isShakingHands(nowMs: Ms): boolean {
    return nowMs < this.#handshakeEndMs;
  }

  signal(limitA: Amps, nowMs: Ms): void {
    this.advance(nowMs);
    if (limitA === this.#signalledA) return;
    this.#signalledA = limitA;
    this.#followAtMs ??= nowMs + this.#spec.reactionMs;
  }

  /** Without a pilot it takes nothing. Once it is back the vehicle follows it as at the beginning. */
  interruptPilot(forMs: Ms, nowMs: Ms): void {
    this.advance(nowMs);
    this.#isPilotAway = true;
    this.#followedA = 0;
    this.#currentA = 0;
    this.#followAtMs = nowMs + forMs + this.#spec.reactionMs;
  }

  /** Moves everything on to `nowMs`; a time in the past changes nothing. */
  advance(nowMs: Ms): void {
    for (;;) {
      // At rest nothing happens before the next change: a long pause costs nothing.
      const regularMs = this.#currentA === 0 ? Infinity : this.#timeMs + STEP_MS;
      const restedMs = this.#restsUntilMs > this.#timeMs ? this.#restsUntilMs : Infinity;
      const nextMs = Math.min(regularMs, restedMs, this.#followAtMs ?? Infinity);
      if (nextMs > nowMs) return;
      this.#step(nextMs);
    }
  }

  #step(toMs: Ms): void {
    const elapsedMs = toMs - this.#timeMs;
    if (this.#currentA > 0) this.#chargingMs += elapsedMs;
    const deliveredWh = this.#deliveredWh + (this.powerW * elapsedMs * this.#energyScale) / MS_PER_HOUR;
    this.#deliveredWh = Math.min(deliveredWh, this.#spec.demandWh);
    this.#timeMs = toMs;
    if (toMs === this.#followAtMs) this.#follow();
    this.#cool(elapsedMs);
    const risenA = this.#currentA === 0 ? this.#spec.minA : this.#currentA + (this.#spec.rampAPerS * elapsedMs) / 1000;
    this.#currentA = Math.min(this.#targetA(), risenA);
  }

  #follow(): void {
    const { minA, startMs, needsWakeUp } = this.#spec;
    if (this.#isPilotAway) this.#isAsleep = false;
    this.#isPilotAway = false;
    if (needsWakeUp && this.#signalledA < minA && this.#deliveredWh > 0) this.#isAsleep = true;
    const wasOffered = this.#followedA >= minA;
    this.#followedA = this.#signalledA;
    this.#followAtMs = undefined;
    if (wasOffered || this.#followedA < minA) return;
    this.#restsUntilMs = Math.max(this.#restsUntilMs, this.#timeMs + startMs);
  }

  #cool(elapsedMs: Ms): void {
    const { coolsEveryMs, coolsForMs } = this.#spec;
    if (this.#currentA > 0) this.#warmMs += elapsedMs;
    if (this.#warmMs < coolsEveryMs) return;
    this.#warmMs = 0;
    this.#restsUntilMs = this.#timeMs + coolsForMs;
  }

  #targetA(): Amps {
    if (this.isFull || this.#isAsleep || this.#followedA < this.#spec.minA || this.#timeMs < this.#restsUntilMs)
      return 0;
    return Math.min(this.#followedA, this.#acceptedA());
  }

  /** What the battery takes: the maximum, falling in a straight line to the minimum at the end. */
  #acceptedA(): Amps {
    const { demandWh, maxA, minA } = this.#spec;
    if (demandWh === Infinity) return maxA;
    const leftShare = (demandWh - this.#deliveredWh) / (demandWh * TAPER_SHARE);
    return Math.min(maxA, Math.max(minA, maxA * leftShare));
  }
}
