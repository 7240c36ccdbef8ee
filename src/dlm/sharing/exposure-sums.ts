/** The sums of the exposures per circuit and phase, kept up to date while a decision is made. */
import type { PhaseAmps } from '../../base/units.js';
import { PHASES } from '../../base/units.js';
import { at } from '../division/numbers.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { exposureOf, pathOf, type Snapshot } from './snapshot.js';

export class ExposureSums {
  readonly #sumsA: Float64Array;
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#sumsA = new Float64Array(snapshot.topology.count * 3);
    for (const record of snapshot.records) this.#add(record, exposureOf(snapshot, record), 1);
  }

  /** The exposure of a charge point changes. Grid order. */
  replace(record: SlaveRecord, beforeA: PhaseAmps, afterA: PhaseAmps): void {
    this.#add(record, beforeA, -1);
    this.#add(record, afterA, 1);
  }

  #add(record: SlaveRecord, exposureA: PhaseAmps, sign: 1 | -1): void {
    const sumsA = this.#sumsA;
    for (const circuit of pathOf(this.#snapshot, record)) {
      for (const p of PHASES) sumsA[circuit * 3 + p] = at(sumsA, circuit * 3 + p) + sign * exposureA[p];
    }
  }

  of(circuit: number): PhaseAmps {
    const sumsA = this.#sumsA;
    return [at(sumsA, circuit * 3), at(sumsA, circuit * 3 + 1), at(sumsA, circuit * 3 + 2)];
  }
}
