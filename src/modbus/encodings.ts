/** Numbers in Modbus registers: 16-bit words to a number and back. Inside a word the high byte always comes first. */
import { assert } from '../base/assert.js';
import { ENCODING_WORDS, type Encoding, type WordOrder } from '../base/registers.js';

/** Lowest and highest value of the integer encodings. */
const INTEGER_RANGES: Partial<Record<Encoding, readonly [bigint, bigint]>> = {
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Bits of the mantissa of `t5` and `t6`; the exponent, signed, is in the byte before it. */
const MANTISSA_BITS = 24;
/** Lowest and highest mantissa. */
const MANTISSAS = { t5: [0, 2 ** 24 - 1], t6: [-(2 ** 23), 2 ** 23 - 1] } as const;
/** A measured value needs no larger exponent, up or down. */
const EXPONENT_MAX = 9;

type Decimal = keyof typeof MANTISSAS;

function isDecimal(encoding: Encoding): encoding is Decimal {
  return Object.hasOwn(MANTISSAS, encoding);
}

function decimalParts(view: DataView, encoding: Decimal): { readonly mantissa: number; readonly exponent: number } {
  const bits = view.getUint32(0) & (2 ** MANTISSA_BITS - 1);
  const isNegative = encoding === 't6' && bits >= 2 ** (MANTISSA_BITS - 1);
  return { mantissa: isNegative ? bits - 2 ** MANTISSA_BITS : bits, exponent: view.getInt8(0) };
}

/** Division by a power of ten is exact to the last bit where multiplication with its inverse is not. */
function decodeDecimal(view: DataView, encoding: Decimal): number {
  const { mantissa, exponent } = decimalParts(view, encoding);
  return exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent;
}

/** With as many decimals as the mantissa has room for. */
function encodeDecimal(view: DataView, value: number, encoding: Decimal): void {
  const [lowest, highest] = MANTISSAS[encoding];
  const mantissaAt = (power: number): number => Math.round(power < 0 ? value * 10 ** -power : value / 10 ** power);
  let exponent = -EXPONENT_MAX;
  while (exponent < EXPONENT_MAX && Math.abs(mantissaAt(exponent)) >= highest) exponent += 1;
  const mantissa = mantissaAt(exponent);
  assert(mantissa >= lowest && mantissa <= highest, `${value} is no ${encoding}`);
  view.setUint32(0, mantissa & (2 ** MANTISSA_BITS - 1));
  view.setInt8(0, exponent);
}

/** Copies words into bytes, most significant word first. */
function toView(words: Uint16Array, order: WordOrder): DataView {
  const view = new DataView(new ArrayBuffer(words.length * 2));
  const { length } = words;
  for (let index = 0; index < length; index++) {
    view.setUint16(2 * (order === 'big' ? index : length - 1 - index), words[index] ?? 0);
  }
  return view;
}

function fromView(view: DataView, order: WordOrder): Uint16Array {
  const words = new Uint16Array(view.byteLength / 2);
  const { length } = words;
  for (let index = 0; index < length; index++) {
    words[index] = view.getUint16(2 * (order === 'big' ? index : length - 1 - index));
  }
  return words;
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
    case 't5':
    case 't6':
      return decodeDecimal(view, encoding);
  }
}

/** The words of a number; integers are rounded, and must be in the range of the encoding. */
export function encodeWords(value: number, encoding: Encoding, order: WordOrder): Uint16Array {
  const view = new DataView(new ArrayBuffer(2 * ENCODING_WORDS[encoding]));
  const range = INTEGER_RANGES[encoding];
  if (!range) {
    if (isDecimal(encoding)) encodeDecimal(view, value, encoding);
    else if (encoding === 'float32') view.setFloat32(0, value);
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

/** Raw values of `int32` from here on, all with 0x7FFF in the high word, are an overflow (Carlo Gavazzi EM24). */
const INT32_OVERFLOW = 0x7fff_0000;

/**
 * Whether the words say "no value": NaN and infinity; at integers the ends of the range that makers use for it
 * (0x8000, 0x7FFF, 0xFFFF and their wider forms), which no measured value reaches; at decimals the ends of the mantissa
 * and an exponent that no measured value needs.
 */
export function isNotAvailable(words: Uint16Array, encoding: Encoding, order: WordOrder): boolean {
  if (isDecimal(encoding)) {
    const { mantissa, exponent } = decimalParts(toView(words, order), encoding);
    const [lowest, highest] = MANTISSAS[encoding];
    return Math.abs(exponent) > EXPONENT_MAX || mantissa === highest || (lowest < 0 && mantissa === lowest);
  }
  const value = decodeWords(words, encoding, order);
  const range = INTEGER_RANGES[encoding];
  if (!range) return !Number.isFinite(value);
  if (encoding === 'int32' && value >= INT32_OVERFLOW) return true;
  return value === Number(range[1]) || (range[0] < 0n && value === Number(range[0]));
}
