/** The silence before a request, on a line that has none: judged in virtual time, because a machine that stands still is silence too. */
import t from 'tap';
import { ok } from '../../src/base/result.js';
import type { Ms } from '../../src/base/units.js';
import type { RegisterBus } from '../../src/ports/register-bus.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import type { ReadResult } from '../../src/transports/bus-errors.js';
import type { LineListener } from '../../src/transports/line.js';
import { rtuBus } from '../../src/transports/rtu-bus.js';
import { registers } from './modbus-peers.js';
import { rtuAnswer } from './rtu-peers.js';

const GAP_MS: Ms = 4;
const TIMEOUT_MS: Ms = 200;
/** Somebody who talks without a pause, every so often. */
const CHATTER_MS: Ms = 7;

class Rig {
  readonly time = new VirtualTime();
  readonly bus: RegisterBus;
  readonly written: Buffer[] = [];
  listener: LineListener | undefined;
  isChatting = true;

  constructor() {
    const line = { write: (bytes: Buffer): void => this.#answer(bytes), close: (): Promise<void> => Promise.resolve() };
    const open = (listener: LineListener): Promise<ReturnType<typeof ok<typeof line>>> => {
      this.listener = listener;
      return Promise.resolve(ok(line));
    };
    this.bus = rtuBus(open, GAP_MS, this.time.node());
    this.#chat();
  }

  #answer(request: Buffer): void {
    this.written.push(request);
    if (this.isChatting) return;
    const frame = rtuAnswer(request.readUInt8(0), request.readUInt16BE(4), request.readUInt16BE(2));
    this.time.at(this.time.nowMs + 20, () => this.listener?.onBytes(frame));
  }

  #chat(): void {
    if (this.isChatting) this.listener?.onBytes(Buffer.of(0x55, 0x55));
    this.time.at(this.time.nowMs + CHATTER_MS, () => this.#chat());
  }

  async pass(ms: Ms): Promise<void> {
    const endMs = this.time.nowMs + ms;
    while (this.time.nowMs < endMs) {
      // Promises between the events.
      await new Promise((resolve) => setImmediate(resolve));
      this.time.runUntil(Math.min(endMs, this.time.nowMs + 1));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What became of a read, and after how long; at most `ms` are waited. */
  async read(unit: number, ms: Ms): Promise<{ result: ReadResult | 'nothing'; tookMs: Ms }> {
    const fromMs = this.time.nowMs;
    const seen: { result: ReadResult | 'nothing'; tookMs: Ms } = { result: 'nothing', tookMs: Number.NaN };
    void this.bus.read(unit, registers(7, 2), TIMEOUT_MS).then((result) => {
      seen.result = result;
      seen.tookMs = this.time.nowMs - fromMs;
    });
    await this.pass(ms);
    return seen;
  }
}

t.test('a line that is never silent is not waited for beyond the timeout of the read', async (t) => {
  const rig = new Rig();
  await rig.pass(1);
  await rig.read(1, 3 * TIMEOUT_MS);
  for (const unit of [2, 3, 4]) {
    const { result, tookMs } = await rig.read(unit, 10 * TIMEOUT_MS);
    const error = { kind: 'garbled', text: 'garbled answer: the line is never silent' };
    t.strictSame(result, { ok: false, error }, `unit ${unit}`);
    t.ok(tookMs <= TIMEOUT_MS, `unit ${unit}: ${tookMs} ms`);
  }
  t.equal(rig.written.length, 1, 'nothing is said into the noise');
  rig.isChatting = false;
  await rig.pass(100);
  const { result } = await rig.read(5, TIMEOUT_MS);
  t.strictSame(result, { ok: true, value: Uint16Array.of(7, 7) }, 'and once it is silent all is well');
});
