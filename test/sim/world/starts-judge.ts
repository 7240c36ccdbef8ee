/** The judge of starts: six an hour that a master makes, beside those that a plug, a fault or a turn explains. */
import t from 'tap';
import type { Ms } from '../../../src/base/units.js';
import { StartsJudge } from '../../../src/sim/world/judges/starts-judge.js';
import type { SlaveBox } from '../../../src/sim/world/slave-box.js';
import { VEHICLE } from './small-site.js';

const MINUTE_MS: Ms = 60_000;
const LONG_MS: Ms = 1e12;

class Stand {
  readonly told: string[] = [];
  nowMs: Ms = 0;
  isBefallen = false;
  readonly judge: StartsJudge;
  readonly box = { id: 'a', enforced: { limitA: 16, reason: 'grant' }, hardware: { vehicle: { ...VEHICLE } } };

  constructor(dwellMs: Ms = LONG_MS) {
    this.judge = new StartsJudge({
      dwellMs,
      nowMs: () => this.nowMs,
      isBefallen: () => this.isBefallen,
      violate: (judge, text) => this.told.push(`${judge}: ${text}`),
    });
    this.enforce(16);
  }

  enforce(limitA: number, reason = 'grant'): void {
    this.box.enforced = { limitA, reason };
    this.judge.enforces(this.box as unknown as SlaveBox);
  }

  /** Paused and started again `times` times. */
  toggle(times: number, everyMs: Ms, reason = 'grant', change: () => void = () => {}): readonly string[] {
    for (let time = 0; time < times; time++) {
      this.enforce(0, reason);
      change();
      this.nowMs += everyMs;
      this.enforce(16);
    }
    return this.told;
  }
}

t.test('six starts in an hour, the first one with the plug', async (t) => {
  t.same(new Stand().toggle(5, MINUTE_MS), []);
  const stand = new Stand();
  t.same(stand.toggle(6, MINUTE_MS), ['starts: a was started 6 times in an hour']);
  t.equal(stand.judge.mostStarts, 6);
  t.same(new Stand().toggle(50, 12 * MINUTE_MS + 1), [], 'five within each hour');
});

t.test('each turn of a shortage is one more', async (t) => {
  t.same(new Stand(5 * MINUTE_MS).toggle(11, MINUTE_MS), []);
  t.equal(new Stand(5 * MINUTE_MS).toggle(12, MINUTE_MS).length, 1);
});

t.test('what a plug, a fault, a lease or another master explains', async (t) => {
  const plug = new Stand();
  t.same(
    plug.toggle(20, MINUTE_MS, 'grant', () => {
      plug.box.hardware.vehicle = { ...VEHICLE };
    }),
    [],
  );
  t.same(new Stand().toggle(20, MINUTE_MS, 'leaseExpired'), []);
  const alone = new Stand();
  for (let time = 0; time < 20; time++) {
    alone.enforce(0);
    alone.enforce(8, 'disconnected');
  }
  t.same(alone.told, [], 'it hears no master');
  const befallen = new Stand();
  befallen.isBefallen = true;
  t.same(befallen.toggle(20, MINUTE_MS), []);
  const restarted = new Stand();
  restarted.toggle(5, MINUTE_MS);
  restarted.judge.forget();
  restarted.enforce(16);
  t.same(restarted.toggle(5, MINUTE_MS), []);
});
