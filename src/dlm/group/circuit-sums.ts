/** Currents of charge points, summed up for every circuit in one pass: each is added to all circuits between it and the root. */
import { PHASES, type PhaseAmps } from '../../base/units.js';

export class CircuitSums {
  readonly #sumsA: Float64Array;

  constructor(circuits: number) {
    this.#sumsA = new Float64Array(circuits * PHASES.length);
  }

  /** `path`: the circuit of the charge point and all above it. */
  add(path: readonly number[], currentA: PhaseAmps): void {
    const sumsA = this.#sumsA;
    for (const circuit of path) {
      const at = circuit * PHASES.length;
      sumsA[at] = (sumsA[at] as number) + currentA[0];
      sumsA[at + 1] = (sumsA[at + 1] as number) + currentA[1];
      sumsA[at + 2] = (sumsA[at + 2] as number) + currentA[2];
    }
  }

  of(circuit: number): PhaseAmps {
    const at = circuit * PHASES.length;
    return [this.#sumsA[at] as number, this.#sumsA[at + 1] as number, this.#sumsA[at + 2] as number];
  }
}
