/** The judge of what flows: it tells of limits that a circuit cannot carry, and of a breaker that trips, and of nothing else. */
import t from 'tap';
import { type Ms, perPhase } from '../../../src/base/units.js';
import type { Circuit } from '../../../src/dlm/types.js';
import { Copper } from '../../../src/sim/world/copper.js';
import { FlowJudge } from '../../../src/sim/world/judges/flow-judge.js';
import { circuit } from '../../helpers/site.js';

const FUSE_A = 20;
const ALL = 0b111;
const FOLLOW_MS = 3_000;

interface Told {
  readonly judge: string;
  readonly text: string;
  readonly atMs: Ms;
}

/** One charge point on a circuit of 20 A, seen through a clock that is set by hand. */
class Watch {
  readonly told: Told[] = [];
  readonly copper: Copper;
  readonly judge: FlowJudge;
  nowMs: Ms = 0;
  followMs: Ms = FOLLOW_MS;
  obeyedSinceMs: Ms = 0;

  constructor(facts: Partial<Circuit> = {}) {
    const circuits = [circuit({ id: 'main', limitA: perPhase(FUSE_A), ...facts })];
    this.copper = new Copper(circuits, (index) => this.judge.close(index, this.nowMs));
    this.judge = new FlowJudge(this.copper, {
      voltageV: () => 230,
      chargePointsBelow: () => 1,
      followMs: () => this.followMs,
      obeyedSinceMs: () => this.obeyedSinceMs,
      violate: (judge, text, atMs) => this.told.push({ judge, text, atMs }),
    });
    this.copper.connect('cp1', 'main');
  }

  at(nowMs: Ms, change: (copper: Copper) => void): void {
    this.nowMs = nowMs;
    change(this.copper);
  }

  end(nowMs: Ms): readonly Told[] {
    this.judge.closeAll(nowMs);
    return this.told;
  }
}

t.test('what is allowed fits, to the last milliampere', async (t) => {
  const watch = new Watch();
  watch.at(0, (copper) => copper.setAllowed('cp1', FUSE_A, ALL));
  t.same(watch.end(1_000), []);
});

t.test('more is allowed than the fuse carries', async (t) => {
  const watch = new Watch();
  watch.at(100, (copper) => copper.setAllowed('cp1', 20.001, 0b010));
  watch.at(200, (copper) => copper.setAllowed('cp1', 0, ALL));
  t.same(watch.end(1_000), [{ judge: 'I3', text: 'main L2: 20.0 A allowed, of 20.0 A', atMs: 100 }]);
});

t.test('A9: more W are allowed than the power limit, although each phase fits', async (t) => {
  const watch = new Watch({ limitW: 9200 });
  watch.at(0, (copper) => copper.setAllowed('cp1', 13, ALL));
  watch.at(500, (copper) => copper.setAllowed('cp1', 14, ALL));
  const text = 'main: 9660 W allowed beside at least 0 W of others, of 9200 W';
  t.same(watch.end(1_000), [{ judge: 'I3', text, atMs: 500 }]);
  const single = new Watch({ limitW: 4600 });
  single.at(0, (copper) => copper.setAllowed('cp1', 20, 0b001));
  t.same(single.end(1_000), [], 'one phase of 20 A');
});

t.test('A9: limits follow the power of a building within the time that it takes', async (t) => {
  const play = (loweredMs: Ms) => {
    const watch = new Watch({ limitW: 9200, meter: 'grid' });
    watch.at(0, (copper) => copper.setAllowed('cp1', 13, ALL));
    watch.at(1_000, (copper) => copper.setBuilding(0, [6, 6, 6]));
    watch.at(loweredMs, (copper) => copper.setAllowed('cp1', 7, ALL));
    return watch.end(10_000);
  };
  t.same(play(1_000 + FOLLOW_MS), []);
  t.match(play(2_000 + FOLLOW_MS), [{ judge: 'I3', text: /^main: 8970 W allowed beside at least 4140 W of others/ }]);
});

t.test('above the ceiling for no time at all is nothing', async (t) => {
  const watch = new Watch();
  watch.at(100, (copper) => copper.setAllowed('cp1', 99, ALL));
  watch.at(100, (copper) => copper.setAllowed('cp1', 5, ALL));
  t.same(watch.end(1_000), []);
});

/** The building takes 10 A from 1000 ms on; the charge point may take 16 A until `loweredMs`, then 11 A. */
function withBuilding(loweredMs: Ms, change: (watch: Watch) => void = () => {}): Watch {
  const watch = new Watch({ meter: 'grid' });
  change(watch);
  watch.at(0, (copper) => copper.setAllowed('cp1', 16, ALL));
  watch.at(1_000, (copper) => copper.setBuilding(0, [10, 0, 0]));
  watch.at(loweredMs, (copper) => copper.setAllowed('cp1', 11, ALL));
  return watch;
}

t.test('limits follow a load within the time that it takes', async (t) => {
  t.same(withBuilding(1_000 + FOLLOW_MS).end(10_000), []);
});

t.test('what meters may be off by grows with the charge points below a circuit, not with all', async (t) => {
  const told: string[] = [];
  const circuits = [
    circuit({ id: 'main', limitA: perPhase(20), meter: 'grid' }),
    circuit({ id: 'garage', parent: 'main', limitA: perPhase(20), meter: 'garage-meter' }),
  ];
  const copper: Copper = new Copper(circuits, (index) => judge.close(index, 0));
  const judge = new FlowJudge(copper, {
    voltageV: () => 230,
    chargePointsBelow: ({ id }) => (id === 'main' ? 4 : 1),
    followMs: () => FOLLOW_MS,
    obeyedSinceMs: () => 0,
    violate: (_, text) => told.push(text),
  });
  copper.connect('a', 'garage');
  copper.setAllowed('a', 22, 0b001);
  judge.closeAll(1_000);
  t.same(told, ['garage L1: 22.0 A allowed beside at least 0.0 A of others, of 20.0 A']);
});

t.test('limits that follow a load too late', async (t) => {
  t.same(withBuilding(1_001 + FOLLOW_MS).end(10_000), [
    { judge: 'I3', text: 'main L1: 16.0 A allowed beside at least 10.0 A of others, of 20.0 A', atMs: 1_000 },
  ]);
});

t.test('limits that never follow', async (t) => {
  t.match(withBuilding(60_000).end(60_000), [{ judge: 'I3' }]);
});

t.test('what a meter shows may be off by a little', async (t) => {
  const watch = withBuilding(2_000);
  watch.at(9_000, (copper) => copper.setAllowed('cp1', 11.5, ALL));
  watch.at(9_500, (copper) => copper.setAllowed('cp1', 11.501, ALL));
  t.match(watch.end(10_000), [{ judge: 'I3', atMs: 9_500 }]);
});

t.test('a short dip of the load gives room for as long as limits may follow it', async (t) => {
  const watch = withBuilding(2_000);
  watch.at(10_000, (copper) => copper.setBuilding(0, [0, 0, 0]));
  watch.at(10_001, (copper) => copper.setBuilding(0, [10, 0, 0]));
  watch.at(10_100, (copper) => copper.setAllowed('cp1', 20, ALL));
  watch.at(10_001 + FOLLOW_MS, (copper) => copper.setAllowed('cp1', 10, ALL));
  t.same(watch.end(20_000), []);
});

t.test('while a meter lies, only the fuse is held to', async (t) => {
  const lying = (watch: Watch): void => {
    watch.followMs = Number.POSITIVE_INFINITY;
  };
  t.same(withBuilding(50_000, lying).end(60_000), []);
  const watch = withBuilding(50_000, lying);
  watch.at(51_000, (copper) => copper.setAllowed('cp1', 22, ALL));
  t.match(watch.end(60_000), [{ judge: 'I3' }, { judge: 'I3' }, { judge: 'I3' }]);
});

t.test('a meter that begins to lie when all has followed already', async (t) => {
  const watch = withBuilding(2_000);
  watch.at(20_000, (copper) => copper.setAllowed('cp1', 10, ALL));
  watch.followMs = Number.POSITIVE_INFINITY;
  watch.at(21_000, (copper) => copper.setAllowed('cp1', 20, ALL));
  watch.at(22_000, (copper) => copper.setAllowed('cp1', 10, ALL));
  t.same(watch.end(30_000), [], 'it may show anything');
});

t.test('the building alone is nobody’s limit, but trips the breaker', async (t) => {
  const watch = new Watch({ meter: 'grid' });
  watch.at(0, (copper) => copper.setBuilding(0, [0, 0, 59]));
  watch.at(2_000, (copper) => copper.setBuilding(0, [0, 0, 0]));
  const told = watch.end(10_000);
  t.match(told, [{ judge: 'breaker', text: 'main L3: the breaker may have tripped at 59.0 A of 20 A', atMs: 2_000 }]);
  t.match(watch.judge.margins, [{ circuit: 'main', margin: 0, worstShare: 2.95, longestOverMs: 2_000 }]);
});

t.test('vehicle and building add up at the breaker, and an overload that passes leaves a margin', async (t) => {
  const watch = new Watch({ meter: 'grid' });
  watch.at(0, (copper) => copper.setBuilding(0, [15, 0, 0]));
  watch.at(1_000, (copper) => copper.setDrawn('cp1', [15, 15, 15]));
  watch.at(6_000, (copper) => copper.setDrawn('cp1', [4, 4, 4]));
  t.same(watch.end(10_000), []);
  const [margin] = watch.judge.margins;
  t.match(margin, { worstShare: 1.5, longestOverMs: 5_000 });
  t.ok(margin && margin.margin > 0.9 && margin.margin < 1, `${margin?.margin}`);
});

t.test('the fuse is of the type that its circuit names, B where it names none', async (t) => {
  for (const [facts, judges] of [
    [{}, ['breaker']],
    [{ fuseType: 'B' }, ['breaker']],
    [{ fuseType: 'gG' }, []],
  ] as const) {
    const watch = new Watch(facts);
    watch.at(0, (copper) => copper.setBuilding(0, [52, 0, 0]));
    watch.at(1_500, (copper) => copper.setBuilding(0, [0, 0, 0]));
    t.same([...new Set(watch.end(2_000).map(({ judge }) => judge))], judges, JSON.stringify(facts));
  }
});

t.test('what flows is above the fuse for no longer than limits and vehicles need to follow', async (t) => {
  const overFor = (forMs: Ms, change: (watch: Watch) => void = () => {}): readonly string[] => {
    const watch = new Watch({ meter: 'grid', fuseType: 'gG' });
    change(watch);
    watch.at(0, (copper) => copper.setBuilding(0, [15, 0, 0]));
    watch.at(10, (copper) => copper.setDrawn('cp1', [7, 0, 0]));
    watch.at(10 + forMs, (copper) => copper.setDrawn('cp1', [5, 0, 0]));
    return watch.end(60_000).map(({ judge, text }) => `${judge}: ${text}`);
  };
  t.same(overFor(FOLLOW_MS + 5_000), []);
  t.same(overFor(FOLLOW_MS + 5_001), ['drawn: main L1: 22.0 A flow, of 20.0 A, for 8.0 s']);
  const disobeyed = (watch: Watch): void => {
    watch.obeyedSinceMs = Number.POSITIVE_INFINITY;
  };
  t.same(overFor(30_000, disobeyed), [], 'one does not do what it is told');
  const until = (watch: Watch): void => {
    watch.obeyedSinceMs = 22_010;
  };
  t.same(overFor(30_000, until), [], 'one did not until 8 s ago');
});

t.test('the building alone above the fuse is nobody’s fault', async (t) => {
  const watch = new Watch({ meter: 'grid', fuseType: 'gG' });
  watch.at(0, (copper) => copper.setBuilding(0, [22, 0, 0]));
  t.same(watch.end(60_000), []);
});

t.test('each circuit above is watched', async (t) => {
  const told: string[] = [];
  const circuits = [
    circuit({ id: 'main', limitA: perPhase(20) }),
    circuit({ id: 'garage', parent: 'main', limitA: perPhase(32) }),
  ];
  const copper: Copper = new Copper(circuits, (index) => judge.close(index, 0));
  const violate = (_: string, text: string): number => told.push(text);
  const judge = new FlowJudge(copper, {
    voltageV: () => 230,
    chargePointsBelow: () => 2,
    followMs: () => FOLLOW_MS,
    obeyedSinceMs: () => 0,
    violate,
  });
  for (const id of ['a', 'b']) copper.connect(id, 'garage');
  copper.setAllowed('a', 12, 0b001);
  copper.setAllowed('b', 12, 0b001);
  judge.closeAll(1_000);
  t.same(told, ['main L1: 24.0 A allowed, of 20.0 A']);
});
