/** How long it takes until all is well again, and what is not well. */
import t from 'tap';
import { injector } from '../../../src/sim/world/faults/index.js';
import { isWell, Recovery, whatIsWrong } from '../../../src/sim/world/judges/recovery.js';
import type { World } from '../../../src/sim/world/world.js';
import { first, judged, METERED, PLAIN, scenarioOf } from './small-site.js';

const UP_MS = 60_000;

function wrongIn(world: World): string | undefined {
  return whatIsWrong(world, first(world.masters.values()));
}

t.test('well: one master decides, and hears everybody', async (t) => {
  const { world } = await judged(scenarioOf(METERED), UP_MS);
  t.equal(wrongIn(world), undefined);
  t.equal(isWell(world), true);
});

t.test('not well: nobody decides, or two do', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), UP_MS);
  const master = world.master('master');
  const second = Object.create(master, { isDeciding: { value: true } }) as typeof master;
  world.masters.set('second', second);
  t.equal(isWell(world), false, 'two');
  world.masters.delete('second');
  t.equal(isWell(world), true);
  master.kill();
  t.equal(isWell(world), false, 'nobody');
});

t.test('not well: a meter is lost', async (t) => {
  const { world } = await judged(scenarioOf(METERED), UP_MS);
  const mend = world.device('grid').break({ line: { isSilent: true } });
  world.renewLines();
  await world.run(UP_MS + 20_000);
  t.equal(wrongIn(world), 'meter grid is lost');
  mend();
  world.renewLines();
  await world.run(UP_MS + 40_000);
  t.equal(wrongIn(world), undefined, 'and its alarm is taken back');
});

t.test('not well: a charge point is silent, or was never heard', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), UP_MS);
  world.box('cp2').powerOff();
  await world.run(UP_MS + 30_000);
  t.match(wrongIn(world), /cp2/);
  world.box('cp2').boot();
  await world.run(UP_MS + 60_000);
  t.equal(wrongIn(world), undefined);
  world.addBox({ ...world.box('cp1').hardware.plan, id: 'new' }).powerOff();
  t.equal(wrongIn(world), 'new is not known');
});

t.test('the time from the end of a fault until all is well', async (t) => {
  const { world, referee } = await judged(scenarioOf(PLAIN), UP_MS);
  const isOver = referee.faultBegins(injector('slave-reboots'), 'cp1');
  world.box('cp1').powerOff();
  await world.run(UP_MS + 20_000);
  t.same(referee.recovery.unrecovered, ['slave-reboots']);
  world.box('cp1').boot();
  isOver();
  const [waiting] = referee.recovery.marks(world.time.nowMs);
  t.match(waiting, { fault: 'slave-reboots', target: 'cp1', fromMs: UP_MS, toMs: UP_MS + 20_000, recoveryMs: null });
  await world.run(UP_MS + 60_000);
  const [{ recoveryMs } = { recoveryMs: null }] = referee.recovery.marks(world.time.nowMs);
  t.ok(recoveryMs !== null && recoveryMs > 0 && recoveryMs < 15_000, `${recoveryMs} ms`);
  t.same(referee.recovery.unrecovered, []);
});

t.test('what never gets well again has no time', async (t) => {
  const { world, referee } = await judged(scenarioOf(PLAIN), UP_MS);
  const isOver = referee.faultBegins(injector('master-killed'), 'master');
  world.master('master').kill();
  isOver();
  await world.run(UP_MS + 60_000);
  t.same(referee.recovery.unrecovered, ['master-killed']);
  t.match(referee.recovery.marks(world.time.nowMs), [{ recoveryMs: null }]);
  referee.recovery.look(world, world.time.nowMs);
  t.match(referee.recovery.marks(world.time.nowMs), [{ recoveryMs: null }], 'looked at, but not well');
});

/** Faults by their begin and end on a world that is well all the time; looked at each second. */
async function timesOf(
  ...spans: readonly (readonly [begin: number, end: number])[]
): Promise<readonly (number | null)[]> {
  const { world } = await judged(scenarioOf(PLAIN), UP_MS);
  const recovery = new Recovery();
  const open = new Map<number, ReturnType<Recovery['begin']>>();
  for (let second = 0; second <= 100; second++) {
    for (const [index, [begin, end]] of spans.entries()) {
      if (second === begin) open.set(index, recovery.begin(injector('loss'), 'network', second));
      const fault = open.get(index);
      if (second === end && fault) recovery.end(fault, second);
    }
    if (second % 10 === 5) recovery.look(world, second);
  }
  return recovery.marks(100).map(({ recoveryMs }) => recoveryMs);
}

t.test('a fault beside others says nothing of itself', async (t) => {
  t.same(await timesOf([0, 12]), [3]);
  t.same(await timesOf([0, 12], [20, 31]), [3, 4], 'one after the other');
  t.same(await timesOf([0, 12], [6, 31]), [null, null], 'the second one began while the first one lasted');
  t.same(await timesOf([0, 12], [13, 31]), [null, 4], 'before all was well again');
  t.same(await timesOf([0, 12], [6, 8], [40, 51]), [null, null, 4], 'later ones are measured again');
  t.same(await timesOf([0, 200]), [null], 'it lasts');
});

t.test('how long a lie is taken into account, and when the last fault ended', async (t) => {
  const recovery = new Recovery();
  t.equal(recovery.lastEndMs, 0);
  t.equal(recovery.liesSince('grid', 0), false);
  const lie = recovery.begin(injector('meter-frozen'), 'grid', 1_000);
  t.same([recovery.isAnyOpen, recovery.lastEndMs], [true, Number.POSITIVE_INFINITY]);
  t.equal(recovery.liesSince('grid', 1e9), true, 'it lasts');
  t.equal(recovery.liesSince('garage', 0), false, 'another meter');
  recovery.end(lie, 2_000);
  t.same([recovery.isAnyOpen, recovery.lastEndMs], [false, 2_000]);
  t.same([recovery.liesSince('grid', 2_000), recovery.liesSince('grid', 2_001)], [true, false]);
  recovery.end(recovery.begin(injector('loss'), 'network', 3_000), 4_000);
  t.same([recovery.lastEndMs, recovery.liesSince('network', 3_000)], [4_000, false], 'no lie');
  const open = recovery.begin(injector('charger-deaf'), 'cp1', 5_000);
  t.same([recovery.befalls('cp1'), recovery.befalls('cp2')], [true, false]);
  recovery.end(open, 6_000);
  t.equal(recovery.befalls('cp1'), false);
});
