/**
 * Tells systemd how the daemon is (sd_notify(3)). Node cannot send AF_UNIX datagrams, so `systemd-notify` does it:
 * one child at a time, and what comes up meanwhile is merged into the next; but a reload and its end stay two messages.
 */
import { errorText } from '../base/error-text.js';
import { type ChildProcess, spawn } from 'node:child_process';
import { failInvariant } from '../base/assert.js';
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';

/** A child that takes longer hangs, and would keep the watchdog's next ping back. */
const CHILD_LIMIT_MS: Ms = 3_000;
/** How often the status text goes out at most where no watchdog is set. */
const STATUS_PERIOD_MS: Ms = 10_000;
/** Messages that wait; of more the oldest are dropped. */
const PENDING_MAX = 8;
/** systemd shows one line of `systemctl status`. */
const MAX_STATUS_LENGTH = 200;

export interface Notifier {
  /** The first decision was made; units that wait for this one may start. */
  ready(statusText: string): void;
  /** A control cycle ended well. Feeds the watchdog, at half of its period: so a loop that hangs is noticed. */
  tickDone(nowMs: Ms, statusText: string): void;
  /** It starts anew with another configuration, and is ready again after its first decision. */
  reloading(): void;
  /** The daemon ends in order. */
  stopping(): void;
}

type Assignments = Partial<
  Record<'READY' | 'STATUS' | 'WATCHDOG' | 'RELOADING' | 'MONOTONIC_USEC' | 'STOPPING', string>
>;

export interface NotifierOptions {
  readonly logger: Logger;
  /** NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as systemd sets them. */
  readonly env: NodeJS.ProcessEnv;
}

/** Does nothing where NOTIFY_SOCKET is not set. */
export function createNotifier(options: NotifierOptions): Notifier {
  if (!options.env['NOTIFY_SOCKET']) return { ready() {}, tickDone() {}, reloading() {}, stopping() {} };
  return new SystemdNotifier(options);
}

class SystemdNotifier implements Notifier {
  readonly #logger: Logger;
  readonly #env: NodeJS.ProcessEnv;
  readonly #watchdogPeriodMs: Ms | undefined;
  /** In order. */
  #pending: Assignments[] = [];
  #childRuns = false;
  #broken = false;
  #lastSentMs: Ms = Number.NEGATIVE_INFINITY;
  #lastStatus = '';

  constructor({ logger, env }: NotifierOptions) {
    this.#logger = logger;
    this.#env = env;
    this.#watchdogPeriodMs = watchdogPeriodMs(env);
  }

  ready(statusText: string): void {
    this.#lastStatus = oneLine(statusText);
    this.#send({ READY: '1', STATUS: this.#lastStatus });
  }

  tickDone(nowMs: Ms, statusText: string): void {
    const periodMs = this.#watchdogPeriodMs === undefined ? STATUS_PERIOD_MS : this.#watchdogPeriodMs / 2;
    if (nowMs - this.#lastSentMs < periodMs) return;
    const status = oneLine(statusText);
    const assignments: Assignments = {
      ...(this.#watchdogPeriodMs !== undefined && { WATCHDOG: '1' }),
      ...(status !== this.#lastStatus && { STATUS: status }),
    };
    if (Object.keys(assignments).length === 0) return;
    this.#lastSentMs = nowMs;
    this.#lastStatus = status;
    this.#send(assignments);
  }

  reloading(): void {
    const monotonicUs = process.hrtime.bigint() / 1000n;
    this.#send({ RELOADING: '1', MONOTONIC_USEC: `${monotonicUs}`, STATUS: 'reloading' });
  }

  stopping(): void {
    this.#send({ STOPPING: '1', STATUS: 'stopping' });
  }

  #send(assignments: Assignments): void {
    if (this.#broken) return;
    const last = this.#pending.at(-1);
    const isApart = last?.RELOADING !== undefined || assignments.RELOADING !== undefined;
    if (last && !isApart) this.#pending.splice(-1, 1, { ...last, ...assignments });
    else this.#pending.push(assignments);
    this.#pending.splice(0, this.#pending.length - PENDING_MAX);
    if (!this.#childRuns) this.#runChild();
  }

  #runChild(): void {
    const sent = this.#pending.shift();
    if (!sent) return;
    const words = Object.entries(sent).map(([name, value]) => `${name}=${value}`);
    if (this.#childRuns) failInvariant(`systemd-notify ${words.join(' ')}: another one runs`);
    this.#childRuns = true;
    const onEnd = (trouble?: string): void => {
      clearTimeout(limit);
      this.#childRuns = false;
      if (trouble === undefined) this.#runChild();
      else this.#onFailure(sent, trouble);
    };
    let child: ChildProcess | undefined;
    const limit = setTimeout(() => child?.kill('SIGKILL'), CHILD_LIMIT_MS);
    try {
      child = spawn('systemd-notify', words, { env: this.#env, stdio: 'ignore' });
      child.once('error', (error) => onEnd(error.message));
      child.once('exit', (code, signal) => onEnd(code === 0 ? undefined : `it ended with ${code ?? signal}`));
    } catch (error) {
      onEnd(errorText(error));
    }
  }

  /** What was not heard comes first, together with what follows it. */
  #again(sent: Assignments): Assignments[] {
    const [next, ...rest] = this.#pending;
    if (!next) return [sent];
    const isApart = sent.RELOADING !== undefined || next.RELOADING !== undefined;
    return isApart ? [sent, next, ...rest] : [{ ...sent, ...next }, ...rest];
  }

  /** What was not heard goes out again with the next tick. */
  #onFailure(sent: Assignments, trouble: string): void {
    if (this.#broken) return;
    this.#broken = trouble.includes('ENOENT');
    this.#pending = this.#broken ? [] : this.#again(sent);
    this.#lastSentMs = Number.NEGATIVE_INFINITY;
    this.#logger.log('warn', 'NOTIFY_FAILED', `systemd-notify: ${trouble}`);
  }
}

/** `undefined` where no watchdog is set for this process. */
function watchdogPeriodMs(env: NodeJS.ProcessEnv): Ms | undefined {
  const pid = env['WATCHDOG_PID'];
  const periodUs = Number(env['WATCHDOG_USEC']);
  if (pid !== undefined && pid !== String(process.pid)) return undefined;
  return periodUs > 0 ? periodUs / 1000 : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\p{Control}+/gu, ' ').slice(0, MAX_STATUS_LENGTH);
}
