import t from 'tap';
import { MANY_CHARGE_POINTS, optimizerFor, switchOptimizerOff } from '../../src/daemon/optimizer.js';

t.test('the optimizing compiler is switched on once, when there are many charge points', (t) => {
  const flags: string[] = [];
  const setFlags = (flag: string): void => void flags.push(flag);
  switchOptimizerOff(setFlags);
  const optimizeFor = optimizerFor(setFlags);
  for (const chargePoints of [0, 1, MANY_CHARGE_POINTS]) optimizeFor(chargePoints);
  t.same(flags, ['--no-opt'], 'a small site does without');
  for (const chargePoints of [MANY_CHARGE_POINTS + 1, 1_000, 1]) optimizeFor(chargePoints);
  t.same(flags, ['--no-opt', '--opt', '--no-optimize-for-size'], 'and it stays on');
  t.end();
});
