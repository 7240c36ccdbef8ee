/** "192.168.0.20:16031", as tables of peers have it: made once per address, not for each datagram. */
import { setLatest } from '../base/recent.js';
import type { PeerAddress } from '../ports/datagram-port.js';

/** Hosts that are remembered, each with the port that was seen last. */
const HOSTS_MAX = 1024;

interface Named {
  readonly port: number;
  readonly name: string;
}

export class AddressNames {
  readonly #named = new Map<string, Named>();

  of({ host, port }: PeerAddress): string {
    const known = this.#named.get(host);
    if (known?.port === port) return known.name;
    const name = `${host}:${port}`;
    setLatest(this.#named, host, { port, name }, HOSTS_MAX);
    return name;
  }
}
