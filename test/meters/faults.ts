/** Rows 1 to 17 of the table of faults: what a meter or its line can do, and what must come of it. Each row by its number. */
import t from 'tap';
import { mapPhases, type PhaseAmps, perPhase } from '../../src/base/units.js';
import { Field, overwrite, scaled, strangerMeter, swappedWords } from './field.js';

/** After ten good seconds. */
async function begun(): Promise<Field> {
  const field = new Field(1, true);
  await field.run(10_000);
  field.told.length = 0;
  return field;
}

/** Charge point a draws another current now, and what the meters show has followed. */
async function steps(field: Field, ...currentsA: readonly number[]): Promise<void> {
  for (const maxA of currentsA) {
    field.rig.slave('a').vehicle = { phases: 1, maxA };
    await field.run(8000);
  }
}

t.test('row 1: one timeout: the values stay, and nobody is raised on data older than two samples', async (t) => {
  const field = await begun();
  field.devices.grid.bus.line.isSilent = true;
  await field.run(200);
  t.equal(field.pollers.grid.belief.state, 'online');
  t.ok(Number.isFinite(field.capacity('grid').raisableA[0]), 'one was missed');
  await field.run(400);
  const { capacityA, raisableA } = field.capacity('grid');
  t.ok(capacityA[0] > 0, 'what was granted stays');
  t.equal(raisableA[0], Number.NEGATIVE_INFINITY, 'but nobody is raised');
  field.devices.grid.bus.line.isSilent = false;
  await field.run(2500);
  t.match(field.kinds('grid'), /^(error)?$/, 'never lost');
  t.ok(Number.isFinite(field.capacity('grid').raisableA[0]));
});

t.test('row 2: silent for 3 s: lost, the fallback holds; three good reads, and it is back', async (t) => {
  const field = await begun();
  field.devices.grid.bus.line.isSilent = true;
  await field.run(3300);
  t.match(field.kinds('grid'), /^error lost$/);
  t.match(field.capacity('grid'), { cause: [{ source: 'fallback' }], capacityA: perPhase(20) });
  field.devices.grid.bus.line.isSilent = false;
  await field.run(15_000);
  t.match(field.kinds('grid'), /^error lost recovered$/);
  t.equal(field.capacity('grid').cause[0].source, 'fuse');
});

t.test('row 3: exception 1 or 2: named once with the map, no storm of retries', async (t) => {
  for (const code of [1, 2]) {
    const field = await begun();
    field.devices.grid.exception = code;
    await field.run(60_000);
    t.equal(field.kinds('grid'), 'error lost');
    t.match(field.texts('grid', 'error')[0], /does not know the registers of siemens-pac2200/);
    field.devices.grid.exception = 0;
    await field.run(12_000);
    t.match(field.kinds('grid'), / recovered$/);
  }
});

t.test('row 4: exception 4, 6, 11: tried again at the next poll, then less and less often', async (t) => {
  for (const code of [4, 6, 11]) {
    const field = await begun();
    field.devices.grid.exception = code;
    await field.run(100);
    t.equal(field.pollers.grid.belief.misses, 1);
    field.devices.grid.exception = 0;
    await field.run(200);
    t.equal(field.pollers.grid.belief.misses, 0, 'read again without a pause');
    field.devices.grid.exception = code;
    await field.run(60_000);
    t.equal(field.kinds('grid'), 'error lost', `exception ${code}: said once`);
    t.ok(field.pollers.grid.belief.misses < 40, `${field.pollers.grid.belief.misses} attempts in a minute`);
  }
});

t.test('row 5: NaN, infinity, all ones: the sample is refused', async (t) => {
  for (const words of [
    [0x7fc0, 0],
    [0xffff, 0xffff],
    [0x7f80, 0],
    [0xff80, 0],
  ]) {
    const field = await begun();
    field.devices.grid.mangle = overwrite(15, ...words);
    await field.run(2000);
    t.match(field.kinds('grid'), /^error$/);
    t.match(field.texts('grid', 'error')[0], /register 15 \(currentL2\): expected a value/);
    await field.run(2000);
    t.match(field.kinds('grid'), /^error lost$/);
    t.same(field.wrong, []);
  }
});

t.test('row 6: frozen while charge points change: told after 30 s, lost after 60 s', async (t) => {
  const field = await begun();
  field.excused.add('garage').add('grid');
  field.devices.garage.isFrozen = true;
  const beforeA = field.capacity('garage').backgroundA ?? perPhase(0);
  await steps(field, 6, 16, 10);
  t.notMatch(field.kinds('garage'), /stuck/, '24 s');
  t.ok(
    (field.capacity('garage').backgroundA?.[0] ?? 0) >= beforeA[0],
    'a charge point that takes more leaves no more room',
  );
  await field.run(10_000);
  t.match(field.kinds('garage'), /^stuck$/);
  await field.run(30_000);
  t.match(field.kinds('garage'), /^stuck (error )?lost$/);
  t.match(field.texts('garage', 'lost')[0], /^the same values for a minute, although the charge points changed$/);
  field.devices.garage.isFrozen = false;
  await field.run(5000);
  t.match(field.kinds('garage'), /recovered$/);
});

t.test('row 6: constant values while nothing changes are no fault', async (t) => {
  const field = await begun();
  for (const id of ['grid', 'garage', 'hall'] as const) field.devices[id].isFrozen = true;
  await field.run(300_000);
  t.notMatch(field.kinds('garage'), /stuck|lost/);
});

t.test('row 7: swapped phases: the step of a charge point shows them; the highest phase counts for all', async (t) => {
  const field = await begun();
  field.excused.add('garage');
  field.devices.garage.wiring = ([l1, l2, l3]): PhaseAmps => [l2, l3, l1];
  await steps(field, 16, 8, 16, 8);
  t.match(field.rig.alarm('PHASE_MISMATCH'), /^meter garage of garage shows the charge points on other phases/);
  const highestA = Math.max(...field.flowA('garage'));
  t.match(
    field.capacity('garage').measuredA,
    perPhase(highestA).map((amps) => Number(Math.fround(amps))),
  );
  t.equal(field.rig.events('PHASE_MISMATCH').length, 1, 'told once');
  field.devices.garage.wiring = (currentA) => currentA;
  await steps(field, 16, 8, 16, 8);
  t.equal(field.rig.alarm('PHASE_MISMATCH'), undefined, 'mended');
});

t.test('row 8: reversed transformer: the step shows it; the values count without their sign', async (t) => {
  const field = await begun();
  field.excused.add('garage');
  field.devices.garage.wiring = ([l1, l2, l3]): PhaseAmps => [-l1, l2, l3];
  await steps(field, 16, 8, 16, 8);
  t.match(field.rig.alarm('METER_SIGN'), /^meter garage of garage counts L1 backwards/);
  t.ok((field.capacity('garage').measuredA?.[0] ?? -1) > 0);
  t.ok((field.capacity('garage').backgroundA?.[0] ?? 0) >= 2.9, 'and the building is not forgotten');
  t.equal(field.rig.alarm('PHASE_MISMATCH'), undefined);
});

t.test('row 8: more export than the fuse carries, beside what the charge points draw: at once', async (t) => {
  const field = await begun();
  field.excused.add('garage');
  field.rig.slave('a').vehicle = { phases: 1, maxA: 32 };
  await field.run(10_000);
  field.devices.garage.wiring = (currentA) => mapPhases((p) => -currentA[p]);
  await field.run(2500);
  t.match(field.rig.alarm('METER_SIGN'), /counts L1/);
});

t.test('row 9: another meter answers: lost with the reason, as soon as it is asked who it is', async (t) => {
  const field = await begun();
  field.devices.hall.bus.line.isSilent = true;
  await field.run(1000);
  field.devices.hall.bus.line.isSilent = false;
  field.devices.hall.stranger = strangerMeter();
  await field.run(12_000);
  t.match(field.texts('hall', 'lost')[0], /another device answers: expected serial number 0000 03ea, got 0000 1267/);
  t.same(field.wrong, [], 'none of its values was taken');
  field.devices.hall.stranger = undefined;
  await field.run(12_000);
  t.match(field.kinds('hall'), /recovered$/);

  field.devices.hall.stranger = strangerMeter();
  field.excused.add('hall');
  await field.run(600_000);
  t.match(field.kinds('hall'), /recovered (error )?lost$/, 'and every ten minutes, without any failure');
});

t.test('row 10: word order or scale wrong: refused, then lost', async (t) => {
  const rows = [
    ['word order', swappedWords, /register \d+|implausible/],
    ['all times ten', scaled(1, 65, 10), /implausible voltage/],
    ['currents times a thousand', scaled(13, 17, 1000), /implausible current/],
    ['currents by a tenth', scaled(13, 17, 0.1), /implausible power/],
    ['currents by a thousandth', scaled(13, 17, 0.001), /implausible power/],
    ['powers times ten', scaled(25, 29, 10), /implausible power/],
  ] as const;
  for (const [name, mangle, text] of rows) {
    const field = await begun();
    field.devices.grid.mangle = mangle;
    await field.run(4000);
    t.match(field.texts('grid', 'error')[0], text, name);
    t.match(field.kinds('grid'), /lost$/, name);
    t.same(field.wrong, [], name);
  }
});

t.test('row 10: a true overload far above the fuse is answered with its second sample', async (t) => {
  const field = await begun();
  field.rig.slave('a').vehicle = { phases: 1, maxA: 16 };
  await field.run(10_000);
  t.ok(field.capacity('grid').capacityA[0] > 20);
  field.ownA = { ...field.ownA, grid: [120, 6, 7] };
  field.excused.add('grid');
  await field.run(1000 - (field.time.nowMs % 1000) + 900);
  t.match(field.kinds('grid'), /suspect( overload)+$/);
  t.match(
    field.capacity('grid'),
    { capacityA: [0, /./, /./], cause: [{ source: 'fuse' }] },
    'long before the values are too old',
  );
  t.match(field.rig.alarm('OVERLOAD'), /^main: L1 1[0-9]{2}\.\d A of 63 A$/);
  t.ok(
    field.accepted.grid > 0 && (field.pollers.grid.belief.reading?.currentA[0] ?? 0) < 94.5,
    'none was taken as a value',
  );
  field.rig.cycle();
  t.equal(field.rig.slave('a').core.enforced(field.time.nowMs).limitA, 0);
  field.ownA = { ...field.ownA, grid: [9, 6, 7] };
  await field.run(20_000);
  t.ok(field.capacity('grid').capacityA[0] > 20, 'and it is over');
});

t.test('row 10: a single wild value only freezes raises until the next good one', async (t) => {
  const field = await begun();
  field.devices.grid.mangle = scaled(13, 29, 5);
  await field.run(100);
  t.equal(field.kinds('grid'), 'error suspect');
  t.ok(field.capacity('grid').capacityA[0] > 20, 'nobody is lowered');
  t.equal(field.capacity('grid').raisableA[0], Number.NEGATIVE_INFINITY, 'nor raised');
  field.devices.grid.mangle = undefined;
  await field.run(400);
  t.ok(Number.isFinite(field.capacity('grid').raisableA[0]));
  field.told.length = 0;
  field.devices.grid.mangle = scaled(13, 13, 20);
  await field.run(1000);
  t.notMatch(field.kinds('grid'), /suspect|overload/, 'its power speaks against it: garbage');
  t.same(field.wrong, []);
});

t.test('row 11: half-open: the deadline ends it, the others go on', async (t) => {
  const field = await begun();
  const before = field.accepted.garage;
  field.devices.grid.bus.line.isSilent = true;
  await field.run(20_000);
  t.match(field.kinds('grid'), /^error lost$/);
  t.equal(field.kinds('garage'), '');
  t.ok(field.accepted.garage - before >= 38, `${field.accepted.garage - before} samples of another line in 20 s`);
});

t.test('row 12: refused, then there again', async (t) => {
  const field = await begun();
  field.devices.grid.bus.line.isDown = true;
  await field.run(30_000);
  t.match(field.kinds('grid'), /^error (error )?lost$/);
  field.devices.grid.bus.line.isDown = false;
  await field.run(12_000);
  t.match(field.kinds('grid'), /lost recovered$/);
  t.equal(field.kinds('garage'), '', 'the other line does not notice');
});

t.test('row 13: never two requests at once', async (t) => {
  const field = await begun();
  field.devices.garage.bus.line.latencyMs = 200;
  await field.run(60_000);
  t.equal(field.devices.garage.bus.most, 1, 'two meters on one line');
  t.equal(field.devices.grid.bus.most, 1);
});

t.test('row 14: 5 % noise on the line: no value of a bad frame, hardly a value missed', async (t) => {
  const field = await begun();
  field.wanders = true;
  field.devices.garage.bus.line.noise = 0.05;
  const before = field.accepted.garage;
  await field.run(300_000);
  t.same(field.wrong, []);
  const share = (field.accepted.garage - before) / 600;
  t.ok(share > 0.98, `${share} of the samples`);
  t.notMatch(field.kinds('garage'), /lost/);
  const { damagedAnswers, damagedPercent } = field.pollers.garage.noise.figures(field.time.nowMs);
  // Two reads every 500 ms.
  t.ok(Math.abs(damagedAnswers - 0.05 * 1200) < 25, `${damagedAnswers} of about 1260 answers`);
  t.ok(damagedPercent !== null && damagedPercent > 1 && damagedPercent < 12, `${damagedPercent} %`);
  t.equal(
    field
      .kinds('garage')
      .split(' ')
      .filter((kind) => kind === 'noise').length,
    1,
    'told once',
  );
  t.equal(field.pollers.grid.noise.figures(field.time.nowMs).damagedAnswers, 0, 'another line');
  field.devices.garage.bus.line.noise = 0;
  field.told.length = 0;
  await field.run(70_000);
  t.match(field.kinds('garage'), /^noise$/);
  t.match(
    field.told.find(({ kind, meterId }) => kind === 'noise' && meterId === 'garage'),
    { isNoisy: false },
  );
});

t.test('row 15: late answers on the serial line are taken for nothing else', async (t) => {
  const field = await begun();
  field.wanders = true;
  for (let round = 0; round < 20; round++) {
    field.devices.garage.bus.line.latencyMs = 420 + field.rng.int(200);
    await field.run(900);
    field.devices.garage.bus.line.latencyMs = 5;
    await field.run(2000);
  }
  t.same(field.wrong, []);
  await field.run(12_000);
  t.match(field.pollers.garage.belief.state, 'online');
});

t.test('row 16: the adapter is pulled and put back', async (t) => {
  const field = await begun();
  field.devices.garage.bus.line.isDown = true;
  await field.run(30_000);
  t.match([field.kinds('garage'), field.kinds('hall')], [/^error (error )?lost$/, /^error (error )?lost$/]);
  field.devices.garage.bus.line.isDown = false;
  await field.run(12_000);
  t.match([field.kinds('garage'), field.kinds('hall')], [/recovered$/, /recovered$/]);
});

t.test('row 17: 700 ms a read: the loop does not wait, the rate adapts, and that is told once', async (t) => {
  const field = await begun();
  field.devices.grid.bus.line.latencyMs = 350;
  const before = { grid: field.accepted.grid, garage: field.accepted.garage };
  await field.run(30_000);
  t.equal(field.kinds('grid'), 'pace');
  t.match(field.told[0], { everyMs: 750, isSlow: true });
  t.equal(field.accepted.grid - before.grid, 40, 'every 750 ms');
  t.ok(field.accepted.garage - before.garage >= 59, 'the others at their own pace');
  t.ok(Number.isFinite(field.capacity('grid').raisableA[0]), 'at this pace the values are not old');
  field.devices.grid.bus.line.latencyMs = 5;
  await field.run(10_000);
  t.equal(field.kinds('grid'), 'pace pace');
});
