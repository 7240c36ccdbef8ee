/** Acceptance scene of a new configuration while the master runs: a start anew with what it remembers (decision 0018). */
import t from 'tap';
import { type Amps, perPhase } from '../../../src/base/units.js';
import { Scene } from './scene.js';

const IDS = ['a', 'b', 'c'] as const;
const CONFIG = `
site: Scene
circuits:
  - { id: main, limitA: 63 }
chargePoints:
${IDS.map((id) => `  - { id: ${id}, circuit: main }`).join('\n')}
`;

function reload(scene: Scene, limitA: Amps, name = 'master'): void {
  const master = scene.world.master(name);
  const { site } = master.config;
  const circuits = site.circuits.map((circuit) => ({ ...circuit, limitA: perPhase(limitA) }));
  master.reload({ ...master.config, site: { ...site, circuits } });
}

t.test(
  'H5: a fuse of 40 A instead of 63 A: lowered at once, nobody paused, and raised again when it is back',
  async (t) => {
    const scene = new Scene({ config: CONFIG, vehicles: { a: {}, b: {}, c: {} } });
    const sumA = (): Amps => IDS.reduce((sum, id) => sum + scene.limitA(id), 0);
    await scene.at(60);
    t.equal(sumA(), 63);
    const set = scene.set('a', { what: 'operatorLimit', limitA: 10 });
    await scene.at(90);
    t.equal(await set, undefined);
    reload(scene, 40);
    await scene.at(92);
    t.ok(sumA() <= 40, scene.shown);
    await scene.at(120);
    t.equal(sumA(), 40, scene.shown);
    t.ok(scene.highestA('a', 90) <= 10, 'what people have set holds');
    reload(scene, 63);
    await scene.at(160);
    t.equal(sumA(), 63, scene.shown);
    for (const id of IDS) t.ok(scene.leastA(id, 60) >= 6, `${id} is not paused`);
    for (const id of ['b', 'c']) {
      const own = scene.limitsSince(id, 90);
      const lowestAt = own.indexOf(Math.min(...own));
      t.ok(
        own.slice(0, lowestAt).every((limitA, index) => limitA >= (own[index + 1] ?? 0)),
        `${id} is not raised before it is lowered: ${own.join()}`,
      );
    }
    t.strictSame(scene.end(), [], 'no judge complains');
  },
);

t.test('H5: a standby that has taken over goes on deciding, and hands back when the other one is there', async (t) => {
  const scene = new Scene({ config: CONFIG, vehicles: { a: {}, b: {}, c: {} }, hasStandby: true });
  const sumA = (): Amps => IDS.reduce((sum, id) => sum + scene.limitA(id), 0);
  await scene.at(60);
  scene.strike('master-killed', 'master', 200);
  await scene.at(120);
  t.same(scene.deciding, ['standby']);
  reload(scene, 60, 'standby');
  await scene.each(0.5, 180, () => {
    if (scene.deciding.join() !== 'standby') t.fail(`${scene.deciding} decide at ${scene.nowS} s`);
  });
  t.equal(sumA(), 60, scene.shown);
  for (const id of IDS) t.ok(scene.leastA(id, 120) >= 16, `${id} keeps its current`);
  await scene.at(320);
  t.same(scene.deciding, ['master']);
  reload(scene, 50, 'standby');
  await scene.each(0.5, 340, () => {
    if (scene.deciding.join() !== 'master') t.fail(`${scene.deciding} decide at ${scene.nowS} s`);
  });
  t.strictSame(scene.end(), [], 'no judge complains');
});
