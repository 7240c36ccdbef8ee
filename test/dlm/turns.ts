/** Shortage with every rule, over hours: who has current keeps it for the dwell time, then yields; nothing flaps. */
import t from 'tap';
import { type Ms, perPhase } from '../../src/base/units.js';
import { SHORTAGE_RULES, type ShortageRule } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const DWELL_MS: Ms = 60_000;

/** Room for so many of these vehicles of 6 A at least. */
function shortOf(room: number, ids: string, shortage: ShortageRule, dwellMs = DWELL_MS): Rig {
  return new Rig({
    site: site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(6 * room + 2) })],
      chargePoints: ids.split(' ').map((id) => chargePoint({ id, disconnectedLimitA: 0 })),
      allocation: { stepA: 1, sharing: 'equal', shortage, dwellMs, steadyMs: 300_000 },
    }),
  });
}

function servedIn(rig: Rig): string {
  return rig.limits.replaceAll(/[1-9]\d*/g, 'x');
}

for (const shortage of SHORTAGE_RULES) {
  t.test(`${shortage}: whoever comes later waits until the turn of the one that charges is over`, async (t) => {
    const rig = shortOf(1, 'a b', shortage);
    rig.slave('b').plugIn();
    rig.run(20_000);
    t.equal(servedIn(rig), '0 x');
    rig.slave('a').plugIn();
    rig.run(DWELL_MS - 25_000);
    t.equal(servedIn(rig), '0 x', 'not by its place in the list');
    t.equal(rig.record('a').reason.kind, 'shortage');
    t.match('yieldsTo' in rig.record('a').reason && rig.record('a').reason, {
      kind: 'shortage',
      circuit: 'main',
      phase: 0,
      yieldsTo: ['b'],
    });
    rig.run(DWELL_MS + 40_000);
    const isStatic = shortage === 'last-connected-first';
    t.equal(servedIn(rig), isStatic ? '0 x' : 'x 0', isStatic ? 'a came last' : 'its turn');
  });
}

t.test('an interrupted turn begins anew: nobody charges for less than the dwell time', async (t) => {
  const rig = shortOf(2, 'a b c', 'longest-charging-first');
  for (const id of ['a', 'b', 'c']) rig.slave(id).plugIn();
  const startedMs = new Map<string, Ms>();
  const turnsMs: Ms[] = [];
  for (let second = 0; second < 3600; second++) {
    rig.run(1000);
    for (const id of ['a', 'b', 'c']) {
      const isServed = rig.slave(id).core.enforced(rig.nowMs).limitA > 0;
      const since = startedMs.get(id);
      if (isServed && since === undefined) startedMs.set(id, rig.nowMs);
      if (isServed || since === undefined) continue;
      turnsMs.push(rig.nowMs - since);
      startedMs.delete(id);
    }
  }
  t.ok(turnsMs.length >= 20, `${turnsMs.length} turns in an hour`);
  t.ok(Math.min(...turnsMs) >= DWELL_MS - 2000, `the shortest ${Math.min(...turnsMs)} ms`);
});

t.test('five vehicles, room for two: all charge for the same time, and changes are few', async (t) => {
  const ids = 'a b c d e'.split(' ');
  const rig = shortOf(2, ids.join(' '), 'longest-charging-first');
  for (const id of ids) rig.slave(id).plugIn();
  const servedMs = ids.map(() => 0);
  let changes = 0;
  let before = servedIn(rig);
  const hours = 2;
  for (let second = 0; second < hours * 3600; second++) {
    rig.run(1000);
    if (servedIn(rig) !== before) changes++;
    before = servedIn(rig);
    ids.forEach((id, index) => {
      if (rig.slave(id).core.enforced(rig.nowMs).limitA > 0) servedMs[index] = (servedMs[index] ?? 0) + 1000;
    });
  }
  t.ok(Math.max(...servedMs) - Math.min(...servedMs) <= 3 * DWELL_MS, servedMs.join(' '));
  t.ok(Math.min(...servedMs) >= (hours * 3_600_000 * 2) / 5 - 6 * DWELL_MS, 'and somebody always does');
  t.ok(changes <= (4 * hours * 3_600_000) / DWELL_MS, `${changes} changes`);
});

t.test('after a restart of the master whoever charges goes on', async (t) => {
  const rig = shortOf(1, 'a b', 'longest-charging-first');
  rig.slave('b').plugIn();
  rig.run(20_000);
  rig.slave('a').plugIn();
  rig.run(3000);
  t.equal(servedIn(rig), '0 x');
  rig.restartMaster();
  rig.run(DWELL_MS - 25_000);
  t.equal(servedIn(rig), '0 x');
});

/** How long each drew current, in ms, and how often somebody's current came or went. */
function watch(rig: Rig, ids: readonly string[], durationMs: Ms): { readonly drewMs: readonly Ms[]; changes: number } {
  const drewMs = ids.map(() => 0);
  let [changes, before] = [0, servedIn(rig)];
  for (const endMs = rig.nowMs + durationMs; rig.nowMs < endMs; ) {
    rig.run(1000);
    if (servedIn(rig) !== before) changes++;
    before = servedIn(rig);
    ids.forEach((id, index) => {
      if (rig.slave(id).status(rig.nowMs).currentA[0] > 0) drewMs[index] = (drewMs[index] ?? 0) + 1000;
    });
  }
  return { drewMs, changes };
}

t.test('vehicles that take a while to start are not passed over meanwhile', async (t) => {
  const ids = 'a b c d e'.split(' ');
  for (const startsAfterMs of [5000, 20_000, 50_000]) {
    const rig = shortOf(2, ids.join(' '), 'longest-charging-first', 5 * DWELL_MS);
    for (const id of ids) {
      rig.slave(id).plugIn();
      rig.slave(id).startsAfterMs = startsAfterMs;
    }
    const { drewMs, changes } = watch(rig, ids, 3_600_000);
    t.ok(Math.min(...drewMs) >= 900_000, `${startsAfterMs} ms: ${drewMs.join(' ')}`);
    t.ok(changes <= 60, `${changes} changes`);
  }
});

t.test('full vehicles take no turns from one that wants to charge', async (t) => {
  const full = 'f1 f2 f3 f4 f5 f6'.split(' ');
  const rig = shortOf(1, [...full, 'a'].join(' '), 'longest-charging-first', 5 * DWELL_MS);
  for (const id of [...full, 'a']) rig.slave(id).plugIn();
  for (const id of full) rig.slave(id).startsAfterMs = Number.POSITIVE_INFINITY;
  const { drewMs, changes } = watch(rig, ['a'], 7_200_000);
  t.ok((drewMs[0] ?? 0) >= 0.75 * 7_200_000, `${drewMs[0]} of 7200000 ms`);
  t.ok(changes <= 60, `${changes} changes`);
});

t.test('a vehicle that was full and wants current again charges in its turn', async (t) => {
  const rig = shortOf(1, 'a b', 'longest-charging-first', 5 * DWELL_MS);
  rig.slave('a').startsAfterMs = Number.POSITIVE_INFINITY;
  for (const id of ['a', 'b']) rig.slave(id).plugIn();
  rig.run(300_000);
  t.equal(servedIn(rig), '0 x');
  rig.slave('b').unplug();
  rig.slave('a').startsAfterMs = 0;
  rig.run(60_000);
  t.equal(servedIn(rig), 'x 0', 'while there is room it is offered all the time');
  rig.slave('b').plugIn();
  const { drewMs } = watch(rig, ['a', 'b'], 3_600_000);
  t.ok(Math.min(...drewMs) >= 0.4 * 3_600_000, drewMs.join(' '));
});

for (const shortage of SHORTAGE_RULES) {
  t.test(`${shortage}: one that another balances is served beside it, whoever's turn it is`, async (t) => {
    const main = circuit({
      id: 'main',
      limitA: perPhase(60),
      imbalanceLimitA: 20,
      meter: 'grid',
      meterLocation: 'excluding',
    });
    const rig = new Rig({
      site: site({
        autoAdopt: false,
        circuits: [main],
        chargePoints: [
          chargePoint({ id: 'onL2', phases: 1, rotation: 'STR', disconnectedLimitA: 0 }),
          chargePoint({ id: 'onL3', phases: 1, rotation: 'TRS', disconnectedLimitA: 0 }),
        ],
        allocation: { stepA: 1, sharing: 'equal', shortage, dwellMs: DWELL_MS, steadyMs: 300_000 },
      }),
    });
    // 20 A between L2 and L3: nothing more on L2, unless somebody loads L3.
    rig.hearMeter('grid', [18, 22, 2]);
    rig.slave('onL3').plugIn({ phases: 1 });
    rig.run(20_000);
    rig.slave('onL2').plugIn({ phases: 1 });
    rig.run(20_000);
    const seen = new Set<string>();
    for (let second = 0; second < 600; second++) {
      rig.run(1000);
      seen.add(rig.limits);
    }
    t.same([...seen], ['16 32'], 'both, and nothing changes');
    rig.slave('onL3').unplug();
    rig.run(20_000);
    t.equal(rig.limits, '0 0', 'alone it would make the difference larger');
    t.match(rig.record('onL2').reason, { kind: 'shortage', circuit: 'main', phases: [1, 2] });
  });
}

t.test('one that is balanced by another one that was refused itself is asked a third time', async (t) => {
  const main = circuit({
    id: 'main',
    limitA: perPhase(80),
    imbalanceLimitA: 20,
    meter: 'grid',
    meterLocation: 'excluding',
  });
  const rig = new Rig({
    site: site({
      autoAdopt: false,
      circuits: [main],
      chargePoints: [
        chargePoint({ id: 'onL2', phases: 1, rotation: 'STR', disconnectedLimitA: 0 }),
        chargePoint({ id: 'onL3', phases: 1, rotation: 'TRS', disconnectedLimitA: 0 }),
        chargePoint({ id: 'onL1', phases: 1, rotation: 'RST', disconnectedLimitA: 0 }),
      ],
    }),
  });
  // onL1 alone makes room for onL3, and that for onL2.
  rig.hearMeter('grid', [0, 40, 20]);
  for (const id of ['onL2', 'onL3', 'onL1']) rig.slave(id).plugIn({ phases: 1 });
  rig.run(60_000);
  t.equal(rig.limits, '32 32 32');
});

t.test('whatever the order says, one that waits has its least share, in whole turns', async (t) => {
  for (const shortage of ['last-connected-first', 'priority-only'] as const) {
    const points = ['a', 'b'].map((id, at) => chargePoint({ id, disconnectedLimitA: 0, priority: at + 1 }));
    const main = circuit({ id: 'main', limitA: perPhase(8) });
    const of = site({ autoAdopt: false, circuits: [main], chargePoints: points });
    // A minute in twelve: after ten minutes.
    const allocation = { ...of.allocation, shortage, dwellMs: DWELL_MS, leastMsPerHour: 6 * 60_000 };
    const rig = new Rig({ site: { ...of, allocation } });
    rig.slave('a').plugIn();
    rig.run(60_000);
    rig.slave('b').plugIn();
    rig.run(9.5 * 60_000);
    t.equal(servedIn(rig), 'x 0', shortage);
    rig.run(60_000);
    t.equal(servedIn(rig), '0 x', `${shortage}: it is due`);
    rig.run(75_000);
    t.equal(servedIn(rig), 'x 0', `${shortage}: it had its turn`);
    rig.run(8 * 60_000);
    t.equal(servedIn(rig), 'x 0', `${shortage}: it waits anew`);
  }
});
