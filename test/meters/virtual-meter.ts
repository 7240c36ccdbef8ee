/** The virtual meter answers as the device would, also where it refuses. */
import t from 'tap';
import { decodeReading } from '../../src/meters/decode.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import { planReads } from '../../src/modbus/plan.js';
import type { BlockWords } from '../../src/modbus/rows.js';
import { virtualMeter } from '../../src/sim/virtual-meter.js';

const LIVE = { currentA: [16, -7.25, 0], voltageV: [230, 231.5, 229] } as const;

t.test('every model: what is set is what is read', (t) => {
  for (const model of METER_MODELS) {
    const meter = virtualMeter(model, { currentA: [0, 0, 0], voltageV: [230, 230, 230] });
    meter.set(LIVE);
    const blocks: BlockWords[] = [];
    for (const block of planReads(model.rows, model.limits)) {
      const words = meter.read(block);
      if (words.ok) blocks.push({ block, words: words.value });
    }
    t.strictSame(decodeReading(model, blocks), {
      ok: true,
      value: {
        currentA: LIVE.currentA,
        voltageV: LIVE.voltageV,
        powerW: [3680, -1678.375, 0],
        totalPowerW: 2001.625,
      },
    });
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
