/** Every model, read from devices that serve the images of test/independent/meter-images.json as units 1, 2, ... of one bus. */
import type { Test } from 'tap';
import { fail, type Result } from '../../src/base/result.js';
import { decodeReading } from '../../src/meters/decode.js';
import { infoBlocks, infoValue } from '../../src/meters/info.js';
import type { InfoRow } from '../../src/meters/model.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { planReads } from '../../src/modbus/plan.js';
import type { BlockWords } from '../../src/modbus/rows.js';
import type { MeterReading } from '../../src/ports/meter-reading.js';
import type { RegisterBlock, RegisterBus } from '../../src/ports/register-bus.js';
import { METER_IMAGES } from '../helpers/meter-images.js';
import { registers } from './modbus-peers.js';

const TIMEOUT_MS = 5000;

type Unit = readonly [bus: RegisterBus, unitId: number];

async function read([bus, unitId]: Unit, blocks: readonly RegisterBlock[]): Promise<Result<readonly BlockWords[]>> {
  const all: BlockWords[] = [];
  for (const block of blocks) {
    const words = await bus.read(unitId, block, TIMEOUT_MS);
    if (!words.ok) return fail(words.error.text);
    all.push({ block, words: words.value });
  }
  return { ok: true, value: all };
}

async function info(unit: Unit, row: InfoRow): Promise<number | string> {
  const blocks = await read(unit, infoBlocks(row));
  return blocks.ok ? infoValue(row, Uint16Array.from(blocks.value.flatMap(({ words }) => [...words]))) : blocks.error;
}

async function poll(unit: Unit, model: (typeof METER_MODELS)[number]): Promise<Result<MeterReading>> {
  const blocks = await read(unit, planReads(model.rows, model.limits));
  return blocks.ok ? decodeReading(model, blocks.value) : blocks;
}

/** Values, serial number, probe and settings of each; half a value is refused. */
export async function readEveryModel(t: Test, bus: RegisterBus): Promise<void> {
  for (const [index, [id, image]] of Object.entries(METER_IMAGES).entries()) {
    const unit = [bus, index + 1] as const;
    const model = METER_MODELS.find((each) => each.id === id);
    if (!model) throw new Error(`${id} is no model`);
    t.strictSame(await poll(unit, model), { ok: true, value: image.reading }, id);
    if (model.identity) t.equal(await info(unit, model.identity), image.info.identity, `${id}: identity`);
    if (model.probe) t.equal(await info(unit, model.probe.row), image.info.probe, `${id}: probe`);
    for (const { row } of model.refusals ?? [])
      t.equal(await info(unit, row), image.info.refusal, `${id}: ${row.name}`);
    const half = registers((model.rows[0]?.address ?? 0) + 1, 2, model.rows[0]?.functionCode);
    t.match(await bus.read(unit[1], half, TIMEOUT_MS), { error: { exceptionCode: 2 } }, `${id} refuses half values`);
  }
}
