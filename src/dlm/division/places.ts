/**
 * Indices of the arrays: slots and groups of a circuit (division.ts), and ordered pairs of its phases. A pair is
 * circuit * 9 + leading phase * 3 + lagging phase.
 */
import type { PhaseMask } from '../../base/rotation.js';

/** A circuit has a slot for each phase, and after them one for its power. */
export const SLOTS = 4;
/** The slot of a circuit after its three phases: the sum of their currents. */
export const POWER = 3;
export const GROUPS = 8;
/** How many phases a mask has. */
export const PHASES_IN = Uint8Array.of(0, 1, 1, 2, 1, 2, 2, 3);
export const PAIRS = 9;

export function pairOf(circuit: number, leading: number, lagging: number): number {
  return circuit * PAIRS + leading * 3 + lagging;
}

export function circuitOfPair(pair: number): number {
  return (pair / PAIRS) | 0;
}

export function leadingOf(pair: number): number {
  return ((pair % PAIRS) / 3) | 0;
}

export function laggingOf(pair: number): number {
  return pair % 3;
}

/** The slots of the two phases of a pair. Two functions: a pair of numbers would cost an object. */
export function leadingSlot(pair: number): number {
  return circuitOfPair(pair) * SLOTS + leadingOf(pair);
}

export function laggingSlot(pair: number): number {
  return circuitOfPair(pair) * SLOTS + laggingOf(pair);
}

/** 1 where a step on these phases widens the gap of the pair, -1 where it closes it. */
export function leadOf(phases: PhaseMask, pair: number): number {
  return ((phases >> leadingOf(pair)) & 1) - ((phases >> laggingOf(pair)) & 1);
}
