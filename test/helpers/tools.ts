/** Programs of the system that a test needs. CI must have them all; elsewhere the report lists what was left out. */
import { spawnSync } from 'node:child_process';

/** For the options of a test. */
export interface Needs {
  readonly skip?: string;
}

export function needs(fulfilled: boolean, whatIsMissing: string): Needs {
  if (fulfilled) return {};
  if (process.env['CI'] === 'true') throw new Error(`${whatIsMissing}; CI must have it`);
  return { skip: whatIsMissing };
}

export function needsTools(...tools: readonly string[]): Needs {
  const missing = tools.filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error);
  return needs(missing.length === 0, `${missing.join(' and ')} missing`);
}

/** Debian's Python, which has Debian's packages. */
export const PYTHON = '/usr/bin/python3';

export function needsPymodbus(): Needs {
  const { status } = spawnSync(PYTHON, ['-c', 'import pymodbus.server.async_io']);
  return needs(status === 0, `${PYTHON} has no pymodbus (python3-pymodbus)`);
}
