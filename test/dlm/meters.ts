/** Several meters in the tree, samples and statuses of different ages, and meters that show what cannot be. */
import t from 'tap';
import { type Ms, NO_AMPS, type PhaseAmps, perPhase } from '../../src/base/units.js';
import { CapacityBook } from '../../src/dlm/load/capacity.js';
import { LEASE_MAX_MS } from '../../src/dlm/leases/lease-rules.js';
import { SlaveRecord } from '../../src/dlm/group/slave-record.js';
import { StepWatch } from '../../src/dlm/load/step-watch.js';
import { AS_CONFIGURED } from '../helpers/limits.js';
import { buildTopology } from '../../src/dlm/topology.js';
import type { Circuit } from '../../src/dlm/types.js';
import { loadSample, meterSample } from '../helpers/samples.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';
import { statusOf } from '../helpers/messages.js';

function bookOf(places: readonly string[], ...circuits: readonly Circuit[]): CapacityBook {
  return new CapacityBook({ circuits, topology: buildTopology(circuits), limits: AS_CONFIGURED, places });
}

const main = (facts: Partial<Circuit> = {}): Circuit => circuit({ id: 'main', limitA: perPhase(100), ...facts });
const hall = (facts: Partial<Circuit> = {}): Circuit =>
  circuit({ id: 'hall', parent: 'main', limitA: perPhase(63), meter: 'hall', ...facts });

t.test('a meter beside the charge points does not see the other load behind their supply', async (t) => {
  const grid = { meter: 'grid', meterLocation: 'excluding' } as const;
  for (const [places, expectedA] of [
    [['hall'], 100 - 20 - 8],
    [['main'], 100 - 20],
  ] as const) {
    const book = bookOf(places, main(grid), hall());
    book.addSample(0, loadSample(perPhase(20)), 0);
    book.addSample(1, loadSample(perPhase(18), perPhase(10)), 0);
    const [now] = book.capacities(0);
    t.same(now?.capacityA, perPhase(expectedA), `charge points in ${places.join()}`);
    t.same(now?.measuredA, perPhase(20), 'what it shows itself');
  }
});

t.test('a lost meter further down counts as the most of the last quarter of an hour, or as its fuse', async (t) => {
  const book = bookOf(['main'], main(), hall());
  const leftA = (nowMs: Ms): number | undefined => book.capacities(nowMs)[0]?.capacityA[0];
  t.equal(leftA(0), 37, 'not heard yet: all that its fuse carries');
  for (const [minute, loadA] of [
    [0, 50],
    [5, 40],
    [20, 10],
    [21, 12],
  ] as const) {
    book.addSample(1, loadSample(perPhase(loadA)), minute * 60_000);
  }
  t.equal(leftA(21 * 60_000), 88);
  book.loseMeter(1, 21 * 60_000);
  t.equal(leftA(22 * 60_000), 50, 'its values came in few minutes: all of them are remembered');
  t.same(book.capacities(0)[0]?.backgroundA, perPhase(50));
  for (let minute = 30; minute < 50; minute++) book.addSample(1, loadSample(perPhase(minute)), minute * 60_000);
  book.addSample(1, loadSample(perPhase(-70)), 50 * 60_000);
  book.loseMeter(1, 50 * 60_000);
  t.equal(leftA(55 * 60_000), 51, 'feed-in is not counted on');
  const stated = bookOf(['main'], main(), hall({ backgroundMaxA: perPhase(8) }));
  t.same(stated.capacities(0)[0]?.capacityA, perPhase(92), 'what the configuration says of it');
});

t.test('a lost meter above: what meters below it show still counts against the fuse', async (t) => {
  for (const [fallbackA, expectedA] of [
    [9999, 100 - 30],
    [80, 100 - 30],
    [50, 50],
  ] as const) {
    const book = bookOf(['main'], main({ meter: 'grid', fallbackA: perPhase(fallbackA) }), hall());
    book.addSample(1, loadSample(perPhase(30)), 0);
    t.same(book.capacities(0)[0]?.capacityA, perPhase(expectedA), `fallback ${fallbackA} A`);
  }
});

t.test('nobody is raised above a meter that has not been heard for two samples', async (t) => {
  const book = bookOf(['main'], main(), hall());
  book.addSample(1, { ...loadSample(perPhase(30)), periodMs: 1000 }, 100);
  const raisable = (nowMs: Ms): number | undefined => book.capacities(nowMs)[0]?.raisableA[0];
  t.equal(raisable(2000), 70, 'answered after 100 ms, asked every second');
  t.equal(raisable(2101), Number.NEGATIVE_INFINITY);
  t.equal(book.capacities(2101)[0]?.capacityA[0], 70, 'what they have they keep');
});

t.test('values that do not change make no room, whatever the charge points take meanwhile', async (t) => {
  const book = bookOf(['main'], main({ meter: 'grid' }));
  for (let second = 0; second < 60; second++) {
    book.addSample(0, loadSample(perPhase(50), perPhase(second / 2), second * 1000), second * 1000);
  }
  t.same(book.capacities(59_000)[0]?.backgroundA, perPhase(50));
  book.addSample(0, loadSample([50.1, 53, 50], perPhase(30), 60_000), 60_000);
  book.addSample(0, loadSample([50, 53.1, 50.1], perPhase(30), 66_000), 66_000);
  const backgroundA = book.capacities(66_000)[0]?.backgroundA;
  t.ok((backgroundA?.[1] ?? 99) < 24, 'a value that moves is news');
  t.ok((backgroundA?.[0] ?? 0) >= 49.9, 'but of its own phase only, and not by the noise of a wire');
});

t.test('a charge point that the meter shows before its own word is no load of the building for longer', async (t) => {
  const book = bookOf(['main'], main({ meter: 'grid' }));
  const hear = (shownA: number, drawnA: number, atMs: Ms): number | undefined => {
    book.addSample(0, loadSample(perPhase(shownA), perPhase(drawnA), atMs), atMs);
    return book.capacities(atMs)[0]?.capacityA[0];
  };
  hear(20, 0, 0);
  t.equal(hear(36, 0, 10_000), 64, 'for all that is known it is the building');
  for (let atMs = 11_000; atMs < 17_000; atMs += 250) hear(36.1, 16, atMs);
  t.ok((hear(36, 16, 17_000) ?? 0) >= 79.8, 'its word came');
  t.equal(hear(36, 0, 40_000), 64, 'it is silent');
  for (let atMs = 44_000; atMs < 50_000; atMs += 250) hear(36, 16, atMs);
  t.ok((hear(36, 16, 51_000) ?? 0) >= 79.8, 'and heard again');
  for (let atMs = 60_000; atMs < 70_000; atMs += 250) hear(36, 26, atMs);
  t.ok((hear(36, 26, 71_000) ?? 99) < 80.2, 'but what the meter does not follow at all makes no room');
  hear(66, 26, 80_000);
  for (let atMs = 86_000; atMs < 96_000; atMs += 250) hear(66, 46, atMs);
  t.equal(hear(66, 46, 96_000), 60, 'nor does it later on, by as much as the building rose');
});

t.test('what was shown right before a meter was lost holds on when it is back', async (t) => {
  const book = bookOf(['main'], main({ meter: 'grid' }));
  const hear = (loadA: number, atMs: Ms): PhaseAmps | undefined => {
    book.addSample(0, loadSample(perPhase(loadA), NO_AMPS, atMs), atMs);
    return book.capacities(atMs)[0]?.capacityA;
  };
  hear(60, 0);
  book.loseMeter(0, 3000);
  t.equal(book.capacities(3000)[0]?.backgroundA, null);
  t.same(hear(10, 4000), perPhase(40), 'a fall must have held');
  t.same(hear(10, 5001), perPhase(90));
});

t.test(
  'a meter that is back raises nobody before a fall would have held: a late word makes the load look small',
  async (t) => {
    const book = bookOf(['main'], main({ meter: 'grid' }));
    const hear = (shownA: number, drawnA: number, atMs: Ms): void =>
      book.addSample(0, { ...loadSample(perPhase(shownA), perPhase(drawnA), atMs), periodMs: 1000 }, atMs);
    const raisable = (nowMs: Ms): number | undefined => book.capacities(nowMs)[0]?.raisableA[0];
    hear(40, 20, 0);
    t.equal(raisable(0), 80, 'the first one ever has nothing to wait for');
    book.loseMeter(0, 3000);
    // 20 A of others; the charge point has stopped, but its last word says 20 A.
    for (const atMs of [60_000, 61_000, 62_000]) hear(20, 20, atMs);
    t.equal(raisable(62_000), Number.NEGATIVE_INFINITY);
    t.equal(book.capacities(62_000)[0]?.cause[0].source, 'fuse', 'it counts, it only makes no room');
    for (const atMs of [63_000, 64_000, 65_000]) hear(20, 0, atMs);
    t.equal(raisable(65_000), 80, 'its word came');
  },
);

t.test(
  'where samples were missed nobody saw a fall begin: it must hold from the first one that shows it',
  async (t) => {
    const book = bookOf(['main'], main({ meter: 'grid' }));
    const hear = (loadA: number, atMs: Ms): PhaseAmps | undefined => {
      book.addSample(0, { ...loadSample(perPhase(loadA), NO_AMPS, atMs), periodMs: 1000 }, atMs);
      return book.capacities(atMs)[0]?.capacityA;
    };
    hear(60, 0);
    t.same(hear(20, 4900), perPhase(40));
    for (const atMs of [6000, 7000, 8000, 9000]) t.same(hear(20, atMs), perPhase(40), `${atMs} ms`);
    t.same(hear(20, 9901), perPhase(80));
    for (const atMs of [11_901, 13_901, 14_900]) t.same(hear(10, atMs), perPhase(80), `${atMs} ms`);
    t.same(hear(10, 14_902), perPhase(90), 'two periods are no gap');
  },
);

t.test('a meter that is read every ten seconds: a fall must hold for longer', async (t) => {
  const book = bookOf(['main'], main({ meter: 'grid' }));
  const hear = (loadA: number, atMs: Ms): void =>
    book.addSample(0, { ...loadSample(perPhase(loadA), NO_AMPS, atMs), periodMs: 10_000 }, atMs);
  hear(60, 0);
  hear(20, 10_000);
  hear(20.1, 20_000);
  t.same(book.capacities(20_000)[0]?.capacityA, perPhase(40));
  hear(20, 40_000);
  t.same(book.capacities(40_000)[0]?.capacityA, perPhase(79.9));
});

/** A charge point that reported these currents on L1. */
function heard(...words: readonly (readonly [Ms, number])[]): SlaveRecord {
  const record = new SlaveRecord({
    facts: chargePoint({ id: 'a' }),
    isListed: true,
    isAdopted: true,
    unknownUntilMs: LEASE_MAX_MS,
  });
  for (const [atMs, amps] of words) {
    record.applyStatus(
      statusOf('a', { tauMs: atMs, currentA: [amps, 0, 0] }),
      { id: 'm', epoch: 1, grants: false },
      atMs,
    );
  }
  return record;
}

t.test(
  'what a meter may show of a charge point: all since the earliest moment that its values may be of',
  async (t) => {
    const record = heard([0, 16], [1000, 10], [2000, 0], [3000, 0]);
    const rows: readonly (readonly [fromMs: Ms, nowMs: Ms, most: number, least: number])[] = [
      [2500, 3000, 0, 0],
      [1999, 3000, 10, 0],
      [1500, 3000, 10, 0],
      [999, 3000, 16, 0],
      [0, 3000, 16, 0],
      [-5000, 3000, 16, 0],
      [2500, 5600, 0, 0],
      [2500, 6600, 0, 0],
    ];
    for (const [fromMs, nowMs, most, least] of rows) {
      const { mostA, leastA } = record.drawnSince(fromMs, nowMs);
      t.same([mostA[0], leastA[0]], [most, least], `${fromMs} to ${nowMs}`);
    }
    const drawing = heard([0, 16], [2000, 16], [4000, 16], [6000, 16.4], [7000, 16]);
    t.same(drawing.drawnSince(6500, 7000).leastA[0], 16.4, 'a little up and down is no change');
    t.same(drawing.drawnSince(9000, 9600).leastA[0], 0, 'a word that is 2.6 s old says nothing of now');
    t.same(drawing.drawnSince(9000, 10_600).mostA[0], 0, 'a silent one counts as load of the building');
    t.same(drawing.drawnSince(-1, 7000).leastA[0], 0, 'what it drew before its first word is not known');
    const gap = heard([0, 16], [3000, 16]);
    t.same(gap.drawnSince(2000, 3000).leastA[0], 0, 'nor what it drew while it was silent');
    t.same(gap.drawnSince(3000, 3000).leastA[0], 0, 'its first words after that may be of before');
    const again = heard([0, 16], [3000, 16], [5000, 16], [7000, 16], [9000, 16]);
    t.same(again.drawnSince(5000, 7000).leastA[0], 0);
    t.same(again.drawnSince(7000, 9000).leastA[0], 16, '5 s later they count');
  },
);

t.test('nobody is raised by as much as the charge points changed while the meter measured', async (t) => {
  const of = site({
    autoAdopt: false,
    circuits: [main({ limitA: perPhase(40), meter: 'grid' })],
    chargePoints: [chargePoint({ id: 'a', maxA: 10 }), chargePoint({ id: 'b' })],
  });
  const rig = new Rig({ site: of });
  rig.hearMeter('grid', perPhase(5));
  rig.slave('a').plugIn({ maxA: 10 });
  rig.run(5000);
  rig.hearMeter('grid', perPhase(15));
  rig.run(60_000);
  t.same(rig.controller.circuits(rig.nowMs)[0]?.capacity.raisableA, perPhase(35), 'at rest nothing is held back');
  rig.slave('a').vehicle = { phases: 3, maxA: 6 };
  rig.slave('b').plugIn();
  rig.poll('a');
  rig.controller.hearMeter('grid', meterSample([15.01, 15, 15], rig.nowMs), rig.nowMs);
  const { capacityA, raisableA } = rig.controller.circuits(rig.nowMs)[0]?.capacity ?? {};
  t.equal((capacityA?.[1] ?? 0) - (raisableA?.[1] ?? 0), 4, 'a fell from 10 to 6 A, the meter may show either');
  rig.poll('b');
  rig.controller.doubtMeter('grid');
  const doubtful = rig.controller.decide(rig.nowMs).filter(({ chargePointId }) => chargePointId === 'b');
  t.same(
    doubtful.map(({ limitA }) => limitA),
    [0],
    'a value in doubt: b gets nothing yet',
  );
  rig.run(8000);
  t.ok(Number(rig.limits.split(' ')[1]) > 6, 'with good ones it does');
});

const steps = (...rows: readonly (readonly [drawnA: PhaseAmps, shownA: PhaseAmps])[]): StepWatch => {
  const watch = new StepWatch();
  rows.forEach(([drawnA, shownA], index) => {
    watch.addSample({ movedAtMs: index, shownA, mostA: drawnA, leastA: drawnA }, index * 5000);
  });
  return watch;
};

t.test('steps: two in a row are believed, in three phases none tells the order, noise tells nothing', async (t) => {
  const off: PhaseAmps = [0, 0, 0];
  const on: PhaseAmps = [16, 0, 0];
  const l2: PhaseAmps = [5, 21, 5];
  const base = perPhase(5);
  t.notOk(steps([off, base], [on, l2]).isSwapped, 'one may be chance');
  t.ok(steps([off, base], [on, l2], [off, base]).isSwapped);
  t.same(steps([off, base], [on, [-11, 5, 5]], [off, base]).reversed, [0]);
  t.notOk(steps([off, base], [on, l2], [off, base], [on, [21, 5, 5]], [off, base]).isSwapped, 'right twice: mended');
  const three = steps([off, base], [perPhase(16), perPhase(21)], [off, base]);
  t.same([three.isSwapped, three.reversed], [false, []]);
  const turned = steps([off, base], [perPhase(16), perPhase(-11)], [off, base]);
  t.same(turned.reversed, [0, 1, 2], 'all three backwards');
  const noisy = steps([off, base], [on, [13, 13, 5]], [off, [9, 1, 4]]);
  t.same([noisy.isSwapped, noisy.reversed], [false, []]);
});

t.test('blind: two changes missed by a phase that has stood still for half a minute, before and after', async (t) => {
  const off: PhaseAmps = [0, 0, 0];
  const watch = (standsMs: Ms, stepMs: Ms): StepWatch => {
    const own = new StepWatch();
    const hear = (drawnA: PhaseAmps, shownA: number, nowMs: Ms): void =>
      own.addSample({ movedAtMs: nowMs, shownA: [shownA, nowMs % 7, 5], mostA: drawnA, leastA: drawnA }, nowMs);
    hear([26, 0, 0], 46, 0);
    // All stop at once, and the meter shows it; of each of the two the word comes later.
    hear([26, 0, 0], 20, 1000);
    hear([26, 0, 0], 20, 1000 + standsMs);
    hear([10, 0, 0], 20, 1000 + standsMs + stepMs);
    hear(off, 20, 1000 + standsMs + 2 * stepMs);
    return own;
  };
  t.same(watch(2000, 1000).blindPhases(600_000), [], 'words that are late, and nothing moves any more');
  t.same(watch(29_000, 900).blindPhases(600_000), []);
  t.same(watch(30_000, 1000).blindPhases(61_999), [], 'not yet');
  t.same(watch(30_000, 1000).blindPhases(62_000), [0]);
});

t.test('after a start nobody is raised on what a charge point drew before its first word', async (t) => {
  const of = site({
    autoAdopt: false,
    circuits: [main({ limitA: perPhase(40), meter: 'grid' })],
    chargePoints: [chargePoint({ id: 'a' }), chargePoint({ id: 'b' })],
  });
  const rig = new Rig({ site: of, startMs: 10_000 });
  rig.slave('a').plugIn();
  rig.slave('b').plugIn();
  Object.assign(rig.slave('a'), { drawsA: 6 });
  rig.poll('b');
  rig.poll('a');
  // The building takes 20 A; a took nothing when the meter measured, and 6 A at its first word.
  rig.controller.hearMeter('grid', meterSample(perPhase(20), rig.nowMs - 100), rig.nowMs);
  const { raisableA } = rig.controller.circuits(rig.nowMs)[0]?.capacity ?? {};
  t.ok((raisableA?.[0] ?? 99) <= 20, `${raisableA} A for raises, beside 20 A of others`);
});

/** A site of 40 A, 20 A of them for others, whose meter shows `wrong` instead of what flows on L1 from a moment on. */
async function withLostTransformer(wrong: (second: number) => number, seconds: number): Promise<Rig> {
  const of = site({
    autoAdopt: false,
    circuits: [main({ limitA: perPhase(40), meter: 'grid', fallbackA: perPhase(0) })],
    chargePoints: ['a', 'b', 'c'].map((id) => chargePoint({ id, phases: 1 })),
  });
  const rig = new Rig({ site: of });
  for (let second = 0; second < seconds; second++) {
    // Each in its own time: the first is there before the transformer falls off.
    if (second === 0) rig.slave('a').plugIn({ phases: 1, maxA: 10 });
    if (second === 30) rig.slave('b').plugIn({ phases: 1 });
    if (second === 60) rig.slave('c').plugIn({ phases: 1 });
    const drawnA = ['a', 'b', 'c'].reduce((sum, id) => sum + rig.slave(id).status(rig.nowMs).currentA[0], 0);
    const l1 = second < 20 ? 20 + drawnA : wrong(second);
    rig.hearMeter('grid', [l1, 20 + (second % 3) / 10, 20]);
    rig.run(1000);
  }
  return rig;
}

t.test(
  'the last vehicle of a quiet night: the meter shows its end before its word comes, and is not blind',
  async (t) => {
    const metered = circuit({ id: 'main', limitA: perPhase(40), meter: 'grid' });
    const rig = new Rig({ site: site({ circuits: [metered], chargePoints: [chargePoint({ id: 'a' })] }) });
    rig.slave('a').plugIn({ phases: 1, maxA: 10 });
    rig.hearMeter('grid', [10, 10, 10]);
    rig.run(10_000);
    rig.hearMeter('grid', [20, 10, 10]);
    rig.run(10_000);
    rig.hearMeter('grid', [10, 10, 10]);
    rig.run(4000);
    rig.slave('a').unplug();
    rig.run(90_000);
    t.equal(rig.alarm('METER_BLIND'), undefined);
  },
);

t.test('what a meter misses while it stands still as a whole says nothing of a phase', async (t) => {
  const l1Blind = (frozenMs: Ms): boolean => {
    const own = new StepWatch();
    let movedAtMs = 0;
    for (let nowMs = 0; nowMs < 200_000; nowMs += 1000) {
      const drawnA: PhaseAmps = [nowMs >= 60_000 && nowMs < 75_000 ? 10 : 0, 0, 0];
      if (nowMs < 40_000 || nowMs >= 40_000 + frozenMs) movedAtMs = nowMs;
      // The building of a quiet night on L1, and a vehicle that the meter never shows there.
      own.addSample({ movedAtMs, shownA: [0.3, (movedAtMs % 7000) / 1000, 5], mostA: drawnA, leastA: drawnA }, nowMs);
    }
    return own.blindPhases(200_000).length > 0;
  };
  t.equal(l1Blind(0), true, 'the others move: the phase is blind');
  t.equal(l1Blind(30_000), true, 'and moved again when it stopped: one witness each');
  t.equal(l1Blind(36_000), false, 'it stood still as a whole while the vehicle came and went');
  t.equal(l1Blind(120_000), false, 'for so long that it was lost meanwhile');
});

t.test('a phase that shows nothing of the charge points makes no room, and the meter is lost after 30 s', async (t) => {
  const noise = (second: number): number => (second % 5) / 20;
  const drawnA = (rig: Rig): number =>
    [...rig.slaves.values()].reduce((sum, slave) => sum + slave.status(rig.nowMs).currentA[0], 0);
  const soon = await withLostTransformer(noise, 50);
  t.ok(drawnA(soon) <= 40, `${drawnA(soon)} A: what they take leaves no room for more`);
  const rig = await withLostTransformer(noise, 120);
  t.match(rig.alarm('METER_BLIND'), /^meter grid of main shows nothing of the charge points on L1/);
  t.equal(rig.limits, '0 0 0', 'the fallback');
  t.equal(rig.events('METER_BLIND').length, 1, 'told once');
  for (const slave of rig.slaves.values()) slave.unplug();
  rig.hearMeter('grid', [20, 20, 20]);
  rig.run(10_000);
  t.equal(rig.alarm('METER_BLIND'), undefined, 'it moves again');
  t.equal(rig.controller.circuits(rig.nowMs)[0]?.capacity.capacityA[0], 20);
});
