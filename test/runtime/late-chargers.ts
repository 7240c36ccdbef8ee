/** Chargers that are late or do not obey: when they are told, what the master hears of them, what it then grants. */
import { rotationOf } from '../../src/base/rotation.js';
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import { HOLD_MS } from '../../src/dlm/leases/lease-rules.js';
import { VirtualGroup } from '../../src/sim/virtual-group.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { LateCharger } from '../helpers/late-charger.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { FACTS, SlaveRig } from './slave-rig.js';

const MASTER = '10.0.0.1:16031';

/** A slave with such a charger, which has heard its master. */
function rigWith(options: { delayMs: number; reactionMs: number }): { rig: SlaveRig; charger: LateCharger } {
  const time = new VirtualTime();
  const charger = new LateCharger({ ...options, timers: time.node().timers });
  const rig = new SlaveRig({}, charger, time);
  rig.beacon(MASTER);
  return { rig, charger };
}

t.test('one that takes 250 ms is told in time: at the end of the lease it has followed', (t) => {
  const { rig, charger } = rigWith({ delayMs: 250, reactionMs: 250 });
  rig.grant(MASTER, 16);
  rig.run(250);
  t.equal(charger.followsA, 16);
  rig.time.runUntil(FACTS.leaseMs - 251);
  t.same([charger.followsA, rig.runtime.applied.limitA], [16, 16]);
  rig.time.runUntil(FACTS.leaseMs);
  t.equal(charger.followsA, 6);
  rig.run(100);
  t.equal(rig.lastStatus?.enforcedA, 6);
  t.end();
});

t.test('a lease that ends between two steps: not one millisecond late', (t) => {
  const { rig, charger } = rigWith({ delayMs: 0, reactionMs: 0 });
  rig.run(1010);
  rig.grant(MASTER, 16, { tauMs: 1000, leaseMs: 51 });
  t.equal(rig.runtime.applied.limitA, 16);
  rig.time.runUntil(1050);
  t.equal(charger.followsA, 16);
  rig.time.runUntil(1051);
  t.equal(charger.followsA, 6);
  t.end();
});

t.test('higher limits are not told early: the disconnected limit after 0 A', (t) => {
  const { rig, charger } = rigWith({ delayMs: 0, reactionMs: 300 });
  rig.grant(MASTER, 0);
  rig.time.runUntil(FACTS.leaseMs + HOLD_MS - 1);
  t.equal(charger.followsA, 0);
  rig.run(1);
  rig.run(0);
  t.equal(charger.followsA, 6);
  t.end();
});

t.test('a lowering that has not arrived: the former limit is reported, for all phases, until it has', (t) => {
  const { rig, charger } = rigWith({ delayMs: 250, reactionMs: 300 });
  rig.grant(MASTER, 16);
  rig.run(1000);
  rig.grant(MASTER, 10, { phases: 0b001 });
  const told = (): unknown[] => {
    const { accepted, enforcedA, enforcedPhases } = rig.lastStatus ?? {};
    return [accepted?.seq, enforcedA, enforcedPhases];
  };
  t.same(told(), [2, 16, 0b111], 'at once: accepted, but not in force');
  rig.run(249);
  t.same(told(), [2, 16, 0b111]);
  rig.run(100);
  t.same(told(), [2, 10, 0b001], 'without waiting for the next heartbeat');
  t.equal(charger.followsA, 10);
  t.same(
    rig.log.filter(({ event }) => event.startsWith('CHARGER')),
    [],
    'nothing that people need to know',
  );
  t.end();
});

t.test('a charger that does not answer: told once, and once when it does again', (t) => {
  const { rig, charger } = rigWith({ delayMs: 0, reactionMs: 100 });
  rig.grant(MASTER, 16);
  rig.run(1000);
  charger.isDeaf = true;
  rig.grant(MASTER, 10);
  for (let second = 0; second < 30; second++) {
    rig.run(1000);
    rig.beacon(MASTER);
    rig.grant(MASTER, 10);
    t.same([rig.lastStatus?.enforcedA, rig.runtime.applied.limitA], [16, 10]);
  }
  charger.isDeaf = false;
  rig.run(1000);
  t.equal(rig.lastStatus?.enforcedA, 10);
  t.same(
    rig.log
      .filter(({ event }) => event.startsWith('CHARGER'))
      .map(({ level, event, text }) => `${level} ${event} ${text}`),
    [
      'warn CHARGER_LATE cp1 was told 10 A, but 16 A may be in force still: the master counts them',
      'info CHARGER_OK cp1 follows its limit of 10 A',
    ],
  );
  t.end();
});

t.test('what a deaf charger keeps is nowhere given away, whatever its vehicle draws', (t) => {
  const chargePoints = [chargePoint({ id: 'deaf' }), chargePoint({ id: 'good' })];
  const main = circuit({ id: 'main', limitA: perPhase(40) });
  const seed = 3;
  const group = new VirtualGroup(site({ autoAdopt: false, circuits: [main], chargePoints }), seededRng(seed));
  let deaf: LateCharger | undefined;
  for (const { circuit: _, priority: __, rotation, ...facts } of chargePoints) {
    group.addSlave({ ...facts, rotation: rotationOf(rotation) }, (charger) => {
      if (facts.id !== 'deaf') return charger;
      deaf = new LateCharger({ delayMs: 50, reactionMs: 100, timers: group.time.node().timers, charger });
      return deaf;
    });
  }
  if (!deaf) throw new Error('no charger');
  const late = deaf;
  group.startMaster();
  let most = 0;
  const judge = (): void => {
    most = Math.max(most, late.followsA + group.limitA('good'));
  };
  // A small vehicle: what it draws says nothing of what it may draw.
  group.plugIn('deaf', { ...TYPICAL_VEHICLE, phases: 3, maxA: 8 });
  group.run(120_000, judge);
  t.ok(late.followsA > 30, `${late.followsA} A`);

  late.isDeaf = true;
  group.plugIn('good', { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 });
  group.run(120_000, judge);
  t.ok(late.followsA > 30 && group.limitA('good') < 10, `${late.followsA} A, ${group.limitA('good')} A`);

  late.isDeaf = false;
  group.run(60_000, judge);
  t.same([late.followsA, group.limitA('good')], [20, 20]);
  t.ok(most <= 40, `at most ${most} A at any moment (seed ${seed})`);
  t.end();
});
