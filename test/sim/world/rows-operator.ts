/** What people set while the master runs: scenes on the simulated site with the real controller. */
import t, { type Test } from 'tap';
import { reasonText } from '../../../src/base/reason.js';
import { Scene, type SceneOptions } from './scene.js';

interface Garage {
  readonly limitA: number;
  readonly ids?: readonly string[];
  readonly sharing?: string;
}

function garage({ limitA, ids = ['a', 'b', 'c'], sharing = 'equal' }: Garage): string {
  return `
site: Scene
circuits:
  - { id: evse, limitA: ${limitA} }
chargePoints:
${ids.map((id) => `  - { id: ${id}, circuit: evse, maxA: 32 }`).join('\n')}
allocation: { sharing: ${sharing} }
`;
}

const THREE = { a: {}, b: {}, c: {} };

function scene(name: string, options: SceneOptions, play: (scene: Scene, t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    const scene = new Scene(options);
    await play(scene, t);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

const AS_IS = 'a 21 b 21 c 21';

scene('A3: the operator limit of a circuit', { config: garage({ limitA: 63 }), vehicles: THREE }, async (scene, t) => {
  await scene.at(60);
  t.equal(scene.shown, AS_IS);
  void scene.set('evse', { what: 'operatorLimit', limitA: 40 });
  await scene.at(62);
  t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'within one cycle and its answers');
  t.equal(reasonText(scene.record('a').reason), 'evse L1 full (operator limit 40 A)');
  t.match(scene.record('a').reason, { circuit: 'evse', cause: { source: 'operator', limitA: 40 } });
  const refused = scene.set('evse', { what: 'operatorLimit', limitA: 70 });
  await scene.at(63);
  t.match(await refused, /at most 63 A, the fuse of evse L1, got 70/);
  t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'and nothing changes');
  scene.strike('master-killed', 'master', 5);
  await scene.at(100);
  t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'the state file has it');
  void scene.set('evse', { what: 'operatorLimit', limitA: null });
  await scene.at(115);
  t.equal(scene.shown, AS_IS, 'as configured again, within 15 s');
});

scene(
  'A1: the operator limit of a charge point, at run time',
  { config: garage({ limitA: 63, ids: ['a'] }), vehicles: { a: {} } },
  async (scene, t) => {
    await scene.at(30);
    t.equal(scene.shown, 'a 32');
    void scene.set('a', { what: 'operatorLimit', limitA: 16 });
    await scene.at(32);
    t.equal(scene.shown, 'a 16');
    t.match(scene.record('a').reason, { kind: 'maximum', cause: { source: 'operator', limitA: 16 } });
    const refused = scene.set('a', { what: 'operatorLimit', limitA: 33 });
    await scene.at(33);
    t.match(await refused, /at most 32 A, the maximum of a, got 33/);
    void scene.set('a', { what: 'operatorLimit', limitA: 0 });
    await scene.at(35);
    t.equal(scene.shown, 'a 0');
    t.match(scene.record('a').reason, { kind: 'belowMinimum', cause: { source: 'operator', limitA: 0 }, minA: 6 });
    void scene.set('a', { what: 'operatorLimit', limitA: null });
    await scene.at(50);
    t.equal(scene.shown, 'a 32');
  },
);

scene(
  'B9: priority for a session',
  { config: garage({ limitA: 40, sharing: 'priority' }), vehicles: THREE },
  async (scene, t) => {
    await scene.at(60);
    t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/);
    for (const id of ['b', 'c']) void scene.set(id, { what: 'priority', priority: 2 });
    await scene.at(75);
    t.equal(scene.shown, 'a 28 b 6 c 6');
    void scene.set('evse', { what: 'priority', priority: null });
    await scene.at(90);
    t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'for all of a circuit at once');
    void scene.set('b', { what: 'priority', priority: 2 });
    await scene.at(100);
    t.equal(scene.limitA('b'), 6);
    scene.unplug('b');
    await scene.at(110);
    scene.plugIn('b');
    await scene.at(130);
    t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'the next vehicle is none of the second rank');
    const refused = scene.set('a', { what: 'priority', priority: 0 });
    await scene.at(131);
    t.match(await refused, /whole number from 1 to 100/);
  },
);

scene('B10: a boost, for a time', { config: garage({ limitA: 40 }), vehicles: THREE }, async (scene, t) => {
  await scene.at(60);
  void scene.set('b', { what: 'boost', forMs: 120_000 });
  await scene.at(75);
  t.equal(scene.shown, 'a 6 b 28 c 6');
  await scene.at(200);
  t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'it ends by itself');
  void scene.set('b', { what: 'boost', forMs: 3_600_000 });
  await scene.at(215);
  t.equal(scene.limitA('b'), 28);
  scene.unplug('b');
  await scene.at(230);
  scene.plugIn('b');
  await scene.at(250);
  t.match(scene.shown, /^a 1[34] b 1[34] c 1[34]$/, 'and when it is unplugged');
  const refused = scene.set('nobody', { what: 'boost', forMs: 60_000 });
  await scene.at(251);
  t.match(await refused, /^expected the id of a charge point or circuit, got "nobody"/);
});

scene('G5: a block, now and for the next', { config: garage({ limitA: 63 }), vehicles: THREE }, async (scene, t) => {
  await scene.at(60);
  void scene.set('a', { what: 'block', from: 'now' });
  void scene.set('b', { what: 'block', from: 'next' });
  await scene.at(62);
  t.equal(scene.limitA('a'), 0);
  t.equal(scene.reason('a'), 'blocked');
  t.ok(scene.limitA('b') >= 21, 'the running session goes on');
  scene.strike('master-killed', 'master', 5);
  await scene.at(120);
  t.same([scene.limitA('a'), scene.limitA('b') >= 21], [0, true], 'over a restart of the master too');
  scene.unplug('b');
  await scene.at(125);
  scene.plugIn('b');
  await scene.at(140);
  t.same([scene.limitA('b'), scene.reason('b')], [0, 'blocked'], 'no new one begins');
  for (const id of ['a', 'b']) void scene.set(id, { what: 'unblock' });
  await scene.at(170);
  t.equal(scene.shown, AS_IS);
});

scene('G6: pause and resume', { config: garage({ limitA: 63 }), vehicles: { a: {}, b: {} } }, async (scene, t) => {
  await scene.at(60);
  t.equal(scene.shown, 'a 32 b 31 c 0');
  void scene.set('a', { what: 'pause' });
  await scene.at(62);
  t.equal(scene.limitA('a'), 0, 'within a cycle');
  await scene.at(75);
  t.equal(scene.shown, 'a 0 b 32 c 0', 'its current goes to the others');
  t.equal(scene.reason('a'), 'paused');
  void scene.set('a', { what: 'resume' });
  const idle = scene.set('c', { what: 'resume' });
  await scene.at(95);
  t.equal(scene.shown, 'a 32 b 31 c 0');
  t.equal(await idle, undefined, 'resume without a vehicle is no error');
  void scene.set('evse', { what: 'pause' });
  await scene.at(97);
  t.equal(scene.shown, 'a 0 b 0 c 0', 'the whole group');
});

scene(
  'a standby takes over with all that people set, and the master learns what was set there meanwhile',
  { config: garage({ limitA: 63 }), vehicles: THREE, hasStandby: true },
  async (scene, t) => {
    await scene.at(60);
    void scene.set('evse', { what: 'operatorLimit', limitA: 40 });
    void scene.set('a', { what: 'operatorLimit', limitA: 8 });
    void scene.set('b', { what: 'pause' });
    await scene.at(70);
    scene.strike('master-killed', 'master', 110);
    await scene.at(140);
    t.same(scene.deciding, ['standby']);
    t.equal(scene.shown, 'a 8 b 0 c 32');
    t.equal(scene.highestA('b', 75), 0, 'not for a moment');
    void scene.set('b', { what: 'resume' });
    void scene.set('c', { what: 'pause' });
    await scene.at(170);
    t.equal(scene.shown, 'a 8 b 32 c 0');
    await scene.at(240);
    t.same(scene.deciding, ['master'], 'its own state file is older');
    t.equal(scene.shown, 'a 8 b 32 c 0');
  },
);
