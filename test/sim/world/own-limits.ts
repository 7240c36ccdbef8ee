/** Scenarios A1 and A5: a charge point's own limits in their four roles. */
import t from 'tap';
import { reasonText } from '../../../src/base/reason.js';
import { Scene, type SceneOptions } from './scene.js';

/** One charge point with room for all, and those of more. */
function siteWith(...chargePoints: readonly string[]): string {
  return `
site: Scene
circuits:
  - { id: main, limitA: 63 }
  - { id: dual, parent: main, limitA: 32 }
chargePoints:
${chargePoints.map((keys) => `  - { ${keys} }`).join('\n')}
`;
}

async function settled(options: SceneOptions): Promise<Scene> {
  const scene = new Scene(options);
  await scene.at(30);
  return scene;
}

const ONE = 'id: a, circuit: main, maxA: 32';
const CAUSES = [
  ['', undefined, 32, 'hardware', 'its own maximum'],
  ['', 20, 20, 'cable', 'its cable 20 A'],
  [', installationA: 25', undefined, 25, 'installation', 'its installation limit 25 A'],
  [', installationA: 25', 20, 20, 'cable', 'its cable 20 A'],
  [', installationA: 25, operatorA: 16', 20, 16, 'operator', 'operator limit 16 A'],
  [', installationA: 25, operatorA: 24', 20, 20, 'cable', 'its cable 20 A'],
  [', installationA: 16, operatorA: 16', undefined, 16, 'installation', 'its installation limit 16 A'],
  [', operatorA: 0', undefined, 0, 'operator', 'paused: operator limit 0 A, its vehicle needs 6 A'],
] as const;

for (const [keys, cableA, limitA, cause, text] of CAUSES) {
  const what = `${keys.slice(2) || 'nothing else'}, cable ${cableA ?? 'as the hardware'}`;
  t.test(`A1: maxA 32, ${what}: ${limitA} A by ${cause}`, async (t) => {
    const cablesA = cableA === undefined ? {} : { a: cableA };
    const scene = await settled({ config: siteWith(`${ONE}${keys}`), vehicles: { a: {} }, cablesA });
    t.equal(scene.limitA('a'), limitA);
    const { reason } = scene.record('a');
    t.match(reason, { kind: limitA === 0 ? 'belowMinimum' : 'maximum', cause: { source: cause, limitA } });
    t.equal(reasonText(reason), text);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

t.test('A1: the operator limit at run time, above that of the configuration too: then the cable binds', async (t) => {
  const config = siteWith(`${ONE}, installationA: 25, operatorA: 16`);
  const scene = await settled({ config, vehicles: { a: {} }, cablesA: { a: 20 } });
  t.equal(scene.limitA('a'), 16);
  void scene.set('a', { what: 'operatorLimit', limitA: 18 });
  await scene.at(40);
  t.equal(scene.limitA('a'), 18);
  void scene.set('a', { what: 'operatorLimit', limitA: 20 });
  await scene.at(50);
  t.equal(reasonText(scene.record('a').reason), 'its cable 20 A');
  void scene.set('a', { what: 'operatorLimit', limitA: null });
  await scene.at(60);
  t.equal(scene.limitA('a'), 16);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('example 19: 22 kW with an operator limit of 16 A is 11 kW', async (t) => {
  const scene = await settled({ config: siteWith(`${ONE}, operatorA: 16`), vehicles: { a: {} } });
  t.equal(Math.round((scene.drawnA('a') * 3 * 230) / 1000), 11);
});

const DUAL = ['id: a, circuit: dual', 'id: b, circuit: dual', 'id: c, circuit: main'] as const;
t.test('A4, example 20: a station of two behind 32 A: 32; 16/16; and beside it the rest of 63 A', async (t) => {
  const scene = await settled({ config: siteWith(...DUAL), vehicles: { a: {} } });
  t.equal(scene.shown, 'a 32 b 0 c 0');
  scene.plugIn('b');
  await scene.at(60);
  t.equal(scene.shown, 'a 16 b 16 c 0');
  scene.plugIn('c');
  await scene.at(90);
  t.equal(scene.shown, 'a 16 b 16 c 31');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('A5, example 20: the same with an operator limit of 16 A each: one alone has 16 A', async (t) => {
  const config = siteWith(...DUAL.map((keys) => `${keys}, operatorA: 16`));
  const scene = await settled({ config, vehicles: { a: {} } });
  t.equal(scene.shown, 'a 16 b 0 c 0');
  t.match(scene.record('a').reason, { kind: 'maximum', cause: { source: 'operator', limitA: 16 } });
  scene.plugIn('b');
  await scene.at(60);
  t.equal(scene.shown, 'a 16 b 16 c 0');
  t.strictSame(scene.end(), [], 'no judge complains');
});

const SINGLE = { phases: 1 } as const;
const SIX = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** Six single-phase vehicles behind 63 A, of which 10 % are kept. */
function withReserve(stepA: number): SceneOptions {
  const chargePoints = SIX.map((id) => `  - { id: ${id}, circuit: main, phases: 1 }`).join('\n');
  const allocation = `allocation: { stepA: ${stepA} }`;
  return {
    config: `\nsite: Scene\ncircuits:\n  - { id: main, limitA: 63, headroomA: 10 % }\n${allocation}\nchargePoints:\n${chargePoints}\n`,
    vehicles: Object.fromEntries(SIX.map((id) => [id, SINGLE])),
  };
}

t.test('A11, example 54: 63 A less 10 % are 56.7 A: 9.5 and 9.4 A for six', async (t) => {
  const scene = await settled(withReserve(0.1));
  t.equal(scene.capacityA(), 56.7);
  t.same(SIX.map((id) => scene.limitA(id)).sort(), [9.4, 9.4, 9.4, 9.5, 9.5, 9.5]);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('A11: in steps of 1 A: 56 A of 56.7', async (t) => {
  const scene = await settled(withReserve(1));
  t.same(
    SIX.map((id) => scene.limitA(id)).sort((a, b) => a - b),
    [9, 9, 9, 9, 10, 10],
  );
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('D7: an imbalance limit of the charge point: 20 A, also where the group is balanced', async (t) => {
  const rotations = { a: 'RST', b: 'STR', c: 'TRS' };
  const rows = Object.entries(rotations).map(
    ([id, rotation]) => `id: ${id}, circuit: main, rotation: ${rotation}, imbalanceLimitA: 20`,
  );
  const scene = await settled({ config: siteWith(...rows), vehicles: { a: SINGLE, b: SINGLE, c: SINGLE } });
  t.equal(scene.shown, 'a 20 b 20 c 20');
  t.match(scene.record('b').reason, { kind: 'maximum', cause: { source: 'imbalance', limitA: 20 } });
  scene.unplug('a');
  scene.unplug('b');
  await scene.at(40);
  scene.plugIn('a', { phases: 3 });
  scene.plugIn('b', { phases: 2 });
  await scene.at(90);
  t.equal(scene.shown, 'a 23 b 20 c 20', 'three phases are even by themselves: all that is left of L3');
  t.match(scene.record('a').reason, { kind: 'circuit', phase: 2 });
  t.strictSame(scene.end(), [], 'no judge complains');
});
