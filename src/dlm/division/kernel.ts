/** A small system of linear equations: decomposed when it changes, solved often. LU with partial pivoting. */
import { assert } from '../../base/assert.js';
import { at, intAt } from './numbers.js';

const SINGULAR = 1e-11;

/** A square matrix, row by row, of a size that changes; it keeps its memory. */
export class Kernel {
  #factors = new Float64Array(16);
  #values = new Float64Array(4);
  #rowOf = new Int32Array(4);
  #size = 0;

  /** Starts anew; then every element is set, and `decompose` called. */
  resize(size: number): void {
    this.#size = size;
    if (this.#rowOf.length >= size) return;
    this.#factors = new Float64Array(size * size * 4);
    this.#values = new Float64Array(size * 2);
    this.#rowOf = new Int32Array(size * 2);
  }

  set(row: number, column: number, value: number): void {
    this.#factors[row * this.#size + column] = value;
  }

  decompose(): void {
    const size = this.#size;
    const factors = this.#factors;
    for (let row = 0; row < size; row++) this.#rowOf[row] = row;
    for (let pivot = 0; pivot < size; pivot++) {
      this.#swapRows(pivot, this.#largestIn(pivot));
      const diagonal = this.#at(pivot, pivot);
      assert(Math.abs(diagonal) > SINGULAR, 'the tight limits are independent');
      for (let row = pivot + 1; row < size; row++) {
        if (this.#at(row, pivot) === 0) continue;
        const factor = this.#at(row, pivot) / diagonal;
        factors[row * size + pivot] = factor;
        for (let column = pivot + 1; column < size; column++) {
          factors[row * size + column] = this.#at(row, column) - factor * this.#at(pivot, column);
        }
      }
    }
  }

  /** x with matrix x = values; `values` becomes x. */
  solve(values: Float64Array): void {
    const size = this.#size;
    for (let row = 0; row < size; row++) {
      let value = at(values, intAt(this.#rowOf, row));
      for (let column = 0; column < row; column++) value -= this.#at(row, column) * at(this.#values, column);
      this.#values[row] = value;
    }
    for (let row = size - 1; row >= 0; row--) {
      let value = at(this.#values, row);
      for (let column = row + 1; column < size; column++) value -= this.#at(row, column) * at(values, column);
      values[row] = value / this.#at(row, row);
    }
  }

  /** x with x matrix = values; `values` becomes x. */
  solveTransposed(values: Float64Array): void {
    const size = this.#size;
    for (let column = 0; column < size; column++) {
      let value = at(values, column);
      for (let row = 0; row < column; row++) value -= this.#at(row, column) * at(this.#values, row);
      this.#values[column] = value / this.#at(column, column);
    }
    for (let column = size - 1; column >= 0; column--) {
      let value = at(this.#values, column);
      for (let row = column + 1; row < size; row++) value -= this.#at(row, column) * at(this.#values, row);
      this.#values[column] = value;
    }
    for (let row = 0; row < size; row++) values[intAt(this.#rowOf, row)] = at(this.#values, row);
  }

  #at(row: number, column: number): number {
    return at(this.#factors, row * this.#size + column);
  }

  #largestIn(pivot: number): number {
    let largest = pivot;
    for (let row = pivot + 1; row < this.#size; row++) {
      if (Math.abs(this.#at(row, pivot)) > Math.abs(this.#at(largest, pivot))) largest = row;
    }
    return largest;
  }

  #swapRows(a: number, b: number): void {
    if (a === b) return;
    for (let column = 0; column < this.#size; column++) {
      const kept = this.#at(a, column);
      this.#factors[a * this.#size + column] = this.#at(b, column);
      this.#factors[b * this.#size + column] = kept;
    }
    const kept = intAt(this.#rowOf, a);
    this.#rowOf[a] = intAt(this.#rowOf, b);
    this.#rowOf[b] = kept;
  }
}
