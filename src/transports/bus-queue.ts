/**
 * The queue before a bus: one request at a time, bounded, fair. Of those that wait, the device that was asked longest ago
 * comes next, so that a fast poller or a long list of reads never starves another device of the same line. The reads of
 * one poll follow one another.
 */
import { failInvariant } from '../base/assert.js';
import { fail } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { BusError, ReadTerms, RegisterBlock } from '../ports/register-bus.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { CLOSED, type ReadResult } from './bus-errors.js';

/** Reads that may wait behind the one in flight; more are refused. A line of 32 devices has at most as many pollers. */
const MAX_WAITING = 64;
/** A read that has not had its turn by then is given up: others take all of the line. */
const MAX_WAIT_MS: Ms = 10_000;
/** After so many urgent requests in a row, a normal one has its turn. */
const URGENT_IN_A_ROW = 4;
/** Reads that a device may have in a row: those of one poll, so that its values are of one moment. */
const BURST_MAX = 4;

export interface BusRequest {
  readonly unitId: number;
  readonly block: RegisterBlock;
  /** From its turn on. */
  readonly timeoutMs: Ms;
  readonly terms: ReadTerms;
}

interface Waiting {
  readonly request: BusRequest;
  /** Only the first call counts. */
  readonly settle: (result: ReadResult) => void;
  /** Ends the waiting time. */
  cancel?: Cancel;
}

export interface BusTime {
  readonly clock: Clock;
  readonly timers: Timers;
}

export class BusQueue {
  readonly #time: BusTime;
  readonly #perform: (request: BusRequest) => Promise<ReadResult>;
  readonly #waiting: Waiting[] = [];
  /** Which turn a unit had last; at most 256 units. */
  readonly #lastTurn = new Map<number, number>();
  /** Units that are not asked before a time. */
  readonly #heldUntilMs = new Map<number, Ms>();
  #inFlight: Waiting | undefined;
  #turn = 0;
  #urgentInARow = 0;
  /** Whose turn it was just now, and for how many reads: it goes on if it asks for more at once. */
  #burst: { readonly unitId: number; readonly reads: number } | undefined;
  #isPausing = false;
  #closed = false;
  #cancelWake: Cancel = () => {};

  /** `perform` never rejects, and ends within the timeout of the request. */
  constructor(time: BusTime, perform: (request: BusRequest) => Promise<ReadResult>) {
    this.#time = time;
    this.#perform = perform;
  }

  get closed(): boolean {
    return this.#closed;
  }

  read(request: BusRequest): Promise<ReadResult> {
    if (this.#closed) return Promise.resolve(fail(CLOSED));
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.resolve(fail({ kind: 'unreachable', text: `busy: ${MAX_WAITING} reads are waiting already` }));
    }
    return new Promise((resolve) => {
      const waiting: Waiting = { request, settle: resolve };
      this.#waiting.push(waiting);
      this.#next();
      if (this.#inFlight !== waiting) {
        waiting.cancel = this.#time.timers.after(MAX_WAIT_MS, () => this.#expire(waiting));
      }
    });
  }

  /** The unit is not asked before `untilMs`; others are. */
  hold(unitId: number, untilMs: Ms): void {
    this.#heldUntilMs.set(unitId, untilMs);
  }

  /** For a line that cannot be opened: nobody who waits can be served. */
  refuseWaiting(error: BusError): void {
    for (const { settle, cancel } of this.#waiting.splice(0)) {
      cancel?.();
      settle(fail(error));
    }
  }

  /** Ends all reads, the one in flight too. */
  close(): void {
    this.#closed = true;
    this.#cancelWake();
    this.refuseWaiting(CLOSED);
    this.#inFlight?.settle(fail(CLOSED));
  }

  #expire(waiting: Waiting): void {
    this.#takeOut(waiting);
    waiting.settle(fail({ kind: 'timeout', text: `not asked within ${MAX_WAIT_MS} ms: the bus was busy` }));
  }

  #takeOut(waiting: Waiting): void {
    const place = this.#waiting.indexOf(waiting);
    const { length } = this.#waiting;
    if (place < 0) failInvariant(`a read of unit ${waiting.request.unitId} is not among the ${length} that wait`);
    if (length > MAX_WAITING) failInvariant(`${length} reads wait, ${MAX_WAITING} may`);
    this.#waiting.splice(place, 1);
  }

  #next(): void {
    if (this.#inFlight || this.#closed || this.#waiting.length === 0) return;
    this.#cancelWake();
    if (this.#isPausing && !this.#waiting.some((each) => this.#goesOn(each) || isUrgent(each))) return;
    const nowMs = this.#heldUntilMs.size > 0 ? this.#time.clock.monotonicMs() : 0;
    const chosen = this.#choose(this.#heldUntilMs.size > 0 ? this.#free(nowMs) : this.#waiting);
    if (chosen) void this.#run(chosen);
    else {
      const soonestMs = Math.min(...this.#waiting.map(({ request }) => this.#heldUntilMs.get(request.unitId) ?? 0));
      this.#cancelWake = this.#time.timers.after(soonestMs - nowMs, () => this.#next());
    }
  }

  /** Those whose devices may be asked. */
  #free(nowMs: Ms): readonly Waiting[] {
    for (const [unitId, untilMs] of this.#heldUntilMs) if (untilMs <= nowMs) this.#heldUntilMs.delete(unitId);
    return this.#waiting.filter(({ request }) => !this.#heldUntilMs.has(request.unitId));
  }

  /** Urgent before normal, then the unit that was asked longest ago, then who came first. */
  #choose(free: readonly Waiting[]): Waiting | undefined {
    if (free.length <= 1) return free[0];
    const urgent = free.filter(isUrgent);
    const normal = free.filter((each) => !isUrgent(each));
    const takesUrgent = urgent.length > 0 && (normal.length === 0 || this.#urgentInARow < URGENT_IN_A_ROW);
    this.#urgentInARow = takesUrgent ? this.#urgentInARow + 1 : 0;
    const turnOf = (each: Waiting): number =>
      this.#goesOn(each) ? -1 : (this.#lastTurn.get(each.request.unitId) ?? 0);
    return (takesUrgent ? urgent : normal).reduce((best, each) => (turnOf(each) < turnOf(best) ? each : best));
  }

  async #run(chosen: Waiting): Promise<void> {
    const { unitId } = chosen.request;
    const other = this.#inFlight;
    if (other) failInvariant(`unit ${unitId} is asked while unit ${other.request.unitId} is: a line has one request`);
    this.#burst = { unitId, reads: this.#goesOn(chosen) ? (this.#burst?.reads ?? 0) + 1 : 1 };
    this.#lastTurn.set(unitId, ++this.#turn);
    this.#isPausing = false;
    this.#takeOut(chosen);
    this.#inFlight = chosen;
    chosen.cancel?.();
    const result = await this.#perform(chosen.request);
    if (this.#inFlight !== chosen) failInvariant(`the answer of unit ${unitId} comes, but another one was asked`);
    this.#inFlight = undefined;
    chosen.settle(result);
    this.#afterAnswer();
  }

  /** Whoever was answered says now whether it wants more; others that wait let it. */
  #afterAnswer(): void {
    this.#isPausing = this.#waiting.length > 0;
    if (!this.#isPausing) {
      this.#burst = undefined;
      return;
    }
    setImmediate(() => {
      if (!this.#isPausing) return;
      this.#isPausing = false;
      this.#burst = undefined;
      this.#next();
    });
  }

  #goesOn({ request }: Waiting): boolean {
    return this.#burst?.unitId === request.unitId && this.#burst.reads < BURST_MAX;
  }
}

function isUrgent({ request }: Waiting): boolean {
  return request.terms.priority === 'urgent';
}
