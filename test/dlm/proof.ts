/** A boot that nobody has heard yet counts once it has followed a grant: until then its words may be old ones, played back. */
import t from 'tap';
import { perPhase } from '../../src/base/units.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';
import { beaconOf, bootIdOf } from '../helpers/messages.js';

const twoBehind32 = site({
  circuits: [circuit({ id: 'main', limitA: perPhase(32) })],
  chargePoints: [chargePoint({ id: 'a' }), chargePoint({ id: 'b' })],
});

function running(): Rig {
  const rig = new Rig({ site: twoBehind32 });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(30_000);
  return rig;
}

t.test('words of an earlier boot, played back: nothing changes but that it is asked for a proof', async (t) => {
  const rig = running();
  const old = { ...rig.slave('a').status(rig.nowMs), bootId: bootIdOf('a', 9), disconnectedLimitA: 0, sessionId: 77 };
  for (let second = 0; second < 30; second++) {
    rig.run(1000);
    const heard = rig.controller.hearStatus({ ...old, tauMs: old.tauMs + second }, rig.nowMs);
    t.notOk(heard.isCurrent, 'its address is not where grants go');
    t.match(heard.probe, { bootId: old.bootId, limitA: 0, phases: 0, chargePointId: 'a' });
  }
  t.equal(rig.limits, '16 16');
  t.equal(rig.record('a').facts.disconnectedLimitA, 6);
  t.same(rig.events('SLAVE_REBOOT'), []);
  t.same(rig.events('SLAVE_REFUSED'), []);
});

t.test('a slave that has started again proves itself, and is served when its earlier boot is silent', async (t) => {
  const rig = running();
  rig.slave('a').reboot(rig.nowMs);
  rig.run(2000);
  t.equal(rig.limits.split(' ')[0], '0', 'the probe gives nothing');
  rig.run(4000);
  t.equal(rig.limits, '16 16');
  t.same(rig.events('SLAVE_REBOOT'), ['a has started again']);
});

t.test('one that never answers the probes is never taken for the slave', async (t) => {
  const rig = running();
  rig.slave('a').reboot(rig.nowMs);
  rig.slave('a').hears = false;
  rig.run(40_000);
  t.equal(rig.record('a').status?.bootId, bootIdOf('a'), 'the last that was proven');
  t.notOk(rig.record('a').isOnline(rig.nowMs));
  rig.slave('a').hears = true;
  rig.run(3000);
  t.equal(rig.limits, '16 16');
});

t.test('a boot that has proven itself is not asked again: a start of many is no storm', async (t) => {
  const rig = running();
  rig.slave('a').reboot(rig.nowMs);
  const probesOf = (): number => {
    let probes = 0;
    for (let word = 0; word < 20; word++) {
      rig.nowMs += 50;
      const { probe } = rig.controller.hearStatus(rig.slave('a').status(rig.nowMs), rig.nowMs);
      if (probe) probes += 1;
      if (probe) rig.slave('a').core.hearGrant(probe, rig.nowMs);
    }
    return probes;
  };
  t.equal(probesOf(), 1);
});

t.test('words in doubt count where they admit more, while the known boot is silent', async (t) => {
  const rig = running();
  rig.slave('a').hears = false;
  rig.slave('a').isHeard = false;
  const word = { ...rig.slave('a').status(rig.nowMs), bootId: bootIdOf('a', 9), disconnectedLimitA: 20, enforcedA: 0 };
  rig.controller.hearStatus(word, rig.nowMs);
  t.equal(rig.exposures, '16 16', 'the known one was heard a moment ago');
  rig.run(40_000);
  t.equal(rig.exposures, '6 26', 'silent for long');
  rig.controller.hearStatus({ ...word, tauMs: word.tauMs + 1 }, rig.nowMs);
  t.equal(rig.exposures, '20 26', 'it may be true');
  rig.run(30_000);
  t.equal(rig.exposures, '20 12', 'for as long as it takes');
  rig.slave('a').isHeard = true;
  rig.slave('a').hears = true;
  rig.run(20_000);
  t.equal(rig.limits, '16 16', 'the known one is back');
});

t.test('grants are numbered above what a slave has taken in our epoch from somebody else', async (t) => {
  const rig = new Rig({ site: twoBehind32 });
  const { epoch } = rig.controller.mastership;
  const accepted = { masterId: 'another', epoch, seq: 700 };
  const word = { ...rig.slave('a').status(0), accepted };
  rig.controller.hearStatus(word, 0);
  rig.controller.hearStatus({ ...word, accepted: { ...accepted, seq: 0xffffffff }, tauMs: 1 }, 1);
  t.ok(rig.record('a').grants.nextNumber(epoch).seq === 701, 'and not above what cannot be');
});

t.test('a passive master, which sends no grants, asks for no proof', async (t) => {
  const rig = running();
  // No slave shows that it follows this master.
  for (const slave of rig.slaves.values()) Object.assign(slave, { isHeard: false, hears: false });
  rig.run(6000);
  for (const [id, slave] of rig.slaves) {
    Object.assign(slave, { isHeard: true, hears: true });
    rig.poll(id);
  }
  rig.controller.hearBeacon(beaconOf('zzz', { epoch: 9 }), rig.nowMs);
  t.ok(rig.controller.isPassive(rig.nowMs));
  rig.slave('a').reboot(rig.nowMs);
  rig.run(1000);
  t.equal(rig.record('a').status?.bootId, bootIdOf('a', 2));
});

t.test('a poll is answered once; what could not be sent is sent with the next one, at once', async (t) => {
  const rig = running();
  const { controller } = rig;
  rig.nowMs += 500;
  for (const id of ['a', 'b']) rig.poll(id);
  t.equal(controller.decide(rig.nowMs).length, 2);
  t.same(controller.decide(rig.nowMs + 100), [], 'answered');
  t.notOk(controller.hearStatus(rig.slave('a').status(rig.nowMs + 110), rig.nowMs + 110).isUrgent, 'nothing is owed');
  t.equal(controller.decide(rig.nowMs + 120).length, 1, 'a has polled again');
  const b = rig.slave('b');
  b.unplug();
  controller.hearStatus(b.status(rig.nowMs + 130), rig.nowMs + 130);
  for (const grant of controller.decide(rig.nowMs + 140)) b.core.hearGrant(grant, rig.nowMs + 140);
  controller.hearStatus(b.status(rig.nowMs + 150), rig.nowMs + 150);
  controller.decide(rig.nowMs + 5200);
  const word = rig.slave('a').status(rig.nowMs + 5210);
  t.ok(controller.hearStatus(word, rig.nowMs + 5210).isUrgent, 'a raise is owed to a');
});
