/** Where a topic works: a temporary folder, child processes and sockets, all gone at the end whatever happens. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defined } from '../src/base/assert.js';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const EVENKEEL = join(REPOSITORY, 'bin/evenkeel');
const STOP_LIMIT_MS = 3_000;
const LOG_TAIL_CHARACTERS = 2_000;

export interface Child {
  readonly pid: number;
  hasEnded(): boolean;
  /** The end of what it wrote, for the message of a failure. */
  logTail(): string;
  /** SIGTERM, and SIGKILL when that does not help. */
  stop(): Promise<void>;
}

/** What a running master is told; written as JSON, which is YAML too. */
export interface MasterFacts {
  readonly config: unknown;
  readonly stateDir?: string;
  /** What else stands in its environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export class Workshop {
  readonly #directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  readonly #children = new Set<ChildProcess>();
  readonly #closers: (() => Promise<void>)[] = [];
  #files = 0;
  readonly #onExit = (): void => this.#clear();

  constructor() {
    process.on('exit', this.#onExit);
  }

  /** Closed at the end, the last one first. */
  keep<T extends { close(): Promise<void> }>(part: T): T {
    this.#closers.push(() => part.close());
    return part;
  }

  path(name: string): string {
    this.#files += 1;
    return join(this.#directory, `${this.#files}-${name}`);
  }

  startMaster({ config, stateDir, env }: MasterFacts): Child {
    const file = this.path('evenkeel.yaml');
    writeFileSync(file, JSON.stringify(config, null, 2));
    const state = stateDir === undefined ? [] : ['--state-dir', stateDir];
    return this.start(EVENKEEL, ['run', '-c', file, ...state], env);
  }

  /** Its output goes to a file, as a daemon's may: nobody here has to keep up with it. */
  start(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Child {
    const logFile = this.path('log.txt');
    const log = openSync(logFile, 'w');
    const { NOTIFY_SOCKET, STATE_DIRECTORY, JOURNAL_STREAM, ...env } = process.env;
    const child = spawn(command, args, { cwd: REPOSITORY, env: { ...env, ...more }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#children.add(child);
    return {
      pid: defined(child.pid, `process id of ${command}`),
      hasEnded: () => hasEnded(child),
      logTail: () => readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARACTERS),
      stop: () => this.#stop(child),
    };
  }

  /** An MQTT broker in a process of its own; gives its URL. */
  async startBroker(): Promise<string> {
    return `mqtt://127.0.0.1:${await this.fork(new URL('./broker.js', import.meta.url), [])}`;
  }

  /** A peer in a process of its own; gives the port that it tells, or 0 when it has none. */
  async fork(program: URL, args: readonly string[], hasPort = true): Promise<number> {
    const child = fork(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#children.add(child);
    if (!hasPort) return 0;
    const [port] = await once(child, 'message');
    return Number(port);
  }

  async #stop(child: ChildProcess): Promise<void> {
    this.#children.delete(child);
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(kill);
  }

  #clear(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#stop(child)));
    for (const close of this.#closers.reverse()) await close();
    process.off('exit', this.#onExit);
    this.#clear();
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
