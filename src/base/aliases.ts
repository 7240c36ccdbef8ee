/** Things with an id and other names that people use for them. */
import { fail, ok, type Result } from './result.js';

export interface Named {
  readonly id: string;
  readonly aliases: readonly string[];
}

/** The one that is meant by its id or an alias; otherwise the ids of all that it could be, none for an unknown word. */
export function byName<T extends Named>(word: string, things: readonly T[]): Result<T, readonly string[]> {
  const exact = things.find(({ id }) => id === word);
  if (exact) return ok(exact);
  const meant = things.filter(({ aliases }) => aliases.includes(word));
  const [only] = meant;
  return only && meant.length === 1 ? ok(only) : fail(meant.map(({ id }) => id));
}
