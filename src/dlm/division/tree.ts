/** The tree of circuits as arrays. It does not change between samples. */
import { assert, failInvariant } from '../../base/assert.js';
import type { Topology } from '../topology.js';

export interface FuseTree {
  readonly count: number;
  /** -1 for the root. */
  readonly parentOf: Int32Array;
  /** Every circuit once, each before those below it. A circuit and all below it are one range. */
  readonly order: Int32Array;
  /** Per circuit: its place in `order`, and the place after the last circuit below it. */
  readonly placeOf: Int32Array;
  readonly endOf: Int32Array;
}

export function fuseTree({ parentOf, root }: Pick<Topology, 'parentOf' | 'root'>): FuseTree {
  const count = parentOf.length;
  const order = new Int32Array(count);
  const placeOf = new Int32Array(count);
  const { firstChild, nextSibling } = childLists(parentOf);
  // No recursion: a chain of a hundred thousand circuits must not exhaust the call stack.
  let place = 0;
  for (let circuit = root; circuit !== -1; ) {
    order[place] = circuit;
    placeOf[circuit] = place++;
    circuit =
      firstChild[circuit] === -1 ? nextUpwards(circuit, parentOf, nextSibling) : (firstChild[circuit] as number);
  }
  assert(place === count, `the walk from circuit ${root} meets ${place} of ${count} circuits`);
  const tree = { count, parentOf, order, placeOf, endOf: endsOf(order, placeOf, parentOf) };
  assertInOrder(tree, root);
  return tree;
}

/** Checks what sums and searches rely on. A circuit and all below it are one range, within that of its parent. */
function assertInOrder({ count, parentOf, order, placeOf, endOf }: FuseTree, root: number): void {
  assert(order[0] === root, `circuit ${order[0]} is before the root ${root}`);
  assert(endOf[root] === count, `the range of the root ends at ${endOf[root]}, not at ${count}`);
  for (let place = 0; place < count; place++) {
    const circuit = order[place] as number;
    const end = endOf[circuit] as number;
    if (placeOf[circuit] !== place) failInvariant(`circuit ${circuit} is at ${place}, not at ${placeOf[circuit]}`);
    if (!(end > place && end <= count))
      failInvariant(`circuit ${circuit}: its range is ${place} to ${end} of ${count}`);
    if (circuit === root) continue;
    const parent = parentOf[circuit] as number;
    const isWithin = (placeOf[parent] as number) < place && end <= (endOf[parent] as number);
    if (!isWithin) failInvariant(`circuit ${circuit}: ${place} to ${end} is not within that of its parent ${parent}`);
  }
}

function childLists(parentOf: Int32Array): { readonly firstChild: Int32Array; readonly nextSibling: Int32Array } {
  const firstChild = new Int32Array(parentOf.length).fill(-1);
  const nextSibling = new Int32Array(parentOf.length).fill(-1);
  for (let circuit = parentOf.length - 1; circuit >= 0; circuit--) {
    const parent = parentOf[circuit] as number;
    if (parent === -1) continue;
    nextSibling[circuit] = firstChild[parent] as number;
    firstChild[parent] = circuit;
  }
  return { firstChild, nextSibling };
}

function nextUpwards(from: number, parentOf: Int32Array, nextSibling: Int32Array): number {
  let circuit = from;
  while (circuit !== -1 && nextSibling[circuit] === -1) circuit = parentOf[circuit] as number;
  return circuit === -1 ? -1 : (nextSibling[circuit] as number);
}

function endsOf(order: Int32Array, placeOf: Int32Array, parentOf: Int32Array): Int32Array {
  const endOf = new Int32Array(order.length);
  for (let place = order.length - 1; place >= 0; place--) {
    const circuit = order[place] as number;
    const parent = parentOf[circuit] as number;
    endOf[circuit] = Math.max(endOf[circuit] as number, (placeOf[circuit] as number) + 1);
    if (parent !== -1) endOf[parent] = Math.max(endOf[parent] as number, endOf[circuit] as number);
  }
  return endOf;
}
