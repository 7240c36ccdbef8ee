/**
 * Wires between a master and its slaves that lose three datagrams of ten in each direction, double some, hold back others,
 * so that they overtake each other, and can be cut, in one direction too.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Rng } from '../../src/base/rng.js';
import { GRANT, portOf, typeOf } from './wire.js';

const LOSS = 0.3;
const DOUBLED = 0.15;
/** This share comes at once, the others after anything up to the longest delay. */
const PROMPT = 0.6;
const DELAY_MAX_MS = 2_000;
export const LOCAL = '127.0.0.1';

export type Cut = 'both' | 'toSlave' | 'toMaster';

export interface Tally {
  carried: number;
  lost: number;
  doubled: number;
  late: number;
}

export function newTally(): Tally {
  return { carried: 0, lost: 0, doubled: 0, late: 0 };
}

/** The wire between the master and one slave. Each sees one end of it as the other's address. */
export class BadWire {
  readonly #rng: Rng;
  readonly #tally: Tally;
  readonly #towardsMaster = createSocket('udp4');
  readonly #towardsSlave = createSocket('udp4');
  readonly #underWay = new Set<NodeJS.Timeout>();
  cut: Cut | undefined;
  /** True: everything arrives, at once. */
  isGood = false;
  #master: RemoteInfo | undefined;
  #slave: RemoteInfo | undefined;

  constructor(rng: Rng, tally: Tally) {
    this.#rng = rng;
    this.#tally = tally;
  }

  /** Resolves with the port under which the master knows the slave. `heard`: every STATUS, as the slave sent it. */
  async open(discovery: number, heard: (bytes: Buffer, atMs: number) => void): Promise<number> {
    for (const socket of [this.#towardsMaster, this.#towardsSlave]) socket.bind(0, LOCAL);
    await Promise.all([once(this.#towardsMaster, 'listening'), once(this.#towardsSlave, 'listening')]);
    this.#towardsMaster.on('message', (bytes, from) => {
      this.#master = from;
      const to = typeOf(bytes) === GRANT ? this.#slave?.port : discovery;
      if (to !== undefined) this.#carry(bytes, this.#towardsSlave, to, 'toSlave');
    });
    this.#towardsSlave.on('message', (bytes, from) => {
      this.#slave = from;
      heard(bytes, Date.now());
      if (this.#master) this.#carry(bytes, this.#towardsMaster, this.#master.port, 'toMaster');
    });
    return portOf(this.#towardsMaster);
  }

  #carry(bytes: Buffer, from: Socket, to: number, direction: Cut): void {
    const send = (): void => {
      if (this.cut !== 'both' && this.cut !== direction) from.send(bytes, to, LOCAL);
    };
    if (this.isGood) {
      send();
      return;
    }
    const copies = this.#rng.chance(DOUBLED) ? 2 : 1;
    if (copies === 2) this.#tally.doubled += 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#rng.chance(LOSS)) this.#tally.lost += 1;
      else this.#deliver(send);
    }
  }

  #deliver(send: () => void): void {
    this.#tally.carried += 1;
    if (this.#rng.chance(PROMPT)) {
      send();
      return;
    }
    this.#tally.late += 1;
    const timer = setTimeout(
      () => {
        this.#underWay.delete(timer);
        send();
      },
      this.#rng.between(0, DELAY_MAX_MS),
    );
    this.#underWay.add(timer);
  }

  close(): void {
    for (const timer of this.#underWay) clearTimeout(timer);
    this.#towardsMaster.close();
    this.#towardsSlave.close();
  }
}

export const IDS = ['a', 'b', 'c'] as const;
export const ROTATION = { a: 'RST', b: 'STR', c: 'TSR' } as const;
/** Short, so that leases end within a test. */
export const LEASE_MS = 6_000;

/** Three slaves of others and one of ours, all by fixed addresses: the ends of their wires. */
export function masterFile(fuseA: number, discovery: number, addresses: readonly number[]): string {
  return `site: Bad wires
leaseMs: ${LEASE_MS}
circuits:
  - { id: main, limitA: ${fuseA} }
discovery:
  port: ${discovery}
  interfaces: [lo]
  broadcast: false
  autoAdopt: false
  addresses: [${addresses.map((port) => `"${LOCAL}:${port}"`).join(', ')}]
chargePoints:
${IDS.map((id) => `  - { id: ${id}, circuit: main, rotation: ${ROTATION[id]} }`).join('\n')}
  - { id: ours, circuit: main }
`;
}

export function slaveFile(discovery: number): string {
  return `role: slave\nid: ours\ndriver: { type: virtual }\ndiscovery: { port: ${discovery}, interfaces: [lo] }\n`;
}
