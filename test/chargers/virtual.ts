import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { TYPICAL_VEHICLE, type VehicleSpec } from '../../src/chargers/vehicle.js';
import { VirtualCharger } from '../../src/chargers/virtual.js';

const THREE_PHASE: VehicleSpec = { ...TYPICAL_VEHICLE, phases: 3, maxA: 16 };

function charger(energyScale = 1): VirtualCharger {
  return new VirtualCharger({ phases: 3, energyScale });
}

t.test('a phase switch moves for 3 s, keeps its position, and gives the vehicle what it connects', async (t) => {
  const cp = new VirtualCharger({ phases: 3, energyScale: 1, phaseSwitch: 'best-phase' });
  cp.plugIn(THREE_PHASE, 0);
  cp.setLimit(16, 0);
  t.match(cp.snapshot(10_000), { currentA: [16, 16, 16], phaseSwitch: { switchable: 15, phases: 7, isMoving: false } });
  cp.setLimit(0, 10_000);
  cp.snapshot(15_000);
  cp.switchPhases(2, 15_000);
  t.match(cp.snapshot(17_999), { currentA: [0, 0, 0], phaseSwitch: { phases: 7, isMoving: true } });
  t.match(cp.snapshot(18_000), { phaseSwitch: { phases: 2, isMoving: false } });
  cp.setLimit(10, 18_000);
  t.same(cp.snapshot(30_000).currentA, [0, 10, 0]);
  const beforeWh = cp.sessionEnergyWh(30_000);
  t.equal(Math.round(cp.sessionEnergyWh(390_000) - beforeWh), 230, '10 A on one phase for six minutes');
  cp.unplug(400_000);
  t.match(cp.snapshot(400_000), { currentA: [0, 0, 0], phaseSwitch: { phases: 2 } });
});

t.test('states follow OCPP from an empty charge point to a full vehicle', async (t) => {
  const cp = charger(60);
  t.same(cp.snapshot(0), { state: 'Available', sessionId: 0, currentA: [0, 0, 0] });
  cp.plugIn({ ...THREE_PHASE, demandWh: 1000 }, 1000);
  t.same(cp.snapshot(1000), { state: 'Preparing', sessionId: 1, currentA: [0, 0, 0] });
  t.equal(cp.snapshot(2999).state, 'Preparing');
  t.equal(cp.snapshot(3000).state, 'SuspendedEVSE', 'nothing is offered');
  cp.setLimit(5.9, 4000);
  t.equal(cp.snapshot(9000).state, 'SuspendedEVSE', 'less than its minimum');
  cp.setLimit(10, 10_000);
  t.equal(cp.snapshot(11_999).state, 'SuspendedEV', 'it has not reacted yet');
  t.same(cp.snapshot(12_000), { state: 'Charging', sessionId: 1, currentA: [6, 6, 6] });
  t.same(cp.snapshot(14_000).currentA, [10, 10, 10]);
  t.equal(cp.snapshot(60_000).state, 'SuspendedEV', 'full');
  cp.setLimit(0, 61_000);
  t.equal(cp.snapshot(70_000).state, 'SuspendedEVSE', 'nothing is offered: whether it would take some shows later');
  cp.unplug(80_000);
  t.same(cp.snapshot(80_000), { state: 'Available', sessionId: 1, currentA: [0, 0, 0] });
  t.equal(cp.sessionEnergyWh(90_000), 1000, 'of the last session');
  cp.plugIn(THREE_PHASE, 90_000);
  t.equal(cp.snapshot(90_000).sessionId, 2);
  t.equal(cp.sessionEnergyWh(90_000), 0);
});

t.test('an offer during the handshake is taken right after it', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn(THREE_PHASE, 0);
  t.equal(cp.snapshot(1999).state, 'Preparing');
  t.equal(cp.snapshot(2000).state, 'Charging');
  cp.unplug(5000);
  t.same(cp.snapshot(5000).currentA, [0, 0, 0], 'pulled under current');
});

t.test('a paused vehicle stops after its reaction and comes back by itself', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn(THREE_PHASE, 0);
  cp.setLimit(0, 10_000);
  t.same(cp.snapshot(11_999).currentA, [16, 16, 16]);
  t.same(cp.snapshot(12_000), { state: 'SuspendedEVSE', sessionId: 1, currentA: [0, 0, 0] });
  cp.setLimit(8, 20_000);
  t.same(cp.snapshot(23_000), { state: 'Charging', sessionId: 1, currentA: [8, 8, 8] });
});

t.test('which phases carry current', async (t) => {
  const rows = [
    { vehicle: 1, connector: 3, currentA: [10, 0, 0] },
    { vehicle: 2, connector: 3, currentA: [10, 10, 0] },
    { vehicle: 3, connector: 3, currentA: [10, 10, 10] },
    { vehicle: 3, connector: 1, currentA: [10, 0, 0] },
    { vehicle: 1, connector: 2, currentA: [10, 0, 0] },
  ] as const;
  for (const { vehicle, connector, currentA } of rows) {
    const cp = new VirtualCharger({ phases: connector, energyScale: 1 });
    cp.setLimit(10, 0);
    cp.plugIn({ ...THREE_PHASE, phases: vehicle }, 0);
    t.same(cp.snapshot(60_000).currentA, currentA, `vehicle ${vehicle} at connector ${connector}`);
  }
});

t.test('the current rises with the ramp, stops at the maximum of the vehicle and falls at once', async (t) => {
  const cp = charger();
  cp.setLimit(32, 0);
  cp.plugIn({ ...THREE_PHASE, rampAPerS: 2 }, 0);
  t.same(cp.snapshot(2000).currentA[0], 6);
  t.ok(Math.abs(cp.snapshot(4000).currentA[0] - 10) < 1e-9, 'two seconds later: 4 A more');
  t.equal(cp.snapshot(20_000).currentA[0], 16);
  cp.setLimit(7.5, 20_000);
  t.equal(cp.snapshot(21_999).currentA[0], 16);
  t.equal(cp.snapshot(22_000).currentA[0], 7.5);
});

t.test('energy: three phases, 230 V, and the time lapse', async (t) => {
  for (const [energyScale, hours] of [
    [1, 1],
    [60, 1 / 60],
  ] as const) {
    const cp = charger(energyScale);
    cp.setLimit(10, 0);
    cp.plugIn({ ...THREE_PHASE, reactionMs: 1000, rampAPerS: 1000 }, 0);
    const startWh = cp.sessionEnergyWh(10_000);
    const wh = cp.sessionEnergyWh(10_000 + hours * 3_600_000) - startWh;
    t.ok(Math.abs(wh - 6900) < 0.01, `x${energyScale}: 3 x 10 A x 230 V for an hour, got ${wh}`);
  }
});

t.test('reaction times stay real in a time lapse', async (t) => {
  const cp = charger(1000);
  cp.setLimit(10, 0);
  cp.plugIn({ ...THREE_PHASE, reactionMs: 5000 }, 0);
  t.equal(cp.snapshot(4999).state, 'Preparing');
  t.equal(cp.snapshot(5000).state, 'Charging');
});

t.test('the last tenth is charged with falling current, never below the minimum', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn({ ...THREE_PHASE, demandWh: 2000 }, 0);
  let lastA = Infinity;
  let tapered = 0;
  let wrong = '';
  let nowMs = 10_000;
  for (; cp.snapshot(nowMs).state === 'Charging'; nowMs += 1000) {
    const currentA = cp.snapshot(nowMs).currentA[0];
    if (currentA > lastA || currentA < 6) wrong = `${currentA} A after ${lastA} A`;
    if (currentA < 16 && cp.sessionEnergyWh(nowMs) < 1800) wrong = `${currentA} A before the last tenth`;
    if (currentA < 16) tapered += 1;
    lastA = currentA;
  }
  t.equal(wrong, '');
  t.ok(tapered > 30, `${tapered} s below the maximum`);
  t.ok(lastA < 7, `last current ${lastA} A`);
  t.equal(cp.sessionEnergyWh(nowMs), 2000, 'exactly its demand');
});

t.test('a vehicle without demand never charges', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn({ ...THREE_PHASE, demandWh: 0 }, 0);
  t.equal(cp.snapshot(1000).state, 'Preparing');
  t.equal(cp.snapshot(2000).state, 'SuspendedEV');
});

t.test('misuse is refused', async (t) => {
  const cp = charger();
  t.throws(() => cp.setLimit(Number.NaN, 0), { message: /0 A or more, got NaN/ });
  t.throws(() => cp.plugIn({ ...THREE_PHASE, maxA: 5 }, 0), { message: /at least minA \(6\), got 5/ });
  cp.plugIn(THREE_PHASE, 0);
  t.throws(() => cp.plugIn(THREE_PHASE, 0), { message: /plugged in already/ });
  t.throws(() => new VirtualCharger({ phases: 3, energyScale: 0 }), { message: /energyScale/ });
});

interface Change {
  readonly atMs: number;
  readonly limitA: number;
}

function randomChanges(seed: number): { spec: VehicleSpec; changes: Change[] } {
  const rng = seededRng(seed);
  const spec = {
    ...TYPICAL_VEHICLE,
    phases: 3,
    maxA: rng.between(6, 32),
    demandWh: rng.chance(0.5) ? Infinity : rng.between(10, 300),
    reactionMs: rng.int(5001),
    rampAPerS: rng.between(0.5, 20),
    startMs: rng.chance(0.3) ? rng.int(20_000) : 0,
    coolsEveryMs: rng.chance(0.3) ? rng.between(1_000, 60_000) : Infinity,
    coolsForMs: rng.int(20_000),
  } as const satisfies VehicleSpec;
  let atMs = 0;
  const changes = Array.from({ length: 60 }, () => {
    atMs += rng.int(4000);
    return { atMs, limitA: rng.chance(0.2) ? 0 : rng.between(0, 40) };
  });
  return { spec, changes };
}

/** The highest limit in force at any moment of [fromMs, toMs]. */
function highestLimit(changes: readonly Change[], fromMs: number, toMs: number): number {
  let highestA = 0;
  for (const [index, { atMs, limitA }] of changes.entries()) {
    const endMs = changes[index + 1]?.atMs ?? Infinity;
    if (atMs <= toMs && endMs >= fromMs) highestA = Math.max(highestA, limitA);
  }
  return highestA;
}

t.test('random limits: never above what was allowed within the reaction, whenever one looks', async (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const { spec, changes } = randomChanges(seed);
    const often = charger();
    const seldom = charger();
    often.plugIn(spec, 0);
    seldom.plugIn(spec, 0);
    const rng = seededRng(seed + 1000);
    let worst = '';
    let lookMs = 0;
    for (const { atMs, limitA } of changes) {
      for (; lookMs < atMs; lookMs += 1 + rng.int(150)) {
        const currentA = often.snapshot(lookMs).currentA[0];
        const allowedA = highestLimit(changes, lookMs - spec.reactionMs, lookMs);
        if (currentA > Math.min(allowedA, spec.maxA)) worst = `${currentA} A at ${lookMs} ms, allowed ${allowedA} A`;
        if (currentA > 0 && currentA < spec.minA) worst = `${currentA} A at ${lookMs} ms is below the minimum`;
      }
      often.setLimit(limitA, atMs);
      seldom.setLimit(limitA, atMs);
    }
    t.equal(worst, '', `seed ${seed} (replay: randomChanges(${seed}))`);
    const endMs = lookMs + 60_000;
    t.same(often.snapshot(endMs), seldom.snapshot(endMs), `seed ${seed}: same state however often it was looked at`);
    t.equal(often.sessionEnergyWh(endMs), seldom.sessionEnergyWh(endMs), `seed ${seed}: same energy`);
  }
});

t.test('a vehicle with a minimum of its own refuses what is offered below it', async (t) => {
  const cp = charger();
  cp.setLimit(7, 0);
  cp.plugIn({ ...THREE_PHASE, minA: 8 }, 0);
  t.equal(cp.snapshot(60_000).state, 'SuspendedEV');
  cp.setLimit(8, 60_000);
  t.same(cp.snapshot(63_000), { state: 'Charging', sessionId: 1, currentA: [8, 8, 8] });
  cp.setLimit(7, 70_000);
  t.same(cp.snapshot(73_000), { state: 'SuspendedEV', sessionId: 1, currentA: [0, 0, 0] });
});

t.test('a vehicle that starts late does so after each pause', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn({ ...THREE_PHASE, startMs: 30_000 }, 0);
  t.equal(cp.snapshot(31_999).state, 'SuspendedEV');
  t.equal(cp.snapshot(32_000).state, 'Charging');
  cp.setLimit(10, 50_000);
  t.equal(cp.snapshot(53_000).state, 'Charging', 'a lower limit is no pause');
  cp.setLimit(0, 60_000);
  cp.setLimit(10, 70_000);
  t.equal(cp.snapshot(101_999).state, 'SuspendedEV');
  t.equal(cp.snapshot(102_000).state, 'Charging');
});

t.test('a vehicle that cools pauses under its offer, and goes on by itself', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn({ ...THREE_PHASE, coolsEveryMs: 60_000, coolsForMs: 20_000 }, 0);
  t.equal(cp.snapshot(61_900).state, 'Charging');
  t.equal(cp.snapshot(62_100).state, 'SuspendedEV');
  t.equal(cp.snapshot(81_900).state, 'SuspendedEV');
  t.equal(cp.snapshot(82_100).state, 'Charging');
});

t.test('what its own meter says', async (t) => {
  const cp = charger(60);
  t.same(cp.metered(0), { powerW: 0 }, 'without a vehicle');
  cp.setLimit(10, 0);
  cp.plugIn(THREE_PHASE, 0);
  cp.snapshot(62_000);
  const { powerW, sessionWh = 0, chargingS = 0, pluggedInS } = cp.metered(62_000);
  t.same([powerW, pluggedInS], [6900, 62]);
  t.ok(Math.abs(chargingS - 60) < 0.5, `${chargingS} s`);
  t.ok(Math.abs(sessionWh - 6900) < 100, `${sessionWh} Wh with the time lapse of the battery`);
});

t.test('a vehicle that sleeps after a pause wakes when its pilot is interrupted', async (t) => {
  const cp = charger();
  cp.setLimit(16, 0);
  cp.plugIn({ ...THREE_PHASE, needsWakeUp: true }, 0);
  cp.setLimit(0, 10_000);
  cp.setLimit(16, 20_000);
  t.same([cp.snapshot(80_000).state, cp.isVehicleAsleep], ['SuspendedEV', true], 'a limit alone does not wake it');
  cp.interruptPilot(80_000);
  t.same(cp.snapshot(85_999), { state: 'SuspendedEV', sessionId: 1, currentA: [0, 0, 0] }, '4 s, and its reaction');
  t.same(cp.snapshot(86_000), { state: 'Charging', sessionId: 1, currentA: [6, 6, 6] });
  t.equal(cp.isVehicleAsleep, false);
  cp.interruptPilot(100_000);
  t.same(cp.snapshot(100_000).currentA, [0, 0, 0], 'nothing flows without a pilot');
  t.same(cp.snapshot(110_000).currentA, [16, 16, 16]);
  cp.unplug(120_000);
  cp.interruptPilot(120_000);
  t.equal(cp.snapshot(120_000).state, 'Available', 'without a vehicle nothing happens');
});
