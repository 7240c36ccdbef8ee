/**
 * Programs in a folder of their own that look like `gpioget` and `gpiomon` of libgpiod 1.6 or 2.1: they take the options of
 * that version only, and print what it prints (tools/gpiomon.c and tools/gpioget.c of its sources; with --format=%e the
 * falling edge is 0 in 1.6, and 2 in 2.1).
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const OPTIONS = {
  1: { get: 'gpiochip0 17', mon: '--line-buffered --format=%e gpiochip0 17' },
  2: { get: '--numeric --chip gpiochip0 17', mon: '--format=%e --chip gpiochip0 17' },
} as const;
const VERSIONS = { 1: 'gpiomon (libgpiod) v1.6.3', 2: 'gpiomon (libgpiod) v2.1.2' } as const;
const FALLING = { 1: '0', 2: '2' } as const;

export class FakeGpiod {
  readonly #folder: string;
  readonly #version: 1 | 2;
  readonly #pipe: number;

  /** The folder belongs at the front of PATH. */
  constructor(folder: string, version: 1 | 2) {
    this.#folder = folder;
    this.#version = version;
    const { get, mon } = OPTIONS[version];
    const [edges, level, pids] = ['edges', 'level', 'pids'].map((name) => join(folder, name));
    spawnSync('mkfifo', [edges ?? '']);
    this.#pipe = openSync(edges ?? '', constants.O_RDWR | constants.O_NONBLOCK);
    this.setLevel('0');
    const usage = (program: string): string => `echo "${program}: try ${program} --help" >&2; exit 1`;
    this.#program('gpioget', `[ "$*" = "${get}" ] || { ${usage('gpioget')}; }\ncat '${level}'`);
    const versionText = `[ "$1" = --version ] && { echo "${VERSIONS[version]}"; exit 0; }`;
    const busy = `[ -e '${join(folder, 'busy')}' ] && { echo "gpiomon: error waiting for events: Device or resource busy" >&2; exit 1; }`;
    this.#program(
      'gpiomon',
      `${versionText}\n[ "$*" = "${mon}" ] || { ${usage('gpiomon')}; }\n${busy}\necho $$ >> '${pids}'\nexec cat '${edges}'`,
    );
  }

  #program(name: string, body: string): void {
    writeFileSync(join(this.#folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  /** Without an edge that is told. */
  setLevel(level: string): void {
    writeFileSync(join(this.#folder, 'level'), `${level}\n`);
  }

  edges(...edges: readonly ('rising' | 'falling')[]): void {
    const falling = FALLING[this.#version];
    this.setLevel(edges.at(-1) === 'rising' ? '1' : '0');
    this.print(edges.map((edge) => `${edge === 'rising' ? '1' : falling}\n`).join(''));
  }

  /** False: nobody reads as fast as that. */
  print(text: string): boolean {
    try {
      return writeSync(this.#pipe, text) === text.length;
    } catch {
      return false;
    }
  }

  /** From now on gpiomon ends at once. */
  setBusy(isBusy: boolean): void {
    const file = join(this.#folder, 'busy');
    if (isBusy) appendFileSync(file, '');
    else rmSync(file, { force: true });
  }

  /** Process ids of all monitors so far. */
  get monitors(): readonly number[] {
    const file = join(this.#folder, 'pids');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
  }

  close(): void {
    closeSync(this.#pipe);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
