/**
 * Whether the machine's clock can be trusted with the calendar. Many gateways have no clock that runs without power: they wake up in 1970
 * until the network tells them the time. The clock is good
 *
 * 1. when it shows a time from 2025 to 2099: before that no evenkeel existed, and
 * 2. unless it jumped within the last minute from one such time to another: which of them was right is not known. A step of less than a
 *    minute is no jump; neither is the first good time after a bad one.
 */
import type { Carrier } from '../../base/carrier.js';
import type { Ms } from '../../base/units.js';

/** 2025-01-01 00:00 UTC. */
export const GOOD_FROM_MS: Ms = 1_735_689_600_000;
/** 2100-01-01 00:00 UTC. */
export const GOOD_UNTIL_MS: Ms = 4_102_444_800_000;
/** Against the monotonic clock. */
export const JUMP_MS: Ms = 60_000;
export const DOUBT_MS: Ms = 60_000;

interface Heard {
  readonly wallMs: Ms;
  readonly nowMs: Ms;
}

export class WallClock {
  #heard: Heard | undefined;
  #doubtedUntilMs: Ms = Number.NEGATIVE_INFINITY;

  /** What the clock shows now, once per cycle; `nowMs`: on the monotonic clock. */
  hear(wallMs: Ms, nowMs: Ms): void {
    const expectedMs = this.#shownAt(nowMs);
    const isBoth = isPlausible(wallMs) && expectedMs !== undefined && isPlausible(expectedMs);
    if (isBoth && Math.abs(wallMs - expectedMs) > JUMP_MS) this.#doubtedUntilMs = nowMs + DOUBT_MS;
    this.#heard = { wallMs, nowMs };
  }

  /** Milliseconds since 1970; `undefined` while the clock is not good. */
  utcMs(nowMs: Ms): Ms | undefined {
    return this.fault(nowMs) === undefined ? this.#shownAt(nowMs) : undefined;
  }

  /** Why the clock is not good; `undefined`: it is. */
  fault(nowMs: Ms): string | undefined {
    const shownMs = this.#shownAt(nowMs);
    if (shownMs === undefined) return 'it was not read yet';
    if (!isPlausible(shownMs)) return 'it shows no time from 2025 to 2099';
    return nowMs < this.#doubtedUntilMs ? 'it jumped within the last minute' : undefined;
  }

  carry(carrier: Carrier): void {
    this.#heard = carrier.value('heard', this.#heard);
    this.#doubtedUntilMs = carrier.value('doubtedUntilMs', this.#doubtedUntilMs);
  }

  #shownAt(nowMs: Ms): Ms | undefined {
    return this.#heard && this.#heard.wallMs + (nowMs - this.#heard.nowMs);
  }
}

export function isPlausible(wallMs: Ms): boolean {
  return wallMs >= GOOD_FROM_MS && wallMs < GOOD_UNTIL_MS;
}
