/** The checksum of Modbus frames against values that others published. */
import t from 'tap';
import { crc16 } from '../../src/base/crc16.js';

t.test('CRC-16 of Modbus', async (t) => {
  const text = Uint8Array.from('123456789', (letter) => letter.charCodeAt(0));
  t.equal(crc16(text), 0x4b37, 'the check value of the catalogue of CRCs');
  t.equal(crc16(Uint8Array.of(0x02, 0x07)), 0x1241, 'the example of the specification, 6.2.2');
  t.equal(crc16(Uint8Array.of(0x02, 0x07, 0x41, 0x12)), 0, 'over a whole frame');
  t.equal(crc16(new Uint8Array()), 0xffff);
});
