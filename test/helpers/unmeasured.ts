/**
 * tap gives its hooks to every process that a test starts, whatever its environment says: a start takes twice as long with
 * them, and all that runs after it is slower. `env` takes them out again.
 */
export function unmeasured(command: string, args: readonly string[], nodeOptions?: string): [string, ...string[]] {
  const change = nodeOptions === undefined ? ['-u', 'NODE_OPTIONS'] : [`NODE_OPTIONS=${nodeOptions}`];
  return ['env', ...change, command, ...args];
}
