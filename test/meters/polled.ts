/** What a poll leaves out: the sum of the phases, where it costs a request of its own. */
import t from 'tap';
import { decodeReading } from '../../src/meters/decode.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { polledModel } from '../../src/meters/polled.js';
import { planReads } from '../../src/modbus/plan.js';
import { METER_IMAGES, readImage } from '../helpers/meter-images.js';

const ALL = { needed: [true, true, true] } as const;

t.test('every model: never a read more, and the same values', async (t) => {
  const leaner: string[] = [];
  for (const model of METER_MODELS) {
    const polled = polledModel(model, ALL);
    const plan = planReads(polled.rows, polled.limits);
    const before = planReads(model.rows, model.limits).length;
    t.ok(plan.length <= before, model.id);
    if (plan.length < before) leaner.push(model.id);
    else t.equal(polled, model, `${model.id}: as it says it`);
    const image = METER_IMAGES[model.id];
    if (!image) throw new Error(`no image of ${model.id}`);
    const blocks = plan.map((block) => ({ block, words: readImage(image, block) ?? Uint16Array.of() }));
    const reading = decodeReading(polled, blocks);
    const totalW = reading.ok ? reading.value.totalPowerW : null;
    t.match(reading, { ok: true, value: { ...image.reading, totalPowerW: totalW } }, model.id);
    t.ok(Math.abs((totalW ?? 0) - (image.reading.totalPowerW ?? 0)) < 0.01, `${model.id}: ${totalW} W`);
  }
  t.ok(leaner.includes('siemens-pac2200'), leaner.join());
});

t.test('where a phase may be missing, the meter says the sum', async (t) => {
  for (const model of METER_MODELS) t.equal(polledModel(model, { needed: [true, false, true] }), model);
});
