/**
 * How many of a meter's answers arrive damaged: a cable, its ends, its screen, a motor beside it. Such an answer is never used
 * and mostly repeated in time, so that nothing else shows that the line gets worse.
 */
import { failInvariant } from '../base/assert.js';
import type { Ms } from '../base/units.js';

/** The share is that of the last minute, in parts. */
const PART_MS: Ms = 10_000;
const PARTS = 6;
/** Told from here on: a good line damages none in a thousand. */
const NOISY_PERCENT = 3;
/** One that comes to rest is below this. */
const QUIET_PERCENT = 1;
/** Fewer within a minute are chance. */
const NOISY_LEAST = 3;

export interface NoiseFigures {
  /** Damaged answers since the start. */
  readonly damagedAnswers: number;
  /** Of the requests of the last minute; `null` while there are none. */
  readonly damagedPercent: number | null;
}

interface Part {
  readonly startMs: Ms;
  requests: number;
  damaged: number;
}

export class NoiseWatch {
  #parts: readonly Part[] = [];
  #damaged = 0;
  #isNoisy = false;

  ask(nowMs: Ms): void {
    this.#partOf(nowMs).requests += 1;
  }

  damage(nowMs: Ms): void {
    this.#damaged += 1;
    this.#partOf(nowMs).damaged += 1;
  }

  figures(nowMs: Ms): NoiseFigures {
    const { requests, damaged } = this.#lastMinute(nowMs);
    if (damaged > this.#damaged)
      failInvariant(`${damaged} damaged answers in the last minute, ${this.#damaged} in all`);
    const damagedPercent = requests === 0 ? null : Math.min(100, (100 * damaged) / requests);
    return { damagedAnswers: this.#damaged, damagedPercent };
  }

  /** Whether the line is noisy, when that has changed since the last call. */
  turned(nowMs: Ms): boolean | undefined {
    const { damagedPercent } = this.figures(nowMs);
    if (damagedPercent === null) return undefined;
    const isNoisy = this.#isNoisy
      ? damagedPercent >= QUIET_PERCENT
      : damagedPercent >= NOISY_PERCENT && this.#lastMinute(nowMs).damaged >= NOISY_LEAST;
    if (isNoisy === this.#isNoisy) return undefined;
    this.#isNoisy = isNoisy;
    return isNoisy;
  }

  #lastMinute(nowMs: Ms): { readonly requests: number; readonly damaged: number } {
    const parts = this.#parts.filter(({ startMs }) => nowMs - startMs < PARTS * PART_MS);
    const sumOf = (key: 'requests' | 'damaged'): number => parts.reduce((sum, part) => sum + part[key], 0);
    return { requests: sumOf('requests'), damaged: sumOf('damaged') };
  }

  #partOf(nowMs: Ms): Part {
    const last = this.#parts.at(-1);
    if (last && nowMs - last.startMs < PART_MS) return last;
    const part = { startMs: nowMs, requests: 0, damaged: 0 };
    this.#parts = [...this.#parts.slice(1 - PARTS), part];
    if (this.#parts.length > PARTS) failInvariant(`${this.#parts.length} parts of a minute, ${PARTS} are kept`);
    return part;
  }
}
