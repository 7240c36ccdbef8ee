/**
 * Typed arrays in hot loops. This folder reads them as `values[index] as number`, without a function around it. The
 * compiler puts only so many functions into their caller, however small they are.
 */

/** Reads an element, in code that is not hot. */
export function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

export function add(values: Float64Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}

export function addInt(values: Int32Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}

/**
 * Up to this length a loop is faster than the engine's own `fill`, which takes as long as twenty elements just to
 * start.
 */
const SHORT = 64;

export function fillWith(values: Float64Array, value: number): void {
  if (values.length > SHORT) values.fill(value);
  else for (let index = 0; index < values.length; index++) values[index] = value;
}

export function fillIntsWith(values: Int32Array, value: number): void {
  if (values.length > SHORT) values.fill(value);
  else for (let index = 0; index < values.length; index++) values[index] = value;
}

export function fillBytesWith(values: Uint8Array, value: number): void {
  if (values.length > SHORT) values.fill(value);
  else for (let index = 0; index < values.length; index++) values[index] = value;
}

/** Tolerance in steps of limits that are given. 63 A by 0.1 A is not exactly 630. */
export const DUST = 1e-9;
/** Tolerance in steps of shares, which are quotients of sums of sums. */
export const SHARE_DUST = 1e-6;
/** Tolerance of rates and prices, which are sums of small fractions. */
export const NOTHING = 1e-9;
