/** What usually stays from one request to the next: ids, circuits, and the turns that follow from both. */
import { assert, defined } from '../../base/assert.js';
import type { FuseTree } from './tree.js';

export interface Placed {
  readonly id: string;
  readonly circuit: string;
}

export class Candidates {
  readonly #tree: FuseTree;
  readonly #circuitIndexOf: ReadonlyMap<string, number>;
  #circuitIds: readonly string[] = [];
  ids: readonly string[] = [];
  indexOf: ReadonlyMap<string, number> = new Map();
  /** Per seat: the index of its circuit, and its turn at the remainder. */
  circuitOf = new Int32Array(0);
  turnOf = new Int32Array(0);

  constructor(tree: FuseTree, circuitIndexOf: ReadonlyMap<string, number>) {
    this.#tree = tree;
    this.#circuitIndexOf = circuitIndexOf;
  }

  /**
   * Follows the ids and circuits of a request. Call before each division. While both stay the same it costs one
   * comparison per seat.
   */
  follow(candidates: readonly Placed[]): void {
    if (!this.#areSame(candidates)) this.#index(candidates);
  }

  #areSame(candidates: readonly Placed[]): boolean {
    const { ids } = this;
    if (candidates.length !== ids.length) return false;
    for (let index = 0; index < ids.length; index++) {
      const { id, circuit } = candidates[index] as Placed;
      if (id !== ids[index] || circuit !== this.#circuitIds[index]) return false;
    }
    return true;
  }

  #index(candidates: readonly Placed[]): void {
    const ids = candidates.map(({ id }) => id);
    const indexOf = new Map<string, number>();
    for (const [index, id] of ids.entries()) indexOf.set(id, index);
    assert(indexOf.size === ids.length, `${ids.length} charge points have ${indexOf.size} ids`);
    const circuitOf = Int32Array.from(candidates, ({ id, circuit }) =>
      defined(this.#circuitIndexOf.get(circuit), `circuit of ${id}`),
    );
    this.turnOf = this.#turnsOf(ids, circuitOf);
    this.circuitOf = circuitOf;
    this.indexOf = indexOf;
    this.#circuitIds = candidates.map(({ circuit }) => circuit);
    this.ids = ids;
  }

  /** Turns at the remainder go by circuit and id. So the order of the request does not matter. */
  #turnsOf(ids: readonly string[], circuitOf: Int32Array): Int32Array<ArrayBuffer> {
    const { placeOf } = this.#tree;
    const placeAt = circuitOf.map((circuit) => placeOf[circuit] as number);
    const idAt = (index: number): string => ids[index] ?? '';
    const inTurn = ids.map((_, index) => index);
    inTurn.sort((a, b) => (placeAt[a] as number) - (placeAt[b] as number) || (idAt(a) < idAt(b) ? -1 : 1));
    const turns = new Int32Array(ids.length);
    for (const [turn, index] of inTurn.entries()) {
      turns[index] = turn;
      const before = inTurn[turn - 1] ?? index;
      assert(
        (placeAt[before] as number) <= (placeAt[index] as number),
        `${idAt(index)} has turn ${turn} before ${idAt(before)}`,
      );
    }
    return turns;
  }
}
