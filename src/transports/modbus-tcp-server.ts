/**
 * Serves a register image over Modbus TCP, for virtual devices; reads only.
 * On node:net with framing of its own, because modbus-serial's server cannot listen on a free port (0 becomes 502), takes
 * reads of more registers than the protocol allows, and leaves malformed requests without an answer.
 */
import net from 'node:net';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { RegisterBlock } from '../ports/register-bus.js';

/** What is served: the words of a block of a unit, or the code of a Modbus exception. */
export interface RegisterImage {
  read(block: RegisterBlock, unitId: number): Result<Uint16Array, number>;
}

export interface ModbusTcpServer {
  /** The port that it listens on, also when it was asked for any (0). */
  readonly port: number;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 16;
/** Answers that a client leaves unread before it is cut off. */
const MAX_UNSENT_BYTES = 65_536;

/** MBAP header: transaction, protocol, length of what follows, unit (Modbus messaging on TCP/IP V1.0b, 3.1.3). */
const HEADER_BYTES = 7;
const MAX_LENGTH_FIELD = 254;
const READ_REQUEST_BYTES = 5;

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_VALUE = 3;

function exceptionPdu(functionCode: number, exception: number): Buffer {
  return Buffer.from([functionCode | 0x80, exception]);
}

/** The answer to one request (function code and data, without header). */
export function answerPdu(request: Buffer, unitId: number, image: RegisterImage): Buffer {
  const functionCode = request.readUInt8(0);
  if (functionCode !== 3 && functionCode !== 4) return exceptionPdu(functionCode, ILLEGAL_FUNCTION);
  if (request.length !== READ_REQUEST_BYTES) return exceptionPdu(functionCode, ILLEGAL_VALUE);
  const count = request.readUInt16BE(3);
  if (count < 1 || count > 125) return exceptionPdu(functionCode, ILLEGAL_VALUE);
  const words = image.read({ functionCode, address: request.readUInt16BE(1), count }, unitId);
  if (!words.ok) return exceptionPdu(functionCode, words.error);
  const answer = Buffer.alloc(2 + 2 * count);
  answer.writeUInt8(functionCode, 0);
  answer.writeUInt8(2 * count, 1);
  words.value.forEach((word, index) => {
    answer.writeUInt16BE(word, 2 + 2 * index);
  });
  return answer;
}

/** Answers every whole request in `bytes`; gives back the rest, or `undefined` when this is not Modbus TCP. */
function answerAll(bytes: Buffer, image: RegisterImage, write: (answer: Buffer) => void): Buffer | undefined {
  let rest = bytes;
  while (rest.length >= HEADER_BYTES) {
    const length = rest.readUInt16BE(4);
    if (rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH_FIELD) return undefined;
    const end = HEADER_BYTES - 1 + length;
    if (rest.length < end) return rest;
    const pdu = answerPdu(rest.subarray(HEADER_BYTES, end), rest.readUInt8(HEADER_BYTES - 1), image);
    const header = Buffer.from(rest.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(1 + pdu.length, 4);
    write(Buffer.concat([header, pdu]));
    rest = rest.subarray(end);
  }
  return rest;
}

function serve(socket: net.Socket, image: RegisterImage, answerAfterMs: Ms): void {
  const write = (answer: Buffer): void => void socket.write(answer);
  // Equal delays keep the order.
  const send = answerAfterMs > 0 ? (answer: Buffer) => void setTimeout(write, answerAfterMs, answer) : write;
  let pending: Buffer = Buffer.alloc(0);
  socket.setNoDelay();
  // A client that goes away in the middle is no fault of the device.
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const rest = answerAll(Buffer.concat([pending, chunk]), image, send);
    if (rest === undefined || socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
    else pending = rest;
  });
}

function closeAll(server: net.Server, sockets: ReadonlySet<net.Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

/**
 * Listens on `host:port` (0 = any free port) and answers from the image, late where that is asked for.
 * Fails with the system's words when it cannot: "listen EADDRINUSE: address already in use 127.0.0.1:502".
 */
export function serveModbusTcp(
  image: RegisterImage,
  listen: { readonly host: string; readonly port: number; readonly answerAfterMs?: Ms },
): Promise<Result<ModbusTcpServer>> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, image, listen.answerAfterMs ?? 0);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve) => {
    // Once it listens, an error is a connection that could not be accepted: the client sees it, the server goes on.
    server.on('error', (error) => resolve(fail(error.message)));
    server.listen(listen, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : listen.port;
      resolve(ok({ port, close: () => closeAll(server, sockets) }));
    });
  });
}
