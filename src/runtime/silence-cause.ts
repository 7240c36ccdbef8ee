/** Why a charge point is not heard, as far as the unreadable senders tell: one sentence for a technician. */
import type { UnreadPeer, UnreadReason } from '../ports/commands.js';

interface Here {
  readonly networkId: number;
  readonly isSigned: boolean;
}

type CauseText = (peer: UnreadPeer, here: Here) => string;

const KEYS = 'give it the keys of "evenkeel keys show"';

const CAUSES: Readonly<Record<UnreadReason, CauseText>> = {
  'bad tag': () => `its tag is wrong: ${KEYS}`,
  'unknown key': () => `it signs with a key of another site, or one that was rotated away: ${KEYS}`,
  unsigned: () => `it does not sign, and here is auth: on: ${KEYS}`,
  signed: () => 'it signs, and here is auth: off: take its keys away, or make some here with "evenkeel keys init"',
  foreign: ({ networkId }, here) => `it speaks in network id ${networkId ?? '?'}, this is ${here.networkId}`,
  version: () => 'it speaks another version of the protocol: update its firmware, or this master',
  garbage: () => 'its datagrams are damaged: ask its maker',
};

/** The unreadable sender that says that it is this charge point. Only a claim: anybody may say so. */
export function claimantOf(id: string, peers: readonly UnreadPeer[]): UnreadPeer | undefined {
  return peers.find(({ claims }) => claims?.kind === 'charge point' && claims.id === id);
}

/** `peers`: the latest first. */
export function silenceCause(id: string, peers: readonly UnreadPeer[], here: Here): string {
  const claimant = claimantOf(id, peers);
  if (claimant) return `${claimant.host} claims to be ${id}, but ${CAUSES[claimant.why](claimant, here)}`;
  const keys = here.isSigned ? ', the keys of this site' : '';
  return `nothing at all arrives: check its power, the cable, network id ${here.networkId}${keys}, and that UDP 16030 and 16031 are open`;
}
