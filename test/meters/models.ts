/** One walk over every row of every model; and the PAC2200's rows against the facts, written down a second time. */
import t, { type Test } from 'tap';
import { METER_MEASURANDS, type MeterModel } from '../../src/meters/model.js';
import { METER_MODELS, meterModel } from '../../src/meters/models/index.js';
import { ENCODINGS } from '../../src/modbus/encodings.js';
import { MAX_REGISTERS, planReads } from '../../src/modbus/plan.js';
import { REGISTER_UNITS, type RegisterSpan, rowSpan } from '../../src/modbus/rows.js';

/** Every documented value, in the order of addresses. */
function spans(model: MeterModel): RegisterSpan[] {
  return [...model.rows.map(rowSpan), ...model.passedOver].sort((a, b) => a.address - b.address);
}

function unitOf(measurand: string): string {
  if (measurand.startsWith('voltage')) return 'V';
  return measurand.startsWith('current') ? 'A' : 'W';
}

function checkRows(t: Test, model: MeterModel): void {
  const measurands = model.rows.map((row) => row.measurand);
  t.equal(new Set(measurands).size, measurands.length, 'each measurand once');
  for (const row of model.rows) {
    t.ok(METER_MEASURANDS.includes(row.measurand), `${row.measurand} is known`);
    t.ok(ENCODINGS.includes(row.encoding) && ['big', 'little'].includes(row.wordOrder), `${row.measurand}: encoding`);
    t.ok(REGISTER_UNITS.includes(row.unit), `${row.measurand}: unit ${row.unit} is known`);
    t.equal(row.unit, unitOf(row.measurand), `${row.measurand}: unit fits`);
    t.ok(Number.isFinite(row.scale) && row.scale > 0, `${row.measurand}: scale`);
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
  }
}

t.test('every row of every model', (t) => {
  t.ok(METER_MODELS.length > 0);
  t.equal(new Set(METER_MODELS.map((model) => model.id)).size, METER_MODELS.length, 'ids are unique');
  for (const model of METER_MODELS) {
    t.match(model.id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    t.test(model.id, (t) => {
      checkRows(t, model);
      checkPlan(t, model);
      const has = (name: string): boolean => model.rows.some((row) => row.measurand === name);
      for (const phase of ['L1', 'L2', 'L3']) {
        const needsPower = model.currents === 'magnitude' && has(`current${phase}`);
        t.ok(!needsPower || has(`power${phase}`), `${phase}: a magnitude has a power that gives its direction`);
      }
      t.end();
    });
  }
  t.end();
});

t.test('PAC2200 as the manual lists it', (t) => {
  const model = meterModel('siemens-pac2200');
  if (!model.ok) return t.fail(model.error);
  t.strictSame(
    model.value.rows.map((row) => [row.measurand, row.address, row.unit]),
    [
      ['voltageL1', 1, 'V'],
      ['voltageL2', 3, 'V'],
      ['voltageL3', 5, 'V'],
      ['currentL1', 13, 'A'],
      ['currentL2', 15, 'A'],
      ['currentL3', 17, 'A'],
      ['powerL1', 25, 'W'],
      ['powerL2', 27, 'W'],
      ['powerL3', 29, 'W'],
      ['totalPower', 65, 'W'],
    ],
  );
  for (const row of model.value.rows) {
    t.match(row, { functionCode: 3, encoding: 'float32', wordOrder: 'big', scale: 1 });
  }
  t.strictSame(planReads(model.value.rows, model.value.limits), [
    { functionCode: 3, address: 1, count: 30 },
    { functionCode: 3, address: 65, count: 2 },
  ]);
  return t.end();
});

t.test('an unknown model names the nearest', (t) => {
  t.strictSame(meterModel('siemens-pac220'), {
    ok: false,
    error: 'meter model: expected one of siemens-pac2200, got siemens-pac220; did you mean siemens-pac2200?',
  });
  t.equal(meterModel('x').ok, false);
  t.end();
});
