/** Blocks to a reading: direction of the currents, absent measurands, rejected values. */
import t from 'tap';
import type { Result } from '../../src/base/result.js';
import { AS_LABELLED, decodeReading, type Installation } from '../../src/meters/decode.js';
import { type MeterMap, type MeterModel, meterRows } from '../../src/meters/model.js';
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
  const apart = reading(decodeReading(SIEMENS_PAC2200, pac2200({ ...LIVE, 65: 1030 })));
  t.equal(apart.totalPowerW, 1030, 'the total is what the meter says, not the sum of the phases');
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

/** LIVE as this installation sees it. */
function installed(installation: Partial<Installation>, values: Readonly<Record<number, number>> = LIVE): MeterReading {
  return reading(decodeReading(SIEMENS_PAC2200, pac2200(values), { ...AS_LABELLED, ...installation }));
}

t.test('a transformer ratio multiplies currents and powers', (t) => {
  t.strictSame(installed({ ctRatio: 40 }), {
    currentA: [400, -220, -80],
    voltageV: [230, 231, 229],
    powerW: [92_000, -50_820, -160],
    totalPowerW: 41_020,
  });
  t.end();
});

t.test('inverted transformers, all and one', (t) => {
  t.strictSame(installed({ inverted: [true, true, true] }), {
    currentA: [-10, 5.5, 2],
    voltageV: [230, 231, 229],
    powerW: [-2300, 1270.5, 4],
    totalPowerW: -1025.5,
  });
  t.match(
    installed({ inverted: [false, true, false] }),
    { currentA: [10, 5.5, 2], powerW: [2300, 1270.5, -4], totalPowerW: 3566.5 },
    'the total is added up again',
  );
  const model: MeterModel = { ...SIEMENS_PAC2200, currents: 'signed' };
  const signed = decodeReading(model, pac2200(LIVE), { ...AS_LABELLED, inverted: [true, false, false] });
  t.strictSame(reading(signed).currentA, [-10, 5.5, 2]);
  const idle = installed({ inverted: [true, true, true] }, { ...LIVE, 13: 0, 25: 0 });
  t.ok(Object.is(idle.currentA[0], 0) && Object.is(idle.powerW[0], 0), 'no negative zero');
  t.end();
});

t.test('the phases of the meter on those of the grid', (t) => {
  t.strictSame(installed({ order: 'STR' }), {
    currentA: [2, 10, -5.5],
    voltageV: [229, 230, 231],
    powerW: [-4, 2300, -1270.5],
    totalPowerW: 1025.5,
  });
  const inverted = installed({ order: 'STR', inverted: [true, false, false] });
  t.strictSame(inverted.currentA, [2, -10, -5.5], "inverted in the meter's own order: its L1 is on grid L2");
  t.end();
});

t.test('a phase that is not connected says nothing for ever', (t) => {
  const { NaN: gone } = Number;
  const values = { ...LIVE, 5: gone, 17: gone, 29: gone, 65: gone };
  const needed = [true, true, false] as const;
  t.strictSame(installed({ needed }, values), {
    currentA: [10, -5.5, null],
    voltageV: [230, 231, null],
    powerW: [2300, -1270.5, null],
    totalPowerW: null,
  });
  t.match(decodeReading(SIEMENS_PAC2200, pac2200(values)), { ok: false, error: /^register 5 \(voltageL3\)/ });
  t.match(
    decodeReading(SIEMENS_PAC2200, pac2200(values), { ...AS_LABELLED, needed, order: 'STR' }),
    { ok: false, error: /^register 5 \(voltageL3\)/ },
    'its L3 is grid L1, and that is needed',
  );
  const open = installed({ needed }, { ...LIVE, 5: 60, 17: 0.05 });
  t.match(open, { currentA: [10, -5.5, null], voltageV: [230, 231, null] }, 'what an open wire picks up is no voltage');
  t.match(installed({}, { ...LIVE, 5: 0, 17: 0 }), { currentA: [10, -5.5, 0], voltageV: [230, 231, 0] });
  t.match(installed({ needed }, { ...LIVE, 5: 0 }), { voltageV: [230, 231, 0] }, 'a current without voltage is shown');
  t.match(installed({ needed }), { currentA: [10, -5.5, 2] }, 'connected although not needed');
  const [first] = pac2200(LIVE);
  const unread = decodeReading(SIEMENS_PAC2200, first ? [first] : [], { ...AS_LABELLED, needed });
  t.match(unread, { ok: false, error: /was not read/ }, 'a register that was not read is never of no weight');
  t.end();
});

t.test('import and export in registers of their own', (t) => {
  const format = { functionCode: 3, encoding: 'uint16', wordOrder: 'big' } as const;
  const model: MeterMap = {
    ...SIEMENS_PAC2200,
    phases: 1,
    rows: [
      ...meterRows({ ...format, scale: { A: 0.1, W: 10 } }, { currentL1: 0, powerL1: 1 }),
      ...meterRows({ ...format, scale: { W: -10 } }, { powerL1: 2 }),
    ],
  };
  const decoded = (...words: number[]) =>
    decodeReading(model, [{ block: { functionCode: 3, address: 0, count: 3 }, words: Uint16Array.from(words) }]);
  t.match(decoded(43, 99, 0), { value: { currentA: [4.3, null, null], powerW: [990, null, null], totalPowerW: 990 } });
  t.match(decoded(43, 0, 99), { value: { currentA: [-4.3, null, null], powerW: [-990, null, null] } });
  const blocks = [{ block: { functionCode: 3, address: 0, count: 3 }, words: Uint16Array.of(43, 0xffff, 99) }] as const;
  const unneeded = decodeReading(model, blocks, { ...AS_LABELLED, needed: [false, true, true] });
  t.match(unneeded, { value: { powerW: [null, null, null], totalPowerW: null } }, 'nor the other half');
  t.match(decoded(43, 99, 0xffff), { ok: false, error: /^register 2 \(powerL1\)/ }, 'one half is not enough');
  t.end();
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
