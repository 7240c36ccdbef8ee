/** What the control core makes of what it hears: who is urgent, who is known, who is trusted. */
import t from 'tap';
import { type Ms, perPhase } from '../../src/base/units.js';
import { LEASE_MAX_MS, leaseExpiryMs, SETTLE_MS } from '../../src/dlm/leases/lease-rules.js';
import { PASSIVE_HOLD_MS } from '../../src/dlm/masters/mastership.js';
import { SLAVES_MAX } from '../../src/dlm/group/roster.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';
import { beaconOf, bootIdOf, statusOf } from '../helpers/messages.js';

/** All charge points are listed: nothing is waited for that might hang there too. */
const twoBehind32 = site({
  autoAdopt: false,
  circuits: [circuit({ id: 'main' })],
  chargePoints: [chargePoint({ id: 'a' }), chargePoint({ id: 'b' })],
});
const nobodyListed = site({ circuits: [circuit({ id: 'main' })] });

t.test('what is answered at once, and what can wait for the next cycle', async (t) => {
  const rows = [
    ['the same again', {}, { isCurrent: true, isUrgent: false }],
    ['another state', { state: 'SuspendedEV' }, { isCurrent: true, isUrgent: false }],
    ['another current', { currentA: [10, 0, 0] }, { isCurrent: true, isUrgent: false }],
    ['another vehicle', { sessionId: 2 }, { isCurrent: true, isUrgent: true }],
    ['a phase more', { usedPhases: 0b001 }, { isCurrent: true, isUrgent: true }],
    ['a restart', { bootId: bootIdOf('a', 2) }, { isCurrent: true, isUrgent: true }],
    ['an older word', { tauMs: 999 }, { isCurrent: false, isUrgent: false }],
    ['an older word of an earlier start', { tauMs: 999, sessionId: 3 }, { isCurrent: false, isUrgent: false }],
  ] as const;
  for (const [name, facts, expected] of rows) {
    const { controller } = new Rig({ site: twoBehind32 });
    t.same(controller.hearStatus(statusOf('a', { tauMs: 1000 }), 1000), { isCurrent: true, isUrgent: true });
    t.same(controller.hearStatus(statusOf('a', { tauMs: 2000, ...facts }), 2000), expected, name);
  }
  const { controller } = new Rig({ site: twoBehind32 });
  controller.hearStatus(statusOf('a', { tauMs: 1000 }), 1000);
  t.ok(controller.hearStatus(statusOf('a', { tauMs: 9000 }), 9000).isUrgent, 'heard again after it was lost');
});

t.test('a meter is answered at once when the worst case no longer fits', async (t) => {
  const rig = new Rig({
    site: site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(63), meter: 'grid', meterLocation: 'excluding' })],
      chargePoints: [chargePoint({ id: 'a' })],
    }),
  });
  const hear = (currentA: number): boolean => rig.hearMeter('grid', perPhase(currentA)).isUrgent;
  rig.run(3000);
  t.equal(rig.reasons, 'startup', 'the meter is waited for');
  t.notOk(hear(10));
  rig.slave('a').plugIn();
  rig.run(2000);
  t.equal(rig.limits, '32');
  t.notOk(hear(31), '31 + 32 A fit 63 A');
  t.ok(hear(32), '32 + 32 A do not');
  t.match(rig.cycle(), [{ limitA: 31 }], 'lowered in that moment');
  t.notOk(rig.hearMeter('other', perPhase(900)).isUrgent, 'a meter that nobody configured');
  t.ok(rig.loseMeter('grid').isUrgent);
  t.notOk(rig.loseMeter('grid').isUrgent, 'lost already');
  t.notOk(rig.loseMeter('other').isUrgent);
  t.match(rig.cycle(), [{ limitA: 0 }], 'the fallback is 0');
  t.equal(rig.record('a').reason.kind, 'shortage');
  t.match(rig.record('a').reason, { cause: { source: 'fallback', limitA: 0 } });
});

t.test('an overload raises an alarm, once, and ends it', async (t) => {
  const rig = new Rig({
    site: site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(63), meter: 'grid' })],
      chargePoints: [chargePoint({ id: 'a' })],
    }),
  });
  rig.run(3000);
  for (let second = 0; second < 3; second++) {
    rig.hearMeter('grid', [64, 70.04, 10]);
    rig.run(1000);
  }
  t.equal(rig.alarm('OVERLOAD'), 'main: L1 64.0 A of 63 A, L2 70.0 A of 63 A');
  t.equal(rig.events('OVERLOAD').length, 1);
  rig.hearMeter('grid', [50, 50, 10]);
  rig.run(5000);
  t.equal(rig.alarm('OVERLOAD'), undefined);
  t.equal(rig.events('OVERLOAD_END').length, 1);
});

t.test('M3: a start without memory', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.slave('a').plugIn();
  rig.slave('b').isHeard = false;
  t.equal(rig.exposures, '32 32', 'configured, never heard: everything may be in force');
  rig.run(5000);
  t.equal(rig.limits.split(' ')[0], '0', 'a has answered, b has not: b may draw 32 A');
  t.equal(rig.exposures, '0 32');
  t.equal(rig.reasons, 'waiting offline');
  rig.run(leaseExpiryMs(LEASE_MAX_MS) + SETTLE_MS - 6000);
  t.equal(rig.exposures, '0 32', 'the longest lease is over, but its vehicle has still to follow');
  rig.run(2000);
  t.equal(rig.exposures, '26 6', 'b is at its disconnected limit');
});

t.test('M3: a start with memory waits only for the leases that were given', async (t) => {
  const rig = new Rig({ site: twoBehind32, memory: { epoch: 7, leaseMs: 20_000, slaves: [] } });
  rig.slave('a').plugIn();
  rig.slave('b').isHeard = false;
  t.equal(rig.controller.mastership.epoch, 8);
  rig.run(25_000);
  t.equal(rig.exposures, '0 32');
  rig.run(2000);
  t.equal(rig.exposures, '26 6');
});

t.test('M3: slaves run on over a restart, and keep what they have', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  for (const { plugIn } of [rig.slave('a'), rig.slave('b')].map((slave) => ({ plugIn: () => slave.plugIn() })))
    plugIn();
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
  rig.nowMs += 3000;
  rig.restartMaster();
  for (let second = 0; second < 10; second++) {
    rig.run(1000);
    t.equal(rig.limits, '16 16', `second ${second}`);
  }
  t.equal(rig.controller.mastership.epoch, 2);
  t.equal(rig.reasons, 'circuit circuit');
});

t.test('unlisted slaves', async (t) => {
  const without = new Rig({ site: nobodyListed });
  without.add('x').plugIn();
  without.run(15_000);
  t.equal(without.limits, '0', 'without memory others may hold old grants: one lease is waited');
  t.equal(without.reasons, 'startup');
  without.run(2000);
  t.equal(without.limits, '32');
  const withMemory = new Rig({ site: nobodyListed, memory: { epoch: 1, leaseMs: 15_000, slaves: [] } });
  withMemory.add('x').plugIn();
  withMemory.run(2000);
  t.equal(withMemory.limits, '32', 'with memory nothing is waited for');
  const unsaved = new Rig({ site: nobodyListed, memory: { epoch: 1, leaseMs: 15_000, slaves: [] }, saves: false });
  unsaved.add('x').plugIn();
  unsaved.run(60_000);
  t.equal(unsaved.limits, '0', 'nobody is raised before the state file knows it');
  const remembered = { id: 'y', adopted: true, maxA: 20, disconnectedLimitA: 6, phases: 3, rotation: 'RST' } as const;
  const expecting = new Rig({ site: nobodyListed, memory: { epoch: 1, leaseMs: 15_000, slaves: [remembered] } });
  expecting.add('x').plugIn();
  expecting.run(4000);
  t.equal(expecting.limits, '12', 'y was known before: its 20 A are kept free until old grants are over');
});

t.test('M4: slaves that are not adopted get nothing', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.add('x').plugIn();
  rig.controller.hearStatus(statusOf('x'), 0);
  t.equal(rig.exposures, '32 32 6', 'its disconnected limit counts');
  rig.slave('a').plugIn();
  rig.run(5000);
  t.equal(rig.limits, '32 0 0');
  t.equal(rig.reasons, 'maximum noVehicle notAdopted');
  t.notOk(
    rig.saved?.slaves.some(({ id }) => id === 'x'),
    'and it is not remembered',
  );
});

t.test('M7: a charge point that follows another master counts in full until it is won back', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.slave('a').plugIn();
  rig.slave('b').isHeard = false;
  rig.run(100_000);
  t.equal(rig.exposures, '26 6');
  const foreign = { accepted: { masterId: 'other', epoch: 6, seq: 1 }, tauMs: rig.nowMs, enforcedA: 10, sessionId: 0 };
  rig.controller.hearStatus(statusOf('b', { ...foreign, state: 'Available' }), rig.nowMs);
  t.equal(rig.exposures, '26 32');
  t.notOk(rig.controller.isPassive(rig.nowMs), 'that may be an old one');
  rig.slave('b').isHeard = true;
  rig.run(1000);
  t.equal(rig.controller.mastership.epoch, 7, 'slaves take the highest epoch only');
  t.same(rig.events('EPOCH'), ['grants continue with epoch 7']);
  rig.run(2000);
  t.equal(rig.exposures, '22 10', 'b acknowledged, and its vehicle may still follow the 10 A of the other master');
  rig.run(4000);
  t.equal(rig.exposures, '32 0', 'for 5 s');
});

t.test('M7: a new grant of a stronger master that a slave follows makes this one passive', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.slave('a').plugIn();
  rig.run(5000);
  const accepted = { masterId: 'other', epoch: 6, seq: 1 };
  const word = { ...rig.slave('b').status(rig.nowMs), tauMs: rig.nowMs + 1, accepted };
  rig.controller.hearStatus(word, rig.nowMs);
  t.ok(rig.controller.isPassive(rig.nowMs), 'though no BEACON was heard: fixed addresses');
  t.match(rig.alarm('TWO_MASTERS'), /another master other \(epoch 6\) is active.*this one is passive/);
  t.equal(rig.exposures, '32 32');
  rig.run(PASSIVE_HOLD_MS + 3000);
  t.same(rig.events('TAKEOVER'), ['no other master for 10 s: this one takes over with epoch 7']);
  t.equal(rig.limits, '32 0');
});

t.test(
  'M2: the number of a grant that another master sent, or that was sent in another epoch, fences nothing',
  async (t) => {
    const rig = new Rig({ site: twoBehind32 });
    rig.slave('a').plugIn();
    rig.run(5000);
    rig.slave('a').hears = false;
    rig.slave('b').plugIn();
    rig.nowMs += 1000;
    const grant = rig.cycle().find(({ chargePointId }) => chargePointId === 'a');
    t.match(grant, { epoch: 1, limitA: 16 });
    const record = rig.record('a');
    const { mastership } = rig.controller;
    const rows = [
      ['another master', { masterId: 'other', epoch: 1 }, mastership],
      ['another epoch', { masterId: mastership.id, epoch: 1 }, { id: mastership.id, epoch: 2 }],
      ['ours', { masterId: mastership.id, epoch: 1 }, mastership],
    ] as const;
    for (const [name, of, master] of rows) {
      rig.nowMs += 10;
      const word = { ...rig.slave('a').status(rig.nowMs), accepted: { ...of, seq: grant?.seq ?? 0 }, enforcedA: 16 };
      record.applyStatus(word, { id: master.id, epoch: master.epoch, grants: true }, rig.nowMs);
      t.equal(record.account.openGrants.length === 1, name === 'ours', name);
    }
  },
);

t.test('M7: two masters', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.slave('a').plugIn();
  rig.controller.hearBeacon(beaconOf('zzz'), rig.nowMs);
  t.ok(rig.controller.isPassive(rig.nowMs));
  t.same(rig.cycle(), [], 'the lower one sends nothing');
  t.equal(rig.reasons, 'passive passive');
  t.match(rig.alarm('TWO_MASTERS'), /another master zzz \(epoch 1\).*this one is passive/);
  rig.controller.hearBeacon(beaconOf('zzz'), rig.nowMs);
  rig.cycle();
  t.equal(rig.events('TWO_MASTERS').length, 1, 'told once');
  rig.run(PASSIVE_HOLD_MS);
  t.notOk(rig.controller.isPassive(rig.nowMs));
  t.equal(rig.alarm('TWO_MASTERS'), undefined);
  t.equal(rig.controller.mastership.epoch, 2, 'above the one that has gone');
  rig.run(2000);
  t.equal(rig.limits, '32 0');
  rig.controller.hearBeacon(beaconOf('aaa'), rig.nowMs);
  t.match(rig.alarm('TWO_MASTERS'), /this one stays active/);
  t.equal(rig.cycle().length, 2);
});

t.test('M7: of two others that take turns to be heard each is told of once', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  for (let turn = 0; turn < 10; turn++) {
    for (const id of ['aaa', 'bbb']) {
      rig.controller.hearBeacon(beaconOf(id), rig.nowMs);
      rig.cycle();
    }
  }
  t.equal(rig.events('TWO_MASTERS').length, 2);
});

t.test('M7: the own voice and a standby are no other master; one that has stepped back is told of', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.controller.hearBeacon(beaconOf('master1'), 0);
  rig.controller.hearBeacon(beaconOf('sss', { epoch: 9, rank: 1, active: false }), 0);
  rig.cycle();
  t.notOk(rig.controller.isPassive(0));
  t.equal(rig.alarm('TWO_MASTERS'), undefined);
  rig.controller.hearBeacon(beaconOf('zzz', { epoch: 9, active: false }), 0);
  t.notOk(rig.controller.isPassive(0), 'no danger');
  t.match(rig.alarm('TWO_MASTERS'), /another master zzz \(epoch 9\) has stepped back .* this one stays active/);
  rig.nowMs += PASSIVE_HOLD_MS;
  rig.cycle();
  t.equal(rig.alarm('TWO_MASTERS'), undefined);
  t.equal(rig.events('TWO_MASTERS').length, 1);
});

t.test('two boxes with one id are found out, and neither is served', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  const other = (nowMs: Ms) =>
    statusOf('a', { bootId: bootIdOf('a', 9), tauMs: nowMs, state: 'Available', sessionId: 0 });
  rig.slave('a').plugIn();
  rig.run(5000);
  for (let second = 0; second < 70; second++) {
    rig.controller.hearStatus(other(rig.nowMs), rig.nowMs);
    rig.run(1000);
  }
  t.equal(rig.limits, '0 0');
  t.equal(rig.exposures, '64 0', 'twice its maximum');
  t.match(rig.events('SLAVE_REFUSED')[0], /a is the id of two charge points/);
  t.equal(rig.reasons, 'unavailable noVehicle');
});

t.test('a restart of a slave is no second box', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  rig.slave('a').plugIn();
  rig.run(5000);
  for (let restart = 0; restart < 3; restart++) {
    rig.slave('a').reboot(rig.nowMs);
    rig.run(90_000);
  }
  t.equal(rig.limits, '32 0');
  t.equal(rig.events('SLAVE_REBOOT').length, 3);
  t.same(rig.events('SLAVE_REFUSED'), []);
});

t.test('no more slaves than the table holds', async (t) => {
  const { controller } = new Rig({ site: nobodyListed });
  for (let i = 0; i < SLAVES_MAX; i++) controller.hearStatus(statusOf(`cp${i}`), 0);
  controller.drainNotices();
  t.same(controller.hearStatus(statusOf('one-too-many'), 0), { isCurrent: false, isUrgent: false });
  t.equal(controller.records.length, SLAVES_MAX);
  t.match(controller.drainNotices(), [{ event: 'SLAVE_REFUSED', level: 'error' }]);
  t.ok(controller.hearStatus(statusOf('cp1', { tauMs: 1 }), 1).isCurrent, 'those that are known go on');
});
