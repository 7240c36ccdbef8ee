/** Numbers in Modbus registers: 16-bit words to a number and back. Inside a word the high byte always comes first. */
import { assert } from '../base/assert.js';

/** How many words each encoding takes. */
export const ENCODING_WORDS = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
} as const;

export type Encoding = keyof typeof ENCODING_WORDS;
export const ENCODINGS = Object.keys(ENCODING_WORDS) as readonly Encoding[];

/** Which word of a value has the lowest address: `big` = the most significant one. */
export type WordOrder = 'big' | 'little';

/** Lowest and highest value of the integer encodings. */
const INTEGER_RANGES: Partial<Record<Encoding, readonly [bigint, bigint]>> = {
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Copies words into bytes, most significant word first. */
function toView(words: Uint16Array, order: WordOrder): DataView {
  const view = new DataView(new ArrayBuffer(words.length * 2));
  words.forEach((word, index) => {
    view.setUint16(2 * (order === 'big' ? index : words.length - 1 - index), word);
  });
  return view;
}

function fromView(view: DataView, order: WordOrder): Uint16Array {
  const count = view.byteLength / 2;
  return Uint16Array.from({ length: count }, (_, index) =>
    view.getUint16(2 * (order === 'big' ? index : count - 1 - index)),
  );
}

/**
 * The number in `words`, which must be exactly as many as the encoding takes.
 * 64-bit integers above 2^53 are rounded to the nearest double.
 */
export function decodeWords(words: Uint16Array, encoding: Encoding, order: WordOrder): number {
  assert(words.length === ENCODING_WORDS[encoding], `${encoding} does not take ${words.length} words`);
  const view = toView(words, order);
  switch (encoding) {
    case 'int16':
      return view.getInt16(0);
    case 'uint16':
      return view.getUint16(0);
    case 'int32':
      return view.getInt32(0);
    case 'uint32':
      return view.getUint32(0);
    case 'float32':
      return view.getFloat32(0);
    case 'int64':
      return Number(view.getBigInt64(0));
    case 'uint64':
      return Number(view.getBigUint64(0));
    case 'float64':
      return view.getFloat64(0);
  }
}

/** The words of a number; integers are rounded, and must be in the range of the encoding. */
export function encodeWords(value: number, encoding: Encoding, order: WordOrder): Uint16Array {
  const view = new DataView(new ArrayBuffer(2 * ENCODING_WORDS[encoding]));
  const range = INTEGER_RANGES[encoding];
  if (!range) {
    if (encoding === 'float32') view.setFloat32(0, value);
    else view.setFloat64(0, value);
    return fromView(view, order);
  }
  assert(Number.isFinite(value), `${value} is no ${encoding}`);
  const integer = BigInt(Math.round(value));
  assert(integer >= range[0] && integer <= range[1], `${value} is no ${encoding}`);
  const bits = BigInt.asUintN(8 * view.byteLength, integer);
  for (let byte = 0; byte < view.byteLength; byte++) {
    view.setUint8(byte, Number((bits >> BigInt(8 * (view.byteLength - 1 - byte))) & 0xffn));
  }
  return fromView(view, order);
}

/**
 * Whether the words say "no value": NaN and infinity, and at integers the ends of the range that makers use for it
 * (0x8000, 0x7FFF, 0xFFFF and their wider forms), which no measured value reaches.
 */
export function isNotAvailable(words: Uint16Array, encoding: Encoding, order: WordOrder): boolean {
  const value = decodeWords(words, encoding, order);
  const range = INTEGER_RANGES[encoding];
  if (!range) return !Number.isFinite(value);
  return value === Number(range[1]) || (range[0] < 0n && value === Number(range[0]));
}
