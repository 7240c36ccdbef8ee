/** Modbus RTU frames of reads: unit, function code, data, CRC (Modbus over serial line V1.02, 2.5.1 and 6.2). */
import { crc16 } from '../base/crc16.js';
import type { RegisterBlock } from '../ports/register-bus.js';

const CRC_BYTES = 2;
const HEAD_BYTES = 2;
export const EXCEPTION_BYTES = 5;

const BITS_PER_BYTE = 8;
const CONTENT_BYTES_MAX = 250;

/** Coils and discrete inputs; else registers. */
function areBits(functionCode: number): boolean {
  return functionCode === 1 || functionCode === 2;
}

/** Bytes of the registers or bits in an answer. Answers of the same size look alike. */
export function contentBytes({ functionCode, count }: RegisterBlock): number {
  return areBits(functionCode) ? Math.ceil(count / BITS_PER_BYTE) : 2 * count;
}

/** Unit, function code, number of bytes, the registers or bits, CRC. */
export function answerBytes(block: RegisterBlock): number {
  return HEAD_BYTES + 1 + contentBytes(block) + CRC_BYTES;
}

export function readRequest(unitId: number, { functionCode, address, count }: RegisterBlock): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeUInt8(unitId, 0);
  frame.writeUInt8(functionCode, 1);
  frame.writeUInt16BE(address, 2);
  frame.writeUInt16BE(count, 4);
  frame.writeUInt16LE(crc16(frame.subarray(0, 6)), 6);
  return frame;
}

export interface RtuAnswer {
  readonly unitId: number;
  /** Without the bit that marks an exception. */
  readonly functionCode: number;
  /** The code of an exception. */
  readonly exception?: number;
  /** The registers; or the bits, up to the end of the last byte. */
  readonly content: Uint16Array;
  /** Of registers or bits. */
  readonly contentBytes: number;
  /** Of the whole frame. */
  readonly bytes: number;
}

/** The answer at the start of `bytes`; `incomplete` while more may come, else what is wrong. */
export function parseAnswer(bytes: Buffer): RtuAnswer | 'incomplete' | { readonly wrong: string } {
  if (bytes.length < HEAD_BYTES + 1) return 'incomplete';
  const [unitId, code, third] = [bytes.readUInt8(0), bytes.readUInt8(1), bytes.readUInt8(2)];
  const functionCode = code & 0x7f;
  if (functionCode < 1 || functionCode > 4) return { wrong: `function code ${code}` };
  const isException = code !== functionCode;
  const isOdd = third % 2 !== 0 && !areBits(functionCode);
  if (!isException && (third === 0 || isOdd || third > CONTENT_BYTES_MAX))
    return { wrong: `${third} bytes of registers` };
  const length = isException ? EXCEPTION_BYTES : HEAD_BYTES + 1 + third + CRC_BYTES;
  if (bytes.length < length) return 'incomplete';
  const body = bytes.subarray(0, length - CRC_BYTES);
  if (crc16(body) !== bytes.readUInt16LE(length - CRC_BYTES)) return { wrong: 'the CRC does not fit' };
  const answer = { unitId, functionCode, bytes: length };
  if (isException) return { ...answer, exception: third, content: new Uint16Array(), contentBytes: 0 };
  const data = body.subarray(HEAD_BYTES + 1);
  return { ...answer, content: areBits(functionCode) ? bitsOf(data) : registersOf(data), contentBytes: third };
}

function registersOf(data: Buffer): Uint16Array {
  return Uint16Array.from({ length: data.length / 2 }, (_, index) => data.readUInt16BE(2 * index));
}

/** The lowest bit of each byte comes first (Modbus application protocol V1.1b3, 6.1). */
function bitsOf(data: Buffer): Uint16Array {
  const bitAt = (index: number): number =>
    (data.readUInt8(Math.floor(index / BITS_PER_BYTE)) >> (index % BITS_PER_BYTE)) & 1;
  return Uint16Array.from({ length: BITS_PER_BYTE * data.length }, (_, index) => bitAt(index));
}
