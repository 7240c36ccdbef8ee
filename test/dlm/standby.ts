/** A standby that takes over: what it lets the slaves keep, and how it counts those that may follow the other master still. */
import t from 'tap';
import type { Grant } from '../../src/base/messages.js';
import { type Ms, perPhase } from '../../src/base/units.js';
import { PASSIVE_HOLD_MS } from '../../src/dlm/masters/mastership.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';
import { beaconOf, grantOf, statusOf } from '../helpers/messages.js';

const LEASE_MS: Ms = 15_000;
const ids = ['a', 'b', 'c'];

function behind(fuseA: number): ReturnType<typeof site> {
  return site({
    leaseMs: LEASE_MS,
    circuits: [circuit({ id: 'main', limitA: perPhase(fuseA) })],
    chargePoints: ids.map((id) => chargePoint({ id })),
  });
}

/** Slaves that were given current by another master, which has just sent its last word. */
function takingOver(fuseA: number, limitsA: readonly number[]): Rig {
  const rig = new Rig({ site: behind(fuseA), rank: 1 });
  rig.run(1000);
  for (const [index, id] of ids.entries()) {
    const slave = rig.slave(id);
    slave.plugIn();
    slave.look(rig.nowMs);
    const { bootId, tauMs } = slave.core.status(rig.nowMs);
    const limitA = limitsA[index] ?? 0;
    const grant = grantOf(id, { masterId: 'other', bootId, tauMs, epoch: 5, limitA, leaseMs: LEASE_MS });
    t.equal(slave.core.hearGrant(grant, rig.nowMs), 'accepted');
  }
  rig.controller.hearBeacon(beaconOf('other', { epoch: 5 }), rig.nowMs);
  rig.cycle();
  return rig;
}

/** From the lowest up: who gets the remainder goes round. */
function sorted(rig: Rig): string {
  const limitsA = rig.limits.split(' ').map(Number);
  return limitsA.sort((a, b) => a - b).join(' ');
}

t.test('it waits, and sends nothing', async (t) => {
  const rig = takingOver(32, [16, 10, 6]);
  rig.nowMs += PASSIVE_HOLD_MS - 1000;
  t.same(rig.cycle(), []);
  t.equal(rig.reasons, 'passive passive passive');
  t.equal(rig.alarm('TWO_MASTERS'), undefined, 'that is how it should be');
});

t.test('all answer: everybody keeps what it has, then shares are as ever', async (t) => {
  const rig = takingOver(32, [16, 10, 6]);
  rig.run(PASSIVE_HOLD_MS - 1000);
  rig.nowMs += 1000;
  const grants = rig.cycle();
  const of = (id: string): Grant | undefined => grants.find(({ chargePointId }) => chargePointId === id);
  t.equal(ids.map((id) => of(id)?.limitA).join(' '), '16 10 6');
  t.equal(of('a')?.epoch, 6);
  t.ok((of('a')?.leaseMs ?? LEASE_MS) <= LEASE_MS - PASSIVE_HOLD_MS, 'not longer than the other master granted it');
  t.equal(of('c')?.leaseMs, LEASE_MS, 'no more than its own disconnected limit');
  t.same(rig.events('TAKEOVER'), ['no other master for 10 s: this one takes over with epoch 6']);
  rig.run(10_000);
  t.equal(sorted(rig), '10 11 11');
});

t.test(
  'one is silent: it may have its maximum from the other master, and the others share what that one must leave',
  async (t) => {
    const rig = takingOver(32, [16, 10, 6]);
    rig.slave('c').isHeard = false;
    rig.slave('c').hears = false;
    rig.run(PASSIVE_HOLD_MS + 4000);
    t.equal(rig.exposures.split(' ')[2], '32', 'c counts in full');
    t.equal(
      rig.limits.split(' ').slice(0, 2).join(' '),
      '6 6',
      'their disconnected limits, which the other one must reserve',
    );
    rig.run(300_000);
    t.equal(rig.exposures.split(' ')[2], '32', 'for as long as it takes');
    t.equal(rig.limits.split(' ').slice(0, 2).join(' '), '6 6');
    rig.slave('c').isHeard = true;
    rig.slave('c').hears = true;
    rig.run(15_000);
    t.equal(sorted(rig), '10 11 11');
  },
);

t.test('where it fits beside the maximum of the silent one, the others get more', async (t) => {
  const rig = takingOver(56, [16, 10, 6]);
  rig.slave('c').isHeard = false;
  rig.run(100_000);
  t.equal(rig.limits.split(' ').slice(0, 2).join(' '), '12 12', '56 - 32');
});

t.test('a master without a standby counts the disconnected limit of a silent one', async (t) => {
  const rig = new Rig({ site: behind(32) });
  for (const id of ids) rig.slave(id).plugIn();
  rig.run(5000);
  rig.slave('c').isHeard = false;
  rig.slave('c').hears = false;
  rig.run(100_000);
  t.equal(rig.exposures, '13 13 6');
});

t.test('beside an active master also the stronger one counts the silent in full (seed 950129)', async (t) => {
  const rig = new Rig({ site: behind(64) });
  for (const id of ids) rig.slave(id).plugIn();
  rig.run(5000);
  Object.assign(rig.slave('c'), { isHeard: false, hears: false });
  const { leaseMs } = rig.site;
  for (let second = 0; second < 100; second++) {
    rig.controller.hearBeacon(beaconOf('weaker', { epoch: 0 }), rig.nowMs);
    rig.run(1000);
  }
  t.same(rig.record('c').exposureA(rig.nowMs, leaseMs), perPhase(32), 'the other one may have raised it');
  rig.run(90_000);
  t.same(rig.record('c').exposureA(rig.nowMs, leaseMs), perPhase(6), 'what the other one granted has ended');
});

t.test(
  'below a limit of people the silent ones keep their disconnected limits, strict or not (seed 995186)',
  async (t) => {
    const rig = new Rig({ site: behind(64) });
    for (const id of ids) rig.slave(id).plugIn();
    rig.run(5000);
    Object.assign(rig.slave('c'), { isHeard: false, hears: false });
    for (let second = 0; second < 60; second++) {
      rig.controller.hearBeacon(beaconOf('weaker', { epoch: 0 }), rig.nowMs);
      if (second === 30) rig.controller.limits.settings.setOperatorLimit('main', perPhase(15));
      rig.run(1000);
    }
    const [aA = 0, bA = 0] = rig.limits.split(' ').map(Number);
    t.equal(aA + bA, 6, `${rig.limits}: 15 A less the 6 A of c are 9 A, and a has its own 6 A of them`);
  },
);

t.test('what a charge point draws too much counts in full, strict or not (seed 1100520)', async (t) => {
  const rig = new Rig({ site: behind(64) });
  for (const id of ids) rig.slave(id).plugIn();
  rig.run(5000);
  rig.controller.limits.settings.setOperatorLimit('main', perPhase(30));
  rig.slave('c').drawsA = 18;
  for (let second = 0; second < 40; second++) {
    rig.controller.hearBeacon(beaconOf('weaker', { epoch: 0 }), rig.nowMs);
    rig.run(1000);
  }
  t.equal(rig.record('c').reason.kind, 'overdraw');
  t.match(rig.limits, /^6 6 /, 'the others share the 12 A that it leaves');
});

t.test('one forged BEACON makes it strict for as long as grants last, not for good', async (t) => {
  const rig = new Rig({ site: behind(64) });
  for (const id of ids) rig.slave(id).plugIn();
  rig.run(5000);
  rig.controller.hearBeacon(beaconOf('zzz', { epoch: 9 }), rig.nowMs);
  Object.assign(rig.slave('c'), { isHeard: false, hears: false });
  rig.run(60_000);
  t.same(rig.record('c').exposureA(rig.nowMs, rig.site.leaseMs), perPhase(32));
  rig.run(60_000);
  t.same(rig.record('c').exposureA(rig.nowMs, rig.site.leaseMs), perPhase(6));
  t.equal(rig.controller.isPassive(rig.nowMs), false);
});

t.test('a slave tells of a higher epoch: whoever granted in it may have raised anybody who is silent', async (t) => {
  const rig = new Rig({ site: behind(64) });
  for (const id of ['b', 'c']) rig.slave(id).isHeard = false;
  rig.run(100_000);
  t.equal(rig.exposures, '0 6 6', 'nothing is known of another master');
  const accepted = { masterId: 'other', epoch: 6, seq: 1 };
  rig.controller.hearStatus(statusOf('b', { accepted, tauMs: rig.nowMs, state: 'Available' }), rig.nowMs);
  rig.controller.decide(rig.nowMs);
  t.equal(rig.controller.mastership.epoch, 7);
  t.equal(rig.exposures, '32 32 32');
  rig.run(1000);
  t.equal(rig.exposures, '0 32 32', 'a has answered a grant of the new epoch');
});

t.test('a ghost is named: its BEACONs come, but no slave that is heard follows it', async (t) => {
  const rig = new Rig({ site: behind(32) });
  for (let second = 0; second < 30; second++) {
    rig.controller.hearBeacon(beaconOf('zzz', { epoch: 9 }), rig.nowMs);
    rig.run(1000);
  }
  const text = 'no charge point that is heard here follows master zzz: this one takes over with epoch 10';
  t.same(rig.events('TAKEOVER'), [text]);
  t.match(rig.alarm('TWO_MASTERS'), /this one stays active/);
});

t.test('BEACONs alone, by a stolen key, silence no master that slaves follow', async (t) => {
  const rig = new Rig({ site: behind(32) });
  rig.run(10_000);
  const before = rig.limits;
  const names = ['zzz', 'zzz', 'yyy', 'xxx'];
  for (let second = 0; second < 120; second++) {
    if (second % 30 < 20) {
      const [masterId = ''] = names.slice(second % names.length);
      rig.controller.hearBeacon(beaconOf(masterId, { epoch: 9 + second }), rig.nowMs);
    }
    rig.run(1000);
    t.same([rig.controller.isPassive(rig.nowMs), rig.limits], [false, before], `second ${second}`);
  }
  t.equal(rig.controller.mastership.epoch, 1, 'and it does not climb above what it is told');
  for (const text of rig.events('TWO_MASTERS')) t.match(text, /is active in network id 0; this one stays active/);
  rig.slave('a').isHeard = false;
  rig.run(50_000);
  const { leaseMs } = rig.site;
  t.same(
    rig.record('a').exposureA(rig.nowMs, leaseMs),
    perPhase(32),
    'another one may serve those who are silent here',
  );
});

t.test('while it leaves the polls to a stronger master it still lowers', async (t) => {
  const rig = new Rig({ site: behind(32) });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(30_000);
  t.equal(rig.controller.isPassive(rig.nowMs), false);
  rig.controller.hearBeacon(beaconOf('zzz', { epoch: 9 }), rig.nowMs);
  rig.nowMs += 1000;
  t.same(rig.cycle(), [], 'no renewal');
  rig.slave('a').unplug();
  rig.nowMs += 1000;
  const grants = rig.cycle();
  t.equal(grants.find(({ chargePointId }) => chargePointId === 'a')?.limitA, 0);
  t.ok(grants.length < 3, 'nothing but what lowers');
  rig.nowMs += 1000;
  t.ok(rig.cycle().length > 1, 'then all are answered again');
  rig.controller.hearBeacon(beaconOf('zzz', { epoch: 9 }), rig.nowMs);
  rig.nowMs += 1000;
  t.ok(rig.cycle().length > 1, 'at most once a minute');
});

t.test(
  'the limits of a circuit are what holds: silent for longer than its lease, a charge point has its own',
  async (t) => {
    const rig = new Rig({ site: behind(64) });
    for (const id of ids) rig.slave(id).plugIn();
    rig.run(20_000);
    const limitsA = (): number | undefined => rig.controller.circuits(rig.nowMs)[0]?.limitsA[0];
    t.equal(limitsA(), 64);
    Object.assign(rig.slave('c'), { isHeard: false, hears: false });
    const { grantedA } = rig.record('c');
    rig.run(10_000);
    t.equal(limitsA(), 64, 'its lease lasts');
    t.ok(grantedA > 6);
    rig.run(60_000);
    const [a = 0, b = 0] = rig.limits.split(' ').map(Number);
    t.equal(limitsA(), a + b + 6);
  },
);
