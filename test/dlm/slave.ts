/** The slave's rules S1 to S6, each with the moment before and the moment after. */
import t from 'tap';
import type { Grant } from '../../src/base/messages.js';
import { type Ms, NO_AMPS, perPhase } from '../../src/base/units.js';
import { HOLD_MS } from '../../src/dlm/leases/lease-rules.js';
import { SlaveCore, type SlaveFacts, type SlaveObservation } from '../../src/dlm/leases/slave.js';
import { grantOf, slaveFactsOf } from '../helpers/messages.js';

const LEASE_MS = 15_000;
const BOOT = '00000000000000aa';

function slave(facts: Partial<SlaveFacts> = {}): SlaveCore {
  return new SlaveCore(slaveFactsOf('cp1', { bootId: BOOT, leaseMs: LEASE_MS, ...facts }), 0);
}

function grant(limitA: number, facts: Partial<Grant> = {}): Grant {
  return grantOf('cp1', { bootId: BOOT, tauMs: 1000, limitA, leaseMs: LEASE_MS, ...facts });
}

const vehicle = (facts: Partial<SlaveObservation>): SlaveObservation => ({
  state: 'Charging',
  sessionId: 1,
  currentA: NO_AMPS,
  ...facts,
});

const enforced = (core: SlaveCore, nowMs: Ms): string => {
  const { limitA, reason } = core.enforced(nowMs);
  return `${limitA} ${reason}`;
};

t.test('S1: which grants are accepted', async (t) => {
  const rows = [
    ['of another charge point', { chargePointId: 'cp2' }, 'notMine'],
    ['of another network', { networkId: 1 }, 'notMine'],
    ['for an earlier start', { bootId: '00000000000000bb' }, 'otherBoot'],
    ['the same number again', { epoch: 3, seq: 7 }, 'notNewer'],
    ['an older number', { epoch: 3, seq: 6 }, 'notNewer'],
    ['an older epoch with a higher number', { epoch: 2, seq: 900 }, 'notNewer'],
    ['a newer number', { epoch: 3, seq: 8 }, 'accepted'],
    ['a newer epoch with a lower number', { epoch: 4, seq: 1 }, 'accepted'],
    ['that has run out', { seq: 8, tauMs: 3000 - LEASE_MS }, 'expired'],
    ['that runs out in a moment', { seq: 8, tauMs: 3001 - LEASE_MS }, 'accepted'],
    ['that answers a poll of the future', { seq: 8, tauMs: 3001 }, 'expired'],
  ] as const;
  for (const [name, facts, verdict] of rows) {
    const core = slave();
    t.equal(core.hearGrant(grant(16, { epoch: 3, seq: 7 }), 1000), 'accepted');
    t.equal(core.hearGrant(grant(10, { epoch: 3, tauMs: 2990, ...facts }), 3000), verdict, name);
  }
});

t.test('S1: a grant of another epoch answers a poll that told what is enforced now', async (t) => {
  const rows = [
    ['a poll from before the last acceptance', 3000, { tauMs: 1999 }, 'outdated'],
    ['a poll of the same millisecond: it may have been sent before', 3000, { tauMs: 2000 }, 'outdated'],
    ['a later poll', 3000, { tauMs: 2001 }, 'accepted'],
    ['an earlier poll in the same epoch: the master counts what it granted', 3000, { epoch: 3, seq: 8 }, 'accepted'],
    ['the same of another master in the same epoch', 3000, { epoch: 3, seq: 8, masterId: 'other' }, 'outdated'],
    ['a later poll, of that one', 3000, { epoch: 3, seq: 8, masterId: 'other', tauMs: 2001 }, 'accepted'],
    ['the last moment of the lease', 15_999, { tauMs: 15_000 }, 'accepted'],
    ['a poll from before the end of the lease, after it', 16_000, { tauMs: 15_999 }, 'outdated'],
    ['a poll from after the end', 16_000, { tauMs: 16_000 }, 'accepted'],
    ['in the same epoch from before the end', 16_000, { epoch: 3, seq: 8, tauMs: 15_999 }, 'accepted'],
  ] as const;
  for (const [name, atMs, facts, verdict] of rows) {
    const core = slave();
    t.equal(core.hearGrant(grant(16, { epoch: 3, seq: 7, tauMs: 1000 }), 2000), 'accepted');
    t.equal(core.hearGrant(grant(10, { epoch: 4, tauMs: 1000, ...facts }), atMs), verdict, name);
  }
});

t.test('a refused grant changes nothing', async (t) => {
  const core = slave();
  core.hearGrant(grant(16, { seq: 7 }), 1000);
  core.hearGrant(grant(32, { seq: 6 }), 1100);
  t.equal(enforced(core, 1100), '16 grant');
  t.same(core.status(1100).accepted, { masterId: 'master', epoch: 1, seq: 7 });
});

t.test('S2, S3: the lease counts from the own poll, the hold from acceptance', async (t) => {
  const core = slave();
  core.hearGrant(grant(16, { tauMs: 1000 }), 9000);
  const rows = [
    [9_000, '16 grant', 'accepted eight seconds after the poll'],
    [15_999, '16 grant', 'the last moment'],
    [16_000, '6 leaseExpired', 'a lease after the poll: down'],
    [9_000 + LEASE_MS + HOLD_MS - 1, '6 leaseExpired', 'the hold'],
    [9_000 + LEASE_MS + HOLD_MS, '6 disconnected', 'lease and hold after acceptance'],
  ] as const;
  for (const [atMs, expected, name] of rows) t.equal(enforced(core, atMs), expected, name);
});

t.test('S3: down at once, up late', async (t) => {
  for (const [granted, expired, disconnected] of [
    [16, 6, 6],
    [4, 4, 6],
    [0, 0, 6],
  ]) {
    const core = slave();
    core.hearGrant(grant(granted ?? 0), 1000);
    t.equal(core.enforced(1000 + LEASE_MS).limitA, expired, `${granted} A, lease over`);
    t.equal(core.enforced(1000 + LEASE_MS + HOLD_MS - 1).limitA, expired);
    t.equal(core.enforced(1000 + LEASE_MS + HOLD_MS).limitA, disconnected, 'hold over');
  }
});

t.test('S4: after a start nothing for a lease and the hold, unless a grant ends that', async (t) => {
  const core = slave();
  t.equal(enforced(core, 0), '0 booting');
  t.equal(enforced(core, LEASE_MS + HOLD_MS - 1), '0 booting');
  t.equal(enforced(core, LEASE_MS + HOLD_MS), '6 disconnected');
  t.equal(core.hearGrant(grant(10, { tauMs: 26_000 }), 26_100), 'accepted');
  t.equal(enforced(core, 26_100), '10 grant');
});

t.test('a charge point never gives more than its own maximum', async (t) => {
  const core = slave({ maxA: 16 });
  core.hearGrant(grant(32), 1000);
  t.equal(enforced(core, 1000), '16 grant');
});

t.test(
  'S3: the hold is counted with the longest lease, also after the short one of a master that takes over',
  async (t) => {
    const core = slave();
    core.hearGrant(grant(16, { tauMs: 1000 }), 1000);
    core.hearGrant(grant(16, { tauMs: 2000, epoch: 2, leaseMs: 4000 }), 2000);
    t.equal(enforced(core, 5999), '16 grant');
    t.equal(enforced(core, 6000), '6 leaseExpired');
    core.hearGrant(grant(0, { tauMs: 6500, epoch: 2, seq: 2, leaseMs: 4000 }), 6500);
    t.equal(enforced(core, 6500 + 15_000 + HOLD_MS - 1), '0 leaseExpired');
    t.equal(enforced(core, 6500 + 15_000 + HOLD_MS), '6 disconnected');
  },
);

t.test('S6: a new vehicle waits for a grant that knows of it', async (t) => {
  const core = slave();
  core.observe(vehicle({ sessionId: 1 }), 500);
  core.hearGrant(grant(16, { tauMs: 1000 }), 1010);
  t.equal(enforced(core, 1010), '16 grant');
  core.observe(vehicle({ sessionId: 2, state: 'Preparing' }), 2000);
  t.equal(enforced(core, 2000), '6 newVehicle', 'three phases were granted: at most the disconnected limit');
  core.hearGrant(grant(20, { tauMs: 1900, seq: 2 }), 2100);
  t.equal(enforced(core, 2100), '6 newVehicle', 'the answer to an earlier poll');
  core.hearGrant(grant(20, { tauMs: 2000, seq: 3 }), 2200);
  t.equal(enforced(core, 2200), '20 grant');
  core.observe(vehicle({ sessionId: 2, state: 'SuspendedEV' }), 3000);
  t.equal(enforced(core, 3000), '20 grant', 'the same vehicle in another state');
});

const position = (phases: number, isMoving = false): Partial<SlaveObservation> => ({
  phaseSwitch: { switchable: 0b1111, phases, isMoving },
});

t.test('S10: the switch moves only under 0 A, at rest, while the lease runs', (t) => {
  const core = slave();
  core.observe(vehicle({ ...position(7), currentA: [16, 16, 16] }), 500);
  const told = (seq: number, limitA: number, switchTo: number, nowMs: Ms): number | undefined => {
    core.hearGrant(grant(limitA, { seq, switchTo, tauMs: nowMs }), nowMs);
    return core.switchTo(nowMs);
  };
  t.equal(told(2, 16, 1, 1000), undefined, 'with 16 A');
  t.equal(told(3, 0, 1, 1100), undefined, 'while current flows');
  core.observe(vehicle({ ...position(7), currentA: [0.9, 0, 1] }), 1200);
  t.equal(core.switchTo(1200), 1, 'at rest');
  t.equal(told(4, 16, 1, 1250), undefined, 'at rest, but with 16 A');
  t.equal(told(5, 0, 7, 1300), undefined, 'it is there');
  t.equal(told(6, 0, 3, 1400), undefined, 'two phases: it has no such position');
  t.equal(told(7, 0, 2, 1500), 2);
  core.observe(vehicle(position(7, true)), 1600);
  t.equal(core.switchTo(1600), undefined, 'it moves already');
  core.observe(vehicle(position(7)), 1700);
  t.equal(core.switchTo(1500 + LEASE_MS - 1), 2);
  t.equal(core.switchTo(1500 + LEASE_MS), undefined, 'the lease has ended');
  const old = slave();
  old.observe(vehicle({}), 500);
  old.hearGrant(grant(0, { switchTo: 1 }), 1000);
  t.equal(old.switchTo(1000), undefined, 'without a switch');
  t.notOk('switchable' in old.status(1000));
  t.end();
});

t.test('S10: nothing is offered while it moves, and then only by a grant that knows of it', (t) => {
  const core = slave();
  core.observe(vehicle({ ...position(1), currentA: [16, 0, 0] }), 500);
  core.hearGrant(grant(16, { phases: 1, tauMs: 1000 }), 1000);
  t.equal(enforced(core, 1000), '16 grant');
  core.observe(vehicle(position(3, true)), 1500);
  t.equal(enforced(core, 1500), '0 switching');
  t.match(core.status(1500), { switchable: 0b1111, switchedTo: 3, usedPhases: 0 });
  core.hearGrant(grant(16, { seq: 2, phases: 3, tauMs: 1600 }), 1600);
  t.equal(enforced(core, 1600), '0 switching', 'whatever is granted');
  core.observe(vehicle(position(2)), 2000);
  t.equal(enforced(core, 2000), '0 newVehicle', 'the phases of that grant are others');
  core.hearGrant(grant(16, { seq: 3, phases: 7, tauMs: 1999 }), 2100);
  t.equal(enforced(core, 2100), '6 newVehicle', 'it answers an earlier STATUS, but covers all phases');
  core.hearGrant(grant(16, { seq: 4, phases: 2, tauMs: 2000 }), 2200);
  t.equal(enforced(core, 2200), '16 grant');
  t.match(core.status(2200), { switchedTo: 2, enforcedPhases: 2 });
  t.end();
});

t.test('S6: more phases than granted for', async (t) => {
  const core = slave();
  core.observe(vehicle({ currentA: [10, 0, 0] }), 500);
  core.hearGrant(grant(16, { tauMs: 1000, phases: 0b001 }), 1010);
  core.observe(vehicle({ currentA: [16, 0.9, 0] }), 2000);
  t.equal(enforced(core, 2000), '16 grant', 'less than an ampere is noise');
  core.observe(vehicle({ currentA: [16, 0, 16] }), 3000);
  t.equal(enforced(core, 3000), '0 newVehicle', 'nothing is counted for the others: stop');
  t.equal(core.status(3000).usedPhases, 0b101);
  core.hearGrant(grant(9, { tauMs: 3100, seq: 2, phases: 0b101 }), 3200);
  t.equal(enforced(core, 3200), '9 grant');
  core.observe(vehicle({ currentA: [9, 9, 0] }), 4000);
  t.equal(enforced(core, 4000), '0 newVehicle', 'and one more');
  core.observe(vehicle({ sessionId: 2, currentA: NO_AMPS }), 5000);
  t.equal(core.status(5000).usedPhases, 0, 'another vehicle, other phases');
});

t.test('S6: a phase that was in use before the grant came that lacks it', async (t) => {
  const core = slave();
  core.hearGrant(grant(16, { tauMs: 1000 }), 1010);
  core.observe(vehicle({ sessionId: 0, currentA: [10, 10, 10] }), 3000);
  t.equal(enforced(core, 3000), '16 grant', 'all phases were granted');
  core.hearGrant(grant(16, { tauMs: 2000, seq: 2, phases: 0b011 }), 3100);
  t.equal(enforced(core, 3100), '0 newVehicle', 'it answers a poll from before L3 was in use');
  core.hearGrant(grant(16, { tauMs: 2500, seq: 3 }), 3200);
  t.equal(enforced(core, 3200), '16 grant', 'all are counted again, whichever poll that answers');
  core.hearGrant(grant(12, { tauMs: 3000, seq: 4, phases: 0b011 }), 3300);
  t.equal(enforced(core, 3300), '12 grant', 'the master knew of L3');
});

t.test(
  'S6c: a phase that rests for 60 s while another one carries current is dropped, once in a session',
  async (t) => {
    const core = slave();
    const [all, first] = [vehicle({ currentA: [16, 16, 16] }), vehicle({ currentA: [16, 1, 0] })];
    core.observe(all, 500);
    core.hearGrant(grant(16, { tauMs: 1000 }), 1010);
    core.observe(first, 2000);
    core.observe({ ...first }, 40_000);
    core.observe(vehicle({ currentA: [0, 0, 0] }), 50_000);
    core.observe(first, 51_000);
    core.hearGrant(grant(16, { tauMs: 105_000, seq: 2 }), 105_010);
    core.observe(first, 110_999);
    t.equal(core.usedPhases, 0b111, 'the pause in between begins it anew: where all phases rest nobody knows');
    core.observe(first, 111_000);
    t.equal(core.usedPhases, 0b001);
    t.equal(enforced(core, 111_000), '16 grant', 'what is granted for more phases holds on');
    core.hearGrant(grant(20, { tauMs: 111_000, seq: 3, phases: 0b001 }), 111_010);
    t.equal(enforced(core, 111_010), '20 grant');
    core.observe(vehicle({ currentA: [20, 0, 20] }), 115_000);
    t.equal(core.usedPhases, 0b101, 'it is back');
    t.equal(enforced(core, 115_000), '0 newVehicle', 'nobody counts that phase: 0 A, below min(L, d)');
    core.hearGrant(grant(20, { tauMs: 114_900, seq: 4, phases: 0b001 }), 115_010);
    t.equal(enforced(core, 115_010), '0 newVehicle', 'it answers a STATUS from before');
    core.hearGrant(grant(9, { tauMs: 115_000, seq: 5, phases: 0b101 }), 115_020);
    t.equal(enforced(core, 115_020), '9 grant');
    core.observe(vehicle({ currentA: [9, 0, 0] }), 116_000);
    core.observe(vehicle({ currentA: [9, 0, 0] }), 400_000);
    t.equal(core.usedPhases, 0b101, 'a phase that came back stays in use');
    core.observe(vehicle({ sessionId: 2, currentA: [9, 9, 0] }), 401_000);
    core.observe(vehicle({ sessionId: 2, currentA: [9, 0, 0] }), 402_000);
    core.observe(vehicle({ sessionId: 2, currentA: [9, 0, 0] }), 462_000);
    t.equal(core.usedPhases, 0b001, 'the next vehicle may drop phases too');
  },
);

t.test('S5: the status tells all that the ledger needs', async (t) => {
  const core = slave({ phases: 1, rotation: 'STR', disconnectedLimitA: 8, maxA: 20, minA: 7 });
  core.observe(vehicle({ currentA: [12, 0, 0], sessionId: 4 }), 500);
  core.hearGrant(grant(12, { tauMs: 1000, epoch: 2, seq: 5, phases: 0b001 }), 1100);
  t.match(core.status(3000), {
    type: 'status',
    bootId: BOOT,
    tauMs: 3000,
    accepted: { masterId: 'master', epoch: 2, seq: 5 },
    enforcedA: 12,
    enforcedPhases: 0b001,
    leaseLeftMs: 13_000,
    disconnectedLimitA: 8,
    maxA: 20,
    minA: 7,
    state: 'Charging',
    currentA: [12, 0, 0],
    phases: 1,
    rotation: 'STR',
    usedPhases: 0b001,
    sessionId: 4,
  });
  t.equal(core.status(60_000).leaseLeftMs, 0);
  t.same(slave().status(0).accepted, { masterId: '', epoch: 0, seq: 0 }, 'nothing accepted yet');
});

t.test('it is known when the next change by itself is due', async (t) => {
  const core = slave();
  t.equal(core.nextChangeMs(0), LEASE_MS + HOLD_MS, 'after a start');
  core.hearGrant(grant(16, { tauMs: 1000 }), 2000);
  t.equal(core.nextChangeMs(2000), 16_000, 'the end of the lease');
  t.equal(core.nextChangeMs(16_000), 32_000, 'the end of the hold');
  t.equal(core.nextChangeMs(32_000), undefined);
  t.same(perPhase(core.facts.maxA), [32, 32, 32]);
});

t.test('S8: a raised disconnected limit holds only after a GRANT of this start', async (t) => {
  const raised = (confirmedA?: number): SlaveCore =>
    new SlaveCore(slaveFactsOf('cp1', { bootId: BOOT, leaseMs: LEASE_MS, disconnectedLimitA: 14 }), 0, confirmedA);
  const aloneMs = LEASE_MS + HOLD_MS;
  t.equal(enforced(raised(10), aloneMs), '10 disconnected', 'no master knows of 14 A');
  t.equal(enforced(raised(20), aloneMs), '14 disconnected', 'lowered');
  t.equal(enforced(raised(), aloneMs), '14 disconnected', 'nothing is remembered');
  t.equal(raised(10).status(0).disconnectedLimitA, 14, 'masters are told the configured one from the start on');
  const heard = raised(10);
  heard.hearGrant(grant(4, { tauMs: 1000 }), 1100);
  t.ok(heard.isConfirmed);
  t.equal(enforced(heard, 1100 + aloneMs), '14 disconnected', 'a GRANT answered a STATUS that told of 14 A');
});

t.test('S8: a probe confirms nothing, and S3 and S6 use the confirmed one too', async (t) => {
  const facts = slaveFactsOf('cp1', { bootId: BOOT, leaseMs: LEASE_MS, disconnectedLimitA: 14 });
  const core = new SlaveCore(facts, 0, 10);
  core.hearGrant(grant(0, { tauMs: 1000, phases: 0 }), 1000);
  t.notOk(core.isConfirmed, 'the master may not count yet what this start says');
  t.equal(enforced(core, 1000 + LEASE_MS + HOLD_MS), '10 disconnected');
  core.hearGrant(grant(32, { tauMs: 40_000, seq: 2 }), 40_000);
  core.observe(vehicle({ sessionId: 2 }), 41_000);
  t.equal(enforced(core, 41_000), '14 newVehicle');
  t.equal(enforced(core, 40_000 + LEASE_MS), '14 newVehicle');
});

t.test('a vehicle that feeds back: the magnitude is told, and its phases are in use', async (t) => {
  const core = slave();
  core.observe(vehicle({ currentA: [-16, -0.4, 2] }), 1000);
  t.match(core.status(1000), { currentA: [16, 0.4, 2], usedPhases: 0b101 });
});

t.test('S6: bits beyond the connected phases say nothing, and are told as they came', async (t) => {
  for (const [mask, expected] of [
    [0b111, '16 grant'],
    [0b001, '16 grant'],
    [0b110, '0 newVehicle'],
  ] as const) {
    const core = slave({ phases: 1 });
    core.observe(vehicle({ currentA: [16, 0, 0] }), 2000);
    core.hearGrant(grant(16, { tauMs: 1999 + (mask & 1) * 2, phases: mask }), 2100);
    t.equal(enforced(core, 2100), expected, mask.toString(2));
    t.equal(core.status(2100).enforcedPhases, mask);
  }
});
