/** Invariants: checked in production too. A failed one means safe limits and a restart, never a guess. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** For checks on hot paths: the message is only built when the check has failed. */
export function failInvariant(message: string): never {
  throw new InvariantError(message);
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Takes the absence out of a value that the surrounding code has made sure of. */
export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new InvariantError(`${what} is missing`);
  return value;
}
