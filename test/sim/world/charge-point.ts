/** A charge point as hardware: what flows when it obeys, and with everything that it may do although it should not. */
import t from 'tap';
import type { PhaseAmps } from '../../../src/base/units.js';
import { ChargePointHardware, mostA } from '../../../src/sim/world/charge-point.js';
import type { ChargePointPlan, VehiclePlan } from '../../../src/sim/world/scenario.js';
import { VEHICLE } from './small-site.js';

const PLAN: ChargePointPlan = {
  id: 'cp1',
  circuit: 'main',
  phases: 3,
  rotation: 'STR',
  maxA: 32,
  minA: 6,
  disconnectedLimitA: 6,
};

/** One that charges with 16 A for a minute; what flows is what its slave sees when it looks. */
class Stand {
  flowsA: PhaseAmps = [0, 0, 0];
  readonly hardware: ChargePointHardware;
  nowMs = 0;

  constructor(vehicle: Partial<VehiclePlan> = {}) {
    this.hardware = new ChargePointHardware(PLAN, (currentA) => {
      this.flowsA = currentA;
    });
    this.hardware.plugIn({ ...VEHICLE, ...vehicle }, 0);
    this.hardware.setLimit(16, 0);
    this.pass(60_000);
  }

  pass(forMs: number): PhaseAmps {
    this.nowMs += forMs;
    this.hardware.snapshot(this.nowMs);
    return this.flowsA;
  }

  get state(): string {
    return this.hardware.look(this.nowMs).state;
  }
}

t.test('it obeys', async (t) => {
  const stand = new Stand();
  t.same(stand.flowsA, [16, 16, 16]);
  stand.hardware.setLimit(10, stand.nowMs);
  t.same(stand.pass(900), [16, 16, 16], 'the vehicle takes its time');
  t.same(stand.pass(200), [10, 10, 10]);
  t.equal(stand.hardware.isMisbehaving, false);
  t.equal(mostA([1, 3, 2]), 3);
});

t.test('phases run as the connector is connected', async (t) => {
  t.same(new Stand({ phases: 1 }).flowsA, [0, 16, 0]);
  t.same(new Stand({ phases: 2 }).flowsA, [0, 16, 16]);
});

t.test('who only looks on changes nothing', async (t) => {
  const stand = new Stand();
  stand.hardware.setLimit(10, stand.nowMs);
  t.same(stand.hardware.look(stand.nowMs + 2_000).currentA, [10, 10, 10]);
  t.same(stand.flowsA, [16, 16, 16], 'the conductors were not told');
});

t.test('deaf: the last limit stays in force, until it is mended', async (t) => {
  const stand = new Stand();
  const mend = stand.hardware.misbehave({ isDeaf: true }, stand.nowMs);
  t.equal(stand.hardware.isMisbehaving, true);
  stand.hardware.setLimit(6, stand.nowMs);
  t.same(stand.pass(60_000), [16, 16, 16]);
  t.equal(stand.hardware.inForceA(), 6, 'as it says itself');
  mend(stand.nowMs);
  t.same(stand.pass(2_000), [6, 6, 6]);
  t.equal(stand.hardware.isMisbehaving, false);
});

t.test('draws more than it may, and nothing when it may nothing', async (t) => {
  const stand = new Stand();
  stand.hardware.misbehave({ excessA: 3 }, stand.nowMs);
  t.same(stand.pass(10_000), [19, 19, 19]);
  stand.hardware.misbehave({ excessA: 10 }, stand.nowMs);
  stand.hardware.setLimit(0, stand.nowMs);
  t.same(stand.pass(10_000), [0, 0, 0]);
});

t.test('takes less than it is offered', async (t) => {
  const stand = new Stand();
  stand.hardware.misbehave({ takesAtMostA: 7 }, stand.nowMs);
  t.same(stand.pass(10_000), [7, 7, 7]);
  stand.hardware.setLimit(6, stand.nowMs);
  t.same(stand.pass(10_000), [6, 6, 6]);
});

t.test('pauses by itself, and says so', async (t) => {
  const stand = new Stand();
  const mend = stand.hardware.misbehave({ isPausing: true }, stand.nowMs);
  t.same(stand.pass(10_000), [0, 0, 0]);
  t.equal(stand.state, 'SuspendedEV');
  mend(stand.nowMs);
  t.same(stand.pass(10_000), [16, 16, 16]);
  t.equal(stand.state, 'Charging');
});

t.test('drops phases, and takes them again', async (t) => {
  const stand = new Stand();
  const mend = stand.hardware.misbehave({ phases: 1 }, stand.nowMs);
  t.same(stand.pass(0), [0, 16, 0]);
  mend(stand.nowMs);
  t.same(stand.pass(0), [16, 16, 16]);
});

t.test('reports another state', async (t) => {
  const stand = new Stand();
  stand.hardware.misbehave({ state: 'Faulted', isPausing: true }, stand.nowMs);
  t.same(stand.pass(10_000), [0, 0, 0]);
  t.equal(stand.state, 'Faulted');
});

t.test('without power nothing flows, deaf or not; with it, nothing until a limit comes', async (t) => {
  for (const isDeaf of [false, true]) {
    const stand = new Stand();
    stand.hardware.misbehave({ isDeaf }, stand.nowMs);
    stand.hardware.power(false, stand.nowMs);
    t.same(stand.flowsA, [0, 0, 0], 'at once');
    t.same(stand.pass(10_000), [0, 0, 0]);
    stand.hardware.power(true, stand.nowMs);
    t.same(stand.pass(10_000), [0, 0, 0]);
    t.equal(stand.hardware.inForceA(), 0);
  }
});

t.test('a vehicle that sleeps in once it was paused', async (t) => {
  const stand = new Stand({ needsWakeUp: true });
  stand.hardware.setLimit(0, stand.nowMs);
  stand.pass(5_000);
  t.equal(stand.hardware.isAsleep, true);
  stand.hardware.setLimit(16, stand.nowMs);
  t.same(stand.pass(60_000), [0, 0, 0], 'a limit alone does not wake it');
  t.equal(stand.state, 'SuspendedEV');
  stand.hardware.interruptPilot(stand.nowMs);
  t.same(stand.pass(60_000), [16, 16, 16], 'its pilot wakes it');
  t.equal(stand.hardware.interruptions, 1);
  stand.hardware.unplug(stand.nowMs);
  stand.hardware.plugIn({ ...VEHICLE, needsWakeUp: true }, stand.nowMs);
  t.same(stand.pass(60_000), [16, 16, 16], 'plugged in anew it charges');
});

t.test('one that was offered nothing before it charged does not sleep', async (t) => {
  const stand = new Stand();
  stand.hardware.unplug(stand.nowMs);
  stand.hardware.setLimit(0, stand.nowMs);
  stand.hardware.plugIn({ ...VEHICLE, needsWakeUp: true }, stand.nowMs);
  stand.hardware.setLimit(0, stand.nowMs);
  stand.hardware.setLimit(16, stand.nowMs);
  t.same(stand.pass(60_000), [16, 16, 16]);
});

t.test('energy, a full battery, and coming and going', async (t) => {
  const stand = new Stand({ demandWh: 300 });
  t.ok(stand.hardware.energyWh(stand.nowMs) > 100, 'a minute with 11 kW, less the ramp');
  t.equal(stand.hardware.isFull(stand.nowMs), false);
  stand.pass(600_000);
  t.same([stand.hardware.isFull(stand.nowMs), stand.hardware.energyWh(stand.nowMs)], [true, 300]);
  stand.hardware.plugIn(VEHICLE, stand.nowMs);
  t.equal(stand.hardware.vehicle?.demandWh, 300, 'the place is taken');
  stand.hardware.unplug(stand.nowMs);
  stand.hardware.unplug(stand.nowMs);
  t.same([stand.hardware.vehicle, stand.hardware.energyWh(stand.nowMs)], [undefined, 300]);
  t.equal(stand.state, 'Available');
});
