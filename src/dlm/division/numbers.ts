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

/** Dust of floating-point sums, in steps: two values closer than this are the same. */
export const DUST = 1e-6;
