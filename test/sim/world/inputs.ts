/** E1 to E6: digital inputs on the simulated site. What a source says is handed to the master by its door. */
import t from 'tap';
import { HOUSE, Scene, type SceneOptions } from './scene.js';

const SITE = `
site: Scene
circuits:
  - { id: evse, limitA: 63 }
chargePoints:
  - { id: a, circuit: evse }
  - { id: b, circuit: evse }
  - { id: c, circuit: evse }
`;

function siteWith(...inputs: readonly string[]): string {
  return `${SITE}inputs:\n${inputs.map((input) => `  - { ${input} }\n`).join('')}`;
}

const BY_COMMAND = 'source: { command: true }';
const ONE = `id: input1, ${BY_COMMAND}, offsetA: 16`;

type Level = 'high' | 'low' | 'lost';

function say(scene: Scene, id: string, level: Level, reason?: string): void {
  scene.master.runtime?.hear({ kind: 'input', id, level, reason });
}

/** All inputs are low from the start on. */
async function calm(options: SceneOptions, ...ids: readonly string[]): Promise<Scene> {
  const scene = new Scene(options);
  await scene.at(1);
  for (const id of ids) say(scene, id, 'low');
  await scene.at(60);
  return scene;
}

const TWO = { a: {}, b: {} };

t.test('E1: 63 A less 16 A while active: 24/23 A within 1.1 s, and 32/31 A within 10 s after', async (t) => {
  const scene = await calm({ config: siteWith(ONE), vehicles: TWO }, 'input1');
  t.equal(scene.shown, 'a 32 b 31 c 0');
  say(scene, 'input1', 'high');
  await scene.at(61.1);
  t.equal(scene.shown, 'a 24 b 23 c 0');
  t.same(scene.capacitiesA(), [47, 47, 47]);
  t.same(scene.said('INPUT', 60), ['input input1 is active and lowers evse by 16 A']);
  await scene.at(100);
  t.equal(scene.shown, 'a 24 b 23 c 0');
  say(scene, 'input1', 'low');
  await scene.at(110);
  t.equal(scene.shown, 'a 32 b 31 c 0');
  t.same(scene.said('INPUT', 100), ['input input1 is inactive (active, it lowers evse by 16 A)']);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E1: a lowering does not wait for the end of a long sample period', async (t) => {
  const config = `${siteWith(ONE)}samplePeriodMs: 5000\n`;
  const scene = await calm({ config, vehicles: TWO }, 'input1');
  say(scene, 'input1', 'high');
  await scene.at(60.2);
  t.equal(scene.limitA('a') + scene.limitA('b'), 47);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E2: an offset on L1 alone lowers those on L1 alone', async (t) => {
  const config = siteWith(`id: input1, ${BY_COMMAND}, offsetA: [16, 0, 0]`)
    .replace('id: a, circuit: evse', 'id: a, circuit: evse, phases: 1')
    .replace('id: b, circuit: evse', 'id: b, circuit: evse, phases: 1, rotation: STR');
  const vehicles = { a: { phases: 1 as const }, b: { phases: 1 as const }, c: {} };
  const scene = await calm({ config, vehicles }, 'input1');
  t.equal(scene.shown, 'a 32 b 32 c 31');
  say(scene, 'input1', 'high');
  await scene.at(62);
  t.equal(scene.shown, 'a 24 b 32 c 23');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E3: offsets add up, and never go below 0 A', async (t) => {
  const inputs = [ONE, `id: input2, ${BY_COMMAND}, offsetA: 10`, `id: input3, ${BY_COMMAND}, offsetA: 80`];
  const scene = await calm({ config: siteWith(...inputs), vehicles: TWO }, 'input1', 'input2', 'input3');
  say(scene, 'input1', 'high');
  say(scene, 'input2', 'high');
  await scene.at(62);
  t.equal(scene.shown, 'a 19 b 18 c 0');
  t.same(scene.capacitiesA(), [37, 37, 37]);
  say(scene, 'input3', 'high');
  await scene.at(64);
  t.equal(scene.shown, 'a 0 b 0 c 0');
  t.same(scene.capacitiesA(), [0, 0, 0]);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test(
  'E4: a source that is lost, or silent for its maximum age, counts as active until it is heard again',
  async (t) => {
    const config = siteWith(
      `${ONE}, active: low`,
      `id: input2, source: { modbus: { connection: "tcp://192.0.2.9", coil: 1 } }, maxAgeMs: 3000, offsetA: 10`,
    );
    const scene = new Scene({ config, vehicles: TWO });
    await scene.at(1);
    say(scene, 'input1', 'high');
    for (let s = 1; s < 60; s++) {
      say(scene, 'input2', 'low');
      await scene.at(s + 1);
    }
    t.equal(scene.shown, 'a 32 b 31 c 0');
    t.same(scene.alarms(), []);
    await scene.at(64);
    t.equal(scene.shown, 'a 27 b 26 c 0', 'the coil was not read for 3 s');
    t.same(scene.alarms(), ['INPUT_LOST']);
    t.same(scene.said('INPUT_LOST', 60), [
      'input input2: not heard for 3 s; it counts as active and lowers evse by 10 A',
    ]);
    say(scene, 'input1', 'lost', 'gpiomon ended');
    await scene.at(66);
    t.equal(scene.shown, 'a 19 b 18 c 0');
    const [alarm] = scene.master.runtime?.controller.alarms.list().filter(({ code }) => code === 'INPUT_LOST') ?? [];
    t.equal(alarm?.text, 'input1: gpiomon ended; input2: not heard for 3 s; counts as active');
    say(scene, 'input1', 'high');
    say(scene, 'input2', 'low');
    await scene.at(68);
    t.same(scene.said('INPUT', 66), [
      'input input1 is heard again: inactive (active, it lowers evse by 16 A)',
      'input input2 is heard again: inactive (active, it lowers evse by 10 A)',
    ]);
    t.notOk(scene.alarms().includes('INPUT_LOST'));
    t.strictSame(scene.end(), [], 'no judge complains');
  },
);

t.test('E4: before its first value an input counts as active, with an alarm after 5 s', async (t) => {
  const scene = new Scene({ config: siteWith(ONE), vehicles: TWO });
  await scene.at(4.9);
  t.ok(scene.highestA('a', 0) <= 24 && scene.highestA('b', 0) <= 24, 'never above');
  t.same(scene.alarms(), []);
  await scene.at(30);
  t.equal(scene.shown, 'a 24 b 23 c 0');
  t.same(scene.said('INPUT_LOST'), [
    'input input1: no value since the start; it counts as active and lowers evse by 16 A',
  ]);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E5: a contact that bounces 20 times in a second changes once', async (t) => {
  const scene = await calm({ config: siteWith(ONE), vehicles: TWO }, 'input1');
  for (let edge = 0; edge <= 20; edge++) {
    say(scene, 'input1', edge % 2 === 0 ? 'high' : 'low');
    await scene.at(60 + (edge + 1) * 0.05);
  }
  t.same(scene.said('INPUT', 60), [], 'nothing while it bounces');
  await scene.at(62);
  t.equal(scene.said('INPUT', 60).length, 1);
  t.same(scene.limitsSince('a', 60), [32, 24]);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E5: a contact that never comes to rest counts as active', async (t) => {
  const scene = await calm({ config: siteWith(ONE), vehicles: TWO }, 'input1');
  for (let edge = 0; edge < 200; edge++) {
    say(scene, 'input1', edge % 2 === 0 ? 'high' : 'low');
    await scene.at(60 + (edge + 1) * 0.05);
  }
  t.same(scene.said('INPUT', 60), ['input input1 is active and lowers evse by 16 A']);
  t.equal(scene.shown, 'a 24 b 23 c 0');
  await scene.at(72);
  t.equal(scene.said('INPUT', 60).length, 2, 'and inactive at rest');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E6: a limit of 16 A for one charge point, and it ends at once', async (t) => {
  const config = siteWith(`id: input3, ${BY_COMMAND}, limitA: 16, chargePoint: a, debounceMs: 10`);
  const scene = await calm({ config, vehicles: TWO }, 'input3');
  say(scene, 'input3', 'high');
  await scene.at(61);
  t.equal(scene.limitA('a'), 16);
  t.ok(scene.limitA('b') >= 31, 'b keeps its own');
  t.equal(scene.reason('a'), 'maximum');
  say(scene, 'input3', 'low');
  await scene.at(62.5);
  t.equal(scene.shown, 'a 32 b 31 c 0');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('examples 71 and 72: stop: one charge point gets nothing, the others what it leaves', async (t) => {
  const config = siteWith(`id: input2, ${BY_COMMAND}, active: low, stop: true, chargePoint: a`);
  const scene = await calm({ config, vehicles: { a: {}, b: {}, c: {} } });
  say(scene, 'input2', 'high');
  await scene.at(80);
  t.equal(scene.shown, 'a 21 b 21 c 21');
  say(scene, 'input2', 'low');
  await scene.at(81);
  t.equal(scene.limitA('a'), 0);
  await scene.at(100);
  t.equal(scene.shown, 'a 0 b 32 c 31');
  say(scene, 'input2', 'high');
  await scene.at(140);
  t.equal(scene.shown, 'a 21 b 21 c 21');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test(
  'a limit below the minimum of a charge point pauses it, an offset below its disconnected limit too',
  async (t) => {
    const config = siteWith(
      `id: low, ${BY_COMMAND}, limitA: 5, chargePoint: a`,
      `id: less, ${BY_COMMAND}, offsetA: 30, chargePoint: b`,
    );
    const scene = await calm({ config, vehicles: TWO }, 'low', 'less');
    say(scene, 'low', 'high');
    say(scene, 'less', 'high');
    await scene.at(62);
    t.equal(scene.shown, 'a 0 b 0 c 0');
    t.same([scene.reason('a'), scene.reason('b')], ['belowMinimum', 'belowMinimum']);
    say(scene, 'low', 'low');
    say(scene, 'less', 'low');
    await scene.at(64);
    t.equal(scene.shown, 'a 32 b 31 c 0', 'and that ends at once');
    t.strictSame(scene.end(), [], 'no judge complains');
  },
);

t.test('a standby hears the same inputs while it is passive, and takes over with them', async (t) => {
  const scene = await calm({ config: siteWith(ONE), vehicles: TWO, hasStandby: true });
  for (const { runtime } of scene.world.masters.values()) runtime?.hear({ kind: 'input', id: 'input1', level: 'high' });
  await scene.at(62);
  t.equal(scene.shown, 'a 24 b 23 c 0');
  scene.strike('master-killed', 'master', 300);
  await scene.at(120);
  t.same(scene.deciding, ['standby']);
  t.equal(scene.highestA('a', 62), 24);
  t.equal(scene.highestA('b', 62), 23);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('a charge point that draws more than its limit is lowered all the same', async (t) => {
  const config = siteWith(`id: input3, ${BY_COMMAND}, limitA: 16, chargePoint: a`).replace('limitA: 63', 'limitA: 40');
  const scene = await calm({ config, vehicles: TWO }, 'input3');
  scene.strike('charger-overdraws', 'a', 120);
  await scene.at(80);
  t.same([scene.limitA('a'), scene.alarms()], [20, ['OVERDRAW']]);
  say(scene, 'input3', 'high');
  await scene.at(82);
  t.equal(scene.limitA('a'), 16);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('a restart of the master lowers nobody while its inputs have their first values', async (t) => {
  const scene = await calm({ config: siteWith(ONE), vehicles: TWO }, 'input1');
  scene.strike('master-killed', 'master', 2);
  await scene.at(63.5);
  say(scene, 'input1', 'low');
  await scene.at(80);
  t.equal(scene.shown, 'a 32 b 31 c 0');
  t.same([scene.leastA('a', 60), scene.leastA('b', 60)], [32, 31]);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('stops by an input are no wandering room: vehicles go on soon after the third within the hour', async (t) => {
  const config = `${HOUSE}inputs:\n  - { id: input1, ${BY_COMMAND}, stop: true }\n`;
  const scene = await calm({ config }, 'input1');
  for (const atS of [60, 300, 540]) {
    await scene.at(atS);
    say(scene, 'input1', 'high');
    await scene.at(atS + 2);
    t.equal(scene.shown, 'a 0 b 0 c 0');
    await scene.at(atS + 60);
    say(scene, 'input1', 'low');
    await scene.at(atS + 120);
    t.equal(scene.shown, 'a 18 b 18 c 0', `after ${atS} s`);
  }
});
