/**
 * The ring as bytes: a title of 64 ASCII characters, then areas of one size. A segment fills one area from its beginning with blocks; the
 * next one goes into the next area, over the oldest segment. Each block has a checksum, so whatever was written whole can be read, and a
 * block that was cut off, or is left of an older segment, is known for what it is.
 */
import { assert, failInvariant } from '../../base/assert.js';
import { crc32 } from '../../base/crc32.js';
import { fail, ok, type Result } from '../../base/result.js';

export const RING_FORMAT = 1;
export const TITLE_BYTES = 64;
export const BLOCK_HEAD_BYTES = 20;
/** "EKBL". */
const BLOCK_MAGIC = 0x454b424c;
const BYTES_PER_MB = 1024 * 1024;
/** While one is written over, the others can be read. */
const AREAS_MIN = 8;
const AREA_MAX_MB = 2;
/** The configuration allows no larger ring. */
export const RING_MAX_MB = 1024;
/** A segment ends before it has more text, however well it can be packed. So it can be unpacked without fear. */
export const SEGMENT_CHARS_MAX = 32_000_000;
/** A character has 3 bytes at most; what waits for the disk at the end of a segment comes on top. */
export const SEGMENT_BYTES_MAX = 4 * SEGMENT_CHARS_MAX;

export interface RingLayout {
  readonly areas: number;
  readonly areaBytes: number;
}

/** The title included the ring has `maxMb` at most. */
export function ringLayout(maxMb: number): RingLayout {
  const areas = Math.max(AREAS_MIN, Math.ceil(maxMb / AREA_MAX_MB));
  const areaBytes = Math.floor((maxMb * BYTES_PER_MB - TITLE_BYTES) / areas);
  assert(areaBytes > BLOCK_HEAD_BYTES, `a ring of ${maxMb} MB has ${areas} areas of ${areaBytes} bytes: too small`);
  return { areas, areaBytes };
}

export function areaOffset({ areas, areaBytes }: RingLayout, segment: number): number {
  return TITLE_BYTES + (segment % areas) * areaBytes;
}

/** "evenkeel recording 1, 8 areas of 2097144 bytes, 0a1b2c3d". */
export function titleBytes({ areas, areaBytes }: RingLayout): Uint8Array {
  const text = `evenkeel recording ${RING_FORMAT}, ${areas} areas of ${areaBytes} bytes`;
  const checked = `${text}, ${hex(crc32(ascii(text)))}`;
  return ascii(`${checked.padEnd(TITLE_BYTES - 1)}\n`);
}

export function parseTitle(bytes: Uint8Array): Result<RingLayout> {
  const text = String.fromCharCode(...bytes.subarray(0, TITLE_BYTES));
  const [, body, format, areas, areaBytes, sum] =
    /^(evenkeel recording (\d+), (\d+) areas of (\d+) bytes), ([0-9a-f]{8}) *\n$/.exec(text) ?? [];
  const known = /^evenkeel recording (\d+)/.exec(text)?.[1];
  if (known !== undefined && Number(known) > RING_FORMAT) {
    return fail(`expected a recording of format ${RING_FORMAT}, got format ${known}: a newer evenkeel can read it`);
  }
  if (body === undefined) return fail(`expected a recording of evenkeel, got a file that begins with ${shown(text)}`);
  if (hex(crc32(ascii(body))) !== sum || Number(format) !== RING_FORMAT) {
    return fail('expected a title with a good checksum: the first 64 bytes are damaged');
  }
  const layout = { areas: Number(areas), areaBytes: Number(areaBytes) };
  if (isLayout(layout)) return ok(layout);
  return fail(`expected a ring of at most ${RING_MAX_MB} MB, got ${areas} areas of ${areaBytes} bytes`);
}

/** As `ringLayout` makes them. */
function isLayout({ areas, areaBytes }: RingLayout): boolean {
  const isNumber = areas >= AREAS_MIN && areas <= RING_MAX_MB / AREA_MAX_MB;
  return isNumber && areaBytes > BLOCK_HEAD_BYTES && areaBytes <= AREA_MAX_MB * BYTES_PER_MB;
}

/** A block around bytes of a segment; `index` counts from 0. */
export function blockBytes(segment: number, index: number, payload: Uint8Array): Uint8Array {
  if (!(segment >= 0 && index >= 0)) failInvariant(`block ${index} of segment ${segment}: both count from 0`);
  const bytes = new Uint8Array(BLOCK_HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, BLOCK_MAGIC);
  view.setUint32(4, segment);
  view.setUint32(8, index);
  view.setUint32(12, payload.length);
  bytes.set(payload, BLOCK_HEAD_BYTES);
  view.setUint32(16, checksum(bytes));
  return bytes;
}

/** What an area holds of one segment. */
export interface Area {
  readonly segment: number;
  readonly payloads: readonly Uint8Array[];
  /** A block of this segment is there that was not written whole, or is damaged. */
  readonly isTorn: boolean;
}

/** `undefined`: nothing was written there yet, or not a whole block. */
export function readArea(bytes: Uint8Array): Area | undefined {
  const first = readBlock(bytes, 0);
  if (!first?.payload || first.index !== 0) return undefined;
  const { segment } = first;
  const payloads = [first.payload];
  let at = BLOCK_HEAD_BYTES + first.payload.length;
  for (;;) {
    const next = readBlock(bytes, at);
    const follows = next?.segment === segment && next.index === payloads.length;
    if (!next?.payload || !follows) return { segment, payloads, isTorn: follows };
    payloads.push(next.payload);
    at += BLOCK_HEAD_BYTES + next.payload.length;
  }
}

interface Block {
  readonly segment: number;
  readonly index: number;
  /** `undefined`: cut off, or damaged. */
  readonly payload: Uint8Array | undefined;
}

function readBlock(bytes: Uint8Array, at: number): Block | undefined {
  if (at + BLOCK_HEAD_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  if (view.getUint32(0) !== BLOCK_MAGIC) return undefined;
  const [segment, index, length, sum] = [view.getUint32(4), view.getUint32(8), view.getUint32(12), view.getUint32(16)];
  const whole = bytes.subarray(at, at + BLOCK_HEAD_BYTES + length);
  const isGood = whole.length === BLOCK_HEAD_BYTES + length && checksum(whole) === sum;
  return { segment, index, payload: isGood ? whole.subarray(BLOCK_HEAD_BYTES) : undefined };
}

/** Of the whole block but the checksum itself. */
function checksum(block: Uint8Array): number {
  const covered = new Uint8Array(block.length - 4);
  covered.set(block.subarray(0, 16));
  covered.set(block.subarray(BLOCK_HEAD_BYTES), 16);
  return crc32(covered);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function shown(text: string): string {
  const printable = text.replace(/[^ -~]/g, '.').slice(0, 24);
  return printable === '' ? 'nothing' : `"${printable}"`;
}
