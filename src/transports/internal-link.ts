/**
 * A master and a slave in one process: what they send each other goes from hand to hand, as the same bytes that would
 * travel on a wire. Everybody else is reached through the sockets of each.
 */
import { failInvariant } from '../base/assert.js';
import type { BroadcastPort, DatagramHandler, DatagramPort, PeerAddress } from '../ports/datagram-port.js';

/** Where each of the two has the other. */
const INSIDE: PeerAddress = { host: 'internal', port: 0, via: '' };
/** Datagrams on their way; more are lost, as on any network. */
const UNDER_WAY_MAX = 64;

/** A master's sockets, which know the datagrams that come from themselves. */
export interface MasterSockets extends BroadcastPort {
  isOwn(address: PeerAddress): boolean;
}

class End {
  #handler: DatagramHandler = () => {};
  #underWay = 0;
  #isClosed = false;

  subscribe(handler: DatagramHandler): void {
    this.#handler = handler;
  }

  /** Not at once: whoever sends has not finished yet. */
  deliver(bytes: Uint8Array): void {
    if (this.#underWay >= UNDER_WAY_MAX) return;
    this.#underWay += 1;
    // Not slice(): of a Buffer that is a view.
    const copy = new Uint8Array(bytes);
    setImmediate(() => {
      this.#underWay -= 1;
      if (this.#underWay < 0) failInvariant(`${this.#underWay} datagrams are under way inside`);
      if (!this.#isClosed) this.#handler(copy, INSIDE);
    });
  }

  close(): void {
    this.#isClosed = true;
  }
}

export interface InternalLink {
  readonly master: BroadcastPort;
  readonly slave: DatagramPort;
}

export function internalLink(masterNet: MasterSockets, slaveNet: DatagramPort): InternalLink {
  const [toMaster, toSlave] = [new End(), new End()];
  const master: BroadcastPort = {
    send: (to, bytes) => (to.host === INSIDE.host ? toSlave.deliver(bytes) : masterNet.send(to, bytes)),
    broadcast: (bytes) => {
      toSlave.deliver(bytes);
      masterNet.broadcast(bytes);
    },
    subscribe: (handler) => {
      toMaster.subscribe(handler);
      masterNet.subscribe(handler);
    },
    close: async () => {
      toMaster.close();
      await masterNet.close();
    },
  };
  const slave: DatagramPort = {
    send: (to, bytes) => (to.host === INSIDE.host ? toMaster.deliver(bytes) : slaveNet.send(to, bytes)),
    subscribe: (handler) => {
      toSlave.subscribe(handler);
      // Its own master is heard inside already: polled twice, it would answer twice.
      slaveNet.subscribe((bytes, from) => (masterNet.isOwn(from) ? undefined : handler(bytes, from)));
    },
    close: async () => {
      toSlave.close();
      await slaveNet.close();
    },
  };
  return { master, slave };
}
