import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { Copper, decodeWireReport, encodeWireReport, FORGET_AFTER_MS, type WireReport } from '../../src/sim/wiring.js';

function report(chargePointId: string, seq: number, currentA: WireReport['currentA'] = [1, 2, 3]): WireReport {
  return { chargePointId, seq, currentA };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

t.test('what goes out comes in', async (t) => {
  const longest = '\u20ac'.repeat(64);
  const rows = [
    report('cp1', 1),
    report('cp "2" \\ \n', 0, [0, 31.999, 1000]),
    report('Ladepunkt Süd \u{1f50c}', 7),
    report(longest, Number.MAX_SAFE_INTEGER, [999.999, 999.999, 999.999]),
  ];
  for (const row of rows) t.same(decodeWireReport(encodeWireReport(row)), row, JSON.stringify(row));
  t.ok(
    encodeWireReport(report('Ä', 1)).every((byte) => byte < 128),
    'ASCII only',
  );
  t.same(decodeWireReport(encodeWireReport(report('a', 1, [1 / 3, 0, 0])))?.currentA, [0.333, 0, 0]);
});

t.test('nothing is sent that could not be read', async (t) => {
  const rows = [report('', 1), report('x'.repeat(65), 1), report('a', -1), report('a', 1, [Number.NaN, 0, 0])];
  for (const row of rows) t.throws(() => encodeWireReport(row), { message: /cannot be sent/ });
});

t.test('garbage is tolerated', async (t) => {
  const good = textOf(encodeWireReport(report('cp1', 1)));
  const rows = [
    '',
    'null',
    '7',
    '[]',
    '{}',
    good.slice(0, -1),
    good.replace('wire/1', 'wire/2'),
    good.replace('"cp1"', '1'),
    good.replace('"cp1"', '""'),
    good.replace('"seq":1', '"seq":1.5'),
    good.replace('"seq":1', '"seq":"1"'),
    good.replace('[1,2,3]', '[1,2]'),
    good.replace('[1,2,3]', '[1,2,3,4]'),
    good.replace('[1,2,3]', '[1,2,-3]'),
    good.replace('[1,2,3]', '[1,2,1e9]'),
    good.replace('[1,2,3]', '[1,2,null]'),
    good.replace('[1,2,3]', '"123"'),
    good.padEnd(600),
  ];
  t.not(decodeWireReport(bytesOf(good)), undefined);
  for (const row of rows) t.equal(decodeWireReport(bytesOf(row)), undefined, row.trim());
});

t.test('random bytes and random damage never throw', async (t) => {
  const seed = 5;
  const rng = seededRng(seed);
  const good = encodeWireReport(report('cp1', 1));
  const copper = new Copper();
  for (let i = 0; i < 5000; i++) {
    const damaged = rng.chance(0.5) ? Uint8Array.from({ length: rng.int(700) }, () => rng.int(256)) : good.slice();
    if (damaged.length > 0) damaged[rng.int(damaged.length)] = rng.int(256);
    copper.receive(damaged, i);
  }
  t.ok(copper.sumA(5000).every(Number.isFinite), `seed ${seed}`);
});

t.test('currents add up; each charge point counts with its latest report', async (t) => {
  const copper = new Copper();
  t.same(copper.sumA(0), [0, 0, 0]);
  t.ok(copper.receive(encodeWireReport(report('a', 1, [10, 0, 0])), 0));
  t.ok(copper.receive(encodeWireReport(report('b', 9, [1, 2, 3])), 100));
  t.same(copper.sumA(100), [11, 2, 3]);
  t.ok(copper.receive(encodeWireReport(report('a', 3, [6, 0, 0])), 200));
  t.same(copper.sumA(200), [7, 2, 3]);
  t.notOk(copper.receive(encodeWireReport(report('a', 2, [32, 0, 0])), 300), 'late');
  t.notOk(copper.receive(encodeWireReport(report('a', 3, [32, 0, 0])), 300), 'doubled');
  t.notOk(copper.receive(bytesOf('noise'), 300));
  t.same(copper.sumA(300), [7, 2, 3]);
});

t.test('the silent are forgotten, and heard again when they come back', async (t) => {
  const copper = new Copper();
  copper.receive(encodeWireReport(report('a', 50, [10, 0, 0])), 0);
  copper.receive(encodeWireReport(report('b', 50, [1, 0, 0])), 500);
  t.same(copper.sumA(FORGET_AFTER_MS), [11, 0, 0]);
  t.same(copper.sumA(FORGET_AFTER_MS + 1), [1, 0, 0]);
  t.notOk(copper.receive(encodeWireReport(report('b', 1, [5, 0, 0])), 1400), 'restarted, its predecessor still counts');
  t.ok(copper.receive(encodeWireReport(report('b', 2, [5, 0, 0])), 1501), 'restarted');
  t.ok(copper.receive(encodeWireReport(report('a', 1, [6, 0, 0])), 1501));
  t.same(copper.sumA(1501), [11, 0, 0]);
});

t.test('the table of charge points is bounded', async (t) => {
  const copper = new Copper();
  let taken = 0;
  for (let i = 0; i < 2100; i++) if (copper.receive(encodeWireReport(report(`cp${i}`, 1, [1, 0, 0])), 0)) taken += 1;
  t.equal(taken, 2000);
  t.same(copper.sumA(0), [2000, 0, 0]);
  t.ok(copper.receive(encodeWireReport(report('cp1', 2, [2, 0, 0])), 0), 'those that are known go on');
});
