/** A meter of the configuration becomes a register map and a way of being connected. */
import t from 'tap';
import type { MeterMapConfig } from '../../src/config/types.js';
import { AS_LABELLED, decodeReading } from '../../src/meters/decode.js';
import { planReads } from '../../src/modbus/plan.js';
import { installationOf, modelOfMeter } from '../../src/runtime/meter-model.js';

const row = { functionCode: 4, encoding: 'int16', wordOrder: 'big', scale: 0.1 } as const;
const MAP: MeterMapConfig = {
  id: 'my-meter',
  title: 'Mine',
  currents: 'signed',
  phases: 3,
  maxRegisters: 4,
  maxGap: 1,
  rows: [
    { ...row, measurand: 'currentL1', address: 10 },
    { ...row, measurand: 'currentL2', address: 12 },
    { ...row, measurand: 'currentL3', address: 14 },
    { ...row, measurand: 'totalPower', address: 40, scale: 100 },
  ],
};

t.test('a map of the file is read like the others', (t) => {
  const model = modelOfMeter({ model: 'my-meter', map: MAP });
  if (!model.ok) return t.fail(model.error);
  const plan = planReads(model.value.rows, model.value.limits);
  t.strictSame(plan, [
    { functionCode: 4, address: 10, count: 3 },
    { functionCode: 4, address: 14, count: 1 },
    { functionCode: 4, address: 40, count: 1 },
  ]);
  const answers = [Uint16Array.of(105, 999, 0xffff), Uint16Array.of(0), Uint16Array.of(24)];
  const blocks = plan.map((block, index) => ({ block, words: answers[index] ?? new Uint16Array() }));
  const nothing = [null, null, null];
  t.strictSame(decodeReading(model.value, blocks), {
    ok: true,
    value: { currentA: [10.5, -0.1, 0], voltageV: nothing, powerW: nothing, totalPowerW: 2400 },
  });
  return t.end();
});

t.test('any other model is one that evenkeel knows', (t) => {
  t.match(modelOfMeter({ model: 'abb-b23' }), { value: { id: 'abb-b23-b24' } });
  t.match(modelOfMeter({ model: 'my-meter' }), { ok: false, error: /^meter model: expected one that / });
  t.end();
});

t.test('phases without a fuse are not needed', (t) => {
  t.strictSame(installationOf({}), AS_LABELLED);
  t.strictSame(installationOf({}, [0, 40, 0]), { ...AS_LABELLED, needed: [false, true, false] });
  const wiring = { ctRatio: 40, inverted: [true, false, false], order: 'STR' } as const;
  t.strictSame(installationOf({ wiring }, [63, 63, 63]), { ...wiring, needed: [true, true, true] });
  t.end();
});
