/**
 * Senders whose datagrams arrive but cannot be read, by address. A technician sees by them why a charge point is missing.
 * No part of the control core: nothing that is decided, logged or recorded depends on them.
 */
import { assert, failInvariant } from '../base/assert.js';
import { setLatest } from '../base/recent.js';
import type { Ms } from '../base/units.js';
import { type Claim, claimOf } from '../discovery/claim.js';
import type { DropReason } from '../discovery/codec.js';
import type { UnreadPeer, UnreadReason } from '../ports/commands.js';
import type { PeerAddress } from '../ports/datagram-port.js';

/** The most senders that are kept. Of more, the one that has been silent for longest is forgotten. */
const UNREAD_PEERS_MAX = 32;

/** The other reasons to drop a datagram say nothing of its sender. */
const UNREAD: Readonly<Partial<Record<DropReason, UnreadReason>>> = {
  'bad tag': 'bad tag',
  unsigned: 'unsigned',
  signed: 'signed',
  'unknown key': 'unknown key',
  foreign: 'foreign',
  version: 'version',
  garbage: 'garbage',
};

interface Peer {
  readonly from: PeerAddress;
  readonly why: UnreadReason;
  readonly claim: Claim | undefined;
  readonly count: number;
  readonly atMs: Ms;
}

export class UnreadPeers {
  /** By address, the longest silent first. */
  readonly #peers = new Map<string, Peer>();

  /** Call for each datagram that was dropped. */
  note(bytes: Uint8Array, from: PeerAddress, reason: DropReason, nowMs: Ms): void {
    const why = UNREAD[reason];
    if (why === undefined) return;
    const address = addressOf(from);
    const count = (this.#peers.get(address)?.count ?? 0) + 1;
    setLatest(this.#peers, address, { from, why, claim: claimOf(bytes), count, atMs: nowMs }, UNREAD_PEERS_MAX);
    if (this.#peers.size > UNREAD_PEERS_MAX) failInvariant(`${this.#peers.size} unreadable senders are kept`);
  }

  /** The latest first. */
  list(nowMs: Ms): readonly UnreadPeer[] {
    return [...this.#peers].reverse().map(([address, { from, why, claim, count, atMs }]) => {
      assert(atMs <= nowMs, `${address} was heard at ${atMs} ms, it is ${nowMs} ms`);
      return {
        address,
        host: from.host,
        why,
        claims: claim?.id === undefined ? null : { kind: claim.kind, id: claim.id },
        networkId: claim?.networkId ?? null,
        count,
        heardAgoMs: Math.round(nowMs - atMs),
      };
    });
  }
}

function addressOf({ host, port }: PeerAddress): string {
  return `${host}:${port}`;
}
