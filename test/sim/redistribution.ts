/** What a vehicle that charges leaves of its limit goes to others: on the simulated site, with the real master and slaves. */
import t from 'tap';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import type { Amps } from '../../src/base/units.js';
import type { VehiclePlan } from '../../src/sim/world/scenario.js';
import { Scene } from './world/scene.js';

const RULES = 'redistribute: { thresholdA: 2, holdS: 30, marginA: 1 }';
const QUARTER_S = 15 * 60;

function configOf(limitA: Amps, allocation = RULES, circuit = ''): string {
  return `
site: Redistribution
circuits:
  - { id: main, limitA: ${limitA}${circuit} }
chargePoints:
  - { id: a, circuit: main }
  - { id: b, circuit: main }
  - { id: c, circuit: main }
allocation: { ${allocation} }
`;
}

const CARS: Readonly<Record<string, Partial<VehiclePlan>>> = { a: { maxA: 16 }, b: { maxA: 16 }, c: { maxA: 32 } };

function sceneOf(
  limitA: Amps,
  allocation = RULES,
  vehicles: Readonly<Record<string, Partial<VehiclePlan>>> = CARS,
): Scene {
  return new Scene({ config: configOf(limitA, allocation), vehicles });
}

function energyKwh(scene: Scene): number {
  let wh = 0;
  for (const box of scene.world.boxes.values()) wh += box.hardware.energyWh(box.nowMs);
  return wh / 1000;
}

/** Sum of all charge points. */
function drawnA(scene: Scene): Amps {
  return Math.round(scene.drawnA('a') + scene.drawnA('b') + scene.drawnA('c'));
}

/** The driver sets another maximum; the returned call takes it back. */
function takesAtMost(scene: Scene, id: string, takesAtMostA: Amps): () => void {
  const box = scene.world.box(id);
  const end = box.hardware.misbehave({ takesAtMostA }, box.nowMs);
  return () => end(box.nowMs);
}

t.test('B1: what two cars of 16 A leave of 63 A goes to the third', async (t) => {
  const scene = sceneOf(63);
  await scene.at(60);
  t.equal(scene.shown, 'a 17 b 17 c 29');
  t.equal(drawnA(scene), 61);
  t.same(scene.record('a').reason, { kind: 'unused', drawnA: 16 });
  t.equal(scene.reason('c'), 'circuit');
  await scene.at(QUARTER_S);
  t.ok(energyKwh(scene) >= 10.2, `${energyKwh(scene).toFixed(2)} kWh in a quarter of an hour`);
  for (const id of ['a', 'b', 'c']) t.equal(scene.limitsSince(id, 60).length, 1, `${id} keeps its limit`);
  t.strictSame(scene.end(), [], 'no judge complains');
  const without = sceneOf(63, 'stepA: 1');
  await without.at(QUARTER_S);
  t.equal(without.shown, 'a 21 b 21 c 21', 'off when left out');
  t.ok(energyKwh(without) < 9, `${energyKwh(without).toFixed(2)} kWh without it`);
});

t.test('B2: lowered where more than the threshold is left, and another vehicle can use it', async (t) => {
  for (const [thresholdA, shown] of [
    [4, 'a 16 b 16 c 0'],
    [3, 'a 16 b 16 c 0'],
    [2, 'a 14 b 18 c 0'],
  ] as const) {
    const rules = `redistribute: { thresholdA: ${thresholdA} }`;
    const scene = sceneOf(32, rules, { a: { maxA: 13 }, b: {} });
    await scene.at(20);
    t.equal(scene.shown, 'a 16 b 16 c 0');
    const startS = scene.when('a', 0, (limitA) => limitA === 16);
    await scene.at(startS + 35);
    t.equal(scene.shown, shown, `a threshold of ${thresholdA} A`);
    t.strictSame(scene.end(), [], 'no judge complains');
  }
  const alone = sceneOf(32, RULES, { a: { maxA: 13 }, b: { maxA: 13 } });
  await alone.at(120);
  t.equal(alone.shown, 'a 16 b 16 c 0', 'nobody can use it: nobody is lowered');
  alone.plugIn('c');
  await alone.at(140);
  t.equal(alone.shown, 'a 11 b 10 c 11');
  alone.unplug('b');
  await alone.at(150);
  t.equal(alone.shown, 'a 16 b 0 c 16');
  await alone.at(185);
  t.equal(alone.shown, 'a 14 b 0 c 18');
  t.strictSame(alone.end(), [], 'no judge complains');
});

t.test('B3: the next vehicle begins at its fair share', async (t) => {
  const scene = sceneOf(63);
  await scene.at(60);
  scene.unplug('a');
  await scene.at(75);
  t.equal(scene.shown, 'a 0 b 17 c 32');
  scene.plugIn('a');
  await scene.at(90);
  t.ok(scene.highestA('a', 75) >= 21);
  t.equal(scene.shown, 'a 23 b 17 c 23');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('B4: one that takes its margin gets its share again', async (t) => {
  const vehicles = { a: {}, b: { maxA: 16 }, c: {} };
  const scene = new Scene({ config: configOf(63), vehicles, calmFromMs: 0 });
  const release = takesAtMost(scene, 'a', 16);
  await scene.at(200);
  t.equal(scene.shown, 'a 17 b 17 c 29');
  release();
  const takesS = 200 + TYPICAL_VEHICLE.reactionMs / 1000;
  await scene.at(220);
  const loweredS = scene.when('c', takesS, (limitA) => limitA === 23);
  // A cycle, then the other vehicle follows its lower limit, then a cycle.
  const raisedS = scene.when('a', takesS, (limitA) => limitA === 23);
  t.ok(loweredS - takesS < 1.5, `lowered after ${(loweredS - takesS).toFixed(1)} s`);
  t.ok(raisedS - loweredS < 4, `raised after ${(raisedS - loweredS).toFixed(1)} s more`);
  await scene.at(260);
  t.equal(scene.shown, 'a 23 b 17 c 23');
  t.equal(scene.highestA('a', takesS), 23, 'never above its share');
  takesAtMost(scene, 'a', 16);
  await scene.at(260 + 50);
  t.equal(scene.shown, 'a 23 b 17 c 23', 'the next lowering waits for twice as long');
  await scene.at(260 + 70);
  t.equal(scene.shown, 'a 17 b 17 c 29');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('B5: the limit follows a battery that is nearly full, calmly, and never below the minimum', async (t) => {
  const scene = sceneOf(32, RULES, { a: { minA: 2, maxA: 16, demandWh: 9_000 }, b: {} });
  let least = Number.POSITIVE_INFINITY;
  let last = Number.POSITIVE_INFINITY;
  await scene.each(1, 2 * 3600, () => {
    const drawn = scene.drawnA('a');
    if (drawn > 0) last = drawn;
    if (drawn > 0) least = Math.min(least, scene.limitA('a'));
  });
  t.ok(last < 3, `the last current is ${last.toFixed(1)} A`);
  t.equal(least, 6);
  const own = scene.limits.filter(({ id, atMs }) => id === 'a' && atMs > 30_000);
  t.ok(own.length >= 4, `${own.length} limits`);
  for (const [index, { atMs }] of own.entries()) {
    const beforeMs = own[index - 1]?.atMs ?? 0;
    t.ok(atMs - beforeMs >= 10_000, `${own[index]?.limitA} A at ${atMs} ms, ${atMs - beforeMs} ms after the last one`);
  }
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('a circuit may keep to equal shares, whatever its vehicles draw', async (t) => {
  const vehicles = { a: { maxA: 6 }, b: {} };
  const scene = new Scene({ config: configOf(32, RULES, ', redistribute: false'), vehicles });
  await scene.at(QUARTER_S);
  t.equal(scene.shown, 'a 16 b 16 c 0');
  const other = new Scene({ config: configOf(32), vehicles });
  await other.at(QUARTER_S);
  t.equal(other.shown, 'a 7 b 25 c 0');
});
