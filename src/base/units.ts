/**
 * Units as types: a number that carries its unit, so that a swap of A and ms does not compile.
 * The mark is optional, so literals and the results of arithmetic need no wrapping.
 */
declare const unit: unique symbol;

/** Amperes, RMS. Grid values: positive = import from the grid. */
export type Amps = number & { readonly [unit]?: 'A' };
/** Milliseconds: a duration, or a point on the monotonic clock. */
export type Ms = number & { readonly [unit]?: 'ms' };
/** Volts between phase and neutral. */
export type Volts = number & { readonly [unit]?: 'V' };
/** Watts. Positive = import from the grid. */
export type Watts = number & { readonly [unit]?: 'W' };
/** Watt-hours that a vehicle took. */
export type WattHours = number & { readonly [unit]?: 'Wh' };

/** One value for each phase, in the order L1, L2, L3 of the grid (or of the connector where said so). */
export type PerPhase<T> = readonly [T, T, T];
/** Amperes in the order L1, L2, L3. */
export type PhaseAmps = PerPhase<Amps>;

/** Index of a phase in every per-phase triple: 0 = L1, 1 = L2, 2 = L3. */
export type PhaseIndex = 0 | 1 | 2;
export const PHASES = [0, 1, 2] as const;
export const PHASE_NAMES = ['L1', 'L2', 'L3'] as const;

/** IEC 61851-1: the control pilot offers at least this. Less is no offer: the vehicle pauses. */
export const PILOT_MIN_A: Amps = 6;

export const NO_AMPS: PhaseAmps = [0, 0, 0];

/** The same value on each phase. */
export function perPhase<T>(value: T): PerPhase<T> {
  return [value, value, value];
}

/** Phase by phase the larger one. */
export function maxOf(a: PhaseAmps, b: PhaseAmps): PhaseAmps {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])];
}

export function minOf(a: PhaseAmps, b: PhaseAmps): PhaseAmps {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])];
}

/** Whether a value exceeds its counterpart by more than `toleranceA` on any phase. */
export function isAnyAbove(a: PhaseAmps, b: PhaseAmps, toleranceA: Amps): boolean {
  return a[0] > b[0] + toleranceA || a[1] > b[1] + toleranceA || a[2] > b[2] + toleranceA;
}

/** Whether a current is finite and at least 0 A on each phase. For assertions. */
export function isValidLoad(a: PhaseAmps): boolean {
  return a[0] >= 0 && a[1] >= 0 && a[2] >= 0 && a[0] + a[1] + a[2] < Number.POSITIVE_INFINITY;
}

/** Builds a triple from a function of the phase. */
export function mapPhases<T>(value: (phase: PhaseIndex) => T): PerPhase<T> {
  return [value(0), value(1), value(2)];
}
