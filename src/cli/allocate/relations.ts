/** What refers to what in a request: ids that come twice, circuits that form no tree, charge points without a circuit. */
import { gotText, nearWord, RequestError } from './finding.js';

/** Deepest tree of circuits: each charge point counts on every circuit above it. */
export const LEVELS_MAX = 1000;
/** Most circuits of a cycle that are named. */
const NAMED_MAX = 5;

interface Node {
  readonly id: string;
  readonly parent?: string;
}

interface Related {
  readonly circuits: readonly Node[];
  readonly chargePoints: readonly { readonly id: string; readonly circuit: string }[];
}

/** Throws a `RequestError` with the first thing that is wrong. */
export function checkRelations({ circuits, chargePoints }: Related): void {
  const indexOf = indexById('circuits', circuits);
  for (const [index, { parent }] of circuits.entries()) {
    if (parent !== undefined && !indexOf.has(parent))
      throw unknownCircuit(parent, circuits).inside('circuits', index, 'parent');
  }
  checkTree(circuits, indexOf);
  indexById('chargePoints', chargePoints);
  for (const [index, { circuit }] of chargePoints.entries()) {
    if (!indexOf.has(circuit)) throw unknownCircuit(circuit, circuits).inside('chargePoints', index, 'circuit');
  }
}

function indexById(list: string, items: readonly { readonly id: string }[]): ReadonlyMap<string, number> {
  const indexOf = new Map<string, number>();
  for (const [index, { id }] of items.entries()) {
    const first = indexOf.get(id);
    if (first !== undefined) {
      throw new RequestError('each id once', `${gotText(id)} again (first in ${list}[${first}])`).inside(
        list,
        index,
        'id',
      );
    }
    indexOf.set(id, index);
  }
  return indexOf;
}

function unknownCircuit(id: string, circuits: readonly Node[]): RequestError {
  const ids = circuits.map((circuit) => circuit.id);
  return new RequestError('the id of a circuit of this request', gotText(id), { near: nearWord(id, ids) });
}

/** One root, no cycle, not too deep. Without recursion: a chain may be as long as the request. */
function checkTree(circuits: readonly Node[], indexOf: ReadonlyMap<string, number>): void {
  const parentOf = circuits.map(({ parent }) => (parent === undefined ? -1 : (indexOf.get(parent) ?? -1)));
  /** Level below the root, from 1; 0: not known yet. */
  const levels = new Int32Array(circuits.length);
  for (const start of circuits.keys()) {
    const path: number[] = [];
    const onPath = new Set<number>();
    let at = start;
    for (; at !== -1 && levels[at] === 0; at = parentOf[at] ?? -1) {
      if (onPath.has(at)) throw cycle(circuits, path.slice(path.indexOf(at)));
      onPath.add(at);
      path.push(at);
    }
    let level = at === -1 ? 0 : (levels[at] ?? 0);
    for (const index of path.reverse()) levels[index] = ++level;
    if (level > LEVELS_MAX) {
      throw new RequestError(`at most ${LEVELS_MAX} circuits on the way to the root`, 'more').inside(
        'circuits',
        start,
        'parent',
      );
    }
  }
  const [root = -1, second] = parentOf.flatMap((parent, index) => (parent === -1 ? [index] : []));
  if (second === undefined) return;
  const expected = `the id of a circuit, because only one has no parent (circuits[${root}])`;
  throw new RequestError(expected, 'nothing').inside('circuits', second, 'parent');
}

/** `members` in the order of their parents. */
function cycle(circuits: readonly Node[], members: readonly number[]): RequestError {
  const [first = 0] = members;
  const ids = members.slice(0, NAMED_MAX).map((index) => circuits[index]?.id);
  const others = members.length > NAMED_MAX ? [`${members.length - NAMED_MAX} more`] : [];
  const got = `the cycle ${[...ids, ...others, circuits[first]?.id].join(' -> ')}`;
  return new RequestError('circuits that form a tree', got).inside('circuits', first, 'parent');
}
