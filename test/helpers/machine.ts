/**
 * How late this machine is. Beside busy neighbours everything here takes longer, and nothing is wrong. So tests that wait for
 * real time wait by a clock of their own: it runs as `performance.now()` where the machine keeps up, and slower where timers
 * come late or more tasks want a processor than there are.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const TICK_MS = 20;
const PROCESSORS = cpus().length;
/** A timer is this late on a quiet machine too. */
const USUAL_MS = 2;
/** Waiting takes little processor time: the clock never runs slower than one fifth. */
const CROWDING_MAX = 5;
const KEPT = 30_000;

interface Tick {
  readonly atMs: number;
  readonly lateMs: number;
}

/** The last ten minutes. */
const ticks: Tick[] = [];
let tickedAtMs = performance.now();
let fairMs = 0;

/** How many tasks share each processor. Linux counts those that want one now; elsewhere nothing is counted. */
function crowding(): number {
  try {
    const [running = ''] = (readFileSync('/proc/loadavg', 'utf8').split(' ')[3] ?? '').split('/');
    return Math.min(CROWDING_MAX, Math.max(1, Number(running) / PROCESSORS));
  } catch {
    return 1;
  }
}

function tick(): void {
  const nowMs = performance.now();
  const passedMs = nowMs - tickedAtMs;
  const onTimeMs = Math.min(passedMs, TICK_MS + USUAL_MS) / crowding();
  tickedAtMs = nowMs;
  fairMs += onTimeMs;
  ticks.push({ atMs: nowMs, lateMs: passedMs - onTimeMs });
  if (ticks.length > KEPT) ticks.splice(0, KEPT / 2);
}

setInterval(tick, TICK_MS).unref();

/** Milliseconds by which the machine fell behind between two times of `performance.now()`. */
export function lateMsBetween(fromMs: number, toMs: number): number {
  let lateMs = 0;
  for (let index = ticks.length - 1; index >= 0; index--) {
    const each = ticks[index];
    if (!each || each.atMs < fromMs) break;
    const beganMs = ticks[index - 1]?.atMs ?? each.atMs - TICK_MS;
    if (beganMs <= toMs) lateMs += each.lateMs;
  }
  return lateMs;
}

/** The same between two times of `Date.now()`. */
export function lateMsBetweenDates(fromMs: number, toMs: number): number {
  const offsetMs = Date.now() - performance.now();
  return lateMsBetween(fromMs - offsetMs, toMs - offsetMs);
}

/** Measures how long something takes on a machine that keeps up. */
export class Stopwatch {
  readonly #beganMs = performance.now();
  readonly #beganFairMs = fairMs;

  /** By the clock that waits for the machine: whole milliseconds. */
  get tookMs(): number {
    tick();
    return Math.round(fairMs - this.#beganFairMs);
  }

  get lateMs(): number {
    return Math.max(0, Math.round(performance.now() - this.#beganMs - this.tookMs));
  }

  toString(): string {
    return `${this.tookMs} ms; this machine was late by ${this.lateMs} ms`;
  }
}

/** Far above what anything here takes: only what never comes gets there. */
const PATIENCE_MS = 40_000;

/** What never comes must be noticed, and what comes late because of the machine must not be taken for it. */
export class Patience {
  readonly #watch = new Stopwatch();

  get isOver(): boolean {
    return this.#watch.tookMs > PATIENCE_MS;
  }

  toString(): string {
    return `within ${this.#watch}`;
  }
}

/** Lets so much time pass, by the clock that waits for the machine. */
export async function pause(ms: number): Promise<void> {
  const watch = new Stopwatch();
  for (let leftMs = ms; leftMs > 0; leftMs = ms - watch.tookMs) {
    await new Promise((resolve) => setTimeout(resolve, leftMs));
  }
}

/** Looks every 10 ms until `look` gives something; rejects with `what` when that does not come. */
export async function eventually<T>(
  what: string | (() => string),
  look: () => T | undefined | null | false,
): Promise<T> {
  const patience = new Patience();
  for (;;) {
    const found = look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (patience.isOver) throw new Error(`${typeof what === 'string' ? what : what()}: did not come ${patience}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
