/** When a charge point is told to connect other phases: the moment before, and the moment after. */
import t from 'tap';
import {
  afterBetter,
  afterPosition,
  afterTold,
  begun,
  forNextVehicle,
  isSwitchDue,
  NO_SWITCHING,
  type Switching,
} from '../../src/dlm/group/switching.js';
import { PHASE_SWITCH_RULES as RULES } from '../../src/dlm/types.js';

const HOUR_MS = 3_600_000;

function better(to: number, nowMs: number, before: Switching = NO_SWITCHING): Switching {
  return afterBetter(before, to, nowMs);
}

t.test('it must be better for the hold time without a break', async (t) => {
  const since = better(1, 1000);
  t.equal(better(1, 200_000, since), since, 'still');
  t.notOk(isSwitchDue(since, RULES, RULES.holdMs, 300_999));
  t.ok(isSwitchDue(since, RULES, RULES.holdMs, 301_000));
  const again = better(1, 200_001, afterBetter(since, undefined, 200_000));
  t.notOk(isSwitchDue(again, RULES, RULES.holdMs, 301_000), 'after a break');
  t.notOk(isSwitchDue(better(2, 200_000, since), RULES, RULES.holdMs, 301_000), 'another position');
  t.notOk(isSwitchDue(forNextVehicle(since), RULES, RULES.holdMs, 301_000), 'another vehicle');
});

t.test('at most so many begin in an hour', async (t) => {
  let now = NO_SWITCHING;
  for (const atMs of [0, 1, 2, 3]) now = { ...begun(better(1, atMs, now), atMs), aim: undefined, better: undefined };
  const fifth = better(1, 10, now);
  t.notOk(isSwitchDue(fifth, RULES, 0, HOUR_MS - 1));
  t.ok(isSwitchDue(fifth, RULES, 0, HOUR_MS));
  t.same(begun(fifth, HOUR_MS).beganMs, [1, 2, 3, HOUR_MS], 'the others are forgotten');
});

t.test('it ends by a STATUS, has failed 45 s after it was told, and is called off where it never was', async (t) => {
  const aimed = begun(better(2, 0), 1000);
  t.match(aimed.aim, { to: 2, fromMs: 1000 });
  t.notOk(isSwitchDue(aimed, RULES, 0, 10_000), 'under way');
  t.match(afterPosition(aimed, 2, 5000), { aim: undefined, endedAtMs: 5000 });
  t.equal(afterPosition(aimed, 3, 45_999), aimed, 'it moves');
  const called = afterPosition(aimed, 7, 46_000);
  t.equal(called.aim, undefined);
  t.ok(isSwitchDue(better(2, 46_000, called), RULES, 0, 46_000), 'no failure');
  const told = afterTold(aimed, true, 20_000);
  t.equal(afterTold(told, true, 21_000), told);
  t.equal(afterPosition(told, 7, 64_999), told);
  const failed = afterPosition(told, 7, 65_000);
  t.equal(failed.aim, undefined);
  t.notOk(isSwitchDue(better(2, 65_000, failed), RULES, 0, 65_000 + HOUR_MS - 1));
  t.ok(isSwitchDue(better(2, 65_000, failed), RULES, 0, 65_000 + HOUR_MS));
  t.equal(afterTold(told, false, 30_000).aim?.toldSinceMs, undefined, 'not heard well any more');
});
