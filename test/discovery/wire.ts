/** Datagrams as this test understands them: a second reading of docs/protocol.md that shares no code with the codec. */

export const HEADER_BYTES = 28;
export const TAG_BYTES = 16;

export type Field = readonly [id: number, value: readonly number[]];

export interface Datagram {
  readonly header: readonly number[];
  readonly fields: readonly Field[];
}

/** Takes a good datagram apart, padding included. */
export function split(bytes: Uint8Array): Datagram {
  const fields: Field[] = [];
  let at = HEADER_BYTES;
  while (at < bytes.length - TAG_BYTES) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    fields.push([bytes[at] ?? 0, [...bytes.subarray(at + 2, end)]]);
    at = end;
  }
  return { header: [...bytes.subarray(0, HEADER_BYTES)], fields };
}

/** Puts it together; padding of the given fields is left out, and new one fills up to `wantedLength` bytes, or one more. */
export function join({ header, fields }: Datagram, wantedLength = 256): Uint8Array {
  const kept = fields.filter(([id]) => id !== 0);
  const used = kept.reduce((sum, [, value]) => sum + 2 + value.length, HEADER_BYTES + TAG_BYTES);
  // One byte cannot be padded.
  const least = used === wantedLength - 1 ? wantedLength + 1 : wantedLength;
  const bytes = new Uint8Array(Math.max(used, least));
  bytes.set(header);
  let at = HEADER_BYTES;
  for (const [id, value] of kept) {
    bytes.set([id, value.length], at);
    bytes.set(value, at + 2);
    at += 2 + value.length;
  }
  for (let missing = least - used; missing > 0; missing = least - TAG_BYTES - at) {
    const zeros = missing === 258 ? 254 : Math.min(missing - 2, 255);
    bytes[at + 1] = zeros;
    at += 2 + zeros;
  }
  return bytes;
}

/** The same datagram with another value in one field, which may be missing there; `undefined` takes the field out. */
export function withField(bytes: Uint8Array, id: number, value: readonly number[] | undefined): Uint8Array {
  const { header, fields } = split(bytes);
  const changed = fields.flatMap(([i, v]): Field[] => (i !== id ? [[i, v]] : value ? [[i, value]] : []));
  const isThere = fields.some(([i]) => i === id);
  if (!isThere && value) changed.unshift([id, value]);
  return join({ header, fields: changed }, bytes.length >= 256 ? 256 : 0);
}

/** The same datagram with other bytes from `at` on. */
export function patched(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

export function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * (bytes - 1 - i))) & 255n));
}

export function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
