/** The judge of lowered limits: a vehicle that takes its margin is not held there. */
import t from 'tap';
import type { Ms } from '../../../src/base/units.js';
import { type HeldPoint, MarginJudge } from '../../../src/sim/world/judges/margin-judge.js';

const HELD: HeldPoint = { id: 'a', reason: 'unused', limitA: 17, drawnA: 17 };

/** What it says of such a point, looked at every second. */
function told(point: HeldPoint, forMs: Ms, other: HeldPoint = point): readonly string[] {
  const violations: string[] = [];
  const judge = new MarginJudge((name, text) => violations.push(`${name}: ${text}`));
  for (let nowMs = 0; nowMs <= forMs; nowMs += 1000) judge.look(nowMs === 5000 ? other : point, nowMs);
  return violations;
}

t.test('a vehicle that draws all that was left to it is raised within 10 s', async (t) => {
  t.same(told(HELD, 10_000), []);
  t.same(told(HELD, 12_000), ['margin: a draws 17.0 A for 11 s, all that a lowering left to it']);
  t.same(told({ ...HELD, drawnA: 16.8 }, 12_000).length, 1);
});

t.test('one that leaves its margin, is raised in between, or is held for another reason may stay so', async (t) => {
  t.same(told({ ...HELD, drawnA: 16.5 }, 60_000), []);
  t.same(told({ ...HELD, reason: 'circuit' }, 60_000), []);
  t.same(told({ ...HELD, limitA: 0, drawnA: 0 }, 60_000), []);
  t.same(told(HELD, 15_000, { ...HELD, reason: 'circuit' }), []);
});
