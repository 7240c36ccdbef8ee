/** A small system of linear equations: changed row by row and column by column, solved often. LU with partial pivoting. */
import { assert } from '../../base/assert.js';
import { at, intAt } from './numbers.js';

const SINGULAR = 1e-11;

/** A matrix whose size changes; while it is solved it is square. It keeps its memory. */
export class Kernel {
  /** Rows and columns that there is room for; a row starts at a multiple of it. */
  #room = 0;
  #matrix = new Float64Array(0);
  #factors = new Float64Array(0);
  #values = new Float64Array(0);
  #rowOf = new Int32Array(0);
  #rows = 0;
  #columns = 0;
  #isDecomposed = false;

  clear(): void {
    this.#rows = 0;
    this.#columns = 0;
    this.#isDecomposed = false;
  }

  /** Its elements are to be set. Returns its index. */
  addRow(): number {
    if (this.#rows === this.#room) this.#grow();
    this.#isDecomposed = false;
    return this.#rows++;
  }

  addColumn(): number {
    if (this.#columns === this.#room) this.#grow();
    this.#isDecomposed = false;
    return this.#columns++;
  }

  /** The last row takes its index. */
  removeRow(row: number): void {
    const last = --this.#rows * this.#room;
    this.#matrix.copyWithin(row * this.#room, last, last + this.#columns);
    this.#isDecomposed = false;
  }

  /** The last column takes its index. */
  removeColumn(column: number): void {
    const last = --this.#columns;
    for (let row = 0; row < this.#rows; row++) {
      this.#matrix[row * this.#room + column] = at(this.#matrix, row * this.#room + last);
    }
    this.#isDecomposed = false;
  }

  set(row: number, column: number, value: number): void {
    this.#matrix[row * this.#room + column] = value;
    this.#isDecomposed = false;
  }

  /** x with matrix x = values; `values` becomes x. */
  solve(values: Float64Array): void {
    this.#decompose();
    const size = this.#rows;
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

  /** x with x matrix = values; `values` becomes x. Row by row, as they are stored. */
  solveTransposed(values: Float64Array): void {
    this.#decompose();
    const size = this.#rows;
    for (let row = 0; row < size; row++) {
      const value = at(values, row) / this.#at(row, row);
      values[row] = value;
      if (value === 0) continue;
      for (let column = row + 1; column < size; column++) {
        values[column] = at(values, column) - this.#at(row, column) * value;
      }
    }
    for (let row = size - 1; row > 0; row--) {
      const value = at(values, row);
      if (value === 0) continue;
      for (let column = 0; column < row; column++) {
        values[column] = at(values, column) - this.#at(row, column) * value;
      }
    }
    for (let row = 0; row < size; row++) this.#values[intAt(this.#rowOf, row)] = at(values, row);
    for (let row = 0; row < size; row++) values[row] = at(this.#values, row);
  }

  #decompose(): void {
    if (this.#isDecomposed) return;
    assert(this.#rows === this.#columns, 'there are as many unknowns as equations');
    const size = this.#rows;
    const factors = this.#factors;
    this.#startDecomposing();
    for (let pivot = 0; pivot < size; pivot++) {
      this.#swapRows(pivot, this.#largestIn(pivot));
      const diagonal = this.#at(pivot, pivot);
      assert(Math.abs(diagonal) > SINGULAR, 'the tight limits are independent');
      for (let row = pivot + 1; row < size; row++) {
        if (this.#at(row, pivot) === 0) continue;
        const factor = this.#at(row, pivot) / diagonal;
        factors[row * this.#room + pivot] = factor;
        for (let column = pivot + 1; column < size; column++) {
          factors[row * this.#room + column] = this.#at(row, column) - factor * this.#at(pivot, column);
        }
      }
    }
    this.#isDecomposed = true;
  }

  #startDecomposing(): void {
    for (let row = 0; row < this.#rows; row++) {
      this.#rowOf[row] = row;
      const start = row * this.#room;
      for (let i = start; i < start + this.#columns; i++) this.#factors[i] = at(this.#matrix, i);
    }
  }

  #grow(): void {
    const room = Math.max(8, this.#room * 2);
    const matrix = new Float64Array(room * room);
    for (let row = 0; row < this.#rows; row++) {
      matrix.set(this.#matrix.subarray(row * this.#room, row * this.#room + this.#columns), row * room);
    }
    this.#matrix = matrix;
    this.#factors = new Float64Array(room * room);
    this.#values = new Float64Array(room);
    this.#rowOf = new Int32Array(room);
    this.#room = room;
  }

  /** Of the factors. */
  #at(row: number, column: number): number {
    return at(this.#factors, row * this.#room + column);
  }

  #largestIn(pivot: number): number {
    let largest = pivot;
    for (let row = pivot + 1; row < this.#rows; row++) {
      if (Math.abs(this.#at(row, pivot)) > Math.abs(this.#at(largest, pivot))) largest = row;
    }
    return largest;
  }

  #swapRows(a: number, b: number): void {
    if (a === b) return;
    for (let column = 0; column < this.#columns; column++) {
      const kept = this.#at(a, column);
      this.#factors[a * this.#room + column] = this.#at(b, column);
      this.#factors[b * this.#room + column] = kept;
    }
    const kept = intAt(this.#rowOf, a);
    this.#rowOf[a] = intAt(this.#rowOf, b);
    this.#rowOf[b] = kept;
  }
}
