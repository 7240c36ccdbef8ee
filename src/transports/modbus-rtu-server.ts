/** Serves a register image as one device of a Modbus RTU line, for virtual devices; reads only. */
import { crc16 } from '../base/crc16.js';
import type { Ms } from '../base/units.js';
import { answerPdu, type RegisterImage } from './modbus-tcp-server.js';

/** Unit id, function, address, count, CRC: every read has this length. */
const REQUEST_BYTES = 8;
const CRC_BYTES = 2;
/** Request bytes that are kept; older ones belong to no request any more. */
const KEPT_BYTES = 256;

function withCrc(frame: Buffer): Buffer {
  const crc = Buffer.alloc(CRC_BYTES);
  crc.writeUInt16LE(crc16(frame));
  return Buffer.concat([frame, crc]);
}

export interface RtuDevice {
  readonly unitId: number;
  readonly answerAfterMs: Ms;
}

/**
 * Takes what comes in on the line and calls `write` with each answer. Requests to other units are passed over; so is what is
 * no request: its bytes are dropped one by one until a frame with a good CRC begins.
 */
export function serveModbusRtu(
  image: RegisterImage,
  { unitId, answerAfterMs }: RtuDevice,
  write: (answer: Buffer) => void,
): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  const answer = (frame: Buffer): void => {
    if (frame[0] !== unitId) return;
    const pdu = answerPdu(frame.subarray(1, REQUEST_BYTES - CRC_BYTES), unitId, image);
    const bytes = withCrc(Buffer.concat([frame.subarray(0, 1), pdu]));
    if (answerAfterMs > 0) setTimeout(write, answerAfterMs, bytes);
    else write(bytes);
  };
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]).subarray(-KEPT_BYTES);
    while (pending.length >= REQUEST_BYTES) {
      const frame = pending.subarray(0, REQUEST_BYTES);
      const isRequest = crc16(frame.subarray(0, -CRC_BYTES)) === frame.readUInt16LE(REQUEST_BYTES - CRC_BYTES);
      if (isRequest) answer(frame);
      pending = pending.subarray(isRequest ? REQUEST_BYTES : 1);
    }
  };
}
