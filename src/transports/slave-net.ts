/**
 * A slave's sockets: shared ones on the discovery port hear BEACONs, an own one polls the masters and takes grants.
 * Without broadcast there is only the latter.
 * Several slaves on one machine share the first; only one process gets what is sent to that port alone, so slaves with
 * fixed addresses on one machine need a port each. Named interfaces may come and go while it runs.
 */
import type { Logger } from '../base/logger.js';
import type { DatagramHandler, DatagramPort, PeerAddress } from '../ports/datagram-port.js';
import type { Cancel, Timers } from '../ports/time.js';
import { broadcastInterfaces } from './interfaces.js';
import { rescan } from './rescan.js';
import { UdpSocket } from './udp.js';

const ANY_HOST = '0.0.0.0';

export interface SlaveNetOptions {
  readonly port: number;
  /** False: nothing is listened to but the answers to its own polls. */
  readonly broadcast: boolean;
  /** Names; empty = every interface. */
  readonly interfaces: readonly string[];
  readonly timers: Timers;
  readonly logger: Logger;
}

export class SlaveNet implements DatagramPort {
  readonly #options: SlaveNetOptions;
  readonly #own: UdpSocket;
  /** By the address that they listen on. */
  readonly #ears = new Map<string, UdpSocket>();
  #handler: DatagramHandler = () => {};
  #cancelRescan: Cancel = () => {};
  #said = '';
  #isDeaf = false;
  #isClosed = false;

  private constructor(options: SlaveNetOptions, own: UdpSocket) {
    this.#options = options;
    this.#own = own;
    own.onError((text) => this.#say(`sending failed: ${text}`));
    own.subscribe((bytes, from) => this.#handler(bytes, from));
  }

  /** Rejects with a `BindError` when the port is taken by somebody else. */
  static async open(options: SlaveNetOptions): Promise<SlaveNet> {
    const { interfaces } = options;
    const onLoopbackOnly = interfaces.length === 1 && interfaces[0] === 'lo';
    const host = onLoopbackOnly ? '127.0.0.1' : ANY_HOST;
    const own = await UdpSocket.open({ host, port: 0, isShared: false, mayBroadcast: false, via: '' });
    const net = new SlaveNet(options, own);
    if (!options.broadcast) return net;
    try {
      await net.#scan();
    } catch (error) {
      await net.close();
      throw error;
    }
    if (interfaces.length > 0) {
      net.#cancelRescan = rescan({ timers: options.timers, scan: () => net.#scan(), say: (text) => net.#say(text) });
    }
    return net;
  }

  async #scan(): Promise<void> {
    const { port, interfaces } = this.#options;
    const hosts = earHosts(interfaces);
    for (const [host, ear] of this.#ears) {
      if (hosts.includes(host)) continue;
      this.#ears.delete(host);
      await ear.close();
    }
    for (const host of hosts) if (!this.#ears.has(host)) await this.#listen(host, port);
    this.#tellIfDeaf(hosts);
  }

  async #listen(host: string, port: number): Promise<void> {
    const ear = await UdpSocket.open({ host, port, isShared: true, mayBroadcast: false, via: '' });
    if (this.#isClosed) return await ear.close();
    ear.subscribe((bytes, from) => this.#handler(bytes, from));
    ear.onError((text) => this.#say(`receiving failed: ${text}`));
    this.#ears.set(host, ear);
  }

  #tellIfDeaf(hosts: readonly string[]): void {
    const wasDeaf = this.#isDeaf;
    this.#isDeaf = hosts.length === 0;
    if (this.#isDeaf === wasDeaf) return;
    const { interfaces, logger } = this.#options;
    if (!this.#isDeaf) logger.log('info', 'NETWORK', `listens on ${hosts.join(', ')}`, {});
    else
      logger.log('warn', 'NETWORK', `no interface with an IPv4 address (${interfaces.join(', ')}); looking again`, {});
  }

  /** The same again is not worth a line. */
  #say(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    this.#options.logger.log('warn', 'NETWORK', text, {});
  }

  subscribe(handler: DatagramHandler): void {
    this.#handler = handler;
  }

  send(to: PeerAddress, bytes: Uint8Array): void {
    this.#own.send(to, bytes);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRescan();
    await Promise.all([this.#own, ...this.#ears.values()].map((socket) => socket.close()));
  }
}

/** With named interfaces: their own and their broadcast addresses; else any. */
function earHosts(interfaces: readonly string[]): readonly string[] {
  if (interfaces.length === 0) return [ANY_HOST];
  return broadcastInterfaces(interfaces).flatMap(({ address, broadcast }) => [address, broadcast]);
}
