/** Vehicles that exist, at the control core: an unseen one beside a free phase, one that wants again, one that sleeps. */
import t from 'tap';
import { type Amps, type Ms, perPhase } from '../../src/base/units.js';
import { PHASES_SETTLED_AFTER_MS } from '../../src/dlm/group/vehicle.js';
import type { ChargePoint } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const MINUTE_MS: Ms = 60_000;

function garage(limitA: Amps, ...points: readonly (Partial<ChargePoint> & { id: string })[]): Rig {
  const main = circuit({ id: 'main', limitA: perPhase(limitA) });
  const chargePoints = points.map((point) => chargePoint({ disconnectedLimitA: 0, ...point }));
  return new Rig({ site: site({ autoAdopt: false, circuits: [main], chargePoints }) });
}

/** Two single-phase vehicles fill L1. `c` hangs on L3, L1, L2. */
function fullL1(): Rig {
  const rig = garage(16, { id: 'a' }, { id: 'b' }, { id: 'c', rotation: 'TRS' });
  for (const id of ['a', 'b']) rig.slave(id).plugIn({ phases: 1 });
  rig.run(20_000);
  t.equal(rig.limits, '8 8 0');
  return rig;
}

t.test('a vehicle not seen yet, whose phase may be free, is let go first for a moment', async (t) => {
  const rig = fullL1();
  rig.slave('c').plugIn({ phases: 1 });
  rig.run(10_000);
  t.equal(rig.limits, '8 0 8', 'on all phases, and another one is paused meanwhile');
  t.equal(rig.record('c').grants.last?.phases, 0b111);
  rig.run(PHASES_SETTLED_AFTER_MS + 5000);
  t.equal(rig.limits, '16 0 16', 'it has shown its phases');
  rig.run(30_000);
  t.equal(rig.limits, '8 8 16');
});

t.test('where it needs all phases after all it waits for its turn, and is not let go first again', async (t) => {
  const rig = fullL1();
  rig.slave('c').plugIn({ phases: 3 });
  rig.run(120_000);
  t.equal(rig.limits, '8 8 0');
  t.equal(rig.record('c').reason.kind, 'shortage');
  const stopsBefore = rig.limits;
  rig.run(120_000);
  t.equal(rig.limits, stopsBefore);
});

t.test('one that takes nothing in its moment has had it', async (t) => {
  const rig = fullL1();
  rig.slave('c').plugIn({ phases: 1 });
  rig.slave('c').startsAfterMs = Number.POSITIVE_INFINITY;
  rig.run(120_000);
  t.equal(rig.limits, '8 8 0');
});

t.test('the phases of the session before are a better guess', async (t) => {
  const rig = garage(20, { id: 'a' }, { id: 'b', rotation: 'TRS' });
  rig.slave('b').plugIn({ phases: 2 });
  rig.run(30_000);
  rig.slave('b').unplug();
  rig.run(2000);
  rig.slave('b').plugIn({ phases: 2 });
  rig.slave('b').startsAfterMs = 20_000;
  rig.run(2000);
  t.equal(rig.record('b').likelyPhases(), 0b011);
});

t.test('with room for all phases nobody is let go first', async (t) => {
  const rig = garage(32, { id: 'a' });
  rig.slave('a').plugIn({ phases: 3 });
  rig.run(3000);
  t.equal(rig.record('a').service.lookedAtMs, undefined);
});

/** `a` is full, and its offer is withdrawn for `b`. Without an offer its charge point goes on to say SuspendedEV. */
function withdrawn(): Rig {
  const rig = garage(14, { id: 'a' }, { id: 'b' });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.slave('a').startsAfterMs = Number.POSITIVE_INFINITY;
  rig.slave('a').state = 'SuspendedEV';
  rig.run(8 * MINUTE_MS);
  t.equal(`${rig.limits}, ${rig.reasons}`, '0 14, declined circuit');
  return rig;
}

t.test('a change to SuspendedEVSE, or to Charging, ends a withdrawal at once', async (t) => {
  for (const state of ['SuspendedEVSE', 'Charging'] as const) {
    const rig = withdrawn();
    rig.slave('a').startsAfterMs = 0;
    rig.slave('a').state = state;
    rig.run(4000);
    rig.slave('a').state = undefined;
    rig.run(2000);
    t.equal(rig.limits, '7 7', state);
  }
});

t.test('a charge point that says SuspendedEVSE because nothing is offered any more ends nothing', async (t) => {
  const rig = garage(14, { id: 'a' }, { id: 'b' });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.slave('a').startsAfterMs = Number.POSITIVE_INFINITY;
  rig.run(8 * MINUTE_MS);
  t.equal(rig.limits, '0 14');
  rig.run(5 * MINUTE_MS);
  t.equal(rig.limits, '0 14');
});

t.test('a vehicle that takes nothing after a pause is told of, until it is gone', async (t) => {
  const rig = garage(10, { id: 'a' }, { id: 'b' });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(10 * MINUTE_MS);
  t.equal(rig.limits, '10 0', 'the turn of a');
  rig.slave('a').startsAfterMs = Number.POSITIVE_INFINITY;
  rig.run(15 * MINUTE_MS);
  t.equal(rig.limits, '0 10');
  t.equal(rig.alarm('VEHICLE_ASLEEP'), undefined);
  rig.slave('b').unplug();
  rig.run(2 * MINUTE_MS);
  t.match(rig.alarm('VEHICLE_ASLEEP'), /^no current is taken since a pause: a: full, or asleep/);
  t.equal(rig.events('VEHICLE_ASLEEP').length, 1);
  rig.slave('a').unplug();
  rig.run(2000);
  t.equal(rig.alarm('VEHICLE_ASLEEP'), undefined);
});

t.test('one that left its offer in a shortage is offered current again within the hour', async (t) => {
  const rig = garage(10, { id: 'a' }, { id: 'b' });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(10 * MINUTE_MS);
  rig.slave('a').startsAfterMs = Number.POSITIVE_INFINITY;
  let offeredAtMs: Ms = rig.nowMs;
  let longestMs: Ms = 0;
  for (let second = 0; second < 5 * 3600; second++) {
    rig.run(1000);
    longestMs = Math.max(longestMs, rig.nowMs - offeredAtMs);
    if (rig.slave('a').core.enforced(rig.nowMs).limitA > 0) offeredAtMs = rig.nowMs;
  }
  t.ok(longestMs <= 62 * MINUTE_MS, `${longestMs / MINUTE_MS} min without an offer`);
});
