/** Scenarios A9 and A10: power limits on the simulated site, with the real master and slaves, and all judges. */
import t from 'tap';
import type { Watts } from '../../../src/base/units.js';
import { Scene, type SceneOptions } from './scene.js';

const FOUR = ['a', 'b', 'c', 'd'] as const;
const LIMIT_W: Watts = 40_000;

const KILOWATTS: SceneOptions = {
  config: `
site: Scene
circuits:
  - { id: main, limitA: 100, limitW: ${LIMIT_W} }
chargePoints:
${FOUR.map((id) => `  - { id: ${id}, circuit: main }`).join('\n')}
`,
  vehicles: { a: {}, b: {}, c: {}, d: {} },
};

function exposureW(scene: Scene): Watts {
  return FOUR.reduce((watts, id) => watts + 230 * scene.exposuresA(id).reduce((sumA, amps) => sumA + amps, 0), 0);
}

/** Runs until then, and looks ten times a second whether the worst case fits. */
async function watched(scene: Scene, untilS: number): Promise<Watts> {
  let mostW: Watts = 0;
  await scene.each(0.1, untilS, () => {
    mostW = Math.max(mostW, exposureW(scene));
  });
  return mostW;
}

function sorted(scene: Scene): readonly number[] {
  return FOUR.map((id) => scene.limitA(id)).sort((a, b) => b - a);
}

t.test('A9: 40 kW beside 100 A: 15/14/14/14 A, and the worst case in W fits at all times', async (t) => {
  const scene = new Scene(KILOWATTS);
  await scene.at(30);
  t.same(sorted(scene), [15, 14, 14, 14]);
  const [mostW, reason] = [await watched(scene, 60), scene.record('a').reason];
  t.ok(mostW <= LIMIT_W && mostW > 39_000, `${mostW} W`);
  t.match(reason, { circuit: 'main' });
  t.ok(['power', 'step'].includes(reason.kind), reason.kind);
  t.strictSame(scene.end(), [], 'no judge complains');
});

for (const fault of ['grants-lost', 'partition', 'loss'] as const) {
  t.test(`A9, also after lost messages: ${fault} while vehicles come and go`, async (t) => {
    const scene = new Scene(KILOWATTS);
    await scene.at(60);
    scene.strike(fault, fault === 'loss' ? 'network' : 'a', 20);
    scene.unplug('b');
    let mostW = await watched(scene, 66);
    scene.plugIn('b');
    mostW = Math.max(mostW, await watched(scene, 130));
    t.ok(mostW <= LIMIT_W, `${mostW} W`);
    t.same(sorted(scene), [15, 14, 14, 14]);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

/** A house with one phase, a contract at its meter, and one charge point. */
function contract(houseA: number): SceneOptions {
  return {
    config: `
site: Scene
circuits:
  - { id: main, limitA: [40, 0, 0], meter: grid, contractW: 9200 }
meters:
  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }
chargePoints:
  - { id: a, circuit: main, phases: 1 }
`,
    vehicles: { a: { phases: 1 } },
    buildingA: [houseA, 0, 0],
  };
}

t.test('A10: 9200 W contracted beside a house of 2000 W on one phase: 31 A; without the house 32 A', async (t) => {
  for (const [houseA, limitA] of [
    [2000 / 230, 31],
    [0, 32],
  ] as const) {
    const scene = new Scene(contract(houseA));
    await scene.at(60);
    t.equal(scene.limitA('a'), limitA, `${houseA} A in the house`);
    t.strictSame(scene.end(), [], 'no judge complains');
  }
});

t.test('example 55: 4.4 kW contracted, an appliance of 2 kW: 10 A', async (t) => {
  const options = contract(2000 / 230);
  const scene = new Scene({ ...options, config: options.config?.replace('9200', '4400') ?? '' });
  await scene.at(60);
  t.equal(scene.limitA('a'), 10);
  t.same(scene.record('a').reason, { kind: 'power', circuit: 'main' });
  t.strictSame(scene.end(), [], 'no judge complains');
});
