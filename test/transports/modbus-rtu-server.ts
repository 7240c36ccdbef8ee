/** The virtual RTU device: frames with checksums that were not computed by our code. */
import t from 'tap';
import { fail, ok } from '../../src/base/result.js';
import { serveModbusRtu } from '../../src/transports/modbus-rtu-server.js';

/** Two input registers from 0 on. The checksums of this file are pymodbus's. */
const READ_UNIT_1 = '01040000000271cb';
const GARBAGE = 'ff00aa';

const IMAGE = {
  read: ({ address, count }: { readonly address: number; readonly count: number }) =>
    address === 0 ? ok(Uint16Array.from({ length: count }, (_, index) => 0x1234 + index)) : fail(2),
};

function exchange(...chunks: readonly string[]): readonly string[] {
  const answers: string[] = [];
  const feed = serveModbusRtu(IMAGE, { unitId: 1, answerAfterMs: 0 }, (bytes) => answers.push(bytes.toString('hex')));
  for (const chunk of chunks) feed(Buffer.from(chunk, 'hex'));
  return answers;
}

t.test('answers to its own unit, whole or in pieces, behind garbage and beside others', (t) => {
  const [answer = ''] = exchange(READ_UNIT_1);
  t.match(answer, /^01040412341235[0-9a-f]{4}$/);
  t.same(exchange(READ_UNIT_1.slice(0, 6), READ_UNIT_1.slice(6)), [answer]);
  t.same(exchange(GARBAGE, READ_UNIT_1), [answer]);
  t.same(exchange(READ_UNIT_1 + READ_UNIT_1), [answer, answer]);
  t.same(exchange('02040000000271f8', READ_UNIT_1), [answer], 'unit 2 is somebody else');
  t.same(exchange('01040000000271cc'), [], 'a wrong checksum');
  t.same(exchange('ff'.repeat(1000), READ_UNIT_1), [answer], 'after a lot of noise');
  t.end();
});

t.test('exceptions, and answers that come late', async (t) => {
  t.same(exchange('010400010001600a'), ['018402c2c1'], 'exception 2');
  const late = new Promise<Buffer>((resolve) => {
    serveModbusRtu(IMAGE, { unitId: 1, answerAfterMs: 20 }, resolve)(Buffer.from(READ_UNIT_1, 'hex'));
  });
  t.match((await late).toString('hex'), /^010404/);
});
