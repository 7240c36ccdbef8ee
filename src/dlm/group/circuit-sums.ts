/** Sums of currents for every circuit, in one pass. The current of a charge point counts in its circuit and in all above. */
import { assert, failInvariant } from '../../base/assert.js';
import { isValidLoad, PHASES, type PhaseAmps } from '../../base/units.js';

/** Sums over thousands of charge points are wrong by far less than this, because of rounding. */
const ROUNDING_A = 1e-6;

export class CircuitSums {
  readonly #sumsA: Float64Array;
  /** The sum of all charge points, reckoned without the tree. The sums of the root must be the same. */
  readonly #totalA: [number, number, number] = [0, 0, 0];

  constructor(circuits: number) {
    assert(circuits > 0, `sums of ${circuits} circuits`);
    this.#sumsA = new Float64Array(circuits * PHASES.length);
  }

  /** Adds the current of one charge point, in A per phase of the grid. `path`: its circuit and all circuits above. */
  add(path: readonly number[], currentA: PhaseAmps): void {
    const sumsA = this.#sumsA;
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

  /** Each charge point counts in the root once, and no circuit has more than the circuit above. Call after the last `add`. */
  assertTree({ root, parentOf }: { readonly root: number; readonly parentOf: Int32Array }): void {
    const rootA = this.of(root);
    if (!isValidLoad(rootA)) failInvariant(`all charge points have ${rootA.join(', ')} A`);
    for (const p of PHASES) {
      const isWhole = Math.abs(rootA[p] - this.#totalA[p]) <= ROUNDING_A;
      if (!isWhole) failInvariant(`the root has ${rootA[p]} A on phase ${p}, its charge points ${this.#totalA[p]} A`);
    }
    for (let circuit = 0; circuit < parentOf.length; circuit++) {
      const parent = parentOf[circuit] as number;
      if (parent === -1) continue;
      for (const p of PHASES) this.#assertBelow(circuit, parent, p);
    }
  }

  #assertBelow(circuit: number, parent: number, p: number): void {
    const sumA = this.#sumsA[circuit * PHASES.length + p] as number;
    const aboveA = this.#sumsA[parent * PHASES.length + p] as number;
    if (sumA <= aboveA + ROUNDING_A) return;
    failInvariant(`circuit ${circuit} has ${sumA} A on phase ${p}, circuit ${parent} above it only ${aboveA} A`);
  }

  /** The sum of a circuit, in A per phase of the grid. */
  of(circuit: number): PhaseAmps {
    const at = circuit * PHASES.length;
    if (!(at >= 0 && at < this.#sumsA.length)) failInvariant(`circuit ${circuit} has no sums`);
    return [this.#sumsA[at] as number, this.#sumsA[at + 1] as number, this.#sumsA[at + 2] as number];
  }
}
