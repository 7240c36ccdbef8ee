/** What a vehicle leaves of its limit: when it may be lowered, to what, and when it gets its share again. */
import t from 'tap';
import type { Amps, Ms } from '../../src/base/units.js';
import {
  afterDraw,
  ASKED_AGAIN_MS,
  cappedA,
  type Draw,
  type Leftover,
  lowerableToA,
  lowered,
  NO_LEFTOVER,
} from '../../src/dlm/group/leftover.js';
import type { RedistributionRules } from '../../src/dlm/types.js';

const RULES: RedistributionRules = { thresholdA: 2, holdMs: 30_000, marginA: 1 };

/** Looked at every second. */
class Seen {
  leftover: Leftover = NO_LEFTOVER;
  nowMs: Ms = 0;
  #draw: Draw = { limitA: 0, drawnA: 0 };
  stepA: Amps = 1;
  readonly rules: RedistributionRules;

  constructor(rules: Partial<RedistributionRules> = {}) {
    this.rules = { ...RULES, ...rules };
  }

  pass(limitA: Amps, drawnA: Amps | ((second: number) => Amps), forS: number): this {
    for (let second = 0; second < forS; second++) {
      const nowA = typeof drawnA === 'number' ? drawnA : drawnA(second);
      this.#draw = { limitA, drawnA: nowA };
      this.leftover = afterDraw(this.leftover, this.#draw, this, this.nowMs);
      this.nowMs += 1000;
    }
    return this;
  }

  lower(): this {
    this.leftover = lowered(this.leftover, this.#draw, this.nowMs);
    return this;
  }

  /** At the time of the last look. */
  get toA(): Amps | undefined {
    return lowerableToA(this.leftover, this, this.nowMs - 1000);
  }

  get capA(): Amps | undefined {
    return cappedA(this.leftover, this);
  }
}

t.test('after the hold time, not before it', async (t) => {
  const seen = new Seen().pass(16, 13, 30);
  t.equal(seen.toA, undefined);
  t.equal(seen.pass(16, 13, 1).toA, 14);
  t.equal(seen.capA, undefined, 'it may be lowered, nobody has done so');
});

t.test('more than the threshold is left, not as much', async (t) => {
  t.equal(new Seen({ thresholdA: 3 }).pass(16, 13, 100).toA, undefined);
  t.equal(new Seen({ thresholdA: 0.3 }).pass(16.3, 16, 100).toA, undefined, 'dust is no difference');
  t.equal(new Seen({ thresholdA: 3 }).pass(16, 12.9, 100).toA, 14);
});

t.test('a vehicle that draws nothing is left to its appetite', async (t) => {
  t.equal(new Seen().pass(16, 0.3, 600).toA, undefined);
});

t.test(
  'a limit that moves above what the vehicle takes changes nothing, one that it took begins the time anew',
  async (t) => {
    const moved = new Seen().pass(21, 13, 20).pass(16, 13, 5).pass(24, 13, 6);
    t.equal(moved.toA, 14);
    const raised = new Seen().pass(13, 13, 60).pass(16, 13, 30);
    t.equal(raised.toA, undefined, 'the vehicle may still follow');
    t.equal(raised.pass(16, 13, 1).toA, 14);
  },
);

t.test('a vehicle whose current still rises has not shown what it takes', async (t) => {
  const slow = new Seen().pass(32, (second) => 6 + 0.2 * second, 40);
  t.equal(slow.toA, undefined);
  t.equal(slow.pass(32, 14, 10).toA, undefined);
  t.equal(slow.pass(32, 14, 2).toA, 15);
  const late = new Seen().pass(32, 14, 29).pass(32, 15, 5);
  t.equal(late.toA, undefined, 'after 29 s it takes a little more');
});

t.test('the most that it drew counts, and that of the last while only', async (t) => {
  const unsteady = new Seen().pass(20, (second) => (second % 7 === 0 ? 15 : 12), 60);
  t.equal(unsteady.toA, 16);
  const tapering = new Seen().pass(20, 17, 31).pass(20, 10, 61);
  t.equal(tapering.toA, 11);
});

t.test('rounded up to whole steps', async (t) => {
  t.equal(new Seen().pass(20, 13.2, 40).toA, 15);
  const fine = new Seen();
  fine.stepA = 0.1;
  t.equal(fine.pass(20, 13.2, 40).toA, 14.2);
});

t.test('one that takes its margin has its share again, one that only uses what it did has not', async (t) => {
  const seen = new Seen().pass(16, 13, 40).lower();
  t.equal(seen.capA, 14);
  t.equal(seen.pass(14, 13, 600).capA, 14);
  t.equal(seen.pass(14, 13.4, 600).capA, 14);
  t.equal(seen.pass(10, 10, 600).capA, 14, 'the share of all fell below that');
  t.equal(seen.pass(14, 0, 600).capA, 14, 'it cools');
  t.equal(seen.pass(14, 13.5, 1).capA, undefined);
});

t.test('at most one lowering in 10 s', async (t) => {
  const rules = { holdMs: 5_000 };
  const seen = new Seen(rules).pass(20, 16, 12).lower().pass(17, 10, 8);
  t.equal(seen.toA, undefined);
  t.equal(seen.pass(17, 10, 4).toA, 11);
});

t.test('each time that it takes its margin, the next lowering waits for twice as long, up to 16 times', async (t) => {
  const waits = [30, 60, 120, 240, 480, 480];
  const seen = new Seen();
  for (const waitS of waits) {
    t.equal(seen.pass(16, 13, waitS).toA, undefined, `${waitS} s`);
    t.equal(seen.pass(16, 13, 1).toA, 14);
    seen.lower().pass(14, 14, 5);
  }
});

t.test('an hour later it may have its share again, to show whether it takes more by now', async (t) => {
  const seen = new Seen().pass(16, 13, 40).lower();
  t.equal(seen.pass(14, 13, ASKED_AGAIN_MS / 1000).capA, 14);
  t.equal(seen.pass(14, 13, 1).capA, undefined);
  t.equal(seen.pass(16, 13, 31).toA, 14);
});

t.test(
  'a vehicle that draws a tenth less than any limit has its share again, and is left alone for a while',
  async (t) => {
    const seen = new Seen().pass(32, 28.8, 40).lower();
    t.equal(seen.pass(30, 27, 8).capA, 30);
    t.equal(seen.pass(30, 27, 1).capA, undefined, '8 s after the lowering');
    t.equal(seen.pass(32, 28.8, 479).toA, undefined);
    t.equal(seen.pass(32, 28.8, 1).toA, 30);
    const slower = new Seen().pass(16, 13, 40).lower().pass(14, 12.9, 2).pass(14, 12, 60);
    t.equal(slower.capA, 14, 'its battery is nearly full');
    const shared = new Seen().pass(32, 28.8, 40).lower().pass(10, 10, 60);
    t.equal(shared.capA, 30, 'lowered for another reason, that says nothing');
    const cooling = new Seen().pass(32, 28.8, 40).lower().pass(30, 0, 60);
    t.equal(cooling.capA, 30, 'it pauses by itself');
  },
);

t.test('nothing new is the same object', async (t) => {
  for (const seen of [new Seen().pass(16, 16, 5), new Seen().pass(16, 13, 5), new Seen().pass(16, 13, 40).lower()]) {
    const before = seen.leftover;
    seen.pass(before.sinceMs === undefined ? 14 : 16, 13, 1);
    t.equal(seen.leftover, before);
  }
});
