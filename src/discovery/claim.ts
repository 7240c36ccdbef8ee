/** What a datagram says of its sender in clear. It was not accepted, so nobody knows whether that is true. */
import { u16At, u32At, u8At } from './bytes.js';
import { DATAGRAM_BYTES_MAX, HEADER_BYTES, leadingIds, MAGIC, PROTOCOL_VERSION, TAG_BYTES } from './codec.js';
import { MESSAGE_TYPES } from './fields.js';

export interface Claim {
  readonly kind: 'charge point' | 'master';
  /** `undefined`: no id stands where it belongs. */
  readonly id: string | undefined;
  readonly networkId: number;
}

/** `undefined`: not a datagram of this version of the protocol. Never throws; costs a few comparisons. */
export function claimOf(bytes: Uint8Array): Claim | undefined {
  if (bytes.length < HEADER_BYTES + TAG_BYTES || bytes.length > DATAGRAM_BYTES_MAX) return undefined;
  if (u16At(bytes, 0) !== MAGIC || u8At(bytes, 2) !== PROTOCOL_VERSION) return undefined;
  const type = MESSAGE_TYPES[u8At(bytes, 3) - 1];
  if (type === undefined) return undefined;
  const kind = type === 'status' ? 'charge point' : 'master';
  return { kind, id: leadingIds({ bytes, type })?.[0], networkId: u32At(bytes, 8) };
}
