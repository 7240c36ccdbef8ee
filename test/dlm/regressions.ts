/** Defects that were found in rare orders of events, each with the scene that showed it. */
import t from 'tap';
import type { Status } from '../../src/base/messages.js';
import { type Amps, type Ms, perPhase } from '../../src/base/units.js';
import { CapacityBook } from '../../src/dlm/load/capacity.js';
import { OPEN_GRANTS_MAX } from '../../src/dlm/leases/open-grants.js';
import { AS_CONFIGURED } from '../helpers/limits.js';
import { buildTopology } from '../../src/dlm/topology.js';
import type { ChargePoint, Site } from '../../src/dlm/types.js';
import { parseMemory } from '../../src/runtime/memory.js';
import { loadSample } from '../helpers/samples.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Book } from './book.js';
import { Rig } from './rig.js';
import { divide, fuse, vehicle } from './scenes.js';
import { beaconOf, bootIdOf, statusOf } from '../helpers/messages.js';

function behind(limitA: number, ids: string, facts: Partial<ChargePoint> = {}): Site {
  return site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(limitA) })],
    chargePoints: ids.split(' ').map((id) => chargePoint({ id, ...facts })),
  });
}

t.test('a charge point that measures 0.7 A above its limit must not block the others for ever', async (t) => {
  const rig = new Rig({ site: behind(32, 'a b') });
  rig.slave('a').plugIn();
  rig.run(10_000);
  rig.slave('b').plugIn();
  for (let second = 0; second < 60; second++) {
    rig.slave('a').drawsA = rig.slave('a').core.enforced(rig.nowMs).limitA + 0.7;
    rig.run(1000);
  }
  t.ok(Number(rig.limits.split(' ')[1]) >= 15, `a b: ${rig.limits} (${rig.reasons})`);
});

t.test('after a one-way cut of 31 s the slave must be served again', async (t) => {
  const stuck: string[] = [];
  for (let cutS = 20; cutS < 60; cutS++) {
    const rig = new Rig({ site: behind(32, 'a b') });
    rig.slave('a').plugIn();
    rig.run(10_000);
    rig.slave('a').hears = false;
    rig.run(cutS * 1000);
    rig.slave('b').plugIn();
    rig.run(30_000);
    rig.slave('a').hears = true;
    rig.run(300_000);
    if (rig.limits !== '16 16') stuck.push(`cut ${cutS} s: ${rig.limits}`);
  }
  t.same(stuck, []);
});

t.test('M3: a takeover after being passive: everybody may follow the other master', async (t) => {
  const rig = new Rig({ site: behind(32, 'a b'), memory: { epoch: 4, leaseMs: 15_000, slaves: [] } });
  rig.slave('a').isHeard = false;
  rig.slave('b').plugIn();
  rig.run(30_000);
  t.equal(rig.exposures, '6 26');
  for (let second = 0; second < 20; second++) {
    rig.controller.hearBeacon(beaconOf('other', { epoch: 9 }), rig.nowMs);
    rig.run(1000);
  }
  rig.run(12_000);
  t.notOk(rig.controller.isPassive(rig.nowMs));
  t.equal(rig.record('a').exposureA(rig.nowMs, 15_000)[0], 32, 'a was granted up to 32 A by the other one');
});

t.test('a lost meter below an unmetered circuit is not zero load', async (t) => {
  const circuits = [
    circuit({ id: 'main', limitA: perPhase(100) }),
    circuit({ id: 'hall', parent: 'main', limitA: perPhase(63), meter: 'hall', meterLocation: 'excluding' }),
  ];
  const book = new CapacityBook({ circuits, topology: buildTopology(circuits), limits: AS_CONFIGURED, places: [] });
  book.addSample(1, loadSample(perPhase(60)), 0);
  t.same(book.capacities(0)[0]?.capacityA, perPhase(40));
  book.loseMeter(1, 0);
  t.ok((book.capacities(0)[0]?.capacityA[0] ?? 0) <= 40, `main: ${book.capacities(0)[0]?.capacityA[0]} A`);
});

t.test('a full vehicle must not keep a hungry one waiting for ever', async (t) => {
  for (const [state, shortage] of [
    ['SuspendedEV', 'longest-charging-first'],
    ['SuspendedEV', 'last-connected-first'],
    ['Preparing', 'priority-only'],
  ] as const) {
    const of = behind(10, 'a b', { disconnectedLimitA: 5 });
    const rig = new Rig({ site: { ...of, allocation: { ...of.allocation, shortage, dwellMs: 60_000 } } });
    rig.slave('a').plugIn();
    rig.run(180_000);
    rig.slave('a').state = state;
    rig.slave('a').drawsA = 0;
    rig.slave('b').plugIn();
    rig.run(600_000);
    t.ok(Number(rig.limits.split(' ')[1]) >= 6, `a ${state}, ${shortage}: ${rig.limits} (${rig.reasons})`);
  }
});

t.test('grants that have expired need no room of their own', async (t) => {
  const book = new Book();
  for (let seq = 1; seq <= OPEN_GRANTS_MAX; seq++) book.send(33 - seq / 2, seq);
  t.ok(book.send(6, 60_000), 'a minute later');
});

t.test('tenths come out as tenths', async (t) => {
  const { limits } = divide({ circuits: [fuse('main', 6.35)], chargePoints: [vehicle('a', '3p')], stepA: 0.1 });
  t.equal(limits.get('a')?.limitA, 6.3);
});

t.test('only what is known and whole is taken from the state file', async (t) => {
  const slave = { id: 'x', adopted: true, maxA: 32, disconnectedLimitA: 6, phases: 3, rotation: 'RST' };
  const text = (facts: object, of: object = {}): string =>
    JSON.stringify({ format: 1, epoch: 3, leaseMs: 15_000, slaves: [{ ...slave, ...facts }], ...of });
  t.equal(parseMemory(text({ phases: 1.5 })).ok, false, 'one and a half phases');
  t.equal(parseMemory(text({}, { epoch: 3.5 })).ok, false, 'an epoch that is no whole number');
  const parsed = parseMemory(text({ circuit: 'none', maxA: 16 }));
  const memory = parsed.ok ? parsed.value : undefined;
  t.doesNotThrow(() => new Rig({ site: behind(32, 'a'), ...(memory && { memory }) }).cycle(), 'a key that is not ours');
});

t.test('a remembered maximum follows the slave', async (t) => {
  const rig = new Rig({
    site: site({ circuits: [circuit({ id: 'main' })] }),
    memory: { epoch: 1, leaseMs: 6000, slaves: [] },
  });
  rig.controller.hearStatus(statusOf('x', { maxA: 16 }), 0);
  rig.cycle();
  rig.nowMs = 1000;
  rig.controller.hearStatus(statusOf('x', { maxA: 32, tauMs: 1000 }), 1000);
  rig.cycle();
  t.equal(rig.saved?.slaves[0]?.maxA, 32);
});

t.test('after a restart of the slave session 1 is another vehicle', async (t) => {
  const rig = new Rig({ site: behind(32, 'a') });
  const hear = (facts: object, nowMs: Ms) =>
    rig.controller.hearStatus(statusOf('a', { tauMs: nowMs, ...facts }), nowMs);
  hear({ state: 'Available', sessionId: 0 }, 0);
  hear({ sessionId: 1, usedPhases: 1 }, 1000);
  hear({ sessionId: 1, usedPhases: 1 }, 60_000);
  hear({ sessionId: 1, usedPhases: 1, bootId: bootIdOf('a', 2) }, 61_000);
  t.ok(rig.record('a').vehicle.chargingMs < 10_000, `${rig.record('a').vehicle.chargingMs} ms`);
});

t.test(
  'M1: a restart renews nothing beside which the disconnected limit of an unheard slave has no room',
  async (t) => {
    const rig = new Rig({ site: behind(32, 'a b c') });
    rig.slave('a').plugIn();
    rig.slave('b').plugIn();
    rig.run(10_000);
    t.equal(rig.limits, '16 16 0');
    rig.slave('c').isHeard = false;
    rig.slave('c').hears = false;
    rig.nowMs += 11_000;
    rig.restartMaster();
    rig.run(2000);
    for (const slave of rig.slaves.values()) slave.hears = false;
    let mostA = 0;
    for (let second = 0; second < 30; second++) {
      rig.run(1000);
      mostA = Math.max(
        mostA,
        rig.limits.split(' ').reduce((sum, limit) => sum + Number(limit), 0),
      );
    }
    t.ok(mostA <= 32, `${mostA} A on 32 A: c rises to 6 A while a and b still have what they had`);
  },
);

t.test('a charge point that fell silent and draws nothing leaves room for its disconnected limit', async (t) => {
  const main = circuit({ id: 'main', limitA: perPhase(40), meter: 'grid', fallbackA: perPhase(40) });
  const chargePoints = ['a', 'b', 'c'].map((id) => chargePoint({ id }));
  const rig = new Rig({ site: site({ autoAdopt: false, circuits: [main], chargePoints }) });
  for (const slave of rig.slaves.values()) slave.plugIn();
  const limitOf = (id: string): Amps => rig.slave(id).core.enforced(rig.nowMs).limitA;
  const seconds = (count: number, ids: readonly string[]): void => {
    for (let second = 0; second < count; second++) {
      const drawnA = ids.reduce((sumA, id) => sumA + limitOf(id), 0);
      rig.hearMeter('grid', perPhase(4 + drawnA));
      rig.run(1000);
    }
  };
  seconds(30, ['a', 'b', 'c']);
  t.equal(limitOf('a') + limitOf('b') + limitOf('c'), 36, '40 A less 4 A of the building');
  rig.slave('c').isHeard = false;
  rig.slave('c').hears = false;
  seconds(60, ['a', 'b']);
  t.ok(limitOf('a') + limitOf('b') <= 30, `a ${limitOf('a')} A, b ${limitOf('b')} A: 6 A are for c`);
  t.ok(limitOf('a') + limitOf('b') >= 28, 'and no more than that');
});

t.test('a step that does not divide what a charge point has: it is kept, or lowered, and nothing breaks', async (t) => {
  const rows = [
    [0.6667, 6],
    [2.667, 16],
    [12, 11.99],
    [16, 15.99],
  ] as const;
  for (const [stepA, ownA] of rows) {
    const points = ['a', 'b'].map((id) => chargePoint({ id, disconnectedLimitA: ownA }));
    const of = site({ circuits: [circuit({ id: 'main', limitA: perPhase(63) })], chargePoints: points });
    const rig = new Rig({ site: { ...of, allocation: { ...of.allocation, stepA } }, saves: false });
    for (const id of ['a', 'b']) rig.slave(id).plugIn();
    for (const slave of rig.slaves.values()) slave.isHeard = false;
    rig.run(60_000);
    for (const slave of rig.slaves.values()) slave.isHeard = true;
    rig.restartMaster();
    const before = rig.slave('a').core.enforced(rig.nowMs).limitA;
    t.equal(before, ownA, `steps of ${stepA} A: they are at their disconnected limits`);
    rig.run(3_000);
    for (const slave of rig.slaves.values()) slave.unplug();
    rig.run(60_000);
    t.pass(`steps of ${stepA} A, ${ownA} A each: ${rig.limits}`);
  }
});

t.test('a charge point that says it draws what it cannot counts as its maximum, and others are raised', async (t) => {
  const points = ['a', 'b'].map((id) => chargePoint({ id }));
  const rig = new Rig({
    site: site({ circuits: [circuit({ id: 'main', limitA: perPhase(63) })], chargePoints: points }),
  });
  for (const id of ['a', 'b']) rig.slave(id).plugIn();
  rig.run(20_000);
  t.equal(rig.limits, '32 31');
  rig.slave('a').drawsA = 655;
  const { leaseMs } = rig.site;
  let mostA = 0;
  for (let second = 0; second < 60; second++) {
    rig.run(1_000);
    mostA = Math.max(mostA, ...rig.record('a').exposureA(rig.nowMs, leaseMs));
    if (rig.limits !== '32 31') t.fail(`second ${second}: ${rig.limits}`);
  }
  t.equal(mostA, 32);
  rig.slave('a').drawsA = 40;
  rig.run(15_000);
  t.match(rig.alarm('OVERDRAW'), /a/, 'what it may well draw is counted, and told');
  t.same(rig.record('a').exposureA(rig.nowMs, leaseMs), perPhase(40));
});

t.test(
  'one stolen key: what a charge point says that cannot be stops no other one, also once it is silent',
  async (t) => {
    const lies: readonly Partial<Status>[] = [
      { disconnectedLimitA: 655.35, maxA: 655.35 },
      { disconnectedLimitA: 655.35 },
      { currentA: perPhase(655.35), maxA: 655.35 },
      { enforcedA: 655.35 },
    ];
    for (const lie of lies) {
      const name = Object.keys(lie).join(' and ');
      const points = ['a', 'b', 'c'].map((id) => chargePoint({ id }));
      const rig = new Rig({
        site: site({ circuits: [circuit({ id: 'main', limitA: perPhase(100) })], chargePoints: points }),
      });
      for (const slave of rig.slaves.values()) slave.plugIn();
      rig.run(20_000);
      const liar = rig.slave('c');
      liar.isHeard = false;
      for (let second = 0; second < 10; second++) {
        rig.controller.hearStatus({ ...liar.status(rig.nowMs), ...lie }, rig.nowMs);
        rig.run(1000);
      }
      t.match(rig.alarm('CLAIM_REFUSED'), /maximum counts instead: c$/, name);
      t.ok(Math.max(...rig.record('c').exposureA(rig.nowMs, rig.site.leaseMs)) <= 32, `${name}: its maximum`);
      rig.run(100_000);
      t.match(rig.limits, /^32 32 /, `${name}: silent since`);
      t.equal(rig.alarm('CLAIM_REFUSED'), undefined);
      rig.restartMaster();
      rig.run(80_000);
      t.match(rig.limits, /^32 32 /, `${name}: the master has started again`);
    }
  },
);

t.test('what still flows after a charge point has lowered its own maximum is counted', async (t) => {
  const rig = new Rig({ site: site({ circuits: [circuit({ id: 'main', limitA: perPhase(63) })] }) });
  const slave = rig.add('a');
  slave.plugIn();
  rig.run(20_000);
  t.equal(rig.limits, '32');
  const [record, { leaseMs }] = [rig.record('a'), rig.site];
  let leastA = 32;
  for (let second = 1; second <= 40; second++) {
    rig.nowMs += 1000;
    const status = { ...slave.status(rig.nowMs), maxA: 8, minA: 6, disconnectedLimitA: 6, currentA: perPhase(32) };
    rig.controller.hearStatus({ ...status, enforcedA: Math.min(8, status.enforcedA) }, rig.nowMs);
    rig.controller.decide(rig.nowMs);
    leastA = Math.min(leastA, ...record.exposureA(rig.nowMs, leaseMs));
  }
  t.equal(leastA, 32, 'for as long as it says so');
});
