/** One slave on a virtual clock, with a net whose other end is the test. */
import type { LogLevel } from '../../src/base/logger.js';
import type { Beacon, Grant, Message, Status } from '../../src/base/messages.js';
import { VirtualCharger } from '../../src/chargers/virtual.js';
import { decode, encode } from '../../src/discovery/codec.js';
import type { ChargerPort } from '../../src/ports/charger-port.js';
import type { DatagramHandler, PeerAddress } from '../../src/ports/datagram-port.js';
import { SlaveRuntime, type SlaveOptions } from '../../src/runtime/slave.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { beaconOf, grantOf, slaveFactsOf } from '../helpers/messages.js';

export const FACTS = slaveFactsOf('cp1');

interface Sent {
  readonly atMs: number;
  readonly to: string;
  readonly status: Status;
}

export class SlaveRig {
  readonly time: VirtualTime;
  readonly sent: Sent[] = [];
  readonly log: { readonly atMs: number; readonly level: LogLevel; readonly event: string; readonly text: string }[] =
    [];
  readonly runtime: SlaveRuntime;
  #hear: DatagramHandler = () => {};
  #seq = 0;

  constructor(
    options: Partial<Pick<SlaveOptions, 'fixedMasters' | 'store'>> = {},
    charger: ChargerPort = new VirtualCharger({ phases: 3, energyScale: 1 }),
    time = new VirtualTime(),
    facts = FACTS,
  ) {
    this.time = time;
    this.runtime = new SlaveRuntime({
      ...options,
      facts,
      charger,
      net: {
        send: (to, bytes) => this.#note(to, bytes),
        subscribe: (handler) => {
          this.#hear = handler;
        },
        close: async () => {},
      },
      ...this.time.node(),
      logger: { log: (level, event, text) => void this.log.push({ atMs: this.time.nowMs, level, event, text }) },
    });
    this.runtime.start();
  }

  #note({ host, port }: PeerAddress, bytes: Uint8Array): void {
    const received = decode(bytes, FACTS.networkId);
    if (!received.ok || received.value.message.type !== 'status') throw new Error('a slave sends STATUS only');
    this.sent.push({ atMs: this.time.nowMs, to: `${host}:${port}`, status: received.value.message });
  }

  get lastStatus(): Status | undefined {
    return this.sent.at(-1)?.status;
  }

  run(durationMs: number): void {
    this.time.runUntil(this.time.nowMs + durationMs);
  }

  hear(message: Message, from: string): void {
    const [host = '', port] = from.split(':');
    this.#hear(encode(message, 1), { host, port: Number(port), via: '' });
  }

  beacon(from: string, part: Partial<Beacon> = {}): void {
    this.hear(beaconOf(from.replace(':', '-'), part), from);
  }

  /** An answer to a poll of this moment. */
  grant(from: string, limitA: number, part: Partial<Grant> = {}): void {
    this.#seq += 1;
    const { chargePointId, bootId, leaseMs } = FACTS;
    const answer = { bootId, tauMs: Math.floor(this.time.nowMs), seq: this.#seq, limitA, leaseMs };
    this.hear(grantOf(chargePointId, { masterId: from.replace(':', '-'), ...answer, ...part }), from);
  }
}
