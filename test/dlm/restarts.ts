/** The master dies and comes back: who keeps what, which late words raise nobody, and how soon all is as before. */
import t from 'tap';
import { type Amps, perPhase } from '../../src/base/units.js';
import type { ChargePoint, Site } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

function behind(limitA: number, ids: string, facts: Partial<ChargePoint> = {}): Site {
  return site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(limitA) })],
    chargePoints: ids.split(' ').map((id) => chargePoint({ id, ...facts })),
  });
}

/** Vehicles there, everything settled. */
function running(of: Site, ids: string): Rig {
  const rig = new Rig({ site: of });
  for (const id of ids.split(' ')) rig.slave(id).plugIn();
  rig.run(10_000);
  return rig;
}

function sumA(rig: Rig): Amps {
  return rig.limits.split(' ').reduce((sum, limit) => sum + Number(limit), 0);
}

/** The highest sum of the limits within so many seconds. */
function mostA(rig: Rig, seconds: number): Amps {
  let most = sumA(rig);
  for (let second = 0; second < seconds; second++) {
    rig.run(1000);
    most = Math.max(most, sumA(rig));
  }
  return most;
}

/** The grants of this moment reach only one of them. */
function decideFor(rig: Rig, id: string): void {
  for (const grant of rig.controller.decide(rig.nowMs)) {
    if (grant.chargePointId === id) rig.slave(id).core.hearGrant(grant, rig.nowMs);
  }
}

t.test('a poll from before a lowering, heard by the next master, raises nobody', async (t) => {
  const rig = running(behind(32, 'a b'), 'a b');
  const late = rig.slave('a').status(rig.nowMs);
  t.equal(late.enforcedA, 16);
  rig.slave('a').state = 'Preparing';
  rig.run(8000);
  t.equal(rig.limits, '6 26');
  rig.slave('a').state = undefined;
  rig.restartMaster();
  rig.controller.hearStatus(late, rig.nowMs);
  rig.poll('b');
  decideFor(rig, 'a');
  t.ok(sumA(rig) <= 32, `the grant of b is lost: ${rig.limits}`);
});

t.test('nor does a poll from before the end of a lease', async (t) => {
  for (const restarts of [true, false]) {
    const rig = running(behind(32, 'a b'), 'a b');
    rig.slave('a').hears = false;
    rig.run(1000);
    rig.slave('a').isHeard = false;
    rig.run(12_000);
    const late = rig.slave('a').status(rig.nowMs);
    t.equal(late.enforcedA, 16, 'its lease has a second left');
    rig.run(12_000);
    t.equal(rig.limits, '6 26', 'its lease is over for sure, and the rest is with b');
    if (restarts) rig.restartMaster();
    rig.controller.hearStatus(late, rig.nowMs);
    rig.poll('b');
    decideFor(rig, 'a');
    t.ok(sumA(rig) <= 32, `${restarts ? 'another' : 'the same'} master, the grant of b is lost: ${rig.limits}`);
  }
});

t.test('two words of the same millisecond: the one that follows the older grant is the older', async (t) => {
  const rig = running(behind(32, 'a b'), 'a b');
  rig.slave('a').state = 'Preparing';
  rig.nowMs += 1000;
  const late = rig.slave('a').status(rig.nowMs);
  rig.run(0);
  rig.cycle();
  rig.slave('b').isHeard = true;
  t.equal(rig.slave('a').core.enforced(rig.nowMs).limitA, 6, 'lowered in that millisecond');
  t.same(rig.controller.hearStatus(late, rig.nowMs), { isCurrent: false, isUrgent: false });
  t.ok(rig.controller.hearStatus(rig.slave('a').status(rig.nowMs), rig.nowMs).isCurrent, 'the same word twice is none');
});

t.test('nothing is renewed that could outlast the rise of an unheard one to its disconnected limit', async (t) => {
  for (const silentS of [8, 0]) {
    const rig = running(behind(32, 'a b c'), 'a b');
    t.equal(rig.limits, '16 16 0');
    rig.slave('c').isHeard = false;
    rig.slave('c').hears = false;
    rig.run(silentS * 1000);
    rig.nowMs += 13_000;
    rig.restartMaster();
    rig.run(2000);
    for (const slave of rig.slaves.values()) slave.hears = false;
    const most = mostA(rig, 30);
    t.ok(most <= 32, `c was silent for ${silentS} s before: ${most} A on 32 A`);
  }
});

t.test('running vehicles keep what they have, beside idle ones too', async (t) => {
  for (const leaseMs of [6_000, 15_000]) {
    const rig = running({ ...behind(15, 'a b c', { disconnectedLimitA: 5 }), leaseMs }, 'a');
    t.equal(rig.limits, '15 0 0');
    rig.nowMs += leaseMs - 3000;
    rig.restartMaster();
    const before = rig.notices.length;
    for (let second = 0; second < 12; second++) {
      rig.run(1000);
      t.equal(rig.limits, '15 0 0', `lease ${leaseMs} ms, second ${second}`);
    }
    const limits = rig.notices.slice(before).filter(({ event }) => event === 'LIMIT');
    t.same(limits, [], 'nor is a change told to people');
  }
});

t.test('a start: current within three seconds when all answer', async (t) => {
  const rig = new Rig({ site: behind(32, 'a b c') });
  for (const id of ['a', 'b']) rig.slave(id).plugIn();
  rig.run(3000);
  t.equal(rig.limits, '16 16 0');
});

t.test('a start ends with the last answer, not with the next cycle', async (t) => {
  const { controller, slaves } = new Rig({ site: behind(32, 'a b') });
  const hear = (id: string, nowMs: number): boolean => {
    const status = slaves.get(id)?.status(nowMs);
    return status !== undefined && controller.hearStatus(status, nowMs).isUrgent;
  };
  hear('a', 0);
  hear('b', 0);
  for (const grant of controller.decide(20)) slaves.get(grant.chargePointId)?.core.hearGrant(grant, 25);
  t.notOk(hear('a', 25), 'b has still to answer');
  t.ok(hear('b', 30), 'all have answered');
  t.notOk(hear('b', 40));
});

t.test('a slave that is heard but does not answer delays the start, and keeps its disconnected limit', async (t) => {
  const rig = running(behind(32, 'a b'), 'a');
  rig.slave('b').hears = false;
  rig.restartMaster();
  rig.run(2000);
  t.equal(rig.limits, '32 0', 'a goes on by its lease');
  t.equal(rig.reasons, 'startup startup');
  rig.run(3000);
  t.equal(rig.limits, '26 0', 'b may rise');
});

t.test('normal service within 3 s of a restart, when all slaves answer', async (t) => {
  const rig = running(behind(32, 'a b'), 'a');
  rig.restartMaster();
  rig.slave('b').plugIn();
  rig.run(3000);
  t.equal(rig.limits, '16 16', 'a was lowered, has answered, and is measured at its new limit');
});

t.test('what a listed slave said it allows itself is remembered: the list may say less', async (t) => {
  const rig = new Rig({ site: behind(64, 'a b') });
  rig.add('a', { disconnectedLimitA: 20 });
  rig.run(5000);
  rig.slave('a').isHeard = false;
  rig.restartMaster();
  rig.run(100_000);
  t.equal(rig.exposures.split(' ')[0], '20');
});
