/**
 * One GPIO line, by the programs of libgpiod as child processes: `gpioget` for the level, then `gpiomon` for each edge. An
 * edge between the two is not seen, nor one that the kernel drops: so every 30 s the level is read anew. A program that is
 * missing, fails or ends is told as a loss, and started again with growing pauses.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { ok } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Timers } from '../ports/time.js';
import {
  failureText,
  gpioLevel,
  type GpioLevel,
  type GpioPlace,
  gpioVersion,
  levelAfter,
  monitorArgs,
} from './gpio-tools.js';

const REREAD_EVERY_MS: Ms = 30_000;
const RETRY_FIRST_MS: Ms = 1_000;
const RETRY_MAX_MS: Ms = 60_000;
/** Between two looks at what gpiomon printed. A line that changes faster is not followed edge by edge. */
const LOOK_EVERY_MS: Ms = 20;
/** Of an unfinished line: an edge is one digit. */
const REST_MAX = 16;
const STDERR_MAX = 1_024;

type Monitor = ChildProcessByStdio<null, Readable, Readable>;

/** None outlives this process in order; systemd ends those of one that was killed. */
const monitors = new Set<Monitor>();
const killAll = (): void => {
  for (const monitor of monitors) monitor.kill('SIGKILL');
};

/** `lost`: no level, and why. */
export type TellGpio = (level: GpioLevel | 'lost', reason?: string) => void;

export interface GpioLineOptions extends GpioPlace {
  /** The level is told again after so long without an edge, while the line is watched. */
  readonly beatMs: Ms;
  readonly timers: Timers;
  readonly tell: TellGpio;
}

export class GpioLine {
  readonly #options: GpioLineOptions;
  #monitor: Monitor | undefined;
  #level: GpioLevel | undefined;
  #version: number | undefined;
  #retryMs: Ms = RETRY_FIRST_MS;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  #cancelWait: Cancel = () => {};
  #endWait = (): void => {};

  constructor(options: GpioLineOptions) {
    this.#options = options;
  }

  start(): void {
    if (!process.listeners('exit').includes(killAll)) process.once('exit', killAll);
    this.#running = this.#run();
  }

  /** Ends when no child process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#monitor?.kill('SIGKILL');
    this.#cancelWait();
    this.#endWait();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const failure = await this.#watchOnce();
      if (this.#isStopped) return;
      if (failure === undefined) continue;
      this.#level = undefined;
      this.#options.tell('lost', failure);
      await this.#wait(this.#retryMs);
      this.#retryMs = Math.min(RETRY_MAX_MS, 2 * this.#retryMs);
    }
  }

  /** Until the level is to be read anew, or why it could not go on so long. */
  async #watchOnce(): Promise<string | undefined> {
    const version = this.#version === undefined ? await gpioVersion() : ok(this.#version);
    if (!version.ok) return version.error;
    const level = await gpioLevel(this.#options, version.value);
    if (!level.ok) return level.error;
    if (this.#isStopped) return undefined;
    this.#hear(level.value);
    const failure = await this.#monitored(version.value);
    // Another version may be installed when it works again.
    this.#version = failure === undefined ? version.value : undefined;
    if (failure === undefined) this.#retryMs = RETRY_FIRST_MS;
    return failure;
  }

  async #monitored(version: number): Promise<string | undefined> {
    const { timers } = this.#options;
    const monitor = spawn('gpiomon', monitorArgs(this.#options, version), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#monitor = monitor;
    monitors.add(monitor);
    let isDue = false;
    const cancelDue = timers.after(REREAD_EVERY_MS, () => {
      isDue = true;
      monitor.kill('SIGKILL');
    });
    const cancelBeat = this.#beat();
    let wrong: string | undefined;
    const cancelLook = this.#follow(monitor.stdout, (text) => {
      wrong ??= `gpiomon: expected an edge, got ${JSON.stringify(text)}`;
      monitor.kill('SIGKILL');
    });
    const failure = await endOf(monitor);
    for (const cancel of [cancelDue, cancelBeat, cancelLook]) cancel();
    this.#monitor = undefined;
    monitors.delete(monitor);
    return wrong ?? (isDue || this.#isStopped ? undefined : failure);
  }

  /** Reads little at a time: whatever comes, the loop has time for others. */
  #follow(stdout: Readable, complain: (text: string) => void): Cancel {
    let rest = '';
    let cancel: Cancel = () => {};
    stdout.setEncoding('latin1').on('data', (chunk: string) => {
      stdout.pause();
      cancel = this.#options.timers.after(LOOK_EVERY_MS, () => stdout.resume());
      const lines = `${rest}${chunk}`.split('\n');
      rest = (lines.pop() ?? '').slice(0, REST_MAX);
      const levels = lines.map((line) => levelAfter(line.trim()));
      const last = levels.at(-1);
      const odd = levels.indexOf(undefined);
      if (odd >= 0) complain((lines[odd] ?? '').slice(0, REST_MAX));
      else if (last !== undefined) this.#hearAll(levels, last);
    });
    return () => cancel();
  }

  /** Of several edges at once: that there was another level, and the last one. */
  #hearAll(levels: readonly (GpioLevel | undefined)[], last: GpioLevel): void {
    const other = last === 'high' ? 'low' : 'high';
    if (levels.includes(other)) this.#hear(other);
    this.#hear(last);
  }

  #hear(level: GpioLevel): void {
    this.#level = level;
    this.#options.tell(level);
  }

  #beat(): Cancel {
    const { timers, beatMs, tell } = this.#options;
    let cancel: Cancel = () => {};
    const next = (): void => {
      cancel = timers.after(beatMs, () => {
        if (this.#level !== undefined) tell(this.#level);
        next();
      });
    };
    next();
    return () => cancel();
  }

  #wait(delayMs: Ms): Promise<void> {
    return new Promise((resolve) => {
      this.#endWait = resolve;
      this.#cancelWait = this.#options.timers.after(delayMs, resolve);
    });
  }
}

/** What it came to, in words. */
async function endOf(monitor: Monitor): Promise<string> {
  let said = '';
  monitor.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = `${said}${chunk}`.slice(0, STDERR_MAX);
  });
  try {
    const [code, signal]: unknown[] = await once(monitor, 'close');
    return `gpiomon ended (${String(code ?? signal)})${said.trim() === '' ? '' : `: ${failureText('gpiomon', {}, said)}`}`;
  } catch (error) {
    return failureText('gpiomon', error, said);
  }
}
