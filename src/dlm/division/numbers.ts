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

/** Dust of floating-point figures in steps: a limit is kept up to this. 63 A by 0.1 A is not exactly 630. */
export const DUST = 1e-9;
/** Shares are quotients of sums of sums: two that are closer than this are the same. */
export const SHARE_DUST = 1e-6;
