/** A scan recognises every model, by what it says about itself where it says anything. */
import t from 'tap';
import { fitsOf, Device } from '../../src/cli/meter/recognise.js';
import { foundText } from '../../src/cli/meter/snippet.js';
import { parseConfig } from '../../src/config/parse.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import type { MeterModel } from '../../src/meters/model.js';
import type { RegisterBus } from '../../src/ports/register-bus.js';
import { virtualMeter } from '../../src/sim/virtual-meter.js';

const LIVE = { currentA: [16, 7.25, 3], voltageV: [230, 231.5, 229] } as const;

function busTo(model: MeterModel): RegisterBus {
  const meter = virtualMeter(model, LIVE);
  return {
    read: async (_unit, block) => {
      const words = meter.read(block);
      if (words.ok) return words;
      return { ok: false, error: { kind: 'exception', exceptionCode: words.error, text: `exception ${words.error}` } };
    },
    close: async () => undefined,
  };
}

t.test('every model on every connection that it has', async (t) => {
  for (const model of METER_MODELS) {
    for (const transport of model.connections) {
      const models = METER_MODELS.filter(({ connections }) => connections.includes(transport));
      const fits = await fitsOf(new Device(busTo(model), 1, () => 1000), models);
      const [best] = fits;
      t.equal(best?.model.id, model.id, `${model.id} on ${transport}`);
      t.equal(best?.by, model.probe ? 'probe' : 'values', model.id);
      t.equal(best?.reading?.currentA[0] ?? null, model.unusable === undefined ? 16 : null);
      const connection = { kind: 'tcp', host: '127.0.0.1', port: 502 } as const;
      const text = foundText(
        [
          { connection, unitId: 1, fits, isTried: true },
          { connection, unitId: 2, fits, isTried: true },
        ],
        ['summary'],
      );
      const config = parseConfig(text, { meterModels: METER_MODELS });
      if (model.unusable === undefined) t.ok(config.ok, `${model.id}: ${text}`);
      else t.notMatch(text, /^site:/m);
      t.same(
        text.split('\n').filter((line) => line.length > 80),
        [],
        '80 columns',
      );
    }
  }
});

/** The same device with another number in the register that its probe reads. */
function withCode(model: MeterModel, code: number): RegisterBus {
  const bus = busTo(model);
  const row = model.probe?.row;
  return {
    ...bus,
    read: async (unit, block) => {
      const answer = await bus.read(unit, block, 1000);
      const at = row === undefined || row.functionCode !== block.functionCode ? -1 : row.address - block.address;
      if (!answer.ok || at < 0 || at >= answer.value.length) return answer;
      return { ok: true, value: Uint16Array.from(answer.value, (word, index) => (index === at ? code : word)) };
    },
  };
}

t.test('a three-phase meter with a code that nobody knows is no meter of one phase', async (t) => {
  for (const id of ['eastron-sdm630-v2', 'eastron-sdm630mct-v2', 'eastron-sdm72d-m-v2']) {
    const model = METER_MODELS.find((each) => each.id === id);
    t.ok(model, id);
    if (!model) continue;
    for (const code of [0, 0x0999]) {
      const models = METER_MODELS.filter(({ connections }) => connections.includes('rtu'));
      const fits = await fitsOf(new Device(withCode(model, code), 1, () => 1000), models);
      t.same([...new Set(fits.map((fit) => fit.model.phases))], [3], `${id} with the code ${code}`);
      const connection = { kind: 'rtu', path: '/dev/ttyUSB0', baud: 9600, parity: 'even', stopBits: 1 } as const;
      t.notMatch(foundText([{ connection, unitId: 1, fits, isTried: true }], []), /63, 0, 0/);
    }
  }
});

t.test('nothing is asked once the time is over', async (t) => {
  const [model] = METER_MODELS;
  if (!model) return t.fail('no model');
  const fits = await fitsOf(new Device(busTo(model), 1, () => 0), METER_MODELS);
  t.same(fits, []);
  const connection = { kind: 'rtu', path: '/dev/ttyUSB0', baud: 9600, parity: 'even', stopBits: 1 } as const;
  const text = foundText([{ connection, unitId: 9, fits, isTried: false }], []);
  return t.equal(text, '# unit   9  a device; it ended before it was recognised');
});
