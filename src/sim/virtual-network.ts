/** A network that loses, doubles, delays and reorders datagrams, and can be cut in parts; everything drawn from a seed. */
import type { Rng } from '../base/rng.js';
import type { Ms } from '../base/units.js';
import type { BroadcastPort, DatagramHandler, PeerAddress } from '../ports/datagram-port.js';
import type { VirtualTime } from './virtual-time.js';

export interface NetworkFaults {
  /** Share of the datagrams that are lost, 0 to 1. */
  readonly loss: number;
  /** Share that arrives twice. */
  readonly duplication: number;
  readonly delayMinMs: Ms;
  readonly delayMaxMs: Ms;
  /** Share that takes up to `tailMs` instead. */
  readonly tail: number;
  readonly tailMs: Ms;
}

export const CALM_NETWORK: NetworkFaults = {
  loss: 0,
  duplication: 0,
  delayMinMs: 1,
  delayMaxMs: 3,
  tail: 0,
  tailMs: 0,
};

export class VirtualNetwork {
  readonly #time: VirtualTime;
  readonly #rng: Rng;
  readonly #handlers = new Map<string, DatagramHandler>();
  /** Directed links that are cut: from whom, to whom. */
  readonly #cut = new Map<string, Set<string>>();
  faults: NetworkFaults = CALM_NETWORK;
  /** Broadcasts do not get through, as behind an access point that isolates its clients. */
  isBroadcastBlocked = false;
  /** Sees every datagram as it is sent, before anything happens to it. */
  onSend: (from: string, to: string, bytes: Uint8Array) => void = () => {};

  constructor(time: VirtualTime, rng: Rng) {
    this.#time = time;
    this.#rng = rng;
  }

  /** A node with its name as host. Opening it again (a reboot) replaces the handler. */
  open(name: string): BroadcastPort {
    const from: PeerAddress = { host: name, port: 1, via: '' };
    return {
      send: (to, bytes) => this.#transmit(from, to.host, bytes),
      broadcast: (bytes) => {
        if (this.isBroadcastBlocked) return;
        for (const other of this.#handlers.keys()) if (other !== name) this.#transmit(from, other, bytes);
      },
      subscribe: (handler) => this.#handlers.set(name, handler),
      close: () => {
        this.#handlers.delete(name);
        return Promise.resolve();
      },
    };
  }

  /** Unplugs a node at once: what is under way to it is lost. */
  remove(name: string): void {
    this.#handlers.delete(name);
  }

  cut(from: string, to: string, isCut: boolean): void {
    const others = this.#cut.get(from) ?? new Set();
    if (isCut) this.#cut.set(from, others.add(to));
    else others.delete(to);
  }

  /** The bytes are not copied: what was sent is never written again. */
  #transmit(from: PeerAddress, to: string, bytes: Uint8Array): void {
    this.onSend(from.host, to, bytes);
    if (this.#cut.get(from.host)?.has(to)) return;
    if (this.#rng.chance(this.faults.loss)) return;
    const copies = this.#rng.chance(this.faults.duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.#time.at(this.#time.nowMs + this.#delayMs(), () => this.#handlers.get(to)?.(bytes, from));
    }
  }

  #delayMs(): Ms {
    const { delayMinMs, delayMaxMs, tail, tailMs } = this.faults;
    if (this.#rng.chance(tail)) return this.#rng.between(delayMinMs, tailMs);
    return this.#rng.between(delayMinMs, delayMaxMs);
  }
}
