/**
 * Slaves that cost next to nothing: the product's slave core and codec, each behind a UDP socket of its own. Not the
 * product's slave runtime, for two reasons: its virtual vehicle takes 2 s to follow, and it answers a grant before the
 * next datagram is looked at, so with 50 of them in one process the last would show the work of the other 49.
 * Here the time of arrival is noted first; answers are made when everything that has arrived is noted.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Grant } from '../src/base/messages.js';
import type { Rotation } from '../src/base/rotation.js';
import { NO_AMPS, type PhaseAmps, perPhase } from '../src/base/units.js';
import { decode, encode } from '../src/discovery/codec.js';
import { HEARTBEAT_MS } from '../src/dlm/leases/lease-rules.js';
import { SlaveCore } from '../src/dlm/leases/slave.js';

const LOOPBACK = '127.0.0.1';
const LOOPBACK_BROADCAST = '127.255.255.255';
/** How often the heartbeats are looked at. */
const BEAT_MS = 20;
const LEASE_MS = 15_000;
const CONNECTOR_MAX_A = 63;
/** L1 of the connector on each phase of the grid. */
const ROTATIONS = ['RST', 'STR', 'TRS'] as const satisfies readonly Rotation[];

export interface SlaveGroupOptions {
  readonly count: number;
  /** Discovery port. */
  readonly port: number;
  /** A vehicle draws what it may, but never more than this. */
  readonly vehicleMaxA: number;
  /** The connectors have one phase, the next slave the next one: many slaves behind one fuse. */
  readonly isOnePhase?: boolean;
}

interface Arrival {
  readonly slave: BenchSlave;
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

type GrantHandler = (slave: number, grant: Grant, atMs: number) => void;

export class SlaveGroup {
  onGrant: GrantHandler = () => {};
  onBeacon: (atMs: number) => void = () => {};
  /** Datagrams since the start. */
  sent = 0;
  received = 0;
  readonly #slaves: readonly BenchSlave[];
  readonly #ear: Socket;
  readonly #beat: NodeJS.Timeout;
  #arrivals: Arrival[] = [];
  #masterPort: number;
  #masterBootId = '';

  private constructor(slaves: readonly BenchSlave[], ear: Socket, port: number) {
    this.#slaves = slaves;
    this.#ear = ear;
    this.#masterPort = port + 1;
    ear.on('message', (bytes, from) => this.#hearBeacon(bytes, from.port));
    for (const slave of slaves) slave.onMessage((bytes) => this.#arrived(slave, bytes));
    this.#beat = setInterval(() => this.#sendDue(), BEAT_MS);
  }

  static async open({ count, port, vehicleMaxA, isOnePhase = false }: SlaveGroupOptions): Promise<SlaveGroup> {
    const ear = await boundSocket(LOOPBACK_BROADCAST, port);
    const slaves: BenchSlave[] = [];
    for (let index = 0; index < count; index++) {
      const socket = await boundSocket(LOOPBACK, 0);
      slaves.push(new BenchSlave({ index, socket, vehicleMaxA, isOnePhase }));
    }
    return new SlaveGroup(slaves, ear, port);
  }

  /** Where the master listens. */
  get masterPort(): number {
    return this.#masterPort;
  }

  get count(): number {
    return this.#slaves.length;
  }

  /** The limits in force, in the order of the slaves. */
  limitsA(): readonly number[] {
    const nowMs = wholeMs();
    return this.#slaves.map((slave) => slave.core.enforced(nowMs).limitA);
  }

  /** Amperes that all vehicles draw together on the phase that carries most. */
  drawnA(): number {
    return this.#slaves.reduce((sumA, { index, drawnA, isOnePhase }) => {
      const isElsewhere = isOnePhase && index % ROTATIONS.length !== 0;
      return isElsewhere ? sumA : sumA + drawnA;
    }, 0);
  }

  #hearBeacon(bytes: Uint8Array, fromPort: number): void {
    const atMs = performance.now();
    const received = decode(bytes, 0);
    if (!received.ok || received.value.message.type !== 'beacon') return;
    this.onBeacon(atMs);
    const { bootId } = received.value.message;
    if (bootId === this.#masterBootId) return;
    this.#masterBootId = bootId;
    this.#masterPort = fromPort;
    for (const slave of this.#slaves) this.#poll(slave);
  }

  #arrived(slave: BenchSlave, bytes: Uint8Array): void {
    this.#arrivals.push({ slave, bytes, atMs: performance.now() });
    if (this.#arrivals.length === 1) setImmediate(() => this.#answerAll());
  }

  #answerAll(): void {
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const { slave, bytes, atMs } of arrivals) {
      this.received += 1;
      const grant = slave.take(bytes);
      if (!grant) continue;
      this.#poll(slave);
      this.onGrant(slave.index, grant, atMs);
    }
  }

  #poll(slave: BenchSlave): void {
    this.sent += 1;
    slave.poll(this.#masterPort);
  }

  #sendDue(): void {
    const nowMs = wholeMs();
    for (const slave of this.#slaves) if (nowMs >= slave.nextPollMs) this.#poll(slave);
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    await Promise.all([this.#ear, ...this.#slaves.map(({ socket }) => socket)].map(closeSocket));
  }
}

interface BenchSlaveOptions {
  readonly index: number;
  readonly socket: Socket;
  readonly vehicleMaxA: number;
  readonly isOnePhase: boolean;
}

class BenchSlave {
  readonly index: number;
  readonly isOnePhase: boolean;
  readonly socket: Socket;
  readonly core: SlaveCore;
  drawnA = 0;
  nextPollMs: number;
  readonly #vehicleMaxA: number;
  #sent = 0;

  constructor({ index, socket, vehicleMaxA, isOnePhase }: BenchSlaveOptions) {
    this.index = index;
    this.isOnePhase = isOnePhase;
    this.socket = socket;
    this.#vehicleMaxA = vehicleMaxA;
    this.nextPollMs = wholeMs() + Math.floor(Math.random() * HEARTBEAT_MS);
    const facts = {
      networkId: 0,
      chargePointId: chargePointId(index),
      bootId: randomBytes(8).toString('hex'),
      maxA: CONNECTOR_MAX_A,
      minA: 6,
      disconnectedLimitA: 6,
      phases: isOnePhase ? 1 : 3,
      rotation: isOnePhase ? rotationOf(index) : 'RST',
      firmware: 'bench',
      leaseMs: LEASE_MS,
    } as const;
    this.core = new SlaveCore(facts, wholeMs());
    this.#observe();
  }

  onMessage(handler: (bytes: Uint8Array) => void): void {
    this.socket.on('message', handler);
  }

  /** The grant in these bytes, when it was accepted. */
  take(bytes: Uint8Array): Grant | undefined {
    const received = decode(bytes, 0);
    if (!received.ok || received.value.message.type !== 'grant') return undefined;
    const grant = received.value.message;
    return this.core.hearGrant(grant, wholeMs()) === 'accepted' ? grant : undefined;
  }

  poll(masterPort: number): void {
    this.#observe();
    this.#sent += 1;
    const nowMs = wholeMs();
    this.nextPollMs = nowMs + HEARTBEAT_MS;
    this.socket.send(encode(this.core.status(nowMs), this.#sent), masterPort, LOOPBACK);
  }

  /** Its vehicle follows at once. */
  #observe(): void {
    const nowMs = wholeMs();
    const { limitA } = this.core.enforced(nowMs);
    this.drawnA = Math.min(limitA, this.#vehicleMaxA);
    const drawnA: PhaseAmps = this.isOnePhase ? [this.drawnA, 0, 0] : perPhase(this.drawnA);
    const currentA = this.drawnA > 0 ? drawnA : NO_AMPS;
    this.core.observe({ state: this.drawnA > 0 ? 'Charging' : 'SuspendedEVSE', sessionId: 1, currentA }, nowMs);
  }
}

export function chargePointId(index: number): string {
  return `cp${index + 1}`;
}

/** How a connector with one phase is turned. */
export function rotationOf(index: number): Rotation {
  return ROTATIONS[index % ROTATIONS.length] ?? 'RST';
}

export { CONNECTOR_MAX_A };

function wholeMs(): number {
  return Math.floor(performance.now());
}

async function boundSocket(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: address === LOOPBACK_BROADCAST });
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

/** A discovery port whose successor, the master's own, is free too. */
export async function freeDiscoveryPort(): Promise<number> {
  for (;;) {
    const first = await boundSocket(LOOPBACK, 0);
    const { port } = first.address();
    try {
      const second = await boundSocket(LOOPBACK, port + 1);
      await closeSocket(second);
      return port;
    } catch {
      // Taken: the next one.
    } finally {
      await closeSocket(first);
    }
  }
}
