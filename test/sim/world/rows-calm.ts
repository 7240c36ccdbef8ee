/** Acceptance scenes of calm: a load that wanders or jumps, room that is nearly enough, and raises by a ramp. */
import t from 'tap';
import { seededRng } from '../../../src/base/rng.js';
import { type Amps, type Ms, perPhase } from '../../../src/base/units.js';
import type { LoadPlan } from '../../../src/sim/world/scenario.js';
import { Scene } from './scene.js';

type Step = Omit<LoadPlan, 'circuit'>;

/** The load at each second of the scene. */
function eachSecond(untilS: number, loadA: (second: number) => Amps): readonly Step[] {
  return Array.from({ length: untilS }, (_, second) => ({ atMs: second * 1000, loadA: perPhase(loadA(second)) }));
}

/** Moves by so much around the middle. */
function noisy(middleA: Amps, byA: Amps): () => Amps {
  const rng = seededRng(1);
  return () => middleA + rng.between(-byA, byA);
}

function siteOf(limitA: Amps, ids: readonly string[], file = ''): string {
  return `
site: Scene
circuits:
  - { id: main, limitA: ${limitA}, meter: grid, fallbackA: 0 }
meters:
  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }
chargePoints:
${ids.map((id) => `  - { id: ${id}, circuit: main, disconnectedLimitA: 0 }`).join('\n')}
${file}
`;
}

function vehicles(ids: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(ids.map((id) => [id, {}]));
}

const FOUR = ['a', 'b', 'c', 'd'] as const;
const THREE = ['a', 'b', 'c'] as const;

t.test('C5: a paused vehicle, 1 A short of its minimum for an hour, by +-0.9 A: no start', async (t) => {
  const around = noisy(35, 0.9);
  const loads = eachSecond(3900, (second) => (second < 120 ? 10 : around()));
  const scene = new Scene({ config: siteOf(40, ['a']), vehicles: { a: {} }, loads });
  await scene.at(100);
  t.ok(scene.limitA('a') >= 29, `${scene.limitA('a')} A before`);
  await scene.at(160);
  t.equal(scene.limitA('a'), 0);
  await scene.at(3800);
  t.equal(scene.highestA('a', 160), 0, 'no start');
  t.strictSame(scene.end(), [], 'no judge complains');
});

/** The remainder of a division goes round once in a dwell time, with a building and without. Not in these minutes. */
const SAME_TURN = 'allocation: { dwellMin: 120 }';

const NOISE: Readonly<Record<string, (second: number) => Amps>> = {
  'of 4 A': noisy(4, 0.4),
  'of 3.6 A': noisy(3.6, 0.4),
  'that goes up and down each half minute': (second) => (Math.floor(second / 30) % 2 === 0 ? 3.6 : 4.4),
};

for (const [what, loadA] of Object.entries(NOISE)) {
  t.test(`H1: a building ${what} +-0.4 A behind 40 A moves no limit of four vehicles`, async (t) => {
    const loads = eachSecond(1860, loadA);
    const scene = new Scene({ config: siteOf(40, FOUR, SAME_TURN), vehicles: vehicles(FOUR), loads });
    await scene.at(1200);
    const before = scene.shown;
    t.match(before, /^a [89] b [89] c [89] d [89]$/);
    const changes = (): number => scene.limits.filter(({ atMs }) => atMs > 1_200_000).length;
    await scene.at(1800);
    t.equal(changes(), 0, `${before}, then ${scene.shown}`);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

t.test('H2: a building of 0 and 40 A in turns: lowered at once, no two raises within 10 s', async (t) => {
  const loads = eachSecond(660, (second) => (Math.floor(second / 20) % 2 === 0 ? 0 : 40));
  const scene = new Scene({ config: siteOf(100, THREE), vehicles: vehicles(THREE), loads });
  await scene.at(640);
  let raises = 0;
  for (const id of THREE) {
    const own = scene.limits.filter((limit) => limit.id === id && limit.atMs > 30_000);
    let raisedAtMs: Ms = Number.NEGATIVE_INFINITY;
    for (const [index, { atMs, limitA }] of own.entries()) {
      const beforeA = own[index - 1]?.limitA ?? Number.POSITIVE_INFINITY;
      if (limitA <= beforeA) continue;
      t.ok(atMs - raisedAtMs >= 10_000, `${id} is raised at ${raisedAtMs} and ${atMs} ms`);
      raisedAtMs = atMs;
      raises += 1;
    }
  }
  t.ok(raises >= 3 * 12, `${raises} raises`);
  for (let stepS = 60; stepS < 640; stepS += 40) {
    const at = (id: string): Amps =>
      scene.limits.findLast((l) => l.id === id && l.atMs <= stepS * 1000 + 1_700)?.limitA ?? 0;
    const sumA = THREE.reduce((sum, id) => sum + at(id), 0);
    t.ok(sumA + 40 <= 100, `${sumA} A a poll and a cycle after the step at ${stepS} s`);
  }
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('H3: a ramp of 2 A per second: from 10 to 32 A in 11 s, down at once', async (t) => {
  const config = `
site: Scene
circuits:
  - { id: main, limitA: 70, operatorLimitA: 10 }
chargePoints:
  - { id: a, circuit: main }
allocation: { raiseAPerS: 2 }
`;
  const scene = new Scene({ config, vehicles: { a: {} } });
  await scene.at(60);
  t.equal(scene.limitA('a'), 10);
  const up = scene.set('main', { what: 'operatorLimit', limitA: perPhase(70) });
  await scene.at(60.5);
  t.equal(await up, undefined);
  t.ok(scene.limitA('a') <= 12, `${scene.limitA('a')} A at once`);
  const fullS = (): number => scene.when('a', 60, (limitA) => limitA === 32) - 60;
  await scene.at(80);
  t.ok(Math.abs(fullS() - 11) <= 1, `32 A after ${fullS().toFixed(1)} s`);
  const steps = scene.limitsSince('a', 60);
  for (const [index, limitA] of steps.slice(1).entries()) t.ok(limitA - (steps[index] ?? 0) <= 3, steps.join());
  const down = scene.set('main', { what: 'operatorLimit', limitA: perPhase(10) });
  await scene.at(81);
  t.equal(await down, undefined);
  t.equal(scene.limitA('a'), 10, 'lowered at once');
  t.strictSame(scene.end(), [], 'no judge complains');
});

/** Every 90 s the building takes the minimum, and every 90 s it gives it back. */
const wandering = eachSecond(3900, (second) => (second < 60 || Math.floor(second / 90) % 2 === 0 ? 10 : 16));

function startsOf(scene: Scene, id: string): number {
  const own = scene.limitsSince(id, 60);
  return own.filter((limitA, index) => limitA > 0 && own[index - 1] === 0).length;
}

t.test('a building that wanders below a standing limit starts no vehicle more often than below a fuse', async (t) => {
  const config = siteOf(63, ['a']).replace('limitA: 63', 'limitA: 63, operatorLimitA: 20');
  const scene = new Scene({ config, vehicles: { a: {} }, loads: wandering });
  await scene.at(3700);
  t.ok(startsOf(scene, 'a') >= 1, 'it has its room now and then');
  t.ok(startsOf(scene, 'a') <= 5, `${startsOf(scene, 'a')} starts in an hour`);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('who lowers a limit and takes that back is no room that wanders', async (t) => {
  const scene = new Scene({ config: siteOf(63, ['a']), vehicles: { a: {} } });
  for (let turn = 0; turn < 5; turn++) {
    await scene.at(100 + turn * 200);
    const down = scene.set('main', { what: 'operatorLimit', limitA: perPhase(5) });
    await scene.at(140 + turn * 200);
    t.equal(await down, undefined);
    t.equal(scene.limitA('a'), 0);
    const up = scene.set('main', { what: 'operatorLimit', limitA: perPhase(63) });
    await scene.at(220 + turn * 200);
    t.equal(await up, undefined);
    t.equal(scene.limitA('a'), 32, 'at once, each time');
  }
  t.strictSame(scene.end(), [], 'no judge complains');
});
