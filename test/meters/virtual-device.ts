/** What a virtual meter says about itself, and the faults that it can have. */
import t from 'tap';
import { fail, type Result } from '../../src/base/result.js';
import { AS_LABELLED, decodeReading } from '../../src/meters/decode.js';
import { infoBlocks, infoValue, matchesProbe, refusalText } from '../../src/meters/info.js';
import type { InfoRow } from '../../src/meters/model.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { planReads } from '../../src/modbus/plan.js';
import type { BlockWords } from '../../src/modbus/rows.js';
import { type VirtualMeter, virtualMeter } from '../../src/sim/virtual-meter.js';

const LIVE = { currentA: [16, -7.25, 2], voltageV: [230, 231.5, 229] } as const;

function said(meter: VirtualMeter, row: InfoRow): string | number {
  const words = infoBlocks(row).flatMap((block) => {
    const answer = meter.read(block);
    return answer.ok ? [...answer.value] : [];
  });
  return infoValue(row, Uint16Array.from(words));
}

t.test('every model: its probe, its serial number, settings in which it may be used', (t) => {
  for (const model of METER_MODELS) {
    const { probe, identity, refusals = [] } = model;
    const meter = virtualMeter(model, LIVE, { serial: 4711 });
    if (probe) t.ok(matchesProbe(probe, said(meter, probe.row)), `${model.id}: probe`);
    if (identity) t.equal(String(said(meter, identity)), '4711', `${model.id}: serial number`);
    for (const refusal of refusals) {
      const value = said(meter, refusal.row);
      t.equal(refusalText(refusal, value), undefined, `${model.id}: ${refusal.row.name} ${value}`);
    }
  }
  t.end();
});

t.test('every model: more registers than it allows, and a phase without values', (t) => {
  for (const model of METER_MODELS.filter(({ unusable }) => unusable === undefined)) {
    const meter = virtualMeter(model, LIVE, { sentinel: 0 });
    const blocks: BlockWords[] = [];
    for (const block of planReads(model.rows, model.limits)) {
      const words: Result<Uint16Array, number> = meter.read(block);
      if (words.ok) blocks.push({ block, words: words.value });
      const count = model.limits.maxRegisters + 1;
      t.strictSame(meter.read({ ...block, count }), fail(2), model.id);
    }
    t.match(
      decodeReading(model, blocks),
      { ok: false, error: /L1\): expected a value, got .*not available/ },
      model.id,
    );
    const spared = decodeReading(model, blocks, { ...AS_LABELLED, needed: [false, true, true] });
    if (model.phases === 3) t.match(spared, { ok: true, value: { currentA: [null, -7.25, 2] } }, model.id);
  }
  t.end();
});
