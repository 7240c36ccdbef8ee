/** Every model decodes a register image that was packed without our code, and rejects the device's own "no value". */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { AS_LABELLED, decodeReading } from '../../src/meters/decode.js';
import { infoBlocks, infoValue, matchesProbe, refusalText } from '../../src/meters/info.js';
import type { InfoRow } from '../../src/meters/model.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { planReads } from '../../src/modbus/plan.js';
import {
  IMAGES_FILE,
  METER_IMAGES,
  type MeterImage,
  readBlocks,
  readImage,
  withWords,
} from '../helpers/meter-images.js';
import { needs } from '../helpers/tools.js';

function imageOf(id: string): MeterImage {
  const image = METER_IMAGES[id];
  if (!image) throw new Error(`test/independent/meter-images.py has no ${id}`);
  return image;
}

function infoOf(image: MeterImage, row: InfoRow): number | string | undefined {
  const words = infoBlocks(row).map((block) => readImage(image, block));
  if (words.includes(undefined)) return undefined;
  return infoValue(row, Uint16Array.from(words.flatMap((part) => [...(part ?? [])])));
}

t.test('the values of every model', (t) => {
  for (const model of METER_MODELS) {
    const image = imageOf(model.id);
    const plan = planReads(model.rows, model.limits);
    const blocks = readBlocks(image, plan);
    t.equal(blocks.length, plan.length, `${model.id}: the device allows every read`);
    t.strictSame(decodeReading(model, blocks), { ok: true, value: image.reading }, model.id);
  }
  t.end();
});

t.test('what every model says when it has no value', (t) => {
  for (const model of METER_MODELS) {
    const image = imageOf(model.id);
    const { address } = image.gone;
    const blocks = readBlocks(withWords(image, image.gone), planReads(model.rows, model.limits));
    const error = new RegExp(`^register ${address} \\((current|totalPower).*\\): expected a value, got [0-9a-f ]+ \\(`);
    t.match(decodeReading(model, blocks), { ok: false, error }, model.id);
    const needed = [true, true, false] as const;
    const elsewhere = decodeReading(model, blocks, { ...AS_LABELLED, needed });
    t.equal(elsewhere.ok, model.phases === 3, `${model.id}: of no weight on a phase that the circuit does not have`);
  }
  t.end();
});

t.test('what every model says about itself', (t) => {
  for (const model of METER_MODELS) {
    const image = imageOf(model.id);
    const { identity, probe, refusals = [] } = model;
    t.equal(identity && infoOf(image, identity), image.info.identity, `${model.id}: identity`);
    const said = probe && infoOf(image, probe.row);
    t.equal(said, image.info.probe, `${model.id}: probe`);
    if (probe) t.ok(matchesProbe(probe, said ?? ''), `${model.id} is recognised`);
    for (const refusal of refusals) {
      const setting = infoOf(image, refusal.row);
      t.equal(setting, image.info.refusal, `${model.id}: ${refusal.row.name}`);
      t.equal(refusalText(refusal, setting ?? ''), undefined, `${model.id}: this setting may be used`);
      const text = refusalText(refusal, 0);
      t.match(text, /^(measurement mode|application) 0: .*export; set the /, `${model.id}: the other one may not`);
    }
  }
  t.notOk(METER_MODELS.some(({ probe }) => probe && matchesProbe(probe, 54_321)));
  t.end();
});

const PYTHON = '/usr/bin/python3';
const hasPython = spawnSync(PYTHON, ['--version']).status === 0;

t.test('the images are those that the script writes', needs(hasPython, `${PYTHON} is missing`), (t) => {
  const { stdout, stderr } = spawnSync(PYTHON, [IMAGES_FILE.replace(/json$/, 'py')], { encoding: 'utf8' });
  t.equal(stderr, '');
  t.equal(stdout, readFileSync(IMAGES_FILE, 'utf8'), 'run: meter-images.py > meter-images.json');
  t.end();
});
