/** A meter as a device: what it shows of its conductors, and everything that may be wrong with it and its cable. */
import t from 'tap';
import { defined } from '../../../src/base/assert.js';
import { seededRng } from '../../../src/base/rng.js';
import { mapPhases, type PhaseAmps } from '../../../src/base/units.js';
import { decodeReading } from '../../../src/meters/decode.js';
import { planReads } from '../../../src/modbus/plan.js';
import type { BlockWords } from '../../../src/modbus/rows.js';
import { modelOfMeter } from '../../../src/runtime/meter-model.js';
import { VirtualTime } from '../../../src/sim/virtual-time.js';
import { injector } from '../../../src/sim/world/faults/index.js';
import { MeterDevice } from '../../../src/sim/world/meter-device.js';
import { first, judged, METERED, scenarioOf } from './small-site.js';

const [CONFIG] = scenarioOf(METERED).config.meters;

/** A meter on a conductor whose current is set by hand. */
class Bench {
  readonly time = new VirtualTime();
  readonly device: MeterDevice;
  flowA: PhaseAmps = [10, 20, 30];

  constructor(noiseA = 0, roundA = 0) {
    const config = defined(CONFIG, 'a meter');
    const model = modelOfMeter(config);
    const known = defined(model.ok ? model.value : undefined, 'its model');
    this.device = new MeterDevice({
      config,
      model: known,
      voltageV: () => 230,
      flowA: () => this.flowA,
      latencyMs: 5,
      renewMs: 200,
      noiseA,
      roundA,
      time: this.time,
      rng: seededRng(1),
    });
  }

  /** What a master would make of it, rounded to mA; the code of an exception; or why it is no value. */
  shows(): readonly number[] | number | string {
    const { model } = this.device.options;
    const blocks: BlockWords[] = [];
    for (const block of planReads(model.rows, model.limits)) {
      const words = this.device.read(block);
      if (!words.ok) return words.error;
      blocks.push({ block, words: words.value });
    }
    const reading = decodeReading(model, blocks);
    return reading.ok ? reading.value.currentA.map((amps) => Math.round((amps ?? -1) * 1000) / 1000) : reading.error;
  }

  pass(forMs: number): void {
    this.time.runUntil(this.time.nowMs + forMs);
  }
}

t.test('it shows what flows, on a grid of 200 ms of its own', async (t) => {
  const bench = new Bench();
  t.same(bench.shows(), [10, 20, 30]);
  bench.flowA = [1, 2, -3];
  bench.pass(199);
  t.same(bench.shows(), [10, 20, 30]);
  bench.pass(1);
  t.same(bench.shows(), [1, 2, -3]);
});

t.test('it is off by no more than its noise, and not always by the same', async (t) => {
  const bench = new Bench(0.2);
  const errors: number[] = [];
  for (let count = 0; count < 200; count++) {
    const shown = bench.shows();
    if (typeof shown === 'object') errors.push(...shown.map((amps, p) => amps - (bench.flowA[p] ?? 0)));
    bench.pass(200);
  }
  t.equal(errors.length, 600);
  t.ok(Math.max(...errors.map(Math.abs)) <= 0.2005, `${Math.max(...errors)}`);
  t.ok(Math.max(...errors) > 0.15 && Math.min(...errors) < -0.15);
});

t.test('frozen: it stands still, and goes on when it is mended', async (t) => {
  const bench = new Bench();
  bench.shows();
  const mend = bench.device.break({ isFrozen: true });
  t.equal(bench.device.isFaulty, true);
  bench.flowA = [0, 0, 0];
  bench.pass(60_000);
  t.same(bench.shows(), [10, 20, 30]);
  mend();
  t.equal(bench.device.isFaulty, false);
  t.same(bench.shows(), [0, 0, 0]);
});

t.test('an exception, another device, other words, and cables that are connected wrongly', async (t) => {
  const bench = new Bench();
  const shown: unknown[] = [];
  for (const fault of [
    { exception: 4 },
    { isStranger: true },
    { wiring: ([l1, l2, l3]: PhaseAmps): PhaseAmps => [l2, l3, l1] },
    { wiring: (currentA: PhaseAmps) => mapPhases((p) => -currentA[p]) },
  ]) {
    bench.pass(1_000);
    const mend = bench.device.break(fault);
    shown.push(bench.shows());
    mend();
  }
  t.same(shown, [4, [1.5, 2.5, 3.5], [20, 30, 10], [-10, -20, -30]]);
  bench.pass(1_000);
  t.same(bench.shows(), [10, 20, 30], 'mended');
  bench.device.break({ mangle: (words) => words.map(() => 0x7fc0) });
  t.type(bench.shows(), 'string', 'no values');
});

t.test('the cable: as good as its latency, and what is wrong with it', async (t) => {
  const { device } = new Bench();
  t.same(device.line, { isDown: false, isSilent: false, noise: 0, latencyMs: 5 });
  const mend = device.break({ line: { isSilent: true, latencyMs: 700 } });
  t.same(device.line, { isDown: false, isSilent: true, noise: 0, latencyMs: 700 });
  mend();
  t.equal(device.line.isSilent, false);
});

t.test('in the world: it sees its circuit, charge points and building', async (t) => {
  const { world } = await judged(scenarioOf(METERED, { meterNoiseA: 0 }), 60_000);
  const { drawnMa, buildingMa } = first(world.copper.conductors);
  const flowA = [0, 1, 2].map((p) => ((drawnMa[p] ?? 0) + (buildingMa[p] ?? 0)) / 1000);
  t.same(world.device('grid').options.flowA(), flowA);
  t.ok((drawnMa[0] ?? 0) > 10_000);
  t.throws(() => world.device('other'), /meter other/);
});

t.test('in the world: beside the charge points it sees the building of its own circuit alone', async (t) => {
  const text = METERED.replace('meter: grid,', 'meter: grid, meterLocation: excluding,');
  const { world } = await judged(scenarioOf(text), 60_000);
  const { drawnMa, buildingMa } = first(world.copper.conductors);
  t.ok((drawnMa[0] ?? 0) > 10_000);
  t.same(
    world.device('grid').options.flowA(),
    [0, 1, 2].map((p) => (buildingMa[p] ?? 0) / 1000),
  );
});

t.test('in the world: a broken cable reaches every master, and one that starts on it too', async (t) => {
  const { world } = await judged(scenarioOf(METERED), 60_000);
  const master = world.master('master');
  const mend = injector('meter-refuses').begin({ world, target: 'grid', rng: seededRng(1), untilMs: 120_000 });
  await world.run(80_000);
  t.equal(master.isMeterOnline('grid'), false);
  master.kill();
  master.start();
  await world.run(100_000);
  t.equal(master.isMeterOnline('grid'), false);
  mend();
  await world.run(140_000);
  t.equal(master.isMeterOnline('grid'), true);
});
