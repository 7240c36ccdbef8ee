/** Worked numbers of the manuals: the largest groups. The other ones: docs/features/numbers.md. */
import t from 'tap';
import type { Amps } from '../../../src/base/units.js';
import { Scene } from './scene.js';

/** Circuits below one fuse, each with so many charge points and vehicles. */
function groupsOf(circuits: number, many: number, fuseA: Amps): Scene {
  const ids = Array.from({ length: circuits * many }, (_, index) => `cp${index}`);
  const fuses = Array.from({ length: circuits }, (_, index) => `  - { id: c${index}, parent: main, limitA: ${fuseA} }`);
  const points = ids.map((id, index) => `  - { id: ${id}, circuit: c${index % circuits} }`);
  const config = `
site: Scene
circuits:
  - { id: main, limitA: ${circuits * fuseA} }
${fuses.join('\n')}
chargePoints:
${points.join('\n')}
`;
  return new Scene({ config, vehicles: Object.fromEntries(ids.map((id) => [id, {}])) });
}

/** The lowest and the highest limit. */
function range(scene: Scene): readonly Amps[] {
  const limits = [...scene.world.boxes.values()].map(({ enforced }) => enforced.limitA);
  return [Math.min(...limits), Math.max(...limits)];
}

t.test('example 18: a group of 50 behind 400 A: 8 A each', async (t) => {
  const scene = groupsOf(1, 50, 400);
  await scene.at(60);
  t.same(range(scene), [8, 8]);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('example 51: five circuits of 40: all 200 follow a lower limit within a cycle and an answer', async (t) => {
  const scene = groupsOf(5, 40, 400);
  await scene.at(60);
  t.same(range(scene), [10, 10]);
  void scene.set('main', { what: 'operatorLimit', limitA: [1600, 1600, 1600] });
  await scene.at(62);
  t.same(range(scene), [8, 8]);
  t.strictSame(scene.end(), [], 'no judge complains');
});
