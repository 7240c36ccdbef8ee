/**
 * The bytes of docs/protocol.md for judges who stand outside: a STATUS read and a BEACON written without the product's
 * codec, and an ear that calls itself a passive master, so that every slave tells it how it is.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const TYPE_OFFSET = 3;
const NETWORK_OFFSET = 8;
const BOOT_OFFSET = 12;
const FIELDS_OFFSET = 28;
const TAG_BYTES = 16;
export const BEACON = 1;
export const STATUS = 2;
export const GRANT = 3;

/** For each code of the field `rotation`: the grid phase of the connector's L1, L2 and L3. */
const GRID = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 2, 1],
  [1, 0, 2],
  [2, 1, 0],
] as const;
const ROTATIONS = ['RST', 'STR', 'TRS', 'RTS', 'SRT', 'TSR'];

export interface SeenStatus {
  readonly id: string;
  readonly bootId: string;
  readonly tauMs: number;
  /** Epoch and sequence number of the accepted grant: "3/17". */
  readonly accepted: string;
  readonly enforcedA: number;
  /** Bits of grid phases that the limit was counted for. */
  readonly gridPhases: number;
  readonly leaseLeftMs: number;
  /** Measured, on the grid's L1, L2, L3. */
  readonly currentA: readonly number[];
}

export function typeOf(bytes: Buffer): number {
  return bytes[TYPE_OFFSET] ?? 0;
}

/** A mask in connector order to grid order. */
export function toGridMask(rotation: string | number, mask: number): number {
  const code = typeof rotation === 'number' ? rotation : ROTATIONS.indexOf(rotation);
  const grid = GRID[code];
  if (!grid) throw new Error(`no rotation: ${rotation}`);
  let bits = 0;
  grid.forEach((phase, index) => {
    if (mask & (1 << index)) bits |= 1 << phase;
  });
  return bits;
}

/** Hundredths of an ampere in connector order to amperes in grid order. */
function toGrid(rotation: number, currents: Buffer): readonly number[] {
  const gridA = [0, 0, 0];
  GRID[rotation]?.forEach((phase, index) => {
    gridA[phase] = currents.readUInt16BE(2 * index) / 100;
  });
  return gridA;
}

function fieldsOf(bytes: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = FIELDS_OFFSET; at < bytes.length - TAG_BYTES; ) {
    const end = at + 2 + bytes.readUInt8(at + 1);
    fields.set(bytes.readUInt8(at), bytes.subarray(at + 2, end));
    at = end;
  }
  return fields;
}

/** `undefined` for what is no STATUS. */
export function readStatus(bytes: Buffer): SeenStatus | undefined {
  if (typeOf(bytes) !== STATUS) return undefined;
  const fields = fieldsOf(bytes);
  const field = (id: number): Buffer => {
    const value = fields.get(id);
    if (!value) throw new Error(`STATUS without field ${id}`);
    return value;
  };
  return {
    id: field(1).toString(),
    bootId: bytes.toString('hex', BOOT_OFFSET, BOOT_OFFSET + 8),
    tauMs: Number(field(7).readBigUInt64BE()),
    accepted: `${field(12).readUInt32BE(0)}/${field(12).readUInt32BE(4)}`,
    enforcedA: field(13).readUInt16BE() / 100,
    gridPhases: toGridMask(field(21).readUInt8(), field(25).readUInt8()),
    leaseLeftMs: field(14).readUInt32BE(),
    currentA: toGrid(field(21).readUInt8(), field(19)),
  };
}

function writeBeacon(networkId: number, count: number): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('EK');
  bytes.set([1, BEACON], 2);
  bytes.writeUInt32BE(networkId, NETWORK_OFFSET);
  bytes.write('observer', BOOT_OFFSET);
  bytes.writeBigUInt64BE(BigInt(count), 20);
  const name = Buffer.from('observer');
  const content = [1, name.length, ...name, 3, 1, 255, 4, 4, 0, 0, 0, 1, 6, 1, 0];
  const padding = bytes.length - FIELDS_OFFSET - TAG_BYTES - content.length - 2;
  bytes.set([...content, 0, padding], FIELDS_OFFSET);
  return bytes;
}

/** Hears every STATUS on loopback, because the slaves take it for a master that does not decide. */
export class Ear {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;

  private constructor(socket: Socket, timer: NodeJS.Timeout) {
    this.#socket = socket;
    this.#timer = timer;
  }

  static async open(networkId: number, port: number, hear: (bytes: Buffer, atMs: number) => void): Promise<Ear> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setBroadcast(true);
    socket.setRecvBufferSize(1 << 20);
    socket.on('message', (bytes) => hear(bytes, Date.now()));
    let count = 0;
    const call = (): void => socket.send(writeBeacon(networkId, ++count), port, '127.255.255.255');
    call();
    return new Ear(socket, setInterval(call, 500));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}

export function portOf(socket: Socket): number {
  return (socket.address() as AddressInfo).port;
}
