/** Devices for tests, on real sockets of 127.0.0.1: they see every request and do with it what the test says. */
import net from 'node:net';
import type { RegisterBlock } from '../../src/ports/register-bus.js';

/** A request as it came in: one whole frame. */
export interface RawRequest {
  readonly socket: net.Socket;
  readonly frame: Buffer;
  /** 0 for the first request that this device ever got. */
  readonly index: number;
}

export interface RawDevice {
  readonly port: number;
  /** Connections that ever came in, and those open now. */
  readonly connections: () => number;
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

/** Listens and hands over every request (12 bytes each, as all reads are). */
export function rawDevice(onRequest: (request: RawRequest) => void, port = 0): Promise<RawDevice> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  let index = 0;
  const server = net.createServer((socket) => {
    connections++;
    sockets.add(socket);
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (; bytes.length >= 12; bytes = bytes.subarray(12)) {
        onRequest({ socket, frame: bytes.subarray(0, 12), index: index++ });
      }
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as net.AddressInfo;
      resolve({ port: address.port, connections: () => connections, open: () => sockets.size, close });
    });
  });
}

/** The good answer to a request: every register holds `word`. Parts may be replaced by wrong ones. */
export function answerTo(
  frame: Buffer,
  word: number,
  wrong: { readonly transaction?: number; readonly unit?: number; readonly functionCode?: number } = {},
): Buffer {
  const count = frame.readUInt16BE(10);
  const answer = Buffer.alloc(9 + 2 * count);
  frame.copy(answer, 0, 0, 8);
  answer.writeUInt16BE(3 + 2 * count, 4);
  answer.writeUInt8(2 * count, 8);
  for (let register = 0; register < count; register++) answer.writeUInt16BE(word, 9 + 2 * register);
  if (wrong.transaction !== undefined) answer.writeUInt16BE(wrong.transaction, 0);
  if (wrong.unit !== undefined) answer.writeUInt8(wrong.unit, 6);
  if (wrong.functionCode !== undefined) answer.writeUInt8(wrong.functionCode, 7);
  return answer;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const device = await rawDevice(() => {});
  await device.close();
  return device.port;
}

export function registers(address: number, count: number, functionCode: 3 | 4 = 3): RegisterBlock {
  return { functionCode, address, count };
}
