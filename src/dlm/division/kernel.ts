/**
 * A small system of linear equations that changes by rows and columns and is solved often. LU with partial pivoting.
 */
import { assert, failInvariant } from '../../base/assert.js';

const SINGULAR = 1e-11;
/** Tolerance of an equation, relative to its terms. */
const SOLVED = 1e-6;

/** A matrix whose size changes; to solve it, it must be square. It keeps its memory. */
export class Kernel {
  /** Room for rows and columns. A row starts at a multiple of it. */
  #room = 0;
  #matrix = new Float64Array(0);
  #factors = new Float64Array(0);
  #values = new Float64Array(0);
  #rowOf = new Int32Array(0);
  #rows = 0;
  #columns = 0;
  #isDecomposed = false;
  /** The right side of the first equation. */
  #right = 0;

  clear(): void {
    this.#rows = 0;
    this.#columns = 0;
    this.#isDecomposed = false;
  }

  /** Adds a row and returns its index. Set its elements then. */
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

  /** Removes a row. The last row gets its index. */
  removeRow(row: number): void {
    if (!(row >= 0 && row < this.#rows)) failInvariant(`row ${row} of ${this.#rows} is removed`);
    const last = --this.#rows * this.#room;
    this.#matrix.copyWithin(row * this.#room, last, last + this.#columns);
    this.#isDecomposed = false;
  }

  /** Removes a column. The last column gets its index. */
  removeColumn(column: number): void {
    if (!(column >= 0 && column < this.#columns)) failInvariant(`column ${column} of ${this.#columns} is removed`);
    const last = --this.#columns;
    for (let row = 0; row < this.#rows; row++) {
      this.#matrix[row * this.#room + column] = this.#matrix[row * this.#room + last] as number;
    }
    this.#isDecomposed = false;
  }

  set(row: number, column: number, value: number): void {
    const isIn = row >= 0 && row < this.#rows && column >= 0 && column < this.#columns;
    if (!isIn) failInvariant(`element ${row}, ${column} of ${this.#rows} rows, ${this.#columns} columns`);
    this.#matrix[row * this.#room + column] = value;
    this.#isDecomposed = false;
  }

  /** Solves matrix x = values for x. `values` becomes x. */
  solve(values: Float64Array): void {
    this.#decompose();
    const size = this.#rows;
    this.#right = size === 0 ? 0 : (values[0] as number);
    for (let row = 0; row < size; row++) {
      let value = values[this.#rowOf[row] as number] as number;
      for (let column = 0; column < row; column++)
        value -= this.#factorAt(row, column) * (this.#values[column] as number);
      this.#values[row] = value;
    }
    for (let row = size - 1; row >= 0; row--) {
      let value = this.#values[row] as number;
      for (let column = row + 1; column < size; column++)
        value -= this.#factorAt(row, column) * (values[column] as number);
      values[row] = value / this.#factorAt(row, row);
    }
    this.#checkFirst(values, 1, 'row');
  }

  /** Checks that the first equation holds. To check all would take as long as to solve them. */
  #checkFirst(values: Float64Array, stride: number, what: string): void {
    let sum = -this.#right;
    let size = Math.abs(sum);
    for (let i = 0; i < this.#rows; i++) {
      const term = (this.#matrix[i * stride] as number) * (values[i] as number);
      sum += term;
      size += Math.abs(term);
    }
    if (!(Math.abs(sum) <= SOLVED * (1 + size))) failInvariant(`${what} 0 of ${this.#rows} is missed by ${sum}`);
  }

  /** Solves x matrix = values for x. `values` becomes x. Goes row by row, as they are stored. */
  solveTransposed(values: Float64Array): void {
    this.#decompose();
    const size = this.#rows;
    this.#right = size === 0 ? 0 : (values[0] as number);
    for (let row = 0; row < size; row++) {
      const value = (values[row] as number) / this.#factorAt(row, row);
      values[row] = value;
      if (value === 0) continue;
      for (let column = row + 1; column < size; column++) {
        values[column] = (values[column] as number) - this.#factorAt(row, column) * value;
      }
    }
    for (let row = size - 1; row > 0; row--) {
      const value = values[row] as number;
      if (value === 0) continue;
      for (let column = 0; column < row; column++) {
        values[column] = (values[column] as number) - this.#factorAt(row, column) * value;
      }
    }
    for (let row = 0; row < size; row++) this.#values[this.#rowOf[row] as number] = values[row] as number;
    for (let row = 0; row < size; row++) values[row] = this.#values[row] as number;
    this.#checkFirst(values, this.#room, 'column');
  }

  #decompose(): void {
    if (this.#isDecomposed) return;
    assert(this.#rows === this.#columns, `${this.#rows} equations for ${this.#columns} unknowns`);
    const size = this.#rows;
    const factors = this.#factors;
    this.#startDecomposing();
    for (let pivot = 0; pivot < size; pivot++) {
      this.#swapRows(pivot, this.#largestIn(pivot));
      const diagonal = this.#factorAt(pivot, pivot);
      if (!(Math.abs(diagonal) > SINGULAR))
        failInvariant(`the tight limits are not independent: pivot ${pivot} of ${size} is ${diagonal}`);
      for (let row = pivot + 1; row < size; row++) {
        if (this.#factorAt(row, pivot) === 0) continue;
        const factor = this.#factorAt(row, pivot) / diagonal;
        factors[row * this.#room + pivot] = factor;
        for (let column = pivot + 1; column < size; column++) {
          factors[row * this.#room + column] = this.#factorAt(row, column) - factor * this.#factorAt(pivot, column);
        }
      }
    }
    this.#isDecomposed = true;
  }

  #startDecomposing(): void {
    for (let row = 0; row < this.#rows; row++) {
      this.#rowOf[row] = row;
      const start = row * this.#room;
      for (let i = start; i < start + this.#columns; i++) this.#factors[i] = this.#matrix[i] as number;
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

  /** An element of the factors. */
  #factorAt(row: number, column: number): number {
    return this.#factors[row * this.#room + column] as number;
  }

  #largestIn(pivot: number): number {
    let largest = pivot;
    for (let row = pivot + 1; row < this.#rows; row++) {
      if (Math.abs(this.#factorAt(row, pivot)) > Math.abs(this.#factorAt(largest, pivot))) largest = row;
    }
    return largest;
  }

  #swapRows(a: number, b: number): void {
    if (a === b) return;
    for (let column = 0; column < this.#columns; column++) {
      const kept = this.#factorAt(a, column);
      this.#factors[a * this.#room + column] = this.#factorAt(b, column);
      this.#factors[b * this.#room + column] = kept;
    }
    const kept = this.#rowOf[a] as number;
    this.#rowOf[a] = this.#rowOf[b] as number;
    this.#rowOf[b] = kept;
  }
}
