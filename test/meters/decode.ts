/** Blocks to a reading: direction of the currents, absent measurands, rejected values. */
import t from 'tap';
import type { Result } from '../../src/base/result.js';
import { decodeReading } from '../../src/meters/decode.js';
import type { MeterModel } from '../../src/meters/model.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import { encodeWords } from '../../src/modbus/encodings.js';
import type { BlockWords } from '../../src/modbus/rows.js';
import type { MeterReading } from '../../src/ports/meter-reading.js';

/** The PAC2200's two blocks, with float32 values by register address. */
function pac2200(values: Readonly<Record<number, number>>): BlockWords[] {
  return [
    { block: { functionCode: 3, address: 1, count: 30 }, words: new Uint16Array(30) },
    { block: { functionCode: 3, address: 65, count: 2 }, words: new Uint16Array(2) },
  ].map((read) => {
    for (const [address, value] of Object.entries(values)) {
      const offset = Number(address) - read.block.address;
      if (offset >= 0 && offset < read.block.count) read.words.set(encodeWords(value, 'float32', 'big'), offset);
    }
    return read as BlockWords;
  });
}

function reading(result: Result<MeterReading>): MeterReading {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

const LIVE = { 1: 230, 3: 231, 5: 229, 13: 10, 15: 5.5, 17: 2, 25: 2300, 27: -1270.5, 29: -4, 65: 1025.5 };

t.test('currents get the direction of the phase power; around zero they count as import', (t) => {
  const expected: MeterReading = {
    currentA: [10, -5.5, 2],
    voltageV: [230, 231, 229],
    powerW: [2300, -1270.5, -4],
    totalPowerW: 1025.5,
  };
  t.strictSame(decodeReading(SIEMENS_PAC2200, pac2200(LIVE)), { ok: true, value: expected });
  const odd = reading(decodeReading(SIEMENS_PAC2200, pac2200({ ...LIVE, 13: -10, 15: -5.5 })));
  t.strictSame(odd.currentA, [10, -5.5, 2], 'a negative magnitude changes nothing');
  t.end();
});

t.test('a model with signed currents and one phase', (t) => {
  const row = SIEMENS_PAC2200.rows.find((each) => each.measurand === 'currentL1');
  if (!row) return t.fail('no current in the PAC2200');
  const model: MeterModel = { ...SIEMENS_PAC2200, currents: 'signed', rows: [row] };
  t.strictSame(decodeReading(model, pac2200({ 13: -3 })), {
    ok: true,
    value: {
      currentA: [-3, null, null],
      voltageV: [null, null, null],
      powerW: [null, null, null],
      totalPowerW: null,
    },
  });
  return t.end();
});

t.test('no value is a rejection that names the register', (t) => {
  for (const gone of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const result = decodeReading(SIEMENS_PAC2200, pac2200({ ...LIVE, 15: gone }));
    t.match(result, { ok: false, error: /^register 15 \(currentL2\): expected a value, got [0-9a-f]{4} [0-9a-f]{4}/ });
  }
  const [first] = pac2200(LIVE);
  t.strictSame(decodeReading(SIEMENS_PAC2200, first ? [first] : []), {
    ok: false,
    error: 'register 65 (totalPower): was not read',
  });
  t.end();
});
