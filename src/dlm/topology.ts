/** The tree of circuits as indices: the parent of each, and its path to the root. Built once; it never changes. */
import { assert, defined } from '../base/assert.js';

/** The part of a circuit that the tree needs. */
export interface TreeNode {
  readonly id: string;
  readonly parent?: string;
}

/** The parent of each circuit. A division needs no more. */
export interface Parents {
  readonly count: number;
  readonly indexOf: ReadonlyMap<string, number>;
  /** -1 for the root. */
  readonly parentOf: Int32Array;
  readonly root: number;
}

export interface Topology extends Parents {
  /** For each circuit: its own index and those of all circuits above, up to the root. */
  readonly pathOf: readonly (readonly number[])[];
}

/** Expects one root, no cycle and known parents. The configuration was checked for this; it is asserted here again. */
export function buildTopology(circuits: readonly TreeNode[]): Topology {
  const parents = buildParents(circuits);
  const pathOf = circuits.map((_, index) => pathToRoot(parents.parentOf, index));
  for (const [index, path] of pathOf.entries()) {
    const { root, count } = parents;
    const isWhole = path[0] === index && path.at(-1) === root && path.length <= count;
    assert(isWhole, `the way up from circuit ${index} is ${path.join(', ')}, the root is ${root} of ${count}`);
  }
  return { ...parents, pathOf };
}

/** As `buildTopology`, but without the paths. They take much memory in a deep tree. */
export function buildParents(circuits: readonly TreeNode[]): Parents {
  const indexOf = new Map(circuits.map((circuit, index) => [circuit.id, index]));
  assert(indexOf.size === circuits.length, 'circuit ids are unique');
  const parentOf = Int32Array.from(circuits, ({ id, parent }) =>
    parent === undefined ? -1 : defined(indexOf.get(parent), `parent of circuit ${id}`),
  );
  const root = parentOf.indexOf(-1);
  assert(root !== -1 && parentOf.indexOf(-1, root + 1) === -1, 'the circuits have exactly one root');
  assertNoCycle(parentOf);
  assert(
    parentOf.every((parent) => parent < circuits.length),
    `a parent is not among the ${circuits.length} circuits`,
  );
  return { count: circuits.length, indexOf, parentOf, root };
}

/** Visits each circuit once. A walk upwards ends at the root, or at a circuit of an earlier walk. */
function assertNoCycle(parentOf: Int32Array): void {
  const walkOf = new Int32Array(parentOf.length);
  for (let from = 0; from < parentOf.length; from++) {
    for (let index = from; index !== -1 && walkOf[index] === 0; index = parentOf[index] ?? -1) {
      walkOf[index] = from + 1;
      assert(walkOf[parentOf[index] ?? -1] !== from + 1, 'the circuits form a tree without a cycle');
    }
  }
}

function pathToRoot(parentOf: Int32Array, from: number): readonly number[] {
  const path: number[] = [];
  for (let index = from; index !== -1; index = parentOf[index] ?? -1) path.push(index);
  return path;
}
