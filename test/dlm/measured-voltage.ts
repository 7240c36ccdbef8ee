/** The voltage that limits in W are reckoned with: up at once, down late, and nothing that no grid has. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { MeasuredVoltage } from '../../src/dlm/load/measured-voltage.js';

const MINUTE_MS = 60_000;

function after(...shown: readonly (readonly [atMs: number, voltageV: number | undefined])[]): number | undefined {
  const measured = new MeasuredVoltage(230);
  for (const [atMs, voltageV] of shown) measured.add(voltageV, atMs);
  return measured.voltageV;
}

t.test('nothing is known before the first value, and without one', async (t) => {
  t.equal(after(), undefined);
  t.equal(after([0, undefined]), undefined);
  t.equal(after([0, 241.4]), 241, 'whole volts');
});

t.test('a rise counts at once', async (t) => {
  t.equal(after([0, 228], [1000, 229], [2000, 245]), 245);
  t.equal(after([0, 228], [1000, 228.6]), 229);
});

t.test('a fall counts after a minute, down to the highest of that minute', async (t) => {
  t.equal(after([0, 245], [1000, 230], [59_000, 228]), 245);
  t.equal(after([0, 245], [1000, 230], [30_000, 236], [61_000, 228]), 236);
  t.equal(after([0, 245], [1000, 230], [30_000, 245], [61_000, 228]), 245, 'it came back');
  t.equal(after([0, 245], [1000, 230], [30_000, 244], [61_000, 228]), 245, 'or nearly');
  t.equal(after([0, 240], [MINUTE_MS, 239], [10 * MINUTE_MS, 239]), 240, 'a volt is noise');
});

t.test('noise around a rounding never moves it twice', async (t) => {
  const rng = seededRng(7);
  const measured = new MeasuredVoltage(230);
  const seen: number[] = [];
  for (let atMs = 0; atMs < 3_600_000; atMs += 1000) {
    measured.add(234.5 + rng.between(-0.4, 0.4), atMs);
    if (measured.voltageV !== undefined && measured.voltageV !== seen.at(-1)) seen.push(measured.voltageV);
  }
  t.ok(seen.length <= 2, seen.join(' '));
});

t.test('what no grid has is not believed', async (t) => {
  for (const wrong of [0, -230, 12, 206.9, 264.6, 400, 65_535]) {
    t.equal(after([0, wrong]), undefined, `${wrong} V`);
    t.equal(after([0, 240], [1000, wrong]), 240, `${wrong} V after a good value`);
    t.equal(after([0, 220], [1000, wrong]), 230, `${wrong} V: not below the nominal one`);
  }
  t.equal(after([0, 207]), 207);
  t.equal(after([0, 264.4]), 264);
});

t.test('a meter that is lost may hide a rise: not below the nominal one, nor below what it showed', async (t) => {
  for (const [shownV, wantedV] of [
    [220, 230],
    [241, 241],
  ] as const) {
    const measured = new MeasuredVoltage(230);
    measured.add(shownV, 0);
    measured.lose();
    t.equal(measured.voltageV, wantedV);
    measured.add(shownV, 10_000);
    t.equal(measured.voltageV, shownV, 'heard again');
  }
});
