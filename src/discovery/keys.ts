/**
 * Who signs with which key. A site has a key of 16 random bytes; from it come one key for BEACONs and one for each
 * charge point (HKDF-SHA-256), so that a charge point that is broken into can speak for nobody else. While keys are
 * being changed there are two of each, told apart by the key id that travels in the header.
 */
import type { Message } from '../base/messages.js';
import type { MacPort } from '../ports/mac-port.js';
import { asciiBytes } from './bytes.js';
import { setLatest } from '../base/recent.js';

export const KEY_BYTES = 16;
export const KEY_ID_MAX = 255;
/** The current one, and while keys are changed the one before it. */
export const KEYS_MAX = 2;
const SALT = asciiBytes('evenkeel dlm 1');
const NETWORK_INFO = asciiBytes('network');
/** Of no charge point: a stolen one's keys must not set anything. */
const MASTERS_INFO = asciiBytes('masters');
/** Derived keys that are kept; only those of charge points that proved to have them. */
const CACHED_MAX = 2048;

/** Key id (1 to 255) and key. */
export interface NumberedKey {
  readonly id: number;
  readonly key: Uint8Array;
}

/** The two keys of a charge point under one key id. */
export interface ChargePointKeys {
  readonly id: number;
  readonly network: Uint8Array;
  readonly chargePoint: Uint8Array;
}

/** Whose key a datagram is signed with: a STATUS and a GRANT with the charge point's, a BEACON with the network's, the others with the masters'. */
export interface KeyName {
  readonly type: Message['type'];
  readonly keyId: number;
  /** Only looked at with a STATUS and a GRANT. */
  readonly chargePointId: string;
}

export interface KeyRing {
  /** The newest first. */
  readonly ids: readonly number[];
  /** `undefined`: a key that is not ours. */
  find(name: KeyName): Uint8Array | undefined;
  /** Tells that a datagram was authentic under this key: worth keeping. */
  keep(name: KeyName, key: Uint8Array): void;
}

/** True: signed with the charge point's key. */
export function isOfChargePoint(type: Message['type']): type is 'status' | 'grant' {
  return type === 'status' || type === 'grant';
}

/** Of a master: everybody's keys. `keys`: 1 or 2, the newest last. */
export function siteKeyRing(keys: readonly NumberedKey[], mac: MacPort): KeyRing {
  const networks = new Map(keys.map(({ id, key }) => [id, networkKey(key, mac)]));
  const masters = new Map(keys.map(({ id, key }) => [id, mac.hkdfSha256(key, SALT, MASTERS_INFO, KEY_BYTES)]));
  const chargePoints = new Map<string, Uint8Array>();
  return {
    ids: keys.map(({ id }) => id).toReversed(),
    find({ type, keyId, chargePointId }) {
      if (type === 'beacon') return networks.get(keyId);
      if (!isOfChargePoint(type)) return masters.get(keyId);
      const site = keys.find(({ id }) => id === keyId);
      if (!site) return undefined;
      return chargePoints.get(`${keyId} ${chargePointId}`) ?? chargePointKey(site.key, chargePointId, mac);
    },
    keep({ type, keyId, chargePointId }, key) {
      if (isOfChargePoint(type)) setLatest(chargePoints, `${keyId} ${chargePointId}`, key, CACHED_MAX);
    },
  };
}

/** Of a slave: its own keys, and that of the BEACONs. `keys`: 1 or 2, the newest last. */
export function chargePointKeyRing(ownId: string, keys: readonly ChargePointKeys[]): KeyRing {
  return {
    ids: keys.map(({ id }) => id).toReversed(),
    find({ type, keyId, chargePointId }) {
      const own = keys.find(({ id }) => id === keyId);
      if (type === 'beacon') return own?.network;
      return isOfChargePoint(type) && chargePointId === ownId ? own?.chargePoint : undefined;
    },
    keep() {
      // Nothing is derived here.
    },
  };
}

/** What a charge point gets of the keys of its site. */
export function chargePointKeys({ id, key }: NumberedKey, chargePointId: string, mac: MacPort): ChargePointKeys {
  return { id, network: networkKey(key, mac), chargePoint: chargePointKey(key, chargePointId, mac) };
}

function networkKey(siteKey: Uint8Array, mac: MacPort): Uint8Array {
  return mac.hkdfSha256(siteKey, SALT, NETWORK_INFO, KEY_BYTES);
}

function chargePointKey(siteKey: Uint8Array, chargePointId: string, mac: MacPort): Uint8Array {
  return mac.hkdfSha256(siteKey, SALT, asciiBytes(`charge point ${chargePointId}`), KEY_BYTES);
}
