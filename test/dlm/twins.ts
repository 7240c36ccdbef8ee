/** Two boxes with one id: found out soon, told from one that has started again, and forgiven when one of them is gone. */
import t from 'tap';
import { type Amps, type Ms, perPhase } from '../../src/base/units.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig, type RigSlave } from './rig.js';
import { bootIdOf, statusOf } from '../helpers/messages.js';

const twoBehind32 = site({
  autoAdopt: false,
  circuits: [circuit({ id: 'main', limitA: perPhase(32) })],
  chargePoints: [chargePoint({ id: 'a' }), chargePoint({ id: 'b' })],
});

function running(): Rig {
  const rig = new Rig({ site: twoBehind32 });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(10_000);
  return rig;
}

/** Another box with the id of a; it is not among the slaves of the rig. */
function twinOf(rig: Rig): RigSlave {
  const twin = rig.add('twin', { chargePointId: 'a', bootId: bootIdOf('a', 7) });
  rig.slaves.delete('twin');
  twin.plugIn();
  return twin;
}

function cycleOf(rig: Rig, twin: RigSlave): void {
  rig.pollOf(twin);
  for (const grant of rig.controller.decide(rig.nowMs)) twin.core.hearGrant(grant, rig.nowMs);
  rig.pollOf(twin);
}

t.test('both follow grants: found out before both have current for long', async (t) => {
  const rig = running();
  const twin = twinOf(rig);
  let overS = 0;
  for (let second = 0; second < 120; second++) {
    rig.run(1000);
    cycleOf(rig, twin);
    const limits = [...rig.limits.split(' ').map(Number), twin.core.enforced(rig.nowMs).limitA];
    if (limits.reduce((sumA: Amps, limitA) => sumA + limitA, 0) > 32) overS += 1;
  }
  t.equal(overS, 0, `${overS} s above the fuse`);
  t.match(rig.events('SLAVE_REFUSED')[0], /a is the id of two charge points/);
  t.match(rig.reasons, /^unavailable /);
});

t.test(
  'one that was silent while the other came is found out too: what it followed before proves nothing',
  async (t) => {
    const rig = running();
    const first = rig.slave('a');
    rig.slaves.delete('a');
    const twin = twinOf(rig);
    const run = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) {
        rig.run(1000);
        cycleOf(rig, twin);
      }
    };
    run(10);
    t.same(rig.events('SLAVE_REFUSED'), [], 'it may have started again');
    rig.slaves.set('a', first);
    run(3);
    t.match(rig.events('SLAVE_REFUSED')[0], /a is the id of two charge points/);
  },
);

t.test('one of them is taken away: the other is served again after a minute', async (t) => {
  const rig = running();
  const twin = twinOf(rig);
  for (let second = 0; second < 70; second++) {
    rig.run(1000);
    cycleOf(rig, twin);
  }
  rig.run(58_000);
  t.equal(rig.limits.split(' ')[0], '0');
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
});

t.test('a late word of an earlier start is no second box', async (t) => {
  const rig = running();
  const late = rig.slave('a').status(rig.nowMs);
  rig.restartMaster();
  rig.slave('a').reboot(rig.nowMs);
  rig.run(3000);
  rig.controller.hearStatus(late, rig.nowMs);
  rig.run(100_000);
  t.same(rig.events('SLAVE_REFUSED'), []);
  t.equal(rig.limits, '16 16');
});

t.test('the number of a grant proves nothing when another master sent it', async (t) => {
  const rig = running();
  const other = (nowMs: Ms) => statusOf('a', { bootId: bootIdOf('a', 7), tauMs: nowMs, sessionId: 0 });
  for (let second = 0; second < 5; second++) {
    rig.run(1000);
    rig.controller.hearStatus(other(rig.nowMs), rig.nowMs);
    const [grant] = rig.controller.decide(rig.nowMs);
    const accepted = { masterId: 'other', epoch: grant?.epoch ?? 0, seq: grant?.seq ?? 0 };
    rig.controller.hearStatus({ ...other(rig.nowMs), accepted }, rig.nowMs);
  }
  t.same(rig.events('SLAVE_REFUSED'), []);
});

/** A standby hears `a` and its twin while another master grants to both; then that one is gone, and `a` with it. */
function tookOverBesideTwins(isOtherHeard: boolean): { readonly rig: Rig; readonly twin: RigSlave } {
  const rig = new Rig({ site: twoBehind32, rank: 1 });
  const twin = twinOf(rig);
  const hear = (slave: RigSlave): void => {
    const accepted = { masterId: 'gone', epoch: 3, seq: 1 };
    rig.controller.hearStatus({ ...slave.status(rig.nowMs), accepted }, rig.nowMs);
  };
  const beacon = { type: 'beacon', networkId: 0, masterId: 'gone', bootId: bootIdOf('gone', 1), rank: 0 } as const;
  for (let second = 0; second < 20; second++) {
    rig.nowMs += 1000;
    rig.controller.hearBeacon({ ...beacon, epoch: 3, active: true }, rig.nowMs);
    if (isOtherHeard || second < 5) hear(rig.slave('a'));
    if (second >= 5) hear(twin);
    rig.controller.decide(rig.nowMs);
  }
  rig.slaves.delete('a');
  for (let second = 0; second < 20; second++) {
    rig.run(1000);
    cycleOf(rig, twin);
  }
  return { rig, twin };
}

t.test('a standby that takes over beside two boxes of one id counts both, though one alone answers', async (t) => {
  const { rig } = tookOverBesideTwins(true);
  t.notOk(rig.controller.isPassive(rig.nowMs), 'it decides');
  t.ok(rig.record('a').isDuplicate(rig.nowMs));
  t.same(rig.record('a').exposureA(rig.nowMs, twoBehind32.leaseMs), perPhase(64));
  const { rig: other } = tookOverBesideTwins(false);
  t.notOk(other.controller.isPassive(other.nowMs));
  t.notOk(other.record('a').isDuplicate(other.nowMs), 'the one before was not heard since: it has started again');
});

t.test('a restart does not pulse the vehicles behind two boxes of one id', async (t) => {
  const rig = running();
  const twin = twinOf(rig);
  for (let second = 0; second < 20; second++) {
    rig.run(1000);
    cycleOf(rig, twin);
  }
  t.equal(rig.limits.split(' ')[0], '0');
  rig.restartMaster();
  for (let second = 0; second < 40; second++) {
    rig.run(1000);
    cycleOf(rig, twin);
    if (rig.limits.split(' ')[0] !== '0') t.fail(`${second} s after the restart: ${rig.limits}`);
  }
  t.ok(rig.record('a').isDuplicate(rig.nowMs));
});

t.test('one of them is gone: the state file forgets it too', async (t) => {
  const rig = running();
  const twin = twinOf(rig);
  for (let second = 0; second < 20; second++) {
    rig.run(1000);
    cycleOf(rig, twin);
  }
  t.same(
    rig.saved?.slaves.map(({ id, isDuplicate }) => [id, isDuplicate]),
    [
      ['a', true],
      ['b', undefined],
    ],
  );
  rig.run(70_000);
  t.same(
    rig.saved?.slaves.map(({ isDuplicate }) => isDuplicate),
    [undefined, undefined],
  );
  rig.restartMaster();
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
});
