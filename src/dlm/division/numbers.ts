/**
 * Typed arrays in hot loops. In this folder they are read as `values[index] as number`, without a function around it: the
 * compiler stops to put functions into their callers when enough of them are in, however small they are.
 */

/** The same for code that is not hot. */
export function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

export function add(values: Float64Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}

export function addInt(values: Int32Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}

/** Up to so many elements a loop is faster than the engine's own `fill`, which takes as long as twenty of them just to start. */
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

/** Dust of floating-point figures in steps: a limit is kept up to this. 63 A by 0.1 A is not exactly 630. */
export const DUST = 1e-9;
/** Shares are quotients of sums of sums: two that are closer than this are the same. */
export const SHARE_DUST = 1e-6;
/** Rates and prices are sums of small fractions; less than this is nothing. */
export const NOTHING = 1e-9;
