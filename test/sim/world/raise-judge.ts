/** The judge of ramps: once kept, and once broken, at once and step by step. */
import t from 'tap';
import type { Ms } from '../../../src/base/units.js';
import { RaiseJudge } from '../../../src/sim/world/judges/raise-judge.js';
import type { SlaveBox } from '../../../src/sim/world/slave-box.js';

class Stand {
  readonly told: string[] = [];
  nowMs: Ms = 0;
  readonly judge: RaiseJudge;
  readonly box = { id: 'a', enforced: { limitA: 0, reason: 'grant' }, followedMasterId: 'm' };

  constructor(ramp: { readonly aPerS?: number } = { aPerS: 1 }) {
    const nowMs = (): Ms => this.nowMs;
    this.judge = new RaiseJudge({
      aPerS: ramp.aPerS,
      stepA: 1,
      nowMs,
      violate: (judge, text) => this.told.push(`${judge}: ${text}`),
    });
    this.enforce(0, 0);
  }

  enforce(limitA: number, afterMs: Ms, reason = 'grant'): this {
    this.nowMs += afterMs;
    this.box.enforced = { limitA, reason };
    this.judge.enforces(this.box as unknown as SlaveBox);
    return this;
  }
}

t.test('a start with what the vehicle needs, and then with the ramp', async (t) => {
  const stand = new Stand().enforce(8, 1_000);
  for (let limitA = 9; limitA <= 32; limitA++) stand.enforce(limitA, 1_000);
  t.same(stand.told, []);
  stand.enforce(6, 100).enforce(9, 1_000);
  t.same(stand.told, [], 'a lowering at once');
});

t.test('a raise at once', async (t) => {
  t.same(new Stand().enforce(10, 1_000).enforce(32, 5_000).told, ['raise: a has 32 A, its ramp allows 18.6 A']);
  t.same(new Stand({}).enforce(10, 1_000).enforce(32, 5_000).told, [], 'without a ramp');
});

t.test('a raise that is too fast step by step', async (t) => {
  const stand = new Stand().enforce(12, 1_000);
  for (let limitA = 13; limitA <= 32; limitA++) stand.enforce(limitA, 500);
  t.match(stand.told[0], /^raise: a has \d\d A/);
});

t.test('a charge point that followed no grant for a while has again what it was granted', async (t) => {
  const stand = new Stand().enforce(8, 1_000).enforce(32, 40_000);
  t.same(stand.enforce(6, 1_000, 'disconnected').enforce(32, 30_000).told, []);
  t.same(stand.enforce(0, 1_000).enforce(0, 1_000, 'newVehicle').enforce(32, 1_000).told.length, 1, 'not more');
});

t.test('a charge point that has started anew is told 0 A first, and then what it had', async (t) => {
  const start = (): Stand => new Stand().enforce(8, 1_000).enforce(18, 12_000).enforce(0, 1_000, 'booting');
  t.same(start().enforce(0, 1_000).enforce(18, 1_000).told, []);
  t.same(start().enforce(0, 1_000).enforce(25, 1_000).told.length, 1, 'not more');
  t.same(start().enforce(0, 1_000).enforce(0, 40_000).enforce(18, 1_000).told.length, 1, 'nor much later');
});

t.test('another master goes on with what it knows', async (t) => {
  const stand = new Stand().enforce(8, 1_000);
  stand.box.followedMasterId = 'n';
  t.same(stand.enforce(18, 1_000).told, []);
  t.same(stand.enforce(28, 1_000).told.length, 1);
});
