/** Digital inputs by themselves: what counts as active and when, and what that takes from a limit. */
import t from 'tap';
import { carryIn, carryOut } from '../../src/base/carrier.js';
import { perPhase, type PhaseAmps } from '../../src/base/units.js';
import { AlarmBoard } from '../../src/dlm/alarms.js';
import { Inputs } from '../../src/dlm/limits/inputs.js';
import { Notices } from '../../src/dlm/notice.js';
import type { InputEffect, LimitTarget, SiteInput } from '../../src/dlm/types.js';

const MAIN: LimitTarget = { kind: 'circuit', id: 'main' };
const CP1: LimitTarget = { kind: 'chargePoint', id: 'cp1' };

function input(id: string, effect: InputEffect, rest: Partial<SiteInput> = {}): SiteInput {
  return { id, activeLevel: 'high', debounceMs: 100, effect, target: MAIN, ...rest };
}

function offset(offsetA: PhaseAmps): InputEffect {
  return { kind: 'offset', offsetA };
}

function bench(...inputs: readonly SiteInput[]) {
  const [alarms, notices] = [new AlarmBoard(), new Notices()];
  const known = new Inputs({ inputs, alarms, notices }, 0);
  const alarm = (): string | undefined => alarms.list().find(({ active }) => active)?.text;
  return { known, notices, alarm };
}

t.test('what is active adds up: the lowest absolute limit, less all offsets, never below 0 A', async (t) => {
  const { known } = bench(
    input('sixteen', offset(perPhase(16))),
    input('ten', offset([10, 0, 0])),
    input('eighty', offset(perPhase(80))),
    input('forty', { kind: 'limit', limitA: [40, 50, 60] }),
    input('fifty', { kind: 'limit', limitA: perPhase(50) }),
    input('stop', { kind: 'stop' }),
    input('other', offset(perPhase(5)), { target: CP1 }),
  );
  const all = ['sixteen', 'ten', 'eighty', 'forty', 'fifty', 'stop', 'other'];
  let nowMs = 0;
  const rows: readonly (readonly [readonly string[], PhaseAmps])[] = [
    [[], [63, 63, 63]],
    [['sixteen'], [47, 47, 47]],
    [
      ['sixteen', 'ten'],
      [37, 47, 47],
    ],
    [['eighty'], [0, 0, 0]],
    [['forty'], [40, 50, 60]],
    [
      ['forty', 'fifty'],
      [40, 50, 50],
    ],
    [
      ['forty', 'sixteen'],
      [24, 34, 44],
    ],
    [['stop'], [0, 0, 0]],
    [['other'], [63, 63, 63]],
  ];
  for (const [active, expected] of rows) {
    nowMs += 1000;
    for (const id of all) known.hear(id, active.includes(id) ? 'high' : 'low', nowMs);
    known.watch(nowMs + 100);
    t.same(known.lowered(perPhase(63), MAIN), expected, active.join(' and '));
  }
  t.same(known.lowered(perPhase(32), CP1), [27, 27, 27]);
  const limitA = perPhase(63);
  t.equal(known.lowered(limitA, { kind: 'circuit', id: 'cp1' }), limitA, 'a circuit with the id of a charge point');
});

t.test('active low, and words that say the state itself', async (t) => {
  const { known } = bench(input('i', { kind: 'stop' }, { activeLevel: 'low' }));
  const rows = [
    ['high', 63],
    ['low', 0],
    ['inactive', 63],
    ['active', 0],
  ] as const;
  for (const [index, [level, expected]] of rows.entries()) {
    known.hear('i', level, index * 1000);
    known.watch(index * 1000 + 100);
    t.same(known.lowered(perPhase(63), MAIN), perPhase(expected), level);
  }
});

t.test('it is active until the first value has stood, and says when it has to be looked at', async (t) => {
  const { known, notices, alarm } = bench(input('i', offset(perPhase(16))));
  const isLowered = (): boolean => known.lowered(perPhase(63), MAIN)[0] === 47;
  t.same([isLowered(), known.isAwaiting, known.dueInMs(0)], [true, true, 5000]);
  known.hear('i', 'low', 10);
  known.watch(50);
  t.same([isLowered(), known.isAwaiting, known.dueInMs(50)], [true, true, 60]);
  known.watch(110);
  t.same([isLowered(), known.isAwaiting, known.dueInMs(110)], [false, false, Number.POSITIVE_INFINITY]);
  known.hear('i', 'high', 1000);
  known.hear('i', 'low', 1090);
  known.watch(1100);
  t.same([isLowered(), known.dueInMs(1100)], [false, 90], 'too short');
  known.watch(1190);
  known.watch(1_000_000);
  t.same([isLowered(), alarm()], [false, undefined], 'its last word holds');
  t.same(
    notices.drain().map(({ message }) => message),
    ['input i is inactive (active, it lowers main by 16 A)'],
  );
});

t.test('a loss is told once, and its end with the state', async (t) => {
  const { known, notices, alarm } = bench(
    input('i', { kind: 'limit', limitA: [6, 7, 8] }, { maxAgeMs: 3000, target: CP1 }),
  );
  known.hear('i', 'low', 0);
  known.watch(100);
  t.equal(known.dueInMs(100), 2900);
  known.watch(2999);
  t.equal(alarm(), undefined);
  known.watch(3000);
  t.equal(alarm(), 'i: not heard for 3 s; counts as active');
  known.watch(4000);
  known.lose('i', 'exception 2', 4500);
  known.watch(4500);
  t.equal(alarm(), 'i: exception 2; counts as active', 'a better reason');
  known.hear('i', 'high', 5000);
  known.watch(5099);
  t.same(known.lowered(perPhase(32), CP1), [6, 7, 8]);
  known.watch(5100);
  t.equal(alarm(), undefined);
  t.same(
    notices.drain().map(({ level, message }) => `${level} ${message}`),
    [
      'info input i is inactive (active, it limits cp1 to 6/7/8 A)',
      'error input i: not heard for 3 s; it counts as active and limits cp1 to 6/7/8 A',
      'info input i is heard again: active and limits cp1 to 6/7/8 A',
    ],
  );
});

t.test('what nobody configured is nobody', async (t) => {
  const { known, notices } = bench();
  known.hear('i', 'high', 0);
  known.lose('i', 'why', 0);
  known.watch(0);
  t.same([known.isAwaiting, known.dueInMs(0), notices.drain()], [false, Number.POSITIVE_INFINITY, []]);
});

t.test('all that changes is carried', async (t) => {
  const inputs = [input('a', offset(perPhase(16))), input('b', { kind: 'stop' }, { target: CP1 })];
  const [first, second] = [bench(...inputs), bench(...inputs)];
  first.known.hear('a', 'low', 0);
  first.known.watch(200);
  first.known.hear('a', 'high', 250);
  first.known.lose('b', 'why', 260);
  const text = carryOut(first.known);
  carryIn(second.known, text);
  t.equal(carryOut(second.known), text);
  for (const { known } of [first, second]) known.watch(350);
  t.same(second.known.lowered(perPhase(63), MAIN), [47, 47, 47]);
  t.equal(carryOut(second.known), carryOut(first.known));
});
