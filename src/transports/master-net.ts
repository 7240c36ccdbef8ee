/**
 * The master's sockets: on each interface one with the interface's own address (BEACONs go out, STATUS comes in, GRANTs
 * answer it) and one on its broadcast address, to hear other masters. Interfaces may come and go while it runs.
 */
import { assert } from '../base/assert.js';
import type { Logger } from '../base/logger.js';
import type { BroadcastPort, DatagramHandler, PeerAddress } from '../ports/datagram-port.js';
import type { Cancel, Timers } from '../ports/time.js';
import { type BroadcastInterface, broadcastInterfaces, linkTo } from './interfaces.js';
import { rescan } from './rescan.js';
import { BindError, UdpSocket } from './udp.js';

/** The master's own port is the discovery port + 1; further masters on the same machine take the next ones. */
const OWN_PORTS_MAX = 16;

export interface MasterNetOptions {
  readonly port: number;
  readonly broadcast: boolean;
  readonly interfaces: readonly string[];
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Endpoint {
  readonly link: BroadcastInterface;
  readonly own: UdpSocket;
  /** Hears broadcasts; absent where broadcasting is off. */
  readonly ear: UdpSocket | undefined;
}

export class MasterNet implements BroadcastPort {
  readonly #options: MasterNetOptions;
  readonly #endpoints = new Map<string, Endpoint>();
  #handler: DatagramHandler = () => {};
  #cancelRescan: Cancel = () => {};
  #saidError = '';
  #isClosed = false;

  private constructor(options: MasterNetOptions) {
    this.#options = options;
  }

  /** Rejects with a `BindError` when a port is taken by somebody else. */
  static async open(options: MasterNetOptions): Promise<MasterNet> {
    const net = new MasterNet(options);
    await net.#scan();
    if (net.#endpoints.size === 0) {
      const wanted = options.interfaces.length > 0 ? options.interfaces.join(', ') : 'any but loopback';
      options.logger.log('warn', 'NETWORK', `no interface with an IPv4 address yet (${wanted}); looking again`, {});
    }
    net.#cancelRescan = rescan({ timers: options.timers, scan: () => net.#scan(), say: (text) => net.#say(text) });
    return net;
  }

  async #scan(): Promise<void> {
    const links = broadcastInterfaces(this.#options.interfaces);
    const keys = new Set(links.map(keyOf));
    for (const [key, endpoint] of this.#endpoints) {
      if (keys.has(key)) continue;
      this.#endpoints.delete(key);
      this.#options.logger.log('warn', 'NETWORK', `interface ${key} is gone`, {});
      await closeEndpoint(endpoint);
    }
    for (const link of links) if (!this.#endpoints.has(keyOf(link)) && !this.#isClosed) await this.#add(link);
  }

  async #add(link: BroadcastInterface): Promise<void> {
    const { port, broadcast, logger } = this.#options;
    const ear = broadcast
      ? await UdpSocket.open({ host: link.broadcast, port, isShared: true, mayBroadcast: false, via: link.name })
      : undefined;
    let own: UdpSocket;
    try {
      own = await openOwn(link, port);
    } catch (error) {
      await ear?.close();
      throw error;
    }
    if (this.#isClosed) return await closeEndpoint({ own, ear });
    for (const socket of ear ? [ear, own] : [own]) {
      socket.onError((text) => this.#say(`${link.name}: ${text}`));
      socket.subscribe((bytes, from) => this.#handler(bytes, from));
    }
    assert(!this.#endpoints.has(keyOf(link)), `interface ${keyOf(link)} is opened once`);
    this.#endpoints.set(keyOf(link), { link, own, ear });
    const how = broadcast ? `broadcasts to ${link.broadcast}:${port}` : 'does not broadcast';
    logger.log('info', 'NETWORK', `${link.name}: listens on ${link.address}:${own.port}, ${how}`, {});
  }

  /** The same error again is not worth a line. */
  #say(text: string): void {
    if (text === this.#saidError) return;
    this.#saidError = text;
    this.#options.logger.log('warn', 'NETWORK', `sending failed: ${text}`, {});
  }

  /** True for the addresses that its own datagrams come from. */
  isOwn({ host, port }: PeerAddress): boolean {
    return [...this.#endpoints.values()].some(({ link, own }) => link.address === host && own.port === port);
  }

  subscribe(handler: DatagramHandler): void {
    this.#handler = handler;
  }

  send(to: PeerAddress, bytes: Uint8Array): void {
    this.#endpointTo(to)?.own.send(to, bytes);
  }

  /** A peer that was heard is reached where it was heard; only where an interface has several addresses must one be chosen. */
  #endpointTo(to: PeerAddress): Endpoint | undefined {
    let named: Endpoint | undefined;
    for (const endpoint of this.#endpoints.values()) {
      if (endpoint.link.name !== to.via) continue;
      if (named) return this.#nearestTo(to);
      named = endpoint;
    }
    return named ?? this.#nearestTo(to);
  }

  #nearestTo(to: PeerAddress): Endpoint | undefined {
    const link = linkTo(
      [...this.#endpoints.values()].map((endpoint) => endpoint.link),
      to,
    );
    return link && this.#endpoints.get(keyOf(link));
  }

  broadcast(bytes: Uint8Array): void {
    const { broadcast, port, addresses } = this.#options;
    if (broadcast) {
      for (const { link, own } of this.#endpoints.values()) own.send({ host: link.broadcast, port }, bytes);
    }
    for (const address of addresses) this.send({ ...address, via: '' }, bytes);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRescan();
    await Promise.all([...this.#endpoints.values()].map(closeEndpoint));
    this.#endpoints.clear();
  }
}

function keyOf({ name, address }: BroadcastInterface): string {
  return `${name} ${address}`;
}

async function closeEndpoint({ own, ear }: Pick<Endpoint, 'own' | 'ear'>): Promise<void> {
  await Promise.all([own.close(), ear?.close()]);
}

async function openOwn(link: BroadcastInterface, port: number): Promise<UdpSocket> {
  const base = { host: link.address, isShared: false, mayBroadcast: true, via: link.name };
  for (let offset = 1; offset < OWN_PORTS_MAX; offset++) {
    try {
      return await UdpSocket.open({ ...base, port: port + offset });
    } catch (error) {
      if (!(error instanceof BindError) || error.code !== 'EADDRINUSE') throw error;
    }
  }
  return await UdpSocket.open({ ...base, port: port + OWN_PORTS_MAX });
}
