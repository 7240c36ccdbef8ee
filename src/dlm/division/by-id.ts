/**
 * Answers by id, read like a map. All answers for the same ids share one index from id to place, so that an answer
 * costs one list and no map.
 */
import { failInvariant } from '../../base/assert.js';

export class ById<T> implements ReadonlyMap<string, T> {
  readonly #placeOf: ReadonlyMap<string, number>;
  /** Not private, so that a comparison field by field sees it. */
  readonly items: readonly T[];

  /** `placeOf` gives the place of each id in `items`, in their order. */
  constructor(placeOf: ReadonlyMap<string, number>, items: readonly T[]) {
    if (placeOf.size !== items.length) failInvariant(`${placeOf.size} ids for ${items.length} answers`);
    this.#placeOf = placeOf;
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  get(id: string): T | undefined {
    const place = this.#placeOf.get(id);
    return place === undefined ? undefined : this.items[place];
  }

  has(id: string): boolean {
    return this.#placeOf.has(id);
  }

  keys(): MapIterator<string> {
    return this.#placeOf.keys();
  }

  *values(): MapIterator<T> {
    yield* this.items;
  }

  *entries(): MapIterator<[string, T]> {
    for (const [id, place] of this.#placeOf) yield [id, this.items[place] as T];
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  forEach(visit: (item: T, id: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [id, item] of this) visit(item, id, this);
  }
}
