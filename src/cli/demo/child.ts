/** One process of the demo: started, watched, and started again 3 s after its end, as systemd would do it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProcessPlan } from './site.js';

/** Where lifeline.ts looks for its pipe. */
const LIFELINE_FD = 3;
const RESTART_MS = 3_000;
/** The daemon's own orderly end takes 1.5 s at most. */
const STOP_LIMIT_MS = 1_600;
/** Of what a process said on stderr; kept to say why it ended. */
const COMPLAINTS_MAX = 20;

export interface ChildEvents {
  /** Something happened to the process. */
  note(level: 'info' | 'warn', text: string): void;
  /** A line on its stdout; absent: nobody wants to know. */
  readonly line?: (text: string) => void;
}

export class Child {
  readonly plan: ProcessPlan;
  readonly #events: ChildEvents;
  #process: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #complaints: string[] = [];
  #isStopping = false;
  #restarts = 0;

  constructor(plan: ProcessPlan, events: ChildEvents) {
    this.plan = plan;
    this.#events = events;
  }

  /** `undefined` while it is down. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  start(): void {
    const { command, args } = this.plan;
    const output = this.#events.line ? 'pipe' : 'ignore';
    const child = spawn(command, args, { stdio: ['ignore', output, 'pipe', 'pipe'], env: environment() });
    this.#process = child;
    this.#complaints = [];
    child.stdio[LIFELINE_FD]?.on('error', () => undefined);
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (text) => this.#events.line?.(text));
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (text) => this.#complain(text));
    child.once('error', (error) => this.#complain(error.message));
    child.once('close', (code, signal) => this.#ended(child.pid, signal ?? `exit code ${code}`));
  }

  #complain(text: string): void {
    if (text.trim() !== '' && this.#complaints.length < COMPLAINTS_MAX) this.#complaints.push(text.trim());
  }

  #ended(pid: number | undefined, how: string): void {
    this.#process = undefined;
    if (this.#isStopping) return;
    const why = this.#complaints.find((text) => /error/i.test(text)) ?? this.#complaints[0];
    const said = why === undefined ? '' : `: ${why}`;
    this.#events.note(
      'warn',
      `${this.plan.name} (pid ${pid ?? 'none'}) ended by ${how}${said}; starts again in ${RESTART_MS / 1000} s`,
    );
    this.#restart = setTimeout(() => {
      this.#restarts += 1;
      this.start();
      this.#events.note('info', `${this.plan.name} started again, pid ${this.pid ?? 'none'}`);
    }, RESTART_MS);
  }

  /** What a technician's `kill -9` does. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** For good; resolves when it is gone, within 2 s. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    const child = this.#process;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(force);
  }
}

/** With the lifeline, and without what ties this process to a service manager. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: options = '', NOTIFY_SOCKET: _, ...others } = process.env;
  const lifeline = `--import=${new URL('./lifeline.js', import.meta.url).href}`;
  return { ...others, NODE_OPTIONS: `${options} ${lifeline}`.trim() };
}
