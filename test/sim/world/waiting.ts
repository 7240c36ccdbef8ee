/** A scene that waits for a moment which does not come fails, and says which; it is not played for ever. */
import t from 'tap';
import { BARE, Scene } from './scene.js';
import { until } from './until.js';

t.test('a scene waits for a moment, but not for ever', async (t) => {
  const scene = new Scene({ config: BARE, vehicles: { a: {} } });
  const chargesS = await until(scene, 'a charges', 60, () => scene.drawnA('a') > 1);
  t.ok(chargesS > 2 && chargesS < 30 && chargesS === scene.nowS, `${chargesS} s`);
  const never = until(scene, 'b charges', 10.5, () => scene.drawnA('b') > 1);
  await t.rejects(never, { message: `b charges: not within 10.5 s, at ${chargesS + 10.5} s` });
  t.throws(() => scene.at(scene.when('b', 0, (limitA) => limitA === 999)), { message: /has not happened/ });
});
