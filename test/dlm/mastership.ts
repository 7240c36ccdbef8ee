/** Which of several masters decides, and with which epoch. */
import t from 'tap';
import type { Beacon } from '../../src/base/messages.js';
import { EPOCH_MAX, Mastership, PASSIVE_HOLD_MS } from '../../src/dlm/masters/mastership.js';
import { beaconOf } from '../helpers/messages.js';

function beacon(masterId: string, epoch: number, active = true): Beacon {
  return beaconOf(masterId, { epoch, active });
}

function masterOf(lastEpoch: number, rank = 0, id = 'm'): Mastership {
  return new Mastership({ id, lastEpoch, rank, samplePeriodMs: 1000 }, 0);
}

t.test('M3: the epoch is above all that is remembered or heard', async (t) => {
  t.equal(masterOf(0).epoch, 1);
  const master = masterOf(7);
  t.equal(master.epoch, 8);
  t.notOk(master.renew(0), 'nothing higher was heard');
  t.ok(master.applyAccepted('cp', { masterId: 'other', epoch: 5, seq: 1 }, false, 0), 'a grant of another master');
  t.notOk(master.renew(0), 'of a lower epoch');
  master.applyAccepted('cp', { masterId: 'other', epoch: 8, seq: 1 }, false, 0);
  t.ok(master.renew(0), 'the same epoch is not enough: slaves take the higher');
  t.equal(master.epoch, 9);
  t.notOk(master.renew(0), 'once');
  master.applyBeacon(beacon('standby', 20, false), 0);
  t.ok(master.renew(0), 'a passive one tells its epoch too');
  t.equal(master.epoch, 21);
});

t.test('no epoch goes beyond the highest', async (t) => {
  t.equal(masterOf(EPOCH_MAX - 1).epoch, EPOCH_MAX);
  const last = masterOf(EPOCH_MAX);
  t.equal(last.epoch, EPOCH_MAX, 'not one that no state file and no master believes');
  t.notOk(last.renew(0));
  for (const epoch of [EPOCH_MAX, EPOCH_MAX + 1, 0xffffffff]) {
    const master = masterOf(7);
    master.applyBeacon(beacon('other', epoch, false), 0);
    master.applyAccepted('cp', { masterId: 'other', epoch, seq: 1 }, false, 0);
    t.notOk(master.renew(0), `${epoch} leaves nothing above it: broken or forged`);
  }
  const master = masterOf(7);
  master.applyAccepted('cp', { masterId: 'other', epoch: EPOCH_MAX - 1, seq: 1 }, false, 0);
  t.ok(master.renew(0));
  t.equal(master.epoch, EPOCH_MAX);
  t.notOk(master.renew(0), 'and there it stays');
});

t.test('own grants, and none at all, are nobody else', async (t) => {
  const master = masterOf(7);
  t.notOk(master.applyAccepted('cp', { masterId: '', epoch: 0, seq: 0 }, false, 0));
  t.notOk(master.applyAccepted('cp', { masterId: 'm', epoch: 8, seq: 4 }, false, 0));
  master.applyBeacon(beacon('m', 99), 0);
  t.same(master.others(0), []);
  t.notOk(master.renew(0));
});

t.test('M7: the lower of two becomes passive, and comes back above the other', async (t) => {
  const rows = [
    ['a higher epoch', beacon('a', 9), 'stronger'],
    ['the same epoch, a higher name', beacon('n', 8), 'stronger'],
    ['the same epoch, a lower name', beacon('l', 8), 'weaker'],
    ['a lower epoch', beacon('z', 7), 'weaker'],
    ['a higher epoch, but passive', beacon('z', 9, false), 'weaker'],
  ] as const;
  for (const [name, heard, verdict] of rows) {
    const master = masterOf(7);
    master.applyBeacon(heard, 1000);
    t.equal(master.isPassive(1000), verdict === 'stronger', name);
    t.equal(master.rival(1000)?.masterId, heard.masterId, 'one that has stepped back is told of too');
  }
  const master = masterOf(7);
  master.applyBeacon(beacon('a', 9), 1000);
  t.notOk(master.renew(1000 + PASSIVE_HOLD_MS - 1), 'a passive one leaves the epoch alone');
  t.ok(master.isPassive(1000 + PASSIVE_HOLD_MS - 1));
  t.notOk(master.isPassive(1000 + PASSIVE_HOLD_MS), 'the other has been silent for long enough');
  t.equal(master.rival(1000 + PASSIVE_HOLD_MS), undefined);
  t.ok(master.renew(1000 + PASSIVE_HOLD_MS));
  t.equal(master.epoch, 10);
});

t.test('a standby listens first, takes over after silence, and tells of nobody who should be there', async (t) => {
  const standby = masterOf(0, 1);
  t.equal(standby.role(0), 'standby');
  t.equal(standby.role(PASSIVE_HOLD_MS), 'active', 'nobody there');
  standby.applyBeacon(beacon('a', 9), 5000);
  t.equal(standby.rival(5000), undefined, 'that is why it waits');
  t.same(standby.others(5000), [{ masterId: 'a', rank: 0, epoch: 9, active: true, heardAtMs: 5000 }]);
  t.equal(standby.role(5000 + PASSIVE_HOLD_MS - 1), 'standby');
  t.notOk(standby.renew(5000 + PASSIVE_HOLD_MS - 1));
  t.ok(standby.renew(5000 + PASSIVE_HOLD_MS));
  t.equal(standby.epoch, 10, 'fences the other off');
  t.equal(standby.role(5000 + PASSIVE_HOLD_MS), 'active');
  standby.applyBeacon(beacon('b', 3, false), 20_000);
  t.equal(standby.rival(20_000)?.masterId, 'b', 'the other is back, behind it');
  standby.applyBeacon(beacon('b', 3), 20_000);
  t.equal(standby.role(20_000), 'standby', 'gives the office back, whatever the epoch');
  const primary = masterOf(7);
  primary.applyBeacon({ ...beacon('s', 3, false), rank: 1 }, 0);
  t.equal(primary.rival(0), undefined, 'a waiting standby is no rival');
  primary.applyBeacon({ ...beacon('s', 3), rank: 1 }, 0);
  t.equal(primary.rival(0)?.masterId, 's', 'an active one is');
});

t.test('slaves that follow new grants of another master show that it lives', async (t) => {
  const accepted = { masterId: 'z', epoch: 9, seq: 4 };
  const rows = [
    ['a new grant of a higher epoch', accepted, true, true],
    ['an old grant', accepted, false, false],
    ['a new grant of a lower epoch', { ...accepted, epoch: 7 }, true, false],
    ['of the same epoch and a higher name', { ...accepted, epoch: 8 }, true, true],
    ['of the same epoch and a lower name', { ...accepted, epoch: 8, masterId: 'a' }, true, false],
    ['of an epoch that cannot be', { ...accepted, epoch: EPOCH_MAX + 1 }, true, false],
    ['an own one', { ...accepted, masterId: 'm' }, true, false],
  ] as const;
  for (const [name, heard, isNew, isPassive] of rows) {
    const master = masterOf(7);
    master.applyAccepted('cp', heard, isNew, 1000);
    t.equal(master.isPassive(1000), isPassive, name);
    t.equal(master.rival(1000)?.masterId, isPassive ? 'z' : undefined, name);
  }
});

t.test('of many masters the latest are remembered', async (t) => {
  const master = masterOf(7);
  for (let i = 0; i < 20; i++) master.applyBeacon(beacon(`a${i}`, 1), i);
  t.same(
    master.others(20).map(({ masterId }) => masterId),
    ['a12', 'a13', 'a14', 'a15', 'a16', 'a17', 'a18', 'a19'],
  );
});

t.test('a ghost: BEACONs of a stronger master that no slave follows which is heard here', async (t) => {
  const master = masterOf(7);
  const accepted = { masterId: 'm', epoch: 8, seq: 1 };
  const roles: string[] = [];
  for (let second = 0; second <= 40; second++) {
    const nowMs = second * 1000;
    if (second % 2 === 0) master.applyBeacon(beacon('z', 9), nowMs);
    if (second >= 10) master.applyAccepted('cp', accepted, false, nowMs);
    roles.push(master.role(nowMs));
  }
  t.same(
    roles.slice(0, 20),
    Array.from({ length: 20 }, () => 'passive'),
  );
  t.same(
    roles.slice(20),
    Array.from({ length: 21 }, () => 'active'),
    'else they would be served by nobody',
  );
  t.ok(master.renew(40_000), 'above it');
  const lonely = masterOf(7);
  for (let second = 0; second <= 40; second++) lonely.applyBeacon(beacon('z', 9), second * 1000);
  t.equal(lonely.role(40_000), 'passive', 'no slave is heard that would miss it');
});

t.test('one slave among many is no witness: it may be broken, or broken into', async (t) => {
  const rows = [
    [1, 1, true],
    [2, 1, true],
    [3, 1, false],
    [3, 2, true],
    [9, 1, false],
    [9, 2, true],
  ] as const;
  for (const [heard, follow, isPassive] of rows) {
    const master = masterOf(7);
    for (let i = follow; i < heard; i++) master.applyAccepted(`cp${i}`, { masterId: 'm', epoch: 8, seq: 1 }, false, 0);
    for (let i = 0; i < follow; i++) master.applyAccepted(`cp${i}`, { masterId: 'z', epoch: 9, seq: 1 }, true, 0);
    t.equal(master.isPassive(0), isPassive, `${follow} of ${heard}`);
  }
});

t.test('BEACONs alone prove nothing while slaves follow new grants of this master', async (t) => {
  const own = (seq: number) => ({ masterId: 'm', epoch: 8, seq });
  const rows = [
    ['one slave follows new grants', [own(2)], true, 'active'],
    ['it tells of the same grant again', [own(2)], false, 'passive'],
    ['of another epoch', [{ ...own(2), epoch: 7 }], true, 'passive'],
    ['as many follow the stronger one', [own(2), { masterId: 'z', epoch: 9, seq: 1 }], true, 'passive'],
    ['nobody is heard', [], true, 'passive'],
  ] as const;
  for (const [name, words, isNew, role] of rows) {
    const master = masterOf(7);
    for (const [index, accepted] of words.entries()) master.applyAccepted(`cp${index}`, accepted, isNew, 1000);
    master.applyBeacon(beacon('z', 9), 1500);
    t.equal(master.role(1500), role, name);
    t.ok(master.isOutranked(1500), `${name}: it is behind another one`);
    t.notOk(master.renew(1500), `${name}: it does not climb`);
  }
  const master = masterOf(7);
  master.applyAccepted('cp', own(2), true, 1000);
  master.applyBeacon(beacon('z', 9), 1500);
  t.equal(master.role(5999), 'active');
  t.equal(master.role(6001), 'passive', 'that it follows was long ago');
  const slow = new Mastership({ id: 'm', lastEpoch: 7, rank: 0, samplePeriodMs: 10_000 }, 0);
  slow.applyAccepted('cp', own(2), true, 1000);
  for (const nowMs of [1500, 5500, 9500, 12_500]) {
    slow.applyAccepted('cp', own(2), false, nowMs);
    slow.applyBeacon(beacon('z', 9), nowMs);
    t.equal(slow.role(nowMs), 'active', `a new grant comes every 10 s: ${nowMs} ms`);
  }
});

t.test('it leaves its polls to a ghost too, once a minute: that may have become a master', async (t) => {
  const master = masterOf(7);
  const obey = (second: number): void => {
    master.applyAccepted('cp', { masterId: 'm', epoch: 8, seq: second + 1 }, true, second * 1000);
  };
  for (let second = 0; second <= 22; second++) {
    master.applyBeacon(beacon('z', 9), second * 1000);
    master.applyAccepted('cp', { masterId: '', epoch: 0, seq: 0 }, false, second * 1000);
  }
  for (let second = 23; second < 90; second++) obey(second);
  master.applyBeacon(beacon('z', 9), 90_000);
  t.same([master.role(90_000), master.isOutranked(90_000), master.isYielding(90_000)], ['active', false, true]);
  t.equal(master.isYielding(92_600), false);
});

t.test('behind a stronger master the epoch stays, also where one slave follows that one', async (t) => {
  const master = masterOf(7);
  for (const id of ['a', 'b', 'c']) master.applyAccepted(id, { masterId: 'm', epoch: 8, seq: 2 }, true, 1000);
  master.applyBeacon(beacon('z', 9), 1500);
  master.applyAccepted('d', { masterId: 'z', epoch: 9, seq: 1 }, true, 1600);
  t.same([master.role(1700), master.renew(1700), master.epoch], ['active', false, 8]);
  t.same([master.renew(12_000), master.epoch], [true, 10], 'once no BEACON comes any more');
});

t.test('a ghost stays one until slaves follow it', async (t) => {
  const master = masterOf(7);
  for (let second = 0; second <= 22; second++) {
    master.applyBeacon(beacon('z', 9), second * 1000);
    master.applyAccepted('cp', { masterId: '', epoch: 0, seq: 0 }, false, second * 1000);
  }
  t.equal(master.role(22_000), 'active', 'found out');
  master.applyBeacon(beacon('z', 9), 60_000);
  t.equal(master.role(60_000), 'active', 'its BEACONs are no news after a pause either');
  master.applyBeacon(beacon('y', 9), 60_000);
  t.equal(master.role(60_000), 'passive', 'those of another one are');
  const known = masterOf(7);
  for (let second = 0; second <= 22; second++) {
    known.applyBeacon(beacon('z', 9), second * 1000);
    known.applyAccepted('cp', { masterId: '', epoch: 0, seq: 0 }, false, second * 1000);
  }
  known.applyAccepted('cp', { masterId: 'z', epoch: 9, seq: 1 }, true, 23_000);
  t.equal(known.role(23_000), 'passive', 'a slave follows it');
  known.applyBeacon(beacon('z', 9), 40_000);
  t.equal(known.role(40_000), 'passive', 'and from then on its BEACONs count again');
});
