/** Which of several masters decides, and with which epoch. */
import t from 'tap';
import type { Beacon } from '../../src/base/messages.js';
import { EPOCH_MAX, Mastership, PASSIVE_HOLD_MS } from '../../src/dlm/mastership.js';

function beacon(masterId: string, epoch: number, active = true): Beacon {
  return { type: 'beacon', networkId: 0, masterId, bootId: '0'.repeat(16), rank: 0, epoch, active };
}

t.test('M3: the epoch is above all that is remembered or heard', async (t) => {
  t.equal(new Mastership('m', 0).epoch, 1);
  const master = new Mastership('m', 7);
  t.equal(master.epoch, 8);
  t.notOk(master.renew(0), 'nothing higher was heard');
  t.ok(master.hearAccepted({ masterId: 'other', epoch: 5, seq: 1 }), 'a grant of another master');
  t.notOk(master.renew(0), 'of a lower epoch');
  master.hearAccepted({ masterId: 'other', epoch: 8, seq: 1 });
  t.ok(master.renew(0), 'the same epoch is not enough: slaves take the higher');
  t.equal(master.epoch, 9);
  t.notOk(master.renew(0), 'once');
  master.hearBeacon(beacon('standby', 20, false), 0);
  t.ok(master.renew(0), 'a passive one tells its epoch too');
  t.equal(master.epoch, 21);
});

t.test('no epoch goes beyond the highest', async (t) => {
  t.equal(new Mastership('m', EPOCH_MAX - 1).epoch, EPOCH_MAX);
  const last = new Mastership('m', EPOCH_MAX);
  t.equal(last.epoch, EPOCH_MAX, 'not one that no state file and no master believes');
  t.notOk(last.renew(0));
  for (const epoch of [EPOCH_MAX, EPOCH_MAX + 1, 0xffffffff]) {
    const master = new Mastership('m', 7);
    master.hearBeacon(beacon('other', epoch, false), 0);
    master.hearAccepted({ masterId: 'other', epoch, seq: 1 });
    t.notOk(master.renew(0), `${epoch} leaves nothing above it: broken or forged`);
  }
  const master = new Mastership('m', 7);
  master.hearAccepted({ masterId: 'other', epoch: EPOCH_MAX - 1, seq: 1 });
  t.ok(master.renew(0));
  t.equal(master.epoch, EPOCH_MAX);
  t.notOk(master.renew(0), 'and there it stays');
});

t.test('own grants, and none at all, are nobody else', async (t) => {
  const master = new Mastership('m', 7);
  t.notOk(master.hearAccepted({ masterId: '', epoch: 0, seq: 0 }));
  t.notOk(master.hearAccepted({ masterId: 'm', epoch: 8, seq: 4 }));
  t.equal(master.hearBeacon(beacon('m', 99), 0), 'own');
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
    const master = new Mastership('m', 7);
    t.equal(master.hearBeacon(heard, 1000), verdict, name);
    t.equal(master.isPassive(1000), verdict === 'stronger', name);
    t.equal(master.other(1000), heard.active ? heard.masterId : undefined);
  }
  const master = new Mastership('m', 7);
  master.hearBeacon(beacon('a', 9), 1000);
  t.notOk(master.renew(1000 + PASSIVE_HOLD_MS - 1), 'a passive one leaves the epoch alone');
  t.ok(master.isPassive(1000 + PASSIVE_HOLD_MS - 1));
  t.notOk(master.isPassive(1000 + PASSIVE_HOLD_MS), 'the other has been silent for long enough');
  t.equal(master.other(1000 + PASSIVE_HOLD_MS), undefined);
  t.ok(master.renew(1000 + PASSIVE_HOLD_MS));
  t.equal(master.epoch, 10);
});
