/**
 * Keys as people read, type and dictate them: 28 characters of Crockford's base32 in groups of four. 128 bits of key,
 * then 12 bits of check, so that a typing error is told as such and not met as a charge point that does not answer.
 */
import { fail, ok, type Result } from '../base/result.js';
import type { MacPort } from '../ports/mac-port.js';
import { KEY_BYTES } from './keys.js';

/** Without I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS = 5;
const CHARACTERS = 28;
const GROUP = 4;
const CODE_BYTES = 18;
const MISREAD: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/** "C1S0-..." */
export function codeOf(key: Uint8Array, mac: MacPort): string {
  const bytes = withCheck(key, mac);
  let text = '';
  for (let bit = 0; bit < CHARACTERS * BITS; bit += BITS) {
    if (bit > 0 && bit % (BITS * GROUP) === 0) text += '-';
    text += ALPHABET[fiveBits(bytes, bit)];
  }
  return text;
}

/** The key, then the first 12 bits of its SHA-256, then 4 bits that are not shown. */
function withCheck(key: Uint8Array, mac: MacPort): Uint8Array {
  const bytes = new Uint8Array(CODE_BYTES);
  bytes.set(key);
  bytes.set(mac.sha256(key).subarray(0, CODE_BYTES - KEY_BYTES), KEY_BYTES);
  return bytes;
}

function fiveBits(bytes: Uint8Array, bit: number): number {
  const at = bit >> 3;
  const word = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return (word >> (16 - BITS - (bit & 7))) & 31;
}

/** Case, '-' and spaces do not matter, nor do O for 0 and I or L for 1. The error never repeats what was typed. */
export function keyOfCode(text: string, mac: MacPort): Result<Uint8Array> {
  const digits = [...text.toUpperCase().replace(/[\s-]/g, '')].map((c) => ALPHABET.indexOf(MISREAD[c] ?? c));
  const wrong = digits.indexOf(-1);
  if (wrong >= 0) return fail(`character ${wrong + 1} of the code is neither a letter but U nor a digit`);
  if (digits.length !== CHARACTERS) return fail(`the code has ${digits.length} characters instead of ${CHARACTERS}`);
  const bytes = new Uint8Array(CODE_BYTES);
  for (const [index, digit] of digits.entries()) {
    const [at, shift] = [(index * BITS) >> 3, 16 - BITS - ((index * BITS) & 7)];
    bytes[at] = (bytes[at] ?? 0) | ((digit << shift) >> 8);
    bytes[at + 1] = (bytes[at + 1] ?? 0) | ((digit << shift) & 0xff);
  }
  const key = bytes.slice(0, KEY_BYTES);
  const want = codeOf(key, mac).replaceAll('-', '');
  if (digits.some((digit, index) => ALPHABET[digit] !== want[index]))
    return fail('the code has a typing error: its check does not fit');
  return ok(key);
}
