/**
 * What the product believes of one meter: its last good values, since when, and whether they still count.
 * Pure steps: what was heard and the time in, the next belief out. Old or wrong values are *lost*, never zero.
 */
import { assert, failInvariant } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import {
  type Amps,
  type Ms,
  PHASE_NAMES,
  PHASES,
  type PhaseAmps,
  type PhaseIndex,
  type Volts,
  type Watts,
} from '../base/units.js';
import type { MeterReading } from '../ports/meter-reading.js';

/** Wider than EN 50160 lets a supply be (+10 % / -15 %): beyond it the register map, word order or scale is wrong. Of a supply of 230 V. */
const NOMINAL_VOLTAGE_V: Volts = 230;
const PLAUSIBLE_VOLTAGE_V: readonly [Volts, Volts] = [180, 260];
/** Hardly any load takes more than this multiple of the fuse: beyond it the value is more likely wrong than high. */
const PLAUSIBLE_FUSE_MULTIPLE = 1.5;
/** No meter shows more, whatever its transformers: the value is no current. */
const CURRENT_MAX_A: Amps = 100_000;
/** No active power is larger than volts times amperes: share and watts of leave for values of two moments. */
const POWER_EXCESS = 1.25;
const POWER_LEAVE_W: Watts = 60;
/** Of what a real load takes, however inductive, at least this share is active power. */
const LEAST_POWER_FACTOR = 0.25;
/** Good reads in a row before a lost meter is believed again. */
const RECOVERY_READS = 3;

export interface BeliefRules {
  /** Values that are as old as this are lost. */
  readonly maxAgeMs: Ms;
  /** The fuse at which the meter sits, where known. */
  readonly limitA?: PhaseAmps;
  /** The voltage that the site says: in an IT network that to the midpoint. Absent: 230. */
  readonly nominalV?: Volts | undefined;
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
  /** Reads in a row that showed import far above the fuse, and nothing that speaks against it. */
  readonly overReads: number;
  /** When the first of them was heard; `null` while there is none. */
  readonly overSinceMs: Ms | null;
  /** Why the last read that failed did so. */
  readonly lastError: string | null;
}

export function newBelief(rules: BeliefRules, nowMs: Ms): MeterBelief {
  assert(rules.maxAgeMs > 0, `values count for ${rules.maxAgeMs} ms: expected more than 0`);
  return {
    state: 'waiting',
    reading: null,
    sampledAtMs: null,
    lostAtMs: nowMs + rules.maxAgeMs,
    misses: 0,
    goodReads: 0,
    overReads: 0,
    overSinceMs: null,
    lastError: null,
  };
}

/** The reading, or what about it cannot be. */
export function plausible(
  reading: MeterReading,
  { limitA, nominalV }: Omit<BeliefRules, 'maxAgeMs'> = {},
): Result<MeterReading> {
  for (const phase of PHASES) {
    const fault =
      voltageFault(reading, phase, nominalV) ?? currentFault(reading, phase, limitA) ?? powerFault(reading, phase);
    if (fault !== undefined) return fail(`implausible ${fault}`);
  }
  return ok(reading);
}

/** A meter in an IT network may be connected to the midpoint or between conductors: both can be. */
function voltageFault(
  { voltageV }: MeterReading,
  phase: PhaseIndex,
  nominalV: Volts = NOMINAL_VOLTAGE_V,
): string | undefined {
  const share = nominalV / NOMINAL_VOLTAGE_V;
  const lowest = Math.floor(PLAUSIBLE_VOLTAGE_V[0] * Math.min(1, share));
  const highest = Math.ceil(PLAUSIBLE_VOLTAGE_V[1] * Math.max(1, share));
  const volts = voltageV[phase];
  if (volts === null || (volts >= lowest && volts <= highest)) return undefined;
  return `voltage on ${PHASE_NAMES[phase]}: expected ${lowest} to ${highest} V, got ${volts} V`;
}

function currentFault({ currentA }: MeterReading, phase: PhaseIndex, limitA?: PhaseAmps): string | undefined {
  const most = limitA ? limitA[phase] * PLAUSIBLE_FUSE_MULTIPLE : CURRENT_MAX_A;
  const amps = currentA[phase];
  if (amps === null || Math.abs(amps) <= most) return undefined;
  return `current on ${PHASE_NAMES[phase]}: expected at most ${most} A, got ${amps} A`;
}

/** A current whose scale is wrong stands beside a power that it cannot have. */
function powerFault({ currentA, voltageV, powerW }: MeterReading, phase: PhaseIndex): string | undefined {
  const [amps, volts, watts] = [currentA[phase], voltageV[phase], powerW[phase]];
  if (amps === null || volts === null || watts === null) return undefined;
  const most = Math.abs(amps) * volts * POWER_EXCESS + POWER_LEAVE_W;
  if (Math.abs(watts) <= most) return undefined;
  return `power on ${PHASE_NAMES[phase]}: expected no more than voltage times current, got ${watts} W at ${amps} A`;
}

/** Import above what is plausible, and voltage and power say the same: it may be true. */
function maybeOverload(reading: MeterReading, { limitA, nominalV }: BeliefRules): boolean {
  const isTooHigh = (phase: PhaseIndex): boolean => currentFault(reading, phase, limitA) !== undefined;
  const isBorneOut = (phase: PhaseIndex): boolean => {
    const [amps, volts, watts] = [reading.currentA[phase] ?? 0, reading.voltageV[phase], reading.powerW[phase]];
    return (
      amps > 0 &&
      amps <= CURRENT_MAX_A &&
      (volts === null || watts === null || watts >= amps * volts * LEAST_POWER_FACTOR)
    );
  };
  return (
    PHASES.some(isTooHigh) &&
    PHASES.every((p) => (isTooHigh(p) ? isBorneOut(p) : true)) &&
    PHASES.every((p) => voltageFault(reading, p, nominalV) === undefined && powerFault(reading, p) === undefined)
  );
}

/** Time alone: values past their age are lost. */
export function passTime(belief: MeterBelief, nowMs: Ms): MeterBelief {
  if (belief.state === 'lost' || nowMs < belief.lostAtMs) return belief;
  return { ...belief, state: 'lost', goodReads: 0 };
}

/** A read that brought no good values: no answer, an exception, a rejected value. */
export function hearMiss(belief: MeterBelief, error: string, nowMs: Ms): MeterBelief {
  const noOverload = { overReads: 0, overSinceMs: null };
  return { ...passTime(belief, nowMs), misses: belief.misses + 1, goodReads: 0, lastError: error, ...noOverload };
}

/** A read that shows that the values must not be used any more, whatever their age. */
export function hearLie(belief: MeterBelief, error: string, nowMs: Ms): MeterBelief {
  return { ...hearMiss(belief, error, nowMs), state: 'lost' };
}

/** A decoded reading whose request was sent at `sampledAtMs` (not after `nowMs`). */
export function hearReading(
  before: MeterBelief,
  rules: BeliefRules,
  heard: { readonly reading: MeterReading; readonly sampledAtMs: Ms; readonly nowMs: Ms },
): MeterBelief {
  const { reading, sampledAtMs, nowMs } = heard;
  if (!(sampledAtMs <= nowMs)) failInvariant(`values of ${sampledAtMs} ms at ${nowMs} ms: older than now at most`);
  const check = plausible(reading, rules);
  if (!check.ok) {
    const missed = hearMiss(before, check.error, nowMs);
    if (!maybeOverload(reading, rules)) return missed;
    return { ...missed, overReads: before.overReads + 1, overSinceMs: before.overSinceMs ?? nowMs };
  }
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
    overReads: 0,
    overSinceMs: null,
  };
}
