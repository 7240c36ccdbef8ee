/**
 * The connection to a broker, as the stream that the mqtt package reads. The package parses whatever comes, at once, so a broker
 * that talks without end would hold the loop. Here it is given little at a time, and a broker that says far more than it
 * was asked for is dropped. A broker says next to nothing to us: an acknowledgement of 4 bytes for each message.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { Allowance } from '../base/allowance.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';

/** What the package gets at once: 256 packets of the smallest kind, a millisecond or two of work. */
const SLICE_BYTES = 512;
const SLICE_EVERY_MS: Ms = 5;
/** A broker may say as much as it was told, and beside that so much at once and so much per second. */
const ALLOWED_BYTES = { burst: 64 * 1024, perS: 4 * 1024 };
/** What it was told counts no further than this. */
const TOLD_MAX_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

export interface BrokerAddress {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** For TLS. */
  readonly secureContext?: SecureContext | undefined;
}

export interface LinkTime {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Of MQTT without and with TLS (IANA: mqtt, secure-mqtt). */
const PORT = 1883;
const TLS_PORT = 8883;

/** The connection to `mqtt://HOST:PORT` or `mqtts://`, where the port may be left out. */
export function linkTo(url: string, secureContext: SecureContext | undefined, time: LinkTime): BrokerLink {
  const { hostname, port } = new URL(url);
  // A URL has IPv6 in brackets.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new BrokerLink({ host, port: Number(port) || (secureContext ? TLS_PORT : PORT), secureContext }, time);
}

/** Why a broker was dropped; the code makes the mqtt package pass it on. */
class FloodError extends Error {
  override readonly name = 'FloodError';
  readonly code = 'EFLOOD';
}

function open({ host, port, secureContext }: BrokerAddress): Socket {
  if (!secureContext) return connectTcp({ host, port });
  return connectTls({ host, port, secureContext, ...(isIP(host) === 0 && { servername: host }) });
}

export class BrokerLink extends Duplex {
  readonly #socket: Socket;
  readonly #time: LinkTime;
  /** Heard, and not yet handed on; the socket is paused while there is something. */
  #held: Buffer = NOTHING;
  #isWanted = false;
  #isResting = false;
  #cancelRest: Cancel = () => {};
  readonly #allowance = new Allowance(ALLOWED_BYTES);

  constructor(address: BrokerAddress, time: LinkTime) {
    super();
    this.#time = time;
    this.#socket = open(address);
    this.#socket.on('data', (bytes) => this.#hear(bytes));
    this.#socket.once('end', () => this.push(null));
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#isWanted = true;
    this.#handOn();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#allowance.give(bytes.length, TOLD_MAX_BYTES);
    this.#socket.write(bytes, done);
  }

  override _writev(parts: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(parts.map(({ chunk }) => chunk)), 'binary', done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelRest();
    this.#held = NOTHING;
    this.#socket.destroy();
    done(error);
  }

  #hear(bytes: Buffer): void {
    const isAllowed = this.#allowance.take(bytes.length, this.#time.clock.monotonicMs());
    if (!isAllowed) this.destroy(new FloodError('it says far more than it is asked for'));
    else {
      this.#socket.pause();
      this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes;
      this.#handOn();
    }
  }

  #handOn(): void {
    if (!this.#isWanted || this.#isResting || this.#held.length === 0) return;
    const slice = this.#held.subarray(0, SLICE_BYTES);
    this.#held = this.#held.subarray(SLICE_BYTES);
    if (this.#held.length === 0) this.#socket.resume();
    this.#isWanted = false;
    this.#isResting = true;
    this.#cancelRest = this.#time.timers.after(SLICE_EVERY_MS, () => {
      this.#isResting = false;
      this.#handOn();
    });
    this.push(slice);
  }
}
