/** A serial line of two ptys with devices that share no code with us (test/independent/rtu-line.py). */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hushed } from './hushed.js';
import { type Needs, needs } from './tools.js';

const PYTHON = '/usr/bin/python3';
/** Compiled files run in build/test/helpers; the script stays in the source tree. */
const SCRIPT = fileURLToPath(new URL('../../../test/independent/rtu-line.py', import.meta.url));

export interface RtuLine {
  /** For the connection of a bus: rtu:PATH. */
  readonly path: string;
  /** An order of the script, and its answer. */
  readonly say: (order: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export function needsRtuLine(): Needs {
  const probe = spawnSync(PYTHON, ['-c', 'from pymodbus.transaction import ModbusRtuFramer'], { encoding: 'utf8' });
  return needs(probe.status === 0, `${PYTHON} without pymodbus (apt-get install python3-pymodbus)`);
}

export async function rtuLine(...options: readonly string[]): Promise<RtuLine> {
  const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-line-'));
  const path = join(scratch, 'usb-adapter');
  const child = spawn(PYTHON, [SCRIPT, '--link', path, ...options]);
  hushed(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done) throw new Error('rtu-line.py ended');
    return next.value;
  };
  await line();
  return {
    path,
    say: (order) => {
      child.stdin.write(`${order}\n`);
      return line();
    },
    close: async () => {
      child.stdin.end();
      await ended;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
