/** The tree of a YAML document: where everything stands, and what YAML allows but a configuration should not have. */
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from 'yaml';
import { type Finding, type Path, quoted } from './issue.js';

/** Deepest nesting that is read; the schema needs 4. */
export const DEPTH_MAX = 32;
/** Most uses of anchors. */
export const ALIASES_MAX = 1000;

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A finding of the text itself, which need not have a path. */
export interface Placed {
  readonly finding: Finding;
  readonly position: Position;
}

export const TOP: Position = { line: 1, column: 1 };

export function placeOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function startOf(lines: LineCounter, node: Node | null | undefined): Position {
  const offset = node?.range?.[0];
  return offset === undefined ? TOP : placeOf(lines, offset);
}

/** A key that is a list or a group is an error already, wherever this is used. */
function keyOf(pair: { readonly key: unknown }): string {
  return isScalar(pair.key) ? String(pair.key.value) : '?';
}

/** One key with its value, one item of a list (no key), or the top of the file. */
interface Entry {
  readonly key?: Node;
  readonly value: Node | null;
}

function isEmpty(node: Node | null): boolean {
  return !node?.range || node.range[0] === node.range[1];
}

export class Tree {
  readonly findings: readonly Placed[];
  readonly #top: Node | null;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<unknown, Node>;
  readonly #entriesOf = new Map<YAMLMap, ReadonlyMap<string, Entry>>();

  constructor(top: Node | null, lines: LineCounter) {
    const walk = new Walk(lines);
    walk.visit(top, []);
    this.findings = walk.found;
    this.#top = top;
    this.#lines = lines;
    this.#targets = walk.targets;
  }

  has(path: Path): boolean {
    return this.#entryAt(path) !== undefined;
  }

  /** Of the value, or of its key; where something is missing, of the group that lacks it. */
  position(path: Path, at?: 'key'): Position {
    const entry = this.#entryAt(path);
    if (!entry) return this.position(path.slice(0, -1));
    const wanted = at === 'key' || isEmpty(entry.value) ? (entry.key ?? entry.value) : entry.value;
    return startOf(this.#lines, wanted);
  }

  #entryAt(path: Path): Entry | undefined {
    let entry: Entry = { value: this.#top };
    for (const step of path) {
      const inner = this.#step(this.#targets.get(entry.value) ?? entry.value, step);
      if (!inner) return undefined;
      entry = inner;
    }
    return entry;
  }

  #step(within: Node | null, step: string | number): Entry | undefined {
    if (isSeq(within)) {
      const isThere = typeof step === 'number' && step < within.items.length;
      return isThere ? { value: within.items[step] as Node | null } : undefined;
    }
    return isMap(within) ? this.#entries(within).get(String(step)) : undefined;
  }

  /** Kept, because a file of errors asks for thousands of places in the same group. */
  #entries(map: YAMLMap): ReadonlyMap<string, Entry> {
    const known = this.#entriesOf.get(map);
    if (known) return known;
    const entries = new Map(
      map.items.map((pair) => [keyOf(pair), { key: pair.key as Node, value: pair.value as Node | null }]),
    );
    this.#entriesOf.set(map, entries);
    return entries;
  }
}

class Walk {
  readonly found: Placed[] = [];
  /** The node that each alias stands for. */
  readonly targets = new Map<unknown, Node>();
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, Node>();

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  visit(node: unknown, path: Path): void {
    if (isAlias(node)) this.#alias(node, path);
    if (!isCollection(node) && !isScalar(node)) return;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (!isCollection(node)) return;
    if (path.length >= DEPTH_MAX) {
      this.#put(node, { path: [], expected: `at most ${DEPTH_MAX} levels of lists and groups`, got: 'more' });
      return;
    }
    if (isMap(node)) this.#keys(node, path);
    for (const [index, item] of node.items.entries()) {
      if (isPair(item)) this.visit(item.value, [...path, keyOf(item)]);
      else this.visit(item, [...path, index]);
    }
  }

  #alias(node: Node & { readonly source: string }, path: Path): void {
    const target = this.#anchors.get(node.source);
    if (!target) this.#put(node, { path, expected: 'an anchor that stands above', got: quoted(`*${node.source}`) });
    else this.targets.set(node, target);
    if (this.targets.size === ALIASES_MAX + 1) {
      this.#put(node, { path: [], expected: `at most ${ALIASES_MAX} uses of anchors`, got: 'more' });
    }
  }

  #keys(map: YAMLMap, path: Path): void {
    const first = new Map<string, Node>();
    for (const { key } of map.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const earlier = first.get(name);
      if (earlier) {
        const got = `${quoted(name)} again (first on line ${startOf(this.#lines, earlier).line})`;
        this.#put(key, { path: [...path, name], expected: 'each key once', got });
      } else first.set(name, key);
    }
  }

  #put(node: Node, finding: Finding): void {
    this.found.push({ finding, position: startOf(this.#lines, node) });
  }
}
