/** Draws values whose distribution is given as a table of quantiles, as measured on real days. */
import { assert, defined } from '../../base/assert.js';
import type { Rng } from '../../base/rng.js';

/** `values[i]` is the quantile at `levels[i]`; both rise, the levels from 0 to 1. */
export interface QuantileTable {
  readonly levels: readonly number[];
  readonly values: readonly number[];
}

/** The value at a level in [0, 1], straight lines between the table's points. */
export function quantile({ levels, values }: QuantileTable, level: number): number {
  assert(level >= 0 && level <= 1, `quantile level: expected 0 to 1, got ${level}`);
  const upper = Math.max(
    1,
    levels.findIndex((other) => other >= level),
  );
  const [lowLevel, highLevel] = [defined(levels[upper - 1], 'level'), defined(levels[upper], 'level')];
  const [low, high] = [defined(values[upper - 1], 'value'), defined(values[upper], 'value')];
  return low + ((high - low) * (level - lowLevel)) / (highLevel - lowLevel);
}

/**
 * `count` levels spread evenly over (0, 1), in an order that lingers: a level stays near its predecessor with probability `keep`.
 * Mapped through a quantile table they give its distribution for every seed, with times of their own for each seed.
 */
export function lingeringLevels(rng: Rng, count: number, keep: number): number[] {
  const heights: number[] = [];
  let height = rng.next();
  for (let i = 0; i < count; i++) {
    if (!rng.chance(keep)) height = rng.next();
    // The small part keeps equal heights apart, so that a plateau wavers instead of drifting.
    heights.push(height + 0.05 * rng.next());
  }
  const order = heights.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  const levels = new Array<number>(count).fill(0);
  for (const [rank, index] of order.entries()) levels[index] = (rank + 0.5) / count;
  return levels;
}
