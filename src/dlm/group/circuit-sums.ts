/** Currents of charge points, summed up for every circuit in one pass: each is added to all circuits between it and the root. */
import { assert, failInvariant } from '../../base/assert.js';
import { isValidLoad, PHASES, type PhaseAmps } from '../../base/units.js';

/** Rounding of sums over thousands of charge points stays far below this. */
const ROUNDING_A = 1e-6;

export class CircuitSums {
  readonly #sumsA: Float64Array;
  /** The same without the tree: what the sums of the root must be. */
  readonly #totalA: [number, number, number] = [0, 0, 0];

  constructor(circuits: number) {
    assert(circuits > 0, `sums of ${circuits} circuits`);
    this.#sumsA = new Float64Array(circuits * PHASES.length);
  }

  /** `path`: the circuit of the charge point and all above it. */
  add(path: readonly number[], currentA: PhaseAmps): void {
    const sumsA = this.#sumsA;
    if (!isValidLoad(currentA)) failInvariant(`${currentA.join(', ')} A are added to circuit ${path[0]}`);
    const totalA = this.#totalA;
    totalA[0] += currentA[0];
    totalA[1] += currentA[1];
    totalA[2] += currentA[2];
    for (const circuit of path) {
      const at = circuit * PHASES.length;
      sumsA[at] = (sumsA[at] as number) + currentA[0];
      sumsA[at + 1] = (sumsA[at + 1] as number) + currentA[1];
      sumsA[at + 2] = (sumsA[at + 2] as number) + currentA[2];
    }
  }

  /** Each charge point is below the root once, and no circuit has more than the one above it. Call after the last `add`. */
  assertTree({ root, parentOf }: { readonly root: number; readonly parentOf: Int32Array }): void {
    const rootA = this.of(root);
    for (const p of PHASES) {
      const isWhole = Math.abs(rootA[p] - this.#totalA[p]) <= ROUNDING_A;
      if (!isWhole) failInvariant(`the root has ${rootA[p]} A on phase ${p}, its charge points ${this.#totalA[p]} A`);
    }
    for (let at = 0; at < this.#sumsA.length; at++) {
      const [circuit, p] = [Math.floor(at / PHASES.length), at % PHASES.length];
      const parent = parentOf[circuit] as number;
      const [sumA, aboveA] = [this.#sumsA[at] as number, this.#sumsA[parent * PHASES.length + p] as number];
      if (parent !== -1 && sumA > aboveA + ROUNDING_A) {
        failInvariant(`circuit ${circuit} has ${sumA} A on phase ${p}, circuit ${parent} above it only ${aboveA} A`);
      }
    }
  }

  of(circuit: number): PhaseAmps {
    const at = circuit * PHASES.length;
    if (!(at >= 0 && at < this.#sumsA.length)) failInvariant(`circuit ${circuit} has no sums`);
    return [this.#sumsA[at] as number, this.#sumsA[at + 1] as number, this.#sumsA[at + 2] as number];
  }
}
