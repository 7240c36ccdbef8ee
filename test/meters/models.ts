/** One walk over every row of every model; each model against the facts; the names by which models are found. */
import t, { type Test } from 'tap';
import { ENCODINGS, MAX_REGISTERS, METER_MEASURANDS } from '../../src/base/registers.js';
import { infoBlocks } from '../../src/meters/info.js';
import { type InfoRow, type MeterModel, type MeterRow, unitOf } from '../../src/meters/model.js';
import { METER_MODELS, meterModel } from '../../src/meters/models/index.js';
import { planReads } from '../../src/modbus/plan.js';
import { REGISTER_UNITS, type RegisterSpan, rowSpan } from '../../src/modbus/rows.js';
import { type Fact, FACTS } from './facts.js';

/** Every documented value, in the order of addresses. */
function spans(model: MeterModel): RegisterSpan[] {
  return [...model.rows.map(rowSpan), ...model.passedOver].sort((a, b) => a.address - b.address);
}

/** Each measurand once, or as import and export. */
function checkTwins(t: Test, rows: readonly MeterRow[]): void {
  for (const row of rows) {
    const others = rows.filter((other) => other !== row && other.measurand === row.measurand);
    const isOpposite = others.length === 1 && (others[0]?.scale ?? 0) * row.scale < 0;
    t.ok(others.length === 0 || isOpposite, `${row.measurand} once, or once in each direction`);
  }
}

function checkRows(t: Test, model: MeterModel): void {
  checkTwins(t, model.rows);
  for (const row of model.rows) {
    t.ok(METER_MEASURANDS.includes(row.measurand), `${row.measurand} is known`);
    t.ok(ENCODINGS.includes(row.encoding) && ['big', 'little'].includes(row.wordOrder), `${row.measurand}: encoding`);
    t.ok(REGISTER_UNITS.includes(row.unit), `${row.measurand}: unit ${row.unit} is known`);
    t.equal(row.unit, unitOf(row.measurand), `${row.measurand}: unit fits`);
    t.ok(Number.isFinite(row.scale) && row.scale !== 0, `${row.measurand}: scale`);
    t.ok(row.scale > 0 || row.unit === 'W', `${row.measurand}: only powers are counted in two directions`);
    t.ok([3, 4].includes(row.functionCode), `${row.measurand}: function`);
    const { address, words } = rowSpan(row);
    t.ok(Number.isInteger(address) && address >= 0 && address + words <= 65_536, `${row.measurand}: address`);
  }
}

function checkPlan(t: Test, model: MeterModel): void {
  t.ok(model.limits.maxRegisters >= 1 && model.limits.maxRegisters <= MAX_REGISTERS, 'read limit');
  const all = spans(model);
  for (const [index, span] of all.entries()) {
    const next = all[index + 1];
    if (next) t.ok(span.address + span.words <= next.address, `values at ${span.address} and ${next.address} overlap`);
  }
  for (const block of planReads(model.rows, model.limits)) {
    const inside = all.filter((s) => s.address >= block.address && s.address + s.words <= block.address + block.count);
    const covered = inside.reduce((sum, span) => sum + span.words, 0);
    t.equal(covered, block.count, `the read ${block.address}+${block.count} touches documented values only, whole`);
    t.ok(block.count <= model.limits.maxRegisters, `the read ${block.address}+${block.count} is within the limit`);
  }
}

/** A current on every phase with the power that gives its direction; a model without them must say so. */
function checkPhases(t: Test, model: MeterModel): void {
  const has = (name: string): boolean => model.rows.some((row) => row.measurand === name);
  const phases = model.phases === 1 ? ['L1'] : ['L1', 'L2', 'L3'];
  t.equal(
    phases.every((phase) => has(`current${phase}`)),
    model.unusable === undefined,
  );
  t.equal(phases.length, model.phases);
  for (const phase of ['L1', 'L2', 'L3']) {
    t.ok(phases.includes(phase) || !has(`current${phase}`), `${phase} is one of its phases`);
    const needsPower = model.currents === 'magnitude' && has(`current${phase}`);
    t.ok(!needsPower || has(`power${phase}`), `${phase}: a magnitude has a power that gives its direction`);
  }
}

function checkInfo(t: Test, model: MeterModel): void {
  const rows: (InfoRow | undefined)[] = [model.identity, model.probe?.row, ...(model.refusals ?? []).map((r) => r.row)];
  for (const row of rows.filter((each) => each !== undefined)) {
    for (const block of infoBlocks(row)) {
      t.ok(block.count >= 1 && block.count <= model.limits.maxRegisters, `${row.name}: within the limit`);
      t.ok(Number.isInteger(block.address) && block.address >= 0 && block.address < 65_536, `${row.name}: address`);
    }
  }
  t.ok((model.probe?.expected.length ?? 1) > 0 && (model.refusals ?? []).every(({ values }) => values.length > 0));
  t.ok(model.connections.length > 0 && new Set(model.connections).size === model.connections.length, 'connections');
  t.ok(model.unitId >= 1 && model.unitId <= 255, 'unit id');
  for (const note of model.notes) t.match(note, /^[\p{Lu}\d].*\.$/u, 'a note is a sentence');
}

t.test('every row of every model', (t) => {
  t.equal(new Set(METER_MODELS.map((model) => model.id)).size, METER_MODELS.length, 'ids are unique');
  t.strictSame(
    METER_MODELS.map(({ id }) => id),
    METER_MODELS.map(({ id }) => id).toSorted(),
    'in the order of the alphabet',
  );
  for (const model of METER_MODELS) {
    for (const name of [model.id, ...model.aliases]) t.match(name, /^(?=.{1,32}$)[a-z0-9]+(-[a-z0-9]+)*$/);
    t.test(model.id, (t) => {
      checkRows(t, model);
      checkPlan(t, model);
      checkPhases(t, model);
      checkInfo(t, model);
      t.end();
    });
  }
  t.end();
});

t.test('every model as the facts say', (t) => {
  t.strictSame(METER_MODELS.map(({ id }) => id).toSorted(), Object.keys(FACTS).toSorted(), 'the same models');
  for (const model of METER_MODELS) {
    const rows: Fact[] = model.rows.map((row) => {
      const { measurand, address, functionCode, encoding, wordOrder, scale } = row;
      return [measurand, address, functionCode, encoding, wordOrder, scale];
    });
    const inOrder = rows.toSorted((a, b) => a[1] - b[1]);
    t.strictSame(inOrder, FACTS[model.id]?.rows, model.id);
    t.equal(model.confidence, FACTS[model.id]?.confidence, `${model.id}: confidence`);
  }
  t.end();
});

/** Function, first register, count of each read. */
const PLANS: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  'siemens-pac2200': [
    [3, 1, 30],
    [3, 65, 2],
  ],
  'carlo-gavazzi-em24-din': [
    [4, 0, 6],
    [4, 12, 10],
    [4, 22, 2],
    [4, 40, 2],
  ],
  'carlo-gavazzi-em340': [
    [4, 0, 24],
    [4, 40, 2],
  ],
  'eastron-sdm72d-m-v2': [
    [4, 0, 18],
    [4, 52, 2],
  ],
  'phoenix-empro-ma37x-mb37x': [[3, 0x8006, 30]],
};

t.test('the fewest reads that the device allows', (t) => {
  for (const [id, plan] of Object.entries(PLANS)) {
    const model = meterModel(id);
    if (!model.ok) return t.fail(model.error);
    const blocks = planReads(model.value.rows, model.value.limits);
    t.strictSame(
      blocks.map(({ functionCode, address, count }) => [functionCode, address, count]),
      plan,
      id,
    );
  }
  return t.end();
});

t.test('aliases find their model', (t) => {
  const found = (word: string): string => {
    const model = meterModel(word);
    return model.ok ? model.value.id : model.error;
  };
  t.equal(found('siemens-pac2200'), 'siemens-pac2200');
  t.equal(found('phoenix-eem-ma371'), 'phoenix-empro-ma37x-mb37x');
  t.equal(found('eastron-sdm630'), 'eastron-sdm630-v2');
  t.equal(found('2905849'), 'carlo-gavazzi-em24-din', 'an order number');
  t.equal(
    found('carlo-gavazzi-em24'),
    'meter model: expected one of carlo-gavazzi-em24-din, carlo-gavazzi-em24-e1, got carlo-gavazzi-em24',
  );
  t.equal(
    found('eastron-sdm72d'),
    'meter model: expected one of eastron-sdm72d-m-v1, eastron-sdm72d-m-v2, got eastron-sdm72d',
  );
  t.equal(
    found('siemens-pac220'),
    'meter model: expected one that "evenkeel meter models" lists, got siemens-pac220; did you mean siemens-pac2200?',
  );
  t.equal(
    found('phoenix-eem-ma372'),
    'meter model: expected one that "evenkeel meter models" lists, got phoenix-eem-ma372; did you mean phoenix-eem-ma370?',
  );
  const names = new Set(METER_MODELS.map(({ id }) => id));
  t.notOk(
    METER_MODELS.some(({ aliases }) => aliases.some((alias) => names.has(alias))),
    'no alias hides an id',
  );
  t.end();
});
