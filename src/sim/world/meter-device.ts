/**
 * A meter as a device: it measures what flows through its conductor every now and then, and serves it as registers of its model.
 * What can be wrong with it and its cabling is set from outside. One device, as many connections as there are masters.
 */
import { fail, ok, type Result } from '../../base/result.js';
import type { Rng } from '../../base/rng.js';
import { mapPhases, type Ms, type PhaseAmps, type Volts } from '../../base/units.js';
import type { MeterConfig } from '../../config/types.js';
import type { MeterModel } from '../../meters/model.js';
import type { RegisterBlock } from '../../ports/register-bus.js';
import { GOOD_LINE, type LineFaults, type RegisterImage } from '../virtual-bus.js';
import { type VirtualMeter, virtualMeter } from '../virtual-meter.js';
import type { VirtualTime } from '../virtual-time.js';

/** The error of what it shows. */
const VOLTAGE_ERROR_V = 0.2;
const OWN_SERIAL = 12_345_678;
const STRANGER_SERIAL = 4711;
/** What another meter shows. */
const STRANGER_A: PhaseAmps = [1.5, 2.5, 3.5];

export interface MeterFaults {
  /** Modbus exception that it answers with; 0 = none. */
  exception: number;
  isFrozen: boolean;
  /** Another device of the same kind answers in its place. */
  isStranger: boolean;
  /** Has room for one connection; whoever else asks for one is refused. */
  isForOne: boolean;
  /** How the conductors run through its transformers. */
  wiring: (currentA: PhaseAmps) => PhaseAmps;
  /** What becomes of the words on the way. */
  mangle: ((words: Uint16Array) => Uint16Array) | undefined;
  line: Partial<LineFaults>;
}

export const GOOD_METER: MeterFaults = {
  exception: 0,
  isFrozen: false,
  isStranger: false,
  isForOne: false,
  wiring: (currentA) => currentA,
  mangle: undefined,
  line: {},
};

export interface MeterDeviceOptions {
  readonly config: MeterConfig;
  readonly model: MeterModel;
  /** Between phase and neutral. */
  readonly voltageV: () => Volts;
  /** What flows where it sits, grid order. */
  readonly flowA: () => PhaseAmps;
  readonly latencyMs: Ms;
  /** How often registers are renewed. */
  readonly renewMs: Ms;
  readonly noiseA: number;
  /** It shows multiples of this only; 0: all it measures. */
  readonly roundA: number;
  readonly time: VirtualTime;
  readonly rng: Rng;
}

export class MeterDevice implements RegisterImage {
  readonly options: MeterDeviceOptions;
  #faults: MeterFaults = GOOD_METER;
  #own: VirtualMeter;
  readonly #stranger: VirtualMeter;
  #renewedAtMs: Ms = Number.NEGATIVE_INFINITY;
  /** In the order in which they came. */
  #clients: string[] = [];

  constructor(options: MeterDeviceOptions) {
    this.options = options;
    const { model } = options;
    const voltageV = mapPhases(() => options.voltageV());
    this.#own = virtualMeter(model, { currentA: [0, 0, 0], voltageV }, { serial: OWN_SERIAL });
    this.#stranger = virtualMeter(model, { currentA: STRANGER_A, voltageV }, { serial: STRANGER_SERIAL });
  }

  get id(): string {
    return this.options.config.id;
  }

  /** As the cable is now. */
  get line(): LineFaults {
    return { ...GOOD_LINE, latencyMs: this.options.latencyMs, ...this.#faults.line };
  }

  /** The same for one of the masters that read it. */
  lineOf(client: string): LineFaults {
    const isRefused = this.#faults.isForOne && client !== this.#clients[0];
    return isRefused ? { ...this.line, isDown: true } : this.line;
  }

  /** A master opens its connection. */
  join(client: string): void {
    this.leave(client);
    this.#clients.push(client);
  }

  leave(client: string): void {
    this.#clients = this.#clients.filter((other) => other !== client);
  }

  get isFaulty(): boolean {
    return this.#faults !== GOOD_METER;
  }

  /** Something is wrong from now on; the returned call mends it all. */
  break(faults: Partial<MeterFaults>): () => void {
    this.#faults = { ...this.#faults, ...faults };
    return () => {
      this.#faults = GOOD_METER;
    };
  }

  read(block: RegisterBlock): Result<Uint16Array, number> {
    const { exception, isStranger, mangle } = this.#faults;
    if (exception > 0) return fail(exception);
    this.#renew();
    const words = (isStranger ? this.#stranger : this.#own).read(block);
    return words.ok && mangle ? ok(mangle(words.value)) : words;
  }

  /** Registers are renewed on a grid of their own; nobody can see them between two reads. */
  #renew(): void {
    const { time, flowA, renewMs, noiseA, roundA, rng } = this.options;
    const gridMs = Math.floor(time.nowMs / renewMs) * renewMs;
    if (gridMs === this.#renewedAtMs || this.#faults.isFrozen) return;
    this.#renewedAtMs = gridMs;
    const trueA = this.#faults.wiring(flowA());
    const measuredA = mapPhases((p) => trueA[p] + rng.between(-noiseA, noiseA));
    const currentA = roundA > 0 ? mapPhases((p) => Math.round(measuredA[p] / roundA) * roundA) : measuredA;
    const trueV = this.options.voltageV();
    const shownV = mapPhases(() => trueV + rng.between(-VOLTAGE_ERROR_V, VOLTAGE_ERROR_V));
    this.#own.set({ currentA, voltageV: shownV });
  }
}
