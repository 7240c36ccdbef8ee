/** The processes and files of one test, and whatever else must be gone when it ends, in whatever way that happens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon, PROGRAM, ROOT } from '../helpers/daemon-process.js';

/** Debian's own Python: no other sees the packages of Debian. */
export const PYTHON = '/usr/bin/python3';
/** Ends a daemon when nobody holds the other end of its descriptor 3, which is its stdin once more. */
const LIFELINE = new URL('../../src/cli/demo/lifeline.js', import.meta.url).href;
const TIED = ['-c', 'exec 3<&0; exec "$@"', 'sh'];

export type Command = readonly [string, ...string[]];

/** `bin/evenkeel` that does not outlive the test. */
export function evenkeelCommand(...args: readonly string[]): Command {
  return ['sh', ...TIED, PROGRAM, ...args];
}

/** A program of test/independent; it ends with its stdin. */
export function independentCommand(name: string, ...args: readonly string[]): Command {
  return [PYTHON, join(ROOT, 'test', 'independent', name), ...args];
}

// Without this a run that is broken off would not come to the handlers of 'exit', here and in the helper.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGALRM'] as const) process.once(signal, () => process.exit(1));

export class Bench {
  readonly directory = mkdtempSync(join(tmpdir(), 'evenkeel-e2e-'));
  readonly #daemons: Daemon[] = [];
  readonly #others: (() => Promise<void> | void)[] = [];
  readonly #removeFiles = (): void => rmSync(this.directory, { recursive: true, force: true });

  constructor() {
    process.once('exit', this.#removeFiles);
  }

  start([command, ...args]: Command): Daemon {
    const daemon = new Daemon(command, args, { env: { NODE_OPTIONS: `--import=${LIFELINE}` } });
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Something else to take away at the end, after all processes, the last first. */
  atEnd(takeAway: () => Promise<void> | void): void {
    this.#others.unshift(takeAway);
  }

  file(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  async end(): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon.end('SIGKILL')));
    for (const takeAway of this.#others.splice(0)) await takeAway();
    process.off('exit', this.#removeFiles);
    this.#removeFiles();
  }
}

/** A line of JSON that a program of test/independent prints. */
export type Said = Readonly<Record<string, unknown>>;

const saidBefore = new WeakMap<Daemon, Said[]>();

/** What a slave.py said of one kind, so far. */
export function saidOf(daemon: Daemon, event: string): readonly Said[] {
  const said = saidBefore.get(daemon) ?? [];
  saidBefore.set(daemon, said);
  for (const line of daemon.text.slice(said.length)) said.push(JSON.parse(line) as Said);
  return said.filter((line) => line['event'] === event);
}

export function numberIn(line: Said, name: string): number {
  const value = line[name];
  if (typeof value !== 'number') throw new Error(`no number ${name} in ${JSON.stringify(line)}`);
  return value;
}
