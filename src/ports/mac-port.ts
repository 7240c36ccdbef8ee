/** Keyed hashes as the product sees them; the pure layers know no cryptographic library. */

export interface MacPort {
  /** SHA-256: 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104): 32 bytes. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** HKDF-SHA-256 (RFC 5869), extract and expand: `length` bytes, 1 to 8160. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** In a time that does not depend on where they differ; false for different lengths. */
  isEqual(a: Uint8Array, b: Uint8Array): boolean;
}
