/** Sessions on the simulated site: their limits in minutes and kWh, and that a restart of the master begins none anew. */
import t from 'tap';
import { BARE, Scene } from './scene.js';

const PLUGGED_IN_AT_S = 2;
const MIN_S = 60;
/** A clock that is wrong by 0.2 % of two hours. */
const DRIFT_S = 15;

function limited(session: string): string {
  return BARE.replace('{ id: a, circuit: main }', `{ id: a, circuit: main, session: ${session} }`);
}

t.test('G3: after 120 min of a session 0 A, not before, also with a restart of the master in between', async (t) => {
  const scene = new Scene({ config: limited('{ maxMin: 120 }') });
  await scene.at(70 * MIN_S);
  const { master } = scene;
  master.kill();
  await scene.at(70 * MIN_S + 5);
  master.start();
  await scene.at(PLUGGED_IN_AT_S + 119 * MIN_S);
  t.equal(scene.shown, 'a 20 b 20 c 0');
  const endS = PLUGGED_IN_AT_S + 120 * MIN_S;
  await scene.at(endS + 25);
  const stoppedS = scene.when('a', 119 * MIN_S, (limitA) => limitA === 0);
  t.ok(Math.abs(stoppedS - endS) <= DRIFT_S + 2, `0 A at ${stoppedS} s`);
  t.equal(scene.reason('a'), 'session');
  t.match(scene.said('LIMIT', 119 * MIN_S), [
    'a 20 A -> 0 A: session time of 120 min used up, unplug the vehicle for a new session',
  ]);
  t.equal(scene.drawnA('a'), 0);
  await scene.at(endS + 45);
  t.equal(scene.shown, 'a 0 b 32 c 0', 'the others have its share, and it has no limit');
  scene.unplug('a');
  await scene.at(endS + 55);
  t.equal(scene.reason('a'), 'noVehicle');
  scene.plugIn('a');
  await scene.at(endS + 85);
  t.equal(scene.shown, 'a 20 b 20 c 0', 'a new vehicle is a new session');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('G4: at 10.0 kWh of a session 0 A, after 54.5 min at 11 kW', async (t) => {
  const scene = new Scene({ config: limited('{ maxKwh: 10 }'), vehicles: { a: { maxA: 16 } } });
  await scene.at(54 * MIN_S);
  t.equal(scene.limitA('a'), 32);
  t.equal(scene.drawnA('a'), 16);
  await scene.at(56 * MIN_S);
  const stoppedS = scene.when('a', 54 * MIN_S, (limitA) => limitA === 0);
  t.ok(Math.abs(stoppedS / MIN_S - 54.5) < 0.4, `0 A after ${stoppedS / MIN_S} min`);
  const { hardware, nowMs } = scene.world.box('a');
  const kwh = hardware.energyWh(nowMs) / 1000;
  t.ok(Math.abs(kwh - 10) <= 0.1, `${kwh} kWh`);
  t.same(scene.record('a').reason, { kind: 'session', maxKwh: 10 });
  t.strictSame(scene.end(), [], 'no judge complains');
});
