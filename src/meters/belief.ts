/**
 * What the product believes of one meter: its last good values, since when, and whether they still count.
 * Pure steps: what was heard and the time in, the next belief out. Old or wrong values are *lost*, never zero.
 */
import { fail, ok, type Result } from '../base/result.js';
import { type Ms, PHASE_NAMES, PHASES, type PhaseAmps, type Volts } from '../base/units.js';
import type { MeterReading } from '../ports/meter-reading.js';

/** Wider than EN 50160 lets a supply be (230 V +10 % / -15 %): beyond it the register map, word order or scale is wrong. */
const PLAUSIBLE_VOLTAGE_V: readonly [Volts, Volts] = [180, 260];
/** No fuse carries more than this multiple for longer than a poll: beyond it the value is wrong, not high. */
const PLAUSIBLE_FUSE_MULTIPLE = 1.5;
/** Good reads in a row before a lost meter is believed again. */
const RECOVERY_READS = 3;

export interface BeliefRules {
  /** Values that are as old as this are lost. */
  readonly maxAgeMs: Ms;
  /** The fuse at which the meter sits, where known. */
  readonly limitA?: PhaseAmps;
}

export interface MeterBelief {
  /** `waiting`: not heard yet since the start; its first good values count at once. */
  readonly state: 'waiting' | 'online' | 'lost';
  /** The last good values, kept when lost, for display. */
  readonly reading: MeterReading | null;
  /** When the request for `reading` was sent, so its age is never underestimated; `null` before the first. */
  readonly sampledAtMs: Ms | null;
  /** When the values, or the hope for the first ones, run out. */
  readonly lostAtMs: Ms;
  /** Reads without good values since the last good one. */
  readonly misses: number;
  /** Good reads since the last miss; counted up to the number that ends a loss. */
  readonly goodReads: number;
  /** Why the last read that failed did so. */
  readonly lastError: string | null;
}

export function newBelief(rules: BeliefRules, nowMs: Ms): MeterBelief {
  return {
    state: 'waiting',
    reading: null,
    sampledAtMs: null,
    lostAtMs: nowMs + rules.maxAgeMs,
    misses: 0,
    goodReads: 0,
    lastError: null,
  };
}

/** The reading, or what about it cannot be. */
export function plausible(reading: MeterReading, limitA?: PhaseAmps): Result<MeterReading> {
  const [lowest, highest] = PLAUSIBLE_VOLTAGE_V;
  for (const phase of PHASES) {
    const volts = reading.voltageV[phase];
    if (volts !== null && !(volts >= lowest && volts <= highest)) {
      return fail(`implausible voltage on ${PHASE_NAMES[phase]}: expected ${lowest} to ${highest} V, got ${volts} V`);
    }
    const most = limitA && limitA[phase] * PLAUSIBLE_FUSE_MULTIPLE;
    const amps = reading.currentA[phase];
    if (most !== undefined && amps !== null && !(Math.abs(amps) <= most)) {
      return fail(`implausible current on ${PHASE_NAMES[phase]}: expected at most ${most} A, got ${amps} A`);
    }
  }
  return ok(reading);
}

/** Time alone: values past their age are lost. */
export function passTime(belief: MeterBelief, nowMs: Ms): MeterBelief {
  if (belief.state === 'lost' || nowMs < belief.lostAtMs) return belief;
  return { ...belief, state: 'lost', goodReads: 0 };
}

/** A read that brought no good values: no answer, an exception, a rejected value. */
export function hearMiss(belief: MeterBelief, error: string, nowMs: Ms): MeterBelief {
  return { ...passTime(belief, nowMs), misses: belief.misses + 1, goodReads: 0, lastError: error };
}

/** A decoded reading whose request was sent at `sampledAtMs` (not after `nowMs`). */
export function hearReading(
  before: MeterBelief,
  rules: BeliefRules,
  heard: { readonly reading: MeterReading; readonly sampledAtMs: Ms; readonly nowMs: Ms },
): MeterBelief {
  const { reading, sampledAtMs, nowMs } = heard;
  const check = plausible(reading, rules.limitA);
  if (!check.ok) return hearMiss(before, check.error, nowMs);
  if (nowMs - sampledAtMs >= rules.maxAgeMs) {
    return hearMiss(
      before,
      `values: expected within ${rules.maxAgeMs} ms, got them after ${Math.round(nowMs - sampledAtMs)} ms`,
      nowMs,
    );
  }
  const belief = passTime(before, nowMs);
  const goodReads = Math.min(belief.goodReads + 1, RECOVERY_READS);
  const back = belief.state !== 'lost' || goodReads >= RECOVERY_READS;
  return {
    ...belief,
    state: back ? 'online' : 'lost',
    reading,
    sampledAtMs,
    lostAtMs: sampledAtMs + rules.maxAgeMs,
    misses: 0,
    goodReads,
  };
}
