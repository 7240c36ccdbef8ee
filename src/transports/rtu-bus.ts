/**
 * RegisterBus over a line that carries RTU frames: several devices, one request at a time. Framing of our own, because
 * modbus-serial's looks for an answer anywhere in what came in, keeps the rest for the next request, and so takes every
 * late answer for the next one (docs/decisions/0009-rtu.md). Here a frame counts only whole, with its CRC, from the device
 * that was asked, of the length that was asked for, and when no earlier request can be meant (rtu-owed.ts).
 */
import { Allowance } from '../base/allowance.js';
import { failInvariant } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { BusError, ReadTerms, RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Cancel } from '../ports/time.js';
import { CLOSED, exceptionError, garbled, type ReadResult } from './bus-errors.js';
import { BusQueue, type BusRequest, type BusTime } from './bus-queue.js';
import type { Line, OpenLine } from './line.js';
import { answerBytes, parseAnswer, type RtuAnswer, readRequest } from './rtu-frames.js';
import { type Owed, OwedAnswers } from './rtu-owed.js';

/** Silence in the middle of a frame that ends it; adapters and gateways deliver in parts, some every 16 ms. */
const FRAME_PAUSE_MS: Ms = 50;
/** Requests for one read, while the timeout allows: the first, and repeats after damaged answers. */
const ATTEMPTS_MAX = 3;
/** Reads that clear up what is still open, before one request. */
const PROBES_MAX = 3;
/** A device that did not answer in time is left alone for so long, or for the longest that the line ever took to answer. */
const DRAIN_MIN_MS: Ms = 300;
const DRAIN_MAX_MS: Ms = 2000;
/** Timeouts in a row without a single byte, after which the line itself is opened anew. */
const SILENT_TIMEOUTS_MAX = 2;

/** Bytes of a line: some times what 115,200 baud carry. A gateway can bring more, which no device was asked for. */
const ALLOWED_BYTES = { burst: 64 * 1024, perS: 32 * 1024 };
const ENDLESS: BusError = { kind: 'unreachable', text: 'the line talks without end' };

interface Exchange {
  readonly unitId: number;
  readonly owed: Owed;
  readonly settle: (result: ReadResult) => void;
  readonly terms: ReadTerms;
  /** Everything that was heard since the request. */
  heardBytes: number;
}

class RtuBus implements RegisterBus {
  readonly #openLine: OpenLine;
  readonly #time: BusTime;
  readonly #gapMs: Ms;
  readonly #queue: BusQueue;
  readonly #owed = new OwedAnswers();
  #line: Line | undefined;
  #exchange: Exchange | undefined;
  #pending: Buffer = Buffer.alloc(0);
  /** What is wrong with what comes in now; all of it is discarded until the line is silent. */
  #wrong: string | undefined;
  #heardAtMs: Ms = Number.NEGATIVE_INFINITY;
  #longestMs: Ms = DRAIN_MIN_MS;
  #silentTimeouts = 0;
  #allowance = new Allowance(ALLOWED_BYTES);
  #cancelPause: Cancel = () => {};

  constructor(openLine: OpenLine, gapMs: Ms, time: BusTime) {
    this.#openLine = openLine;
    this.#gapMs = gapMs;
    this.#time = time;
    this.#queue = new BusQueue(time, (request) => this.#perform(request));
  }

  read(unitId: number, block: RegisterBlock, timeoutMs: Ms, terms: ReadTerms = {}): Promise<ReadResult> {
    return this.#queue.read({ unitId, block, timeoutMs, terms });
  }

  async close(): Promise<void> {
    this.#queue.close();
    await this.#drop(CLOSED);
  }

  get #nowMs(): Ms {
    return this.#time.clock.monotonicMs();
  }

  async #perform(request: BusRequest): Promise<ReadResult> {
    const deadlineMs = this.#nowMs + request.timeoutMs;
    const opened = await this.#open(request.timeoutMs);
    if (!opened.ok) {
      this.#queue.refuseWaiting(opened.error);
      return opened;
    }
    let result = await this.#attempt(request, deadlineMs);
    for (let attempt = 1; attempt < ATTEMPTS_MAX && !result.ok && result.error.kind === 'garbled'; attempt++) {
      if (this.#nowMs >= deadlineMs) break;
      result = await this.#attempt(request, deadlineMs);
    }
    if (!result.ok && result.error.kind === 'timeout') await this.#leaveAlone(request.unitId);
    return result;
  }

  async #open(timeoutMs: Ms): Promise<Result<void, BusError>> {
    if (this.#line) return ok(undefined);
    const opened = await this.#openLine(
      { onBytes: (bytes) => this.#hear(bytes), onEnd: (error) => void this.#drop(error) },
      timeoutMs,
    );
    if (!opened.ok) return opened;
    if (this.#queue.closed) {
      await opened.value.close();
      return fail(CLOSED);
    }
    this.#line = opened.value;
    this.#allowance = new Allowance(ALLOWED_BYTES);
    this.#silentTimeouts = 0;
    return ok(undefined);
  }

  /** Asks once, after probes where an older answer could be taken for this one. */
  async #attempt({ unitId, block, timeoutMs, terms }: BusRequest, deadlineMs: Ms): Promise<ReadResult> {
    for (let probes = 0; probes < PROBES_MAX; probes++) {
      const probe = this.#owed.probeFor(unitId, block, this.#nowMs);
      if (!probe) return this.#ask({ unitId, block, timeoutMs, terms }, deadlineMs);
      const result = await this.#ask({ unitId, block: probe, timeoutMs, terms }, deadlineMs);
      if (!result.ok && result.error.kind !== 'exception') return result;
    }
    return garbled('answers to earlier requests may still come');
  }

  async #ask({ unitId, block, timeoutMs, terms }: BusRequest, deadlineMs: Ms): Promise<ReadResult> {
    if (!(await this.#silence(deadlineMs))) return garbled('the line is never silent');
    const line = this.#line;
    if (!line) return fail({ kind: 'unreachable', text: 'the line was closed' });
    return new Promise((resolve) => {
      const other = this.#exchange?.unitId;
      if (other !== undefined) failInvariant(`unit ${unitId} is asked while unit ${other} has not answered`);
      const owed = this.#owed.add(unitId, block, this.#nowMs);
      const settle = (result: ReadResult): void => {
        cancel();
        this.#exchange = undefined;
        resolve(result);
      };
      this.#exchange = { unitId, owed, settle, terms, heardBytes: 0 };
      const cancel = this.#time.timers.after(Math.max(0, deadlineMs - this.#nowMs), () => {
        settle(fail({ kind: 'timeout', text: `no answer within ${timeoutMs} ms` }));
      });
      terms.onAsked?.();
      line.write(readRequest(unitId, block));
    });
  }

  /** Waits until nothing comes in and the devices have had their pause; false when that is not before the deadline. */
  async #silence(deadlineMs: Ms): Promise<boolean> {
    for (;;) {
      const gapMs = this.#pending.length > 0 || this.#wrong !== undefined ? FRAME_PAUSE_MS : this.#gapMs;
      const restMs = this.#heardAtMs + gapMs - this.#nowMs;
      if (restMs <= 0) return true;
      if (this.#nowMs + restMs >= deadlineMs) return false;
      await new Promise<void>((resolve) => void this.#time.timers.after(restMs, resolve));
    }
  }

  #hear(bytes: Buffer): void {
    this.#heardAtMs = this.#nowMs;
    this.#silentTimeouts = 0;
    if (!this.#allowance.take(bytes.length, this.#nowMs)) return void this.#drop(ENDLESS);
    if (this.#exchange) this.#exchange.heardBytes += bytes.length;
    this.#cancelPause();
    if (this.#wrong === undefined) {
      this.#pending = this.#pending.length > 0 ? Buffer.concat([this.#pending, bytes]) : bytes;
      this.#parse();
    }
    if (this.#pending.length > 0 || this.#wrong !== undefined) {
      this.#cancelPause = this.#time.timers.after(FRAME_PAUSE_MS, () => this.#endOfFrame());
    }
  }

  #parse(): void {
    while (this.#pending.length > 0 && this.#wrong === undefined) {
      const answer = parseAnswer(this.#pending);
      if (answer === 'incomplete') return;
      if ('wrong' in answer) this.#wrong = answer.wrong;
      else {
        const { length } = this.#pending;
        if (!(answer.bytes > 0 && answer.bytes <= length))
          failInvariant(`a frame of ${answer.bytes} of ${length} bytes`);
        this.#pending = this.#pending.subarray(answer.bytes);
        this.#take(answer);
      }
    }
    this.#pending = Buffer.alloc(0);
  }

  /** A whole frame with a good CRC: it settles what its device owes, which is what is waited for or something older. */
  #take({ unitId, functionCode, exception, content, contentBytes }: RtuAnswer): void {
    const nowMs = this.#nowMs;
    const exchange = this.#exchange;
    const owed =
      exception === undefined
        ? this.#owed.settleData(unitId, functionCode, contentBytes, nowMs)
        : this.#owed.settleException(unitId, functionCode, nowMs);
    if (!owed) {
      this.#wrong = `unit ${unitId}, ${exception === undefined ? `${content.length} registers` : `exception ${exception}`}`;
      return;
    }
    if (!(owed.sentAtMs <= nowMs)) failInvariant(`unit ${unitId} answers at ${nowMs} ms, asked at ${owed.sentAtMs} ms`);
    this.#longestMs = Math.max(this.#longestMs, nowMs - owed.sentAtMs);
    if (exchange?.unitId !== unitId) return;
    // Which request an exception answers may be open; that there is one is sure.
    if (exception !== undefined) exchange.settle(fail(exceptionError(exception)));
    else if (owed === exchange.owed) exchange.settle(ok(content.subarray(0, owed.block.count)));
  }

  /** Silence after an unfinished or a wrong frame. */
  #endOfFrame(): void {
    const wrong = this.#wrong ?? `it ends after ${this.#pending.length} bytes`;
    this.#pending = Buffer.alloc(0);
    this.#wrong = undefined;
    const exchange = this.#exchange;
    if (!exchange) return;
    const { unitId, owed, terms, heardBytes } = exchange;
    // As long as the answer, and nobody else had anything to say: it was the answer, with wrong bits.
    const isAnswer = heardBytes === answerBytes(owed.block) && this.#owed.isAlone(owed, this.#nowMs);
    if (isAnswer) this.#owed.drop(unitId, owed);
    terms.onDamaged?.();
    exchange.settle(garbled(wrong));
  }

  /** After a timeout the device has time to finish; what it says then is discarded. Others are asked meanwhile. */
  async #leaveAlone(unitId: number): Promise<void> {
    this.#queue.hold(unitId, this.#nowMs + Math.min(this.#longestMs, DRAIN_MAX_MS));
    this.#silentTimeouts += 1;
    if (this.#silentTimeouts >= SILENT_TIMEOUTS_MAX) await this.#drop(CLOSED);
  }

  async #drop(error: BusError): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    this.#cancelPause();
    this.#pending = Buffer.alloc(0);
    this.#wrong = undefined;
    this.#exchange?.settle(fail(error));
    await line?.close();
  }
}

/**
 * A bus of RTU frames on a line, opened at the first read and again after it failed.
 * `gapMs`: the least pause between an answer and the next request.
 */
export function rtuBus(openLine: OpenLine, gapMs: Ms, time: BusTime): RegisterBus {
  return new RtuBus(openLine, gapMs, time);
}
