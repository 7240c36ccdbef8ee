/**
 * Typed arrays with plain reads: the indices of the division are right by construction, and its loops are hot. One function
 * for each kind of array: a shared one is compiled for all of them and takes twice the time.
 */

export function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

export function intAt(values: Int32Array, index: number): number {
  return values[index] as number;
}

export function byteAt(values: Uint8Array, index: number): number {
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
