/**
 * UDP on Linux. `dgram-as-promised` binds, closes and names errors; datagrams are taken from the socket's own event,
 * because its promise interface drops what arrives while nobody waits (docs/decisions/0002-libraries.md).
 */
import type { Socket } from 'node:dgram';
import { type LookupOptions, lookup } from 'node:dns';
import { isIPv4 } from 'node:net';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { DatagramHandler, PeerAddress } from '../ports/datagram-port.js';

/** Datagrams that wait for the handler while it is busy: the kernel keeps the rest up to its own bound. */
const RECEIVE_BUFFER_BYTES = 1 << 20;

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  /** Others may listen on the same port: for broadcasts. */
  readonly isShared: boolean;
  readonly mayBroadcast: boolean;
  /** The local interface behind this socket, '' for any. */
  readonly via: string;
}

/** A failed bind, with the system's code ("EADDRINUSE"). */
export class BindError extends Error {
  override readonly name = 'BindError';
  readonly code: string;
  readonly host: string;
  readonly port: number;

  constructor(options: UdpOptions, cause: unknown) {
    const code = codeOf(cause);
    super(`UDP ${options.host}:${options.port}: ${code}`, { cause });
    this.code = code;
    this.host = options.host;
    this.port = options.port;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}

export class UdpSocket {
  readonly #promised: SocketAsPromised;
  readonly #socket: Socket;
  readonly #via: string;
  #onError: (text: string) => void = () => {};
  /** One for all datagrams. */
  readonly #sent = (error: Error | null): void => {
    if (error) this.#onError(codeOf(error));
  };

  private constructor(promised: SocketAsPromised, via: string) {
    this.#promised = promised;
    this.#socket = promised.socket;
    this.#via = via;
  }

  static async open(options: UdpOptions): Promise<UdpSocket> {
    const promised = DgramAsPromised.createSocket({
      type: 'udp4',
      reuseAddr: options.isShared,
      lookup: lookupOnce,
    });
    try {
      await promised.bind({ address: options.host, port: options.port });
    } catch (error) {
      await promised.close().catch(() => undefined);
      throw new BindError(options, error);
    }
    if (options.mayBroadcast) promised.socket.setBroadcast(true);
    raiseReceiveBuffer(promised.socket);
    const socket = new UdpSocket(promised, options.via);
    promised.socket.on('error', (error) => socket.#onError(codeOf(error)));
    return socket;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  onError(handler: (text: string) => void): void {
    this.#onError = handler;
  }

  subscribe(handler: DatagramHandler): void {
    this.#socket.on('message', (bytes, { address, port }) => handler(bytes, { host: address, port, via: this.#via }));
  }

  /** Never throws: what cannot be sent is lost, and said to the error handler. */
  send(to: Pick<PeerAddress, 'host' | 'port'>, bytes: Uint8Array): void {
    this.#socket.send(bytes, to.port, to.host, this.#sent);
  }

  async close(): Promise<void> {
    await this.#promised.close().catch(() => undefined);
  }
}

type Found = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** Peers are known by their addresses: those need not wait for the resolver's turn, as each datagram would. */
function lookupOnce(host: string, options: LookupOptions, found: Found): void {
  if (isIPv4(host)) found(null, host, 4);
  else lookup(host, { ...options, all: false }, found);
}

function raiseReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // The system's default holds: fewer slaves can call in the same moment.
  }
}
