/** UDP as the product sees it: whole datagrams to and from peers, and a broadcast on each interface. */

/** Where a peer lives, and through which local interface it is reached. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
  /** Name of the local interface ("eth0"), or '' where the system may choose. */
  readonly via: string;
}

/** A peer that the installer named; its address may change, or not be known yet. */
export interface NamedPeer {
  readonly name: string;
  readonly address: PeerAddress | undefined;
}

export type DatagramHandler = (bytes: Uint8Array, from: PeerAddress) => void;

/**
 * Sending never throws and never waits: a datagram that cannot go out is lost, as on any network. Bytes that were handed over
 * are written by nobody again, sender or handler: they may be under way still, or go to several.
 */
export interface DatagramPort {
  send(to: PeerAddress, bytes: Uint8Array): void;
  /** One handler; it must not throw. */
  subscribe(handler: DatagramHandler): void;
  close(): Promise<void>;
}

/** A master's: it calls everybody. */
export interface BroadcastPort extends DatagramPort {
  /** To the broadcast address of every interface, or to the fixed addresses where broadcasting is off. */
  broadcast(bytes: Uint8Array): void;
}
