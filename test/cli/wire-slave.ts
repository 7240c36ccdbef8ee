/**
 * A DLM slave that the test holds in its hand: bytes on real sockets, and every datagram that a master sends to it. It does
 * by itself what docs/protocol.md asks for, unless the test says otherwise; leases are left to the tests of the slave.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Beacon, type ChargePointState, compareGrants, type Grant, type Status } from '../../src/base/messages.js';
import { decode, encode } from '../../src/discovery/codec.js';
import { eventually } from '../helpers/machine.js';
import { statusOf } from '../helpers/messages.js';

const POLL_MS = 200;
const LOOPBACK_BROADCAST = '127.255.255.255';

export interface HeardGrant {
  readonly grant: Grant;
  /** What the slave had confirmed when it came. */
  readonly enforcedA: number;
  readonly atMs: number;
}

export interface WireSlaveOptions {
  readonly id: string;
  readonly port: number;
  readonly networkId?: number;
  /** What an earlier master left in force. */
  readonly left?: { readonly epoch: number; readonly limitA: number };
}

export class WireSlave {
  readonly id: string;
  readonly grants: HeardGrant[] = [];
  readonly beacons: Beacon[] = [];
  /** Where the masters are that it heard: "127.0.0.1:16031". */
  readonly masters = new Map<string, { host: string; port: number }>();
  /** False: grants are heard, but neither enforced nor confirmed. */
  acknowledges = true;
  /** False: it is silent. */
  polls = true;
  state: ChargePointState = 'Charging';
  sessionId = 1;
  enforcedA: number;
  readonly #networkId: number;
  readonly #bootId = randomBytes(8).toString('hex');
  readonly #own: Socket;
  readonly #ear: Socket;
  readonly #timer: NodeJS.Timeout;
  #accepted: Status['accepted'] = { masterId: '', epoch: 0, seq: 0 };
  #sent = 0;

  private constructor(options: WireSlaveOptions, own: Socket, ear: Socket) {
    this.id = options.id;
    this.#networkId = options.networkId ?? 0;
    if (options.left) this.#accepted = { masterId: 'an-earlier-one', epoch: options.left.epoch, seq: 1 };
    this.enforcedA = options.left?.limitA ?? 0;
    this.#own = own;
    this.#ear = ear;
    for (const socket of [own, ear]) {
      socket.on('message', (bytes, from) => this.#hear(bytes, from));
      socket.on('error', () => undefined);
    }
    this.#timer = setInterval(() => this.poll(), POLL_MS);
  }

  static async open(options: WireSlaveOptions): Promise<WireSlave> {
    const own = createSocket('udp4');
    own.bind(0, '127.0.0.1');
    const ear = createSocket({ type: 'udp4', reuseAddr: true });
    ear.bind(options.port, LOOPBACK_BROADCAST);
    await Promise.all([once(own, 'listening'), once(ear, 'listening')]);
    return new WireSlave(options, own, ear);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#own.close();
    this.#ear.close();
  }

  status(): Status {
    const currentA = this.state === 'Charging' ? this.enforcedA : 0;
    return statusOf(this.id, {
      networkId: this.#networkId,
      bootId: this.#bootId,
      tauMs: Math.floor(performance.now()),
      accepted: this.#accepted,
      enforcedA: this.enforcedA,
      state: this.state,
      currentA: [currentA, currentA, currentA],
      usedPhases: this.state === 'Charging' ? 7 : 0,
      sessionId: this.sessionId,
      firmware: 'wire',
    });
  }

  poll(): void {
    if (!this.polls) return;
    this.#sent += 1;
    const bytes = encode(this.status(), this.#sent);
    for (const { host, port } of this.masters.values()) this.#own.send(bytes, port, host);
  }

  #hear(bytes: Uint8Array, from: RemoteInfo): void {
    const received = decode(bytes, this.#networkId);
    if (!received.ok) return;
    const { message } = received.value;
    if (message.type === 'grant') this.#hearGrant(message);
    if (message.type !== 'beacon') return;
    this.beacons.push(message);
    const key = `${from.address}:${from.port}`;
    if (this.masters.has(key)) return;
    this.masters.set(key, { host: from.address, port: from.port });
    this.poll();
  }

  #hearGrant(grant: Grant): void {
    if (grant.chargePointId !== this.id || grant.bootId !== this.#bootId) return;
    this.grants.push({ grant, enforcedA: this.enforcedA, atMs: performance.now() });
    if (!this.acknowledges || compareGrants(grant, this.#accepted) <= 0) return;
    const { masterId, epoch, seq, limitA } = grant;
    this.#accepted = { masterId, epoch, seq };
    this.enforcedA = limitA;
    this.poll();
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    await eventually(() => `${this.id}, which has ${this.enforcedA} A: ${what}`, isSo);
  }

  untilEnforced(limitA: number): Promise<void> {
    return this.until(`limit of ${limitA} A`, () => this.enforcedA === limitA);
  }

  /** Until so many more grants came. */
  untilGrants(more: number): Promise<void> {
    const wanted = this.grants.length + more;
    return this.until(`${more} grants`, () => this.grants.length >= wanted);
  }

  get lastGrant(): Grant | undefined {
    return this.grants.at(-1)?.grant;
  }
}
