/** The tree of circuits, prepared once: who hangs under whom, as indices. It does not change between samples. */
import { assert, defined } from '../base/assert.js';

/** What the tree needs to know of a circuit. */
export interface TreeNode {
  readonly id: string;
  readonly parent?: string;
}

export interface Topology {
  readonly count: number;
  readonly indexOf: ReadonlyMap<string, number>;
  /** For each circuit: itself and all above it, up to the root. */
  readonly pathOf: readonly (readonly number[])[];
  readonly root: number;
}

/** The configuration has been checked before: one root, no cycle, every parent known. Asserted here all the same. */
export function buildTopology(circuits: readonly TreeNode[]): Topology {
  const indexOf = new Map(circuits.map((circuit, index) => [circuit.id, index]));
  assert(indexOf.size === circuits.length, 'circuit ids are unique');
  const parents = circuits.map((circuit) =>
    circuit.parent === undefined ? -1 : defined(indexOf.get(circuit.parent), `parent of circuit ${circuit.id}`),
  );
  const roots = parents.filter((parent) => parent === -1);
  assert(roots.length === 1, 'the circuits have exactly one root');
  const pathOf = circuits.map((_, index) => pathToRoot(parents, index));
  return { count: circuits.length, indexOf, pathOf, root: parents.indexOf(-1) };
}

function pathToRoot(parents: readonly number[], from: number): readonly number[] {
  const path: number[] = [];
  for (let index = from; index !== -1; index = parents[index] ?? -1) {
    assert(path.length <= parents.length, 'the circuits form a tree without a cycle');
    path.push(index);
  }
  return path;
}
