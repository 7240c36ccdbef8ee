/** The keyed hashes of Node's own library behind the port. */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { MacPort } from '../ports/mac-port.js';

export const nodeMac: MacPort = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  hmacSha256: (key, bytes) => createHmac('sha256', key).update(bytes).digest(),
  hkdfSha256: (secret, salt, info, length) => new Uint8Array(hkdfSync('sha256', secret, salt, info, length)),
  isEqual: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
