/** Shortage with every rule, over hours: who has current keeps it for the dwell time, then yields; nothing flaps. */
import t from 'tap';
import { type Ms, perPhase } from '../../src/base/units.js';
import { SHORTAGE_RULES, type ShortageRule } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const DWELL_MS: Ms = 60_000;

/** Room for so many of these vehicles of 6 A at least. */
function shortOf(room: number, ids: string, shortage: ShortageRule): Rig {
  return new Rig({
    site: site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(6 * room + 2) })],
      chargePoints: ids.split(' ').map((id) => chargePoint({ id, disconnectedLimitA: 0 })),
      allocation: { stepA: 1, sharing: 'equal', shortage, dwellMs: DWELL_MS },
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
    t.same('yieldsTo' in rig.record('a').reason && rig.record('a').reason, {
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
