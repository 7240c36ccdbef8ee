/**
 * CRC-16 of Modbus frames (Modbus over serial line V1.02, 6.2.2): polynomial 0xA001 (reflected 0x8005), start 0xFFFF; sent low
 * byte first. Over a frame with its own CRC it is 0.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
