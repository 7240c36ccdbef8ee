/** Modbus RTU frames: unit, function code, data, CRC (Modbus over serial line V1.02, 2.5.1 and 6.2). */
import { crc16 } from '../base/crc16.js';
import type { RegisterBlock } from '../ports/register-bus.js';

const CRC_BYTES = 2;
const HEAD_BYTES = 2;
export const EXCEPTION_BYTES = 5;

/** Unit, function code, number of bytes, the registers, CRC. */
export function answerBytes(count: number): number {
  return HEAD_BYTES + 1 + 2 * count + CRC_BYTES;
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
  /** The registers, or the code of the exception. */
  readonly content: Uint16Array | number;
  /** Of the whole frame. */
  readonly bytes: number;
}

/** The answer at the start of `bytes`; `incomplete` while more may come, else what is wrong. */
export function parseAnswer(bytes: Buffer): RtuAnswer | 'incomplete' | { readonly wrong: string } {
  if (bytes.length < HEAD_BYTES + 1) return 'incomplete';
  const [unitId, code, third] = [bytes.readUInt8(0), bytes.readUInt8(1), bytes.readUInt8(2)];
  const functionCode = code & 0x7f;
  if (functionCode !== 3 && functionCode !== 4) return { wrong: `function code ${code}` };
  const isException = code !== functionCode;
  if (!isException && (third === 0 || third % 2 !== 0 || third > 250)) return { wrong: `${third} bytes of registers` };
  const length = isException ? EXCEPTION_BYTES : answerBytes(third / 2);
  if (bytes.length < length) return 'incomplete';
  const body = bytes.subarray(0, length - CRC_BYTES);
  if (crc16(body) !== bytes.readUInt16LE(length - CRC_BYTES)) return { wrong: 'the CRC does not fit' };
  if (isException) return { unitId, functionCode, content: third, bytes: length };
  const words = Uint16Array.from({ length: third / 2 }, (_, index) => bytes.readUInt16BE(3 + 2 * index));
  return { unitId, functionCode, content: words, bytes: length };
}
