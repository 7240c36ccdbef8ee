/** What the master knows of a vehicle: how long it is there, how long it charged, which phases it loads. */
import t from 'tap';
import { CHARGE_POINT_STATES, type Status } from '../../src/base/messages.js';
import { PHASES_SETTLED_AFTER_MS, VehicleTracker, wantsCurrent } from '../../src/dlm/group/vehicle.js';
import { statusOf } from '../helpers/messages.js';

const charging = (facts: Partial<Status> = {}): Status =>
  statusOf('cp1', { state: 'Charging', sessionId: 1, ...facts });

t.test('states in which current is wanted', async (t) => {
  t.same(CHARGE_POINT_STATES.filter(wantsCurrent), ['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE']);
});

t.test('time charged: only between two words of the same vehicle, while it charges', async (t) => {
  const tracker = new VehicleTracker();
  t.ok(tracker.applyStatus(charging({ state: 'Preparing' }), 1000), 'a vehicle');
  t.notOk(tracker.applyStatus(charging(), 3000), 'still the same');
  t.equal(tracker.chargingMs, 0);
  tracker.applyStatus(charging(), 4000);
  tracker.applyStatus(charging({ state: 'SuspendedEVSE' }), 6000);
  t.equal(tracker.chargingMs, 3000);
  tracker.applyStatus(charging(), 60_000);
  t.equal(tracker.chargingMs, 3000, 'a pause does not count');
  t.equal(tracker.connectedAtMs, 1000);
  t.ok(tracker.applyStatus(charging({ sessionId: 2 }), 70_000), 'another vehicle');
  t.same([tracker.chargingMs, tracker.connectedAtMs], [0, 70_000]);
});

t.test('phases in use are believed after ten seconds of charging', async (t) => {
  const tracker = new VehicleTracker();
  const onePhase = charging({ usedPhases: 0b001 });
  tracker.applyStatus(charging({ sessionId: 0, state: 'Available' }), 0);
  tracker.applyStatus(onePhase, 0);
  tracker.applyStatus(onePhase, PHASES_SETTLED_AFTER_MS - 1);
  t.equal(tracker.activePhases(onePhase), 0b111, 'some vehicles start on one phase and add the others');
  tracker.applyStatus(onePhase, PHASES_SETTLED_AFTER_MS);
  t.equal(tracker.activePhases(onePhase), 0b001);
  t.equal(tracker.activePhases(charging({ usedPhases: 0b011 })), 0b011, 'a phase more counts at once');
  t.equal(tracker.activePhases(charging({ usedPhases: 0 })), 0b111, 'nothing is known');
  t.equal(
    tracker.activePhases(charging({ usedPhases: 0b110, phases: 1 })),
    0b001,
    'only phases that the connector has',
  );
  tracker.applyStatus(charging({ sessionId: 2, usedPhases: 0b001 }), 60_000);
  t.equal(tracker.activePhases(onePhase), 0b111, 'the next vehicle has to show it anew');
});

t.test('after a vehicle that added phases late, the next one is watched for twice as long', async (t) => {
  const tracker = new VehicleTracker();
  const later = (atMs: number, usedPhases: number, sessionId = 1): number => {
    const status = charging({ usedPhases, sessionId });
    tracker.applyStatus(status, atMs);
    return tracker.activePhases(status);
  };
  later(0, 0);
  later(1000, 0b001);
  t.equal(later(60_000, 0b001), 0b001, 'nobody can know that it will use more');
  later(61_000, 0b111);
  later(100_000, 0, 2);
  later(101_000, 0b001, 2);
  t.equal(later(200_000, 0b001, 2), 0b111, 'a connected phase that is idle counts');
  t.equal(later(245_000, 0b001, 2), 0b001);
  later(250_000, 0, 3);
  t.equal(later(265_000, 0b001, 3), 0b001, 'the last one added none');
});

t.test('B8: a phase that a vehicle drops counts no more, and one that it takes again is not added late', async (t) => {
  const tracker = new VehicleTracker();
  const later = (atMs: number, usedPhases: number, sessionId = 1): number => {
    const status = charging({ usedPhases, sessionId });
    tracker.applyStatus(status, atMs);
    return tracker.activePhases(status);
  };
  later(0, 0);
  later(1000, 0b111);
  t.equal(later(60_000, 0b111), 0b111);
  t.equal(later(61_000, 0b001), 0b001);
  t.equal(later(120_000, 0b111), 0b111, 'at once when it takes them again');
  later(130_000, 0, 2);
  later(131_000, 0b001, 2);
  t.equal(later(142_000, 0b001, 2), 0b001, 'the next vehicle is watched no longer than others');
});

t.test('a vehicle that charges already when the master starts has shown its phases before', async (t) => {
  const running = new VehicleTracker();
  running.applyStatus(charging({ usedPhases: 0b001 }), 0);
  t.equal(running.activePhases(charging({ usedPhases: 0b001 })), 0b001);
  const paused = new VehicleTracker();
  paused.applyStatus(charging({ usedPhases: 0b001, state: 'SuspendedEVSE' }), 0);
  t.equal(paused.activePhases(charging({ usedPhases: 0b001 })), 0b111);
});
