/** What the limits of all charge points below each circuit add up to before a decision. Added up once, when first asked for. */
import type { PhaseAmps } from '../../base/units.js';
import { at } from '../division/numbers.js';

export class LimitSums {
  #sumsA: Float64Array | undefined;

  /** In A per grid phase. `circuit`: its index in the topology; `add`: adds them up, three numbers for each circuit. */
  below(circuit: number, add: () => Float64Array): PhaseAmps {
    this.#sumsA ??= add();
    return [at(this.#sumsA, circuit * 3), at(this.#sumsA, circuit * 3 + 1), at(this.#sumsA, circuit * 3 + 2)];
  }
}
