/**
 * The program as a user has it, bin/evenkeel in processes of their own: what they log, how they end, and that none is left
 * behind. Everything stays on loopback.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EventCode } from '../../src/base/events.js';
import { Patience, Stopwatch } from './machine.js';
import { unmeasured } from './unmeasured.js';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const PROGRAM = join(ROOT, 'bin/evenkeel');
const LINES_SHOWN = 15;
/** How often the end of the patience is looked for. */
const LOOK_MS = 1_000;

/** One JSON line of the log. */
export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly event: EventCode;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** What else stands in the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where stdout goes instead of being read. */
  readonly stdoutFd?: number;
  /** True: tap measures the coverage in the process too, which costs it half a second at each end, and speed. */
  readonly isMeasured?: boolean;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
/** The kernel ends a process when this one is killed itself (util-linux). */
const leash = ['setpriv', '--pdeathsig', 'KILL'] as const;
const hasLeash = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;

function environment({ env }: StartOptions): NodeJS.ProcessEnv {
  const { NOTIFY_SOCKET: _, STATE_DIRECTORY: __, RUNTIME_DIRECTORY: ___, ...others } = process.env;
  return { ...others, ...env };
}

/** What is started for `command`. */
function commandLine(command: string, args: readonly string[], { env, isMeasured = false }: StartOptions) {
  const own = isMeasured ? [command, ...args] : unmeasured(command, args, env?.['NODE_OPTIONS']);
  return [...(hasLeash ? leash : []), ...own];
}

/** A process that runs until it is ended. */
export class Daemon {
  readonly log: LogLine[] = [];
  /** The other lines on stdout. */
  readonly text: string[] = [];
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #wakers = new Set<() => void>();

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    const stdio = ['pipe', options.stdoutFd ?? 'pipe', 'pipe'] as const;
    const [program = command, ...words] = commandLine(command, args, options);
    const child = spawn(program, words, { env: environment(options), cwd: ROOT, stdio: [...stdio] });
    this.#child = child;
    running.add(child);
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (data: Buffer) => {
      this.stderr += data.toString();
      this.#wake();
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    child.stdout?.on('data', (data: Buffer) => {
      this.stdout += data.toString();
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
        this.#wake();
      });
    });
    // Whoever waits for the end hears of a failed start; nobody else needs to.
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  #hear(line: string): void {
    if (line.startsWith('{"level"')) this.log.push(JSON.parse(line) as LogLine);
    else this.text.push(line);
    this.#wake();
  }

  #wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }

  /** Looks at each new output until `look` gives something. Rejects when the process ends before, or never says it. */
  async until<T>(what: string, look: () => T | undefined | null | false): Promise<T> {
    const patience = new Patience();
    for (;;) {
      const found = look();
      if (found !== undefined && found !== null && found !== false) return found;
      if (!running.has(this.#child)) throw new Error(`${what} did not come before the end\n${this.#shown()}`);
      if (patience.isOver) throw new Error(`${what} did not come ${patience}\n${this.#shown()}`);
      await this.#nextOutput();
    }
  }

  #nextOutput(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, LOOK_MS);
      this.#wakers.add(done);
    });
  }

  #shown(): string {
    const lines = this.log.slice(-LINES_SHOWN).map(({ time, event, msg }) => `${time} ${event} ${msg}`);
    return [...lines, ...this.text.slice(-LINES_SHOWN), this.stderr].join('\n');
  }

  /** The first line with this event that fits, among those from index `from` on. */
  untilEvent(event: EventCode, fits: RegExp = /(?:)/, from = 0): Promise<LogLine> {
    return this.until(`${event} ${fits.source}`, () =>
      this.log.slice(from).find((line) => line.event === event && fits.test(line.msg)),
    );
  }

  /** The messages of one event. */
  messages(event: EventCode): readonly string[] {
    return this.log.filter((line) => line.event === event).map((line) => line.msg);
  }

  write(line: string): void {
    this.press(`${line}\n`);
  }

  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits for the end; what does not end is killed after a while. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended & { readonly tookMs: number }> {
    const watch = new Stopwatch();
    const patience = new Patience();
    this.#child.kill(signal);
    const guard = setInterval(() => patience.isOver && this.#child.kill('SIGKILL'), LOOK_MS);
    const ended = await this.ended;
    clearInterval(guard);
    return { ...ended, tookMs: watch.tookMs };
  }
}

export function evenkeel(args: readonly string[], options: StartOptions = {}): Daemon {
  return new Daemon(PROGRAM, args, options);
}

export interface Output extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands that may run at once: a burst of them would slow down the sites that run beside. */
const COMMANDS_MAX = 2;
let commands = 0;
const queue: (() => void)[] = [];

/** A command that ends by itself; waits for its turn. */
export async function output(args: readonly string[], options: StartOptions = {}): Promise<Output> {
  if (commands >= COMMANDS_MAX) await new Promise<void>((resolve) => queue.push(resolve));
  commands += 1;
  const daemon = evenkeel(args, options);
  const ended = await daemon.ended;
  commands -= 1;
  queue.shift()?.();
  return { ...ended, stdout: daemon.stdout, stderr: daemon.stderr };
}

/** A folder that is removed at the end. */
export function folder(t: { teardown(done: () => void): unknown }): string {
  const path = mkdtempSync(join(tmpdir(), 'evenkeel-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function fileIn(directory: string, name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

/** Below the ports that Linux hands out by itself, so that nobody takes one while its owner is down. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
/** The discovery port, and those that a master may take for its own. */
const BLOCK = 17;
let nextPort = FIRST_PORT + ((process.pid * 3 * BLOCK) % (LAST_PORT - FIRST_PORT));

/** A UDP port that is free, as are the 16 above it: the system was asked. */
export async function discoveryPort(): Promise<number> {
  for (;;) {
    const port = nextPort;
    nextPort = port + 2 * BLOCK > LAST_PORT ? FIRST_PORT : port + BLOCK;
    const block = Array.from({ length: BLOCK }, (_, index) => port + index);
    const answers = await Promise.all(block.map(isFree));
    if (answers.every(Boolean)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind({ port, address: '0.0.0.0', exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/** A TCP port of 127.0.0.1 where nobody listens. */
export function closedTcpPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
