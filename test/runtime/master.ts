/** The master's loop, with time and wires in the hands of the test. */
import t from 'tap';
import { perPhase } from '../../src/base/units.js';
import { encode } from '../../src/discovery/codec.js';
import type { DatagramHandler } from '../../src/ports/datagram-port.js';
import { MasterRuntime } from '../../src/runtime/master.js';
import { statusOf } from '../helpers/messages.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

interface Timer {
  readonly atMs: number;
  call: (() => void) | undefined;
}

/** A process that can stand still: its timers are late then, and fire before what waits in its socket is read. */
class Process {
  nowMs = 0;
  readonly log: string[] = [];
  readonly #timers: Timer[] = [];
  hear: DatagramHandler = () => {};
  readonly master: MasterRuntime;

  constructor() {
    const after = (delayMs: number, call: () => void): (() => void) => {
      const timer: Timer = { atMs: this.nowMs + delayMs, call };
      this.#timers.push(timer);
      return () => {
        timer.call = undefined;
      };
    };
    this.master = new MasterRuntime({
      site: site({
        circuits: [circuit({ id: 'main', limitA: perPhase(32) })],
        chargePoints: [chargePoint({ id: 'a' })],
      }),
      version: 'test',
      masterId: 'master',
      bootId: '00000000000000ff',
      rank: 0,
      net: {
        send: () => {},
        broadcast: () => {},
        subscribe: (handler) => {
          this.hear = handler;
        },
        close: async () => {},
      },
      clock: { monotonicMs: () => this.nowMs, wallMs: () => this.nowMs },
      timers: { after },
      logger: { log: (_level, event) => this.log.push(event) },
      sinks: [],
      meters: { list: () => [] },
    });
    this.master.start();
  }

  poll(tauMs: number): void {
    this.hear(encode(statusOf('a', { tauMs }), tauMs), { host: 'a', port: 1, via: '' });
  }

  /** Each timer that is due, in order; none that is armed meanwhile. */
  fireDue(): void {
    const due = this.#timers.filter(({ atMs, call }) => call && atMs <= this.nowMs).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) {
      timer.call?.();
      timer.call = undefined;
    }
  }

  /** A second, with a poll in its middle. */
  second(): void {
    for (let step = 0; step < 100; step++) {
      this.nowMs += 10;
      if (step === 50) this.poll(this.nowMs);
      this.fireDue();
    }
  }
}

t.test('after a standstill the cycle waits until the sockets were read: nobody is told to be lost', async (t) => {
  const process = new Process();
  for (let second = 0; second < 5; second++) process.second();
  process.nowMs += 10_000;
  process.fireDue();
  process.poll(process.nowMs - 200);
  process.second();
  t.notOk(process.log.includes('SLAVE_LOST'), process.log.join(' '));
  t.ok(process.log.includes('LOOP_LATE'), 'the late cycle raises nobody');
  process.master.stop();
});

t.test('it waits once: a loop that is always late decides all the same', async (t) => {
  const process = new Process();
  for (let second = 0; second < 5; second++) process.second();
  for (let turn = 0; turn < 10; turn++) {
    process.nowMs += 5_000;
    process.fireDue();
  }
  t.ok(process.log.includes('SLAVE_LOST'));
  t.ok(process.log.filter((event) => event === 'LOOP_LATE').length >= 4);
  process.master.stop();
});
