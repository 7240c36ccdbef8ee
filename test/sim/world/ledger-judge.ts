/** I1 and I2 by their judge: over the real world nothing is told; what is raised by hand, or counted short, is. */
import t from 'tap';
import { defined } from '../../../src/base/assert.js';
import { perPhase } from '../../../src/base/units.js';
import type { PowerCapacity } from '../../../src/dlm/load/power.js';
import { LedgerJudge } from '../../../src/sim/world/judges/ledger-judge.js';
import type { MasterBox } from '../../../src/sim/world/master-box.js';
import type { SlaveBox } from '../../../src/sim/world/slave-box.js';
import type { World } from '../../../src/sim/world/world.js';
import { first, judged, METERED, PLAIN, scenarioOf } from './small-site.js';

const LEASE_MS = 15_000;

/** The same box, but for what it enforces. */
function enforcing(box: SlaveBox, limitA: number): SlaveBox {
  const { reason, phases } = box.enforced;
  const { id, followedMasterId } = box;
  const own = { enforced: { limitA, reason, phases }, id, followedMasterId };
  const fields = Object.entries(own).map(([name, value]) => [name, { value, configurable: true }] as const);
  return Object.create(box, Object.fromEntries(fields)) as SlaveBox;
}

function judgeOf(isExcused = false, nowMs = () => 0): { readonly judge: LedgerJudge; readonly told: string[] } {
  const told: string[] = [];
  const violate = (judge: string, text: string): number => told.push(`${judge}: ${text}`);
  return { judge: new LedgerJudge({ leaseMs: LEASE_MS, nowMs, isExcused: () => isExcused, violate }), told };
}

t.test('I1 and I2 in a world that works: nothing to tell', async (t) => {
  for (const text of [PLAIN, METERED]) {
    const { referee, world } = await judged(scenarioOf(text), 90_000);
    t.same(referee.violations, [], world.scenario.name);
    t.ok(world.box('cp1').enforced.limitA >= 10, 'they charge');
  }
});

t.test('I1: a charge point enforces more than its master counts', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  const masters = [...world.masters.values()];
  const box = world.box('cp1');
  const { judge, told } = judgeOf();
  judge.enforces(box, masters);
  judge.enforces(enforcing(box, box.enforced.limitA + 0.01), masters);
  t.same(told, [], 'it may be off by what rounding does');
  judge.enforces(enforcing(box, box.enforced.limitA + 0.1), masters);
  t.match(told, [/^I1: cp1 enforces 20.1 A on L1, master counts 20 A$/]);
  judge.decided(first(masters), [world.box('cp2'), enforcing(box, 21)], masters);
  t.match(told[1], /^I1: cp1 enforces 21 A/, 'looked for after each cycle, too');
  t.equal(told.length, 2, 'once for each box');
});

t.test('I1 is not asked where nobody can know', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  const masters = [...world.masters.values()];
  const box = world.box('cp1');
  const raised = enforcing(box, 32);
  const excused = judgeOf(true);
  excused.judge.enforces(raised, masters);
  excused.judge.decided(first(masters), [raised], masters);
  t.same(excused.told, [], 'excused');
  const { judge, told } = judgeOf();
  judge.enforces(raised, []);
  judge.enforces(raised, [...masters, ...masters]);
  t.same(told, [], 'nobody decides, or two do');
  judge.enforces(enforcing(box, 0), masters);
  t.same(told, [], 'nothing is enforced');
  judge.enforces(Object.assign(enforcing(box, 32), { disconnectedLimitA: 32 }), masters);
  t.equal(told.length, 1, 'a raised disconnected limit is no excuse: it waits for a GRANT (S8)');
});

t.test('I1 after two have decided: what another one granted then, nobody can know for a lease', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  const masters = [...world.masters.values()];
  let nowMs = 0;
  const { judge, told } = judgeOf(false, () => nowMs);
  const own = enforcing(world.box('cp1'), 32);
  const foreign = Object.defineProperty(enforcing(world.box('cp1'), 32), 'followedMasterId', { value: 'rival-1' });
  judge.enforces(foreign, [...masters, ...masters]);
  nowMs = LEASE_MS - 1;
  judge.enforces(foreign, masters);
  t.same(told, []);
  judge.enforces(own, masters);
  t.equal(told.length, 1, 'its own grants it knows');
  nowMs = LEASE_MS;
  judge.enforces(foreign, masters);
  t.equal(told.length, 2, 'by then the other one has run out');
});

t.test('I1 beside a master that stands still, and takes itself for the one that decides', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  const masters = [...world.masters.values()];
  const other = (isActive: boolean): MasterBox => ({ isActive, isDeciding: false }) as MasterBox;
  const foreign = Object.defineProperty(enforcing(world.box('cp1'), 32), 'followedMasterId', { value: 'rival-1' });
  const { judge, told } = judgeOf();
  judge.enforces(foreign, [...masters, other(true)]);
  t.same(told, [], 'what it granted is in force');
  const apart = judgeOf();
  apart.judge.enforces(foreign, [...masters, other(false)]);
  t.equal(apart.told.length, 1, 'a passive one granted nothing');
});

t.test('I1, by all judges together: a slave raises its limit by itself', async (t) => {
  const { world, referee, judges } = await judged(scenarioOf(PLAIN), 60_000);
  const box = world.box('cp1');
  t.same(judges(), []);
  const raised = { ...box.enforced, limitA: 25 };
  Object.defineProperty(box, 'enforced', { get: () => raised });
  await world.run(62_000);
  referee.finish();
  t.same([...judges()].sort(), ['I1', 'I3', 'source']);
});

interface Seen {
  readonly master: MasterBox;
  grantedA: number;
  enforcedA: number;
}

/** The master as the judge sees it: what it granted cp1, and what its circuits can carry, are set by hand. */
function seen(world: World, capacityA: number, power?: PowerCapacity): Seen {
  const { name, nowMs, runtime } = first(world.masters.values());
  const { records, topology } = defined(runtime, 'the runtime').controller;
  const cp1 = first(records);
  const hand: Seen = {
    grantedA: 20,
    enforcedA: 20,
    master: { name, nowMs, isDeciding: true, runtime: { controller: {} } } as unknown as MasterBox,
  };
  const record = {
    id: cp1.id,
    facts: cp1.facts,
    grants: cp1.grants,
    exposureA: (ms: number, leaseMs: number) => cp1.exposureA(ms, leaseMs),
    account: {
      get enforced() {
        return { limitA: hand.enforcedA };
      },
    },
    get grantedA() {
      return hand.grantedA;
    },
  };
  const circuits = (ms: number) =>
    defined(runtime, 'the runtime')
      .controller.circuits(ms)
      .map((counted) => {
        const capacity = { ...counted.capacity, capacityA: perPhase(capacityA), ...(power && { power }) };
        return { ...counted, capacity };
      });
  Object.assign(hand.master.runtime?.controller ?? {}, { records: [record, ...records.slice(1)], topology, circuits });
  return hand;
}

t.test('I2: somebody is raised, and the sums do not fit', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  /** Of cp1, which had 20 A like cp2, and gets 21 A. */
  const raisedWith = (capacityA: number, enforcedA: number): readonly string[] => {
    const { judge, told } = judgeOf(true);
    const hand = seen(world, capacityA);
    judge.decided(hand.master, [], [hand.master]);
    const before = told.length;
    hand.grantedA = 21;
    hand.enforcedA = enforcedA;
    judge.decided(hand.master, [], [hand.master]);
    return told.slice(before);
  };
  t.same(raisedWith(41, 20), [], '20 + 21 A of 41 A');
  t.same(raisedWith(40.5, 20), ['I2: master raised cp1 to 21 A with 41.00 A counted of 40.50 A on L1']);
  t.same(raisedWith(40.5, 21), [], 'it enforces as much already: nothing is raised');
});

t.test('I2 in W: somebody is raised, and the sum of the phases does not fit', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  const raisedWith = (capacityW: number): readonly string[] => {
    const { judge, told } = judgeOf(true);
    const hand = seen(world, 41, { voltageV: 230, limitW: 99_999, capacityW, raisableW: capacityW });
    judge.decided(hand.master, [], [hand.master]);
    const before = told.length;
    hand.grantedA = 21;
    judge.decided(hand.master, [], [hand.master]);
    return told.slice(before);
  };
  t.same(raisedWith(28_290), [], '3 x 41 A of 230 V');
  t.same(raisedWith(28_000), ['I2: master raised cp1 to 21 A with 28290 W counted of 28000 W']);
});

t.test('I2 is asked of raises only', async (t) => {
  const { world } = await judged(scenarioOf(PLAIN), 60_000);
  const { judge, told } = judgeOf(true);
  const hand = seen(world, 10);
  const grant = (grantedA: number, isDeciding = true): void => {
    hand.grantedA = grantedA;
    const master = Object.assign(hand.master, { isDeciding });
    judge.decided(master, [], [master]);
  };
  for (const grantedA of [20, 20, 10, 0]) grant(grantedA);
  const [before] = [told.length];
  grant(3);
  t.equal(told.length, before, 'more than before, but below what it enforces');
  grant(25, false);
  t.equal(told.length, before, 'a master that does not decide raises nobody');
  grant(26);
  t.equal(told.length, before + 1);
});
