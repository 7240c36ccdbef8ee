/** The sums of the exposures per circuit and grid phase, in A. Kept up to date during a decision. */
import { failInvariant } from '../../base/assert.js';
import { onPhases } from '../../base/rotation.js';
import { isAnyAbove, isValidLoad, type Ms, PHASES, type PhaseAmps } from '../../base/units.js';
import { at } from '../division/numbers.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { exposureOf, pathOf, type Snapshot } from './snapshot.js';

/** The rounding error of sums over thousands of charge points is far below this. */
const ROUNDING_A = 1e-6;

export class ExposureSums {
  readonly #sumsA: Float64Array;
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    const { topology, capacities } = snapshot;
    if (topology.count !== capacities.length) {
      failInvariant(`${topology.count} circuits, but the capacities of ${capacities.length}`);
    }
    this.#sumsA = new Float64Array(topology.count * 3);
    for (const record of snapshot.records) {
      const exposureA = exposureOf(snapshot, record);
      if (!isCounted(record, exposureA, snapshot.nowMs)) failExposure(record, exposureA);
      this.#add(record, exposureA, 1);
    }
  }

  /** Call when a grant raises the exposure of a charge point. In A, grid order; never a lower one. */
  replace(record: SlaveRecord, beforeA: PhaseAmps, afterA: PhaseAmps): void {
    if (!isValidLoad(afterA) || isAnyAbove(beforeA, afterA, 0)) failReplaced(record, beforeA, afterA);
    if (!isAnyAbove(afterA, beforeA, 0)) return;
    this.#add(record, beforeA, -1);
    this.#add(record, afterA, 1);
  }

  #add(record: SlaveRecord, exposureA: PhaseAmps, sign: 1 | -1): void {
    const sumsA = this.#sumsA;
    for (const circuit of pathOf(this.#snapshot, record)) {
      for (const p of PHASES) sumsA[circuit * 3 + p] = at(sumsA, circuit * 3 + p) + sign * exposureA[p];
    }
  }

  /** Adds up all exposures again and compares with the sums. `raised`: the exposures that this decision raised. */
  assertRecomputed(raised: ReadonlyMap<SlaveRecord, PhaseAmps>): void {
    const anewA = new Float64Array(this.#sumsA.length);
    for (const record of this.#snapshot.records) {
      const ownA = (raised.size > 0 ? raised.get(record) : undefined) ?? exposureOf(this.#snapshot, record);
      for (const circuit of pathOf(this.#snapshot, record)) {
        for (const p of PHASES) anewA[circuit * 3 + p] = at(anewA, circuit * 3 + p) + ownA[p];
      }
    }
    for (let slot = 0; slot < anewA.length; slot++) {
      const [keptA, sumA] = [at(this.#sumsA, slot), at(anewA, slot)];
      if (Math.abs(keptA - sumA) <= ROUNDING_A) continue;
      failInvariant(`circuit ${Math.floor(slot / 3)}, phase ${slot % 3}: the sum is ${keptA} A, recomputed ${sumA} A`);
    }
  }

  /** The exposures of all charge points below a circuit, in A per grid phase. `circuit`: its index in the topology. */
  sumForCircuit(circuit: number): PhaseAmps {
    const sumsA = this.#sumsA;
    if (!(circuit >= 0 && circuit * 3 < sumsA.length)) failInvariant(`circuit ${circuit} has no sum`);
    return [at(sumsA, circuit * 3), at(sumsA, circuit * 3 + 1), at(sumsA, circuit * 3 + 2)];
  }
}

/** The exposure of an online charge point is at least the limit that it reports, whatever it was granted. */
function isCounted(record: SlaveRecord, exposureA: PhaseAmps, nowMs: Ms): boolean {
  if (!isValidLoad(exposureA)) return false;
  const enforcedA = record.status?.enforcedA ?? 0;
  if (exposureA[0] >= enforcedA && exposureA[1] >= enforcedA && exposureA[2] >= enforcedA) return true;
  const { limitA, phases } = record.account.enforced;
  return !record.isOnline(nowMs) || !isAnyAbove(onPhases(phases, limitA), exposureA, 0);
}

function failExposure({ id, account }: SlaveRecord, exposureA: PhaseAmps): never {
  const { limitA, phases } = account.enforced;
  failInvariant(`${id} enforces ${limitA} A on ${phases}, but ${exposureA.join(', ')} A are counted`);
}

function failReplaced({ id }: SlaveRecord, beforeA: PhaseAmps, afterA: PhaseAmps): never {
  failInvariant(`a decision takes the exposure of ${id} from ${beforeA.join(', ')} to ${afterA.join(', ')} A`);
}
