/** The virtual meter answers as the device would, also where it refuses. */
import t from 'tap';
import { mapPhases, type PerPhase, PHASE_NAMES } from '../../src/base/units.js';
import { decodeReading } from '../../src/meters/decode.js';
import type { MeterModel } from '../../src/meters/model.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import { planReads } from '../../src/modbus/plan.js';
import type { BlockWords } from '../../src/modbus/rows.js';
import type { MeterReading } from '../../src/ports/meter-reading.js';
import { virtualMeter } from '../../src/sim/virtual-meter.js';

const LIVE = { currentA: [16, -7.25, 0], voltageV: [230, 231.5, 229] } as const;

/** As far as every model's registers can say it: to 0.1 V, A, W. */
function rounded({ currentA, voltageV, powerW, totalPowerW }: MeterReading): MeterReading {
  const tenth = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10 + 0);
  const all = (values: PerPhase<number | null>) => mapPhases((phase) => tenth(values[phase]));
  return { currentA: all(currentA), voltageV: all(voltageV), powerW: all(powerW), totalPowerW: tenth(totalPowerW) };
}

function expected(model: MeterModel): MeterReading {
  const has = (name: string): boolean => model.rows.some(({ measurand }) => measurand === name);
  const isThere = mapPhases((phase) => has(`current${PHASE_NAMES[phase]}`));
  const only = (values: PerPhase<number>) => mapPhases((phase) => (isThere[phase] ? values[phase] : null));
  return rounded({
    currentA: only(LIVE.currentA),
    voltageV: only(LIVE.voltageV),
    powerW: only([3680, -1678.375, 0]),
    totalPowerW: model.phases === 1 ? 3680 : 2001.625,
  });
}

t.test('every model: what is set is what is read', (t) => {
  for (const model of METER_MODELS) {
    const meter = virtualMeter(model, { currentA: [0, 0, 0], voltageV: [230, 230, 230] });
    meter.set(LIVE);
    const blocks: BlockWords[] = [];
    for (const block of planReads(model.rows, model.limits)) {
      const words = meter.read(block);
      if (words.ok) blocks.push({ block, words: words.value });
    }
    const reading = decodeReading(model, blocks);
    t.strictSame(reading.ok && rounded(reading.value), expected(model), model.id);
  }
  t.end();
});

t.test('PAC2200: exception 2 for half values and unknown addresses, magnitudes for currents', (t) => {
  const meter = virtualMeter(SIEMENS_PAC2200, LIVE);
  const read = (address: number, count: number) => meter.read({ functionCode: 3, address, count });
  t.ok(read(1, 30).ok);
  t.ok(read(7, 2).ok, 'a documented value that no row reads');
  for (const [address, count] of [
    [0, 2],
    [2, 2],
    [1, 1],
    [1, 3],
    [29, 4],
    [43, 2],
    [65_535, 2],
  ] as const) {
    t.strictSame(read(address, count), { ok: false, error: 2 }, `${address}+${count}`);
  }
  const current = read(15, 2);
  t.strictSame(current.ok && [...current.value], [0x40e8, 0x0000], '7.25, without its sign');
  t.ok(meter.read({ functionCode: 4, address: 1, count: 2 }).ok, 'function 4 reads the same');
  t.end();
});
