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
  ['', 20, 20, 'cable', 'its cable'],
  [', installationA: 25', undefined, 25, 'installation', 'its installation limit'],
  [', installationA: 25', 20, 20, 'cable', 'its cable'],
  [', installationA: 25, operatorA: 16', 20, 16, 'operator', 'its operator limit'],
  [', installationA: 25, operatorA: 24', 20, 20, 'cable', 'its cable'],
  [', installationA: 16, operatorA: 16', undefined, 16, 'installation', 'its installation limit'],
  [', operatorA: 0', undefined, 0, 'operator', 'its operator limit'],
] as const;

for (const [keys, cableA, limitA, cause, text] of CAUSES) {
  const what = `${keys.slice(2) || 'nothing else'}, cable ${cableA ?? 'as the hardware'}`;
  t.test(`A1: maxA 32, ${what}: ${limitA} A by ${cause}`, async (t) => {
    const cablesA = cableA === undefined ? {} : { a: cableA };
    const scene = await settled({ config: siteWith(`${ONE}${keys}`), vehicles: { a: {} }, cablesA });
    t.equal(scene.limitA('a'), limitA);
    const { reason } = scene.record('a');
    t.same(reason, { kind: 'maximum', cause });
    t.equal(reasonText(reason), text);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

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
  t.same(scene.record('a').reason, { kind: 'maximum', cause: 'operator' });
  scene.plugIn('b');
  await scene.at(60);
  t.equal(scene.shown, 'a 16 b 16 c 0');
  t.strictSame(scene.end(), [], 'no judge complains');
});
