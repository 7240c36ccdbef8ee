/** Keeps a line that comes again and again from filling the log: one per period, with the number of those left out. */
import { failInvariant } from '../base/assert.js';
import type { Ms } from '../base/units.js';

export const REPEAT_PERIOD_MS: Ms = 10_000;
/** Texts remembered at once; beyond that the oldest is forgotten, and may be logged again early. */
export const MAX_REMEMBERED = 256;

export interface Repeated<T> {
  readonly line: T;
  /** How often it was left out. */
  readonly count: number;
}

export interface RepeatFilter<T> {
  /** True: write the line. False: it was written less than a period ago, and is counted. */
  admit(key: string, line: T, nowMs: Ms): boolean;
  /** Lines whose period is over and that were left out meanwhile; they are to be written now, with the count. */
  due(nowMs: Ms): Repeated<T>[];
  /** When `due` has something next, at the latest; `undefined` while nothing is held back. */
  nextDueMs(): Ms | undefined;
  /** All that is held back, for the end. */
  drain(): Repeated<T>[];
}

interface Remembered<T> {
  readonly line: T;
  readonly untilMs: Ms;
  count: number;
}

export function createRepeatFilter<T>(): RepeatFilter<T> {
  // In the order of their ends, since every period has the same length.
  const remembered = new Map<string, Remembered<T>>();
  const overflow: Repeated<T>[] = [];

  const remember = (key: string, line: T, nowMs: Ms): void => {
    remembered.set(key, { line, untilMs: nowMs + REPEAT_PERIOD_MS, count: 0 });
    if (remembered.size <= MAX_REMEMBERED) return;
    const [oldest] = remembered;
    if (!oldest) return;
    remembered.delete(oldest[0]);
    if (oldest[1].count > 0) overflow.push(oldest[1]);
    if (remembered.size > MAX_REMEMBERED) failInvariant(`${remembered.size} repeated lines are remembered`);
  };

  return {
    admit(key, line, nowMs) {
      const known = remembered.get(key);
      if (known) {
        // Where its period is over, `due` writes it, with this one counted.
        known.count++;
        return false;
      }
      remember(key, line, nowMs);
      return true;
    },
    due(nowMs) {
      const result = overflow.splice(0);
      for (const [key, { line, untilMs, count }] of remembered) {
        if (untilMs > nowMs) break;
        remembered.delete(key);
        if (count === 0) continue;
        result.push({ line, count });
        remember(key, line, nowMs);
      }
      return result;
    },
    nextDueMs() {
      if (overflow.length > 0) return Number.NEGATIVE_INFINITY;
      for (const { untilMs, count } of remembered.values()) if (count > 0) return untilMs;
      return undefined;
    },
    drain() {
      const held = [...remembered.values()].filter(({ count }) => count > 0);
      remembered.clear();
      return [...overflow.splice(0), ...held];
    },
  };
}
