/**
 * A slave's sockets: a shared one on the discovery port hears BEACONs, an own one polls the masters and takes grants.
 * Several slaves on one machine share the first; only one process gets what is sent to that port alone, so slaves with
 * fixed addresses on one machine need a port each.
 */
import type { Logger } from '../base/logger.js';
import type { DatagramHandler, DatagramPort, PeerAddress } from '../ports/datagram-port.js';
import { broadcastInterfaces } from './interfaces.js';
import { UdpSocket } from './udp.js';

export interface SlaveNetOptions {
  readonly port: number;
  /** Names; empty = every interface. */
  readonly interfaces: readonly string[];
  readonly logger: Logger;
}

export class SlaveNet implements DatagramPort {
  readonly #own: UdpSocket;
  readonly #ears: readonly UdpSocket[];

  private constructor(own: UdpSocket, ears: readonly UdpSocket[]) {
    this.#own = own;
    this.#ears = ears;
  }

  static async open({ port, interfaces, logger }: SlaveNetOptions): Promise<SlaveNet> {
    const ears: UdpSocket[] = [];
    for (const host of earHosts(interfaces)) {
      ears.push(await UdpSocket.open({ host, port, isShared: true, mayBroadcast: false, via: '' }));
    }
    if (ears.length === 0)
      logger.log('warn', 'NETWORK', `no such interface: ${interfaces.join(', ')}; hears nobody`, {});
    const onLoopbackOnly = interfaces.length === 1 && interfaces[0] === 'lo';
    const host = onLoopbackOnly ? '127.0.0.1' : '0.0.0.0';
    const own = await UdpSocket.open({ host, port: 0, isShared: false, mayBroadcast: false, via: '' });
    let said = '';
    own.onError((text) => {
      if (text !== said) logger.log('warn', 'NETWORK', `sending failed: ${text}`, {});
      said = text;
    });
    return new SlaveNet(own, ears);
  }

  subscribe(handler: DatagramHandler): void {
    for (const socket of [this.#own, ...this.#ears]) socket.subscribe(handler);
  }

  send(to: PeerAddress, bytes: Uint8Array): void {
    this.#own.send(to, bytes);
  }

  async close(): Promise<void> {
    await Promise.all([this.#own, ...this.#ears].map((socket) => socket.close()));
  }
}

/** With named interfaces: their own and their broadcast addresses; else any. */
function earHosts(interfaces: readonly string[]): readonly string[] {
  if (interfaces.length === 0) return ['0.0.0.0'];
  return broadcastInterfaces(interfaces).flatMap(({ address, broadcast }) => [address, broadcast]);
}
