/**
 * A Modbus line or connection in virtual time, frame by frame: requests and answers are bytes with their checksum or
 * transaction number, and what happens to them between the two ends happens to the bytes.
 */
import { crc16 } from '../base/crc16.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Rng } from '../base/rng.js';
import type { Ms } from '../base/units.js';
import type { BusError, ReadTerms, RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Clock, Timers } from '../ports/time.js';

/** What a device serves: the words of a block, or the code of a Modbus exception. */
export interface RegisterImage {
  read(block: RegisterBlock): Result<Uint16Array, number>;
}

/** What is wrong with the line now. */
export interface LineFaults {
  /** No connection can be had, or the adapter is unplugged. */
  isDown: boolean;
  /** Nothing comes back. */
  isSilent: boolean;
  /** Share of the answers of which a byte is changed on the way. */
  noise: number;
  /** From a request to its answer. */
  latencyMs: Ms;
}

export const GOOD_LINE: LineFaults = { isDown: false, isSilent: false, noise: 0, latencyMs: 5 };

/** After a timeout a serial line must have been silent for this long before it is used again. */
const DRAIN_MS: Ms = 300;

interface Parts {
  /** `tcp`: each answer carries the number of its request. `rtu`: a checksum, and nothing that tells what it answers. */
  readonly kind: 'tcp' | 'rtu';
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
}

type Answer = Result<Uint16Array, BusError>;

interface Pending {
  readonly unitId: number;
  readonly block: RegisterBlock;
  readonly transaction: number;
  readonly settle: (answer: Answer) => void;
}

export class VirtualBus implements RegisterBus {
  readonly devices = new Map<number, RegisterImage>();
  line: LineFaults = { ...GOOD_LINE };
  /** The most requests that were under way at once: a meter with room for one client answers no second. */
  most = 0;
  readonly #parts: Parts;
  #tail: Promise<unknown> = Promise.resolve();
  #pending: Pending | undefined;
  #transaction = 0;
  #busyUntilMs: Ms = 0;
  #underWay = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  read(unitId: number, block: RegisterBlock, timeoutMs: Ms, terms: ReadTerms = {}): Promise<Answer> {
    const deadlineMs = this.#now() + timeoutMs;
    const answer = this.#tail.then(() => this.#exchange(unitId, block, deadlineMs, terms));
    this.#tail = answer;
    return answer;
  }

  async close(): Promise<void> {}

  #now(): Ms {
    return this.#parts.clock.monotonicMs();
  }

  #wait(delayMs: Ms): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.timers.after(delayMs, resolve);
    });
  }

  async #exchange(unitId: number, block: RegisterBlock, deadlineMs: Ms, terms: ReadTerms): Promise<Answer> {
    while (this.#now() < this.#busyUntilMs) await this.#wait(this.#busyUntilMs - this.#now());
    if (this.line.isDown) {
      await this.#wait(1);
      return fail({ kind: 'unreachable', text: 'no connection' });
    }
    const isNoise = (answer: Answer): boolean => !answer.ok && answer.error.kind === 'garbled';
    const ask = async (): Promise<Answer> => {
      terms.onAsked?.();
      const answer = await this.#ask(unitId, block, deadlineMs);
      if (isNoise(answer)) terms.onDamaged?.();
      return answer;
    };
    const first = await ask();
    return isNoise(first) ? ask() : first;
  }

  #ask(unitId: number, block: RegisterBlock, deadlineMs: Ms): Promise<Answer> {
    const leftMs = deadlineMs - this.#now();
    if (leftMs <= 0) return Promise.resolve(fail({ kind: 'timeout', text: 'no answer in time' }));
    this.#underWay += 1;
    this.most = Math.max(this.most, this.#underWay);
    return new Promise((resolve) => {
      const transaction = (this.#transaction + 1) % 65_536;
      this.#transaction = transaction;
      const cancel = this.#parts.timers.after(leftMs, () => {
        if (this.#parts.kind === 'rtu') this.#busyUntilMs = this.#now() + DRAIN_MS;
        settle(fail({ kind: 'timeout', text: 'no answer in time' }));
      });
      const settle = (answer: Answer): void => {
        if (this.#pending?.transaction !== transaction) return;
        this.#pending = undefined;
        this.#underWay -= 1;
        cancel();
        resolve(answer);
      };
      this.#pending = { unitId, block, transaction, settle };
      this.#transmit(this.#framed(unitId, requestPdu(block), transaction));
    });
  }

  /** To the device, and its answer back, each as it is then. */
  #transmit(request: Uint8Array): void {
    const { timers, rng } = this.#parts;
    const { latencyMs } = this.line;
    timers.after(latencyMs / 2, () => {
      const answer = this.#served(request);
      if (!answer || this.line.isSilent || this.line.isDown) return;
      if (rng.chance(this.line.noise)) {
        const at = rng.int(answer.length);
        answer[at] = (answer[at] ?? 0) ^ (1 + rng.int(255));
      }
      timers.after(latencyMs / 2, () => this.#receive(answer));
    });
  }

  #served(frame: Uint8Array): Uint8Array | undefined {
    const head = this.#parts.kind === 'tcp' ? 7 : 1;
    const unitId = frame[head - 1] ?? 0;
    const device = this.devices.get(unitId);
    const functionCode = frame[head] ?? 0;
    if (!device || (functionCode !== 3 && functionCode !== 4)) return undefined;
    const words = device.read({ functionCode, address: word(frame, head + 1), count: word(frame, head + 3) });
    const pdu = words.ok ? answerPdu(functionCode, words.value) : Uint8Array.of(functionCode | 0x80, words.error);
    return this.#framed(unitId, pdu, word(frame, 0));
  }

  #receive(frame: Uint8Array): void {
    const pending = this.#pending;
    const isTcp = this.#parts.kind === 'tcp';
    if (!pending) {
      // Late, or of nobody: a serial line has to fall silent first.
      if (!isTcp) this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#now() + DRAIN_MS);
      return;
    }
    if (isTcp && word(frame, 0) !== pending.transaction) return;
    const body = isTcp ? frame.subarray(6) : frame.subarray(0, -2);
    const isWhole = isTcp ? word(frame, 4) === body.length && word(frame, 2) === 0 : crc16(frame) === 0;
    pending.settle(isWhole ? valueIn(body, pending) : garbled('checksum'));
  }

  #framed(unitId: number, pdu: Uint8Array, transaction: number): Uint8Array {
    if (this.#parts.kind === 'tcp') {
      return Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, 0, 1 + pdu.length, unitId, ...pdu);
    }
    const bytes = Uint8Array.of(unitId, ...pdu);
    const crc = crc16(bytes);
    return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function requestPdu({ functionCode, address, count }: RegisterBlock): Uint8Array {
  return Uint8Array.of(functionCode, address >> 8, address & 0xff, count >> 8, count & 0xff);
}

function answerPdu(functionCode: number, words: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 + 2 * words.length);
  bytes[0] = functionCode;
  bytes[1] = 2 * words.length;
  words.forEach((value, index) => {
    bytes[2 + 2 * index] = value >> 8;
    bytes[3 + 2 * index] = value & 0xff;
  });
  return bytes;
}

function garbled(what: string): Answer {
  return fail({ kind: 'garbled', text: `garbled answer: ${what}` });
}

/** Unit, function, then the words or the code of an exception. */
function valueIn(body: Uint8Array, { unitId, block }: Pending): Answer {
  const [unit, functionCode = 0, size = 0] = body;
  if (unit !== unitId) return garbled(`unit ${unit}`);
  if (functionCode === (block.functionCode | 0x80)) {
    return fail({ kind: 'exception', text: `exception ${size}`, exceptionCode: size });
  }
  const isFit = functionCode === block.functionCode && size === 2 * block.count && body.length === 3 + size;
  if (!isFit) return garbled('length');
  return ok(Uint16Array.from({ length: block.count }, (_, index) => word(body, 3 + 2 * index)));
}
