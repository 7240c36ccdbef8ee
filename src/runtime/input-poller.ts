/** Asks the source of a digital input for its level, again and again: a bit of a Modbus device, or what a device says by HTTP. */
import type { InputLevel } from '../base/level-words.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';

export interface InputPollerOptions {
  /** Never rejects, and ends within the timeout. The error is for people. */
  readonly ask: (timeoutMs: Ms) => Promise<Result<InputLevel>>;
  readonly pollPeriodMs: Ms;
  readonly timeoutMs: Ms;
  /** Without a value for so long it is lost. */
  readonly maxAgeMs: Ms;
  readonly clock: Clock;
  readonly timers: Timers;
  /** `lost`: no value for too long, and why. */
  readonly tell: (level: InputLevel | 'lost', reason?: string) => void;
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
    const { ask, pollPeriodMs, timeoutMs, clock, timers } = this.#options;
    const askedAtMs = clock.monotonicMs();
    const level = await ask(timeoutMs);
    if (this.#isStopped) return;
    const nowMs = clock.monotonicMs();
    if (level.ok) this.#hear(level.value, nowMs);
    else this.#fail(level.error, nowMs);
    this.#cancel = timers.after(Math.max(0, askedAtMs + pollPeriodMs - nowMs), () => void this.#poll());
  }

  #hear(level: InputLevel, nowMs: Ms): void {
    this.#goodAtMs = nowMs;
    this.#lostBecause = undefined;
    this.#options.tell(level);
  }

  /** It is lost when the next value would come too late. Told again when the cause changes. */
  #fail(text: string, nowMs: Ms): void {
    const { maxAgeMs, pollPeriodMs, tell } = this.#options;
    const isLost = this.#goodAtMs === undefined || nowMs + pollPeriodMs >= this.#goodAtMs + maxAgeMs;
    if (!isLost || this.#lostBecause === text) return;
    this.#lostBecause = text;
    tell('lost', text);
  }
}

export interface InputBit {
  readonly unitId: number;
  readonly functionCode: RegisterBlock['functionCode'];
  readonly address: number;
  /** Of a register: 0 is the lowest. Of a coil or a discrete input: 0. */
  readonly bit: number;
}

/** Of a coil, a discrete input or a register. */
export async function bitLevel(
  bus: RegisterBus,
  { unitId, functionCode, address, bit }: InputBit,
  timeoutMs: Ms,
): Promise<Result<InputLevel>> {
  const read = await bus.read(unitId, { functionCode, address, count: 1 }, timeoutMs);
  if (!read.ok) return fail(read.error.text);
  return ok(((read.value[0] ?? 0) >> bit) % 2 === 1 ? 'high' : 'low');
}
