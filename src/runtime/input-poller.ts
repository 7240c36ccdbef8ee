/** Reads a coil, a discrete input or a bit of a register of a Modbus device, again and again. */
import type { Ms } from '../base/units.js';
import type { BusError, RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';

export interface InputPollerOptions {
  readonly bus: RegisterBus;
  readonly unitId: number;
  readonly functionCode: RegisterBlock['functionCode'];
  readonly address: number;
  /** Of a register: 0 is the lowest. Of a coil or a discrete input: 0. */
  readonly bit: number;
  readonly pollPeriodMs: Ms;
  readonly timeoutMs: Ms;
  /** Without a value for so long it is lost. */
  readonly maxAgeMs: Ms;
  readonly clock: Clock;
  readonly timers: Timers;
  /** `lost`: no value for too long, and why. */
  readonly tell: (level: 'high' | 'low' | 'lost', reason?: string) => void;
}

export class InputPoller {
  readonly #options: InputPollerOptions;
  /** Absent: never since the start. */
  #goodAtMs: Ms | undefined;
  #lostBecause: string | undefined;
  #cancel: Cancel = () => {};
  #isStopped = false;

  constructor(options: InputPollerOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#poll();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #poll(): Promise<void> {
    const { bus, unitId, functionCode, address, bit, pollPeriodMs, timeoutMs, clock, timers } = this.#options;
    const askedAtMs = clock.monotonicMs();
    const read = await bus.read(unitId, { functionCode, address, count: 1 }, timeoutMs);
    if (this.#isStopped) return;
    const nowMs = clock.monotonicMs();
    if (read.ok) this.#hear(((read.value[0] ?? 0) >> bit) % 2 === 1 ? 'high' : 'low', nowMs);
    else this.#fail(read.error, nowMs);
    this.#cancel = timers.after(Math.max(0, askedAtMs + pollPeriodMs - nowMs), () => void this.#poll());
  }

  #hear(level: 'high' | 'low', nowMs: Ms): void {
    this.#goodAtMs = nowMs;
    this.#lostBecause = undefined;
    this.#options.tell(level);
  }

  /** It is lost when the next value would come too late. Told again when the cause changes. */
  #fail({ text }: BusError, nowMs: Ms): void {
    const { maxAgeMs, pollPeriodMs, tell } = this.#options;
    const isLost = this.#goodAtMs === undefined || nowMs + pollPeriodMs >= this.#goodAtMs + maxAgeMs;
    if (!isLost || this.#lostBecause === text) return;
    this.#lostBecause = text;
    tell('lost', text);
  }
}
