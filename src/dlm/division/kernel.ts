/** Small systems of linear equations, solved anew each time: Gaussian elimination with partial pivoting. */
import { assert } from '../../base/assert.js';
import { at } from './numbers.js';

const SINGULAR = 1e-11;

/** A square matrix, row by row, of a size that changes; it keeps its memory. */
export class Kernel {
  #matrix = new Float64Array(16);
  #work = new Float64Array(16);
  #size = 0;

  /** Starts anew with zeros. */
  resize(size: number): void {
    this.#size = size;
    if (this.#matrix.length < size * size) {
      this.#matrix = new Float64Array(size * size * 2);
      this.#work = new Float64Array(size * size * 2);
    }
    this.#matrix.fill(0, 0, size * size);
  }

  set(row: number, column: number, value: number): void {
    this.#matrix[row * this.#size + column] = value;
  }

  /** x with matrix x = values; `values` becomes x. */
  solve(values: Float64Array): void {
    this.#work.set(this.#matrix.subarray(0, this.#size * this.#size));
    this.#eliminate(values);
  }

  /** x with x matrix = values; `values` becomes x. */
  solveTransposed(values: Float64Array): void {
    const size = this.#size;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        this.#work[column * size + row] = at(this.#matrix, row * size + column);
      }
    }
    this.#eliminate(values);
  }

  #eliminate(values: Float64Array): void {
    const size = this.#size;
    const work = this.#work;
    for (let pivot = 0; pivot < size; pivot++) {
      this.#swapRows(pivot, this.#largestIn(pivot), values);
      const diagonal = at(work, pivot * size + pivot);
      assert(Math.abs(diagonal) > SINGULAR, 'the tight limits are independent');
      for (let row = pivot + 1; row < size; row++) {
        const factor = at(work, row * size + pivot) / diagonal;
        if (factor === 0) continue;
        for (let column = pivot; column < size; column++) {
          work[row * size + column] = at(work, row * size + column) - factor * at(work, pivot * size + column);
        }
        values[row] = at(values, row) - factor * at(values, pivot);
      }
    }
    for (let row = size - 1; row >= 0; row--) {
      let value = at(values, row);
      for (let column = row + 1; column < size; column++) value -= at(work, row * size + column) * at(values, column);
      values[row] = value / at(work, row * size + row);
    }
  }

  #largestIn(pivot: number): number {
    let largest = pivot;
    for (let row = pivot + 1; row < this.#size; row++) {
      const isLarger = Math.abs(this.#atWork(row, pivot)) > Math.abs(this.#atWork(largest, pivot));
      if (isLarger) largest = row;
    }
    return largest;
  }

  #atWork(row: number, column: number): number {
    return at(this.#work, row * this.#size + column);
  }

  #swapRows(a: number, b: number, values: Float64Array): void {
    if (a === b) return;
    for (let column = 0; column < this.#size; column++) {
      const kept = this.#atWork(a, column);
      this.#work[a * this.#size + column] = this.#atWork(b, column);
      this.#work[b * this.#size + column] = kept;
    }
    const kept = at(values, a);
    values[a] = at(values, b);
    values[b] = kept;
  }
}
