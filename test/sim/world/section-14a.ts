/** E11 to E13: section 14a EnWG on the simulated site, with the real master and slaves, and all judges. */
import t from 'tap';
import type { Section14aEntry } from '../../../src/base/section-14a.js';
import type { Watts } from '../../../src/base/units.js';
import { Scene, type SceneOptions } from './scene.js';

const IDS = ['a', 'b', 'c'] as const;

interface Group {
  readonly devices: number;
  readonly phases: 1 | 3;
  readonly rules?: string;
  readonly isMetered?: boolean;
}

const METERS =
  'meters:\n  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }';

function group({ devices, phases, rules = '', isMetered = false }: Group): SceneOptions {
  const ids = IDS.slice(0, devices);
  return {
    config: `
site: Scene
circuits:
  - { id: main, limitA: 250${isMetered ? ', meter: grid' : ''} }
  - { id: garage, parent: main, limitA: 100, section14a: { devices: ${devices}${rules} } }
${isMetered ? METERS : ''}
chargePoints:
${ids.map((id) => `  - { id: ${id}, circuit: garage, phases: ${phases} }`).join('\n')}
inputs:
  - { id: box, source: { command: true }, section14a: true }
`,
    vehicles: Object.fromEntries(ids.map((id) => [id, { phases }])),
  };
}

function say(scene: Scene, level: 'high' | 'low' | 'lost'): void {
  for (const { runtime } of scene.world.masters.values()) runtime?.hear({ kind: 'input', id: 'box', level });
}

/** The signal is off from the start on. */
async function calm(options: SceneOptions): Promise<Scene> {
  const scene = new Scene(options);
  await scene.at(1);
  say(scene, 'low');
  await scene.at(60);
  return scene;
}

function exposureW(scene: Scene, ids: readonly string[]): Watts {
  return ids.reduce((watts, id) => watts + 230 * scene.exposuresA(id).reduce((sumA, amps) => sumA + amps, 0), 0);
}

/** The entries for the log, as each cycle of the master hands them on. */
function entries(scene: Scene): readonly Section14aEntry[] {
  return scene.master.section14a;
}

for (const [devices, phases, limitW, before, after] of [
  [2, 3, 7560, [32, 32], [10, 0]],
  [2, 1, 7560, [32, 32], [16, 16]],
  [3, 3, 10_500, [32, 32, 32], [8, 7, 0]],
  [3, 1, 10_500, [32, 32, 32], [15, 15, 15]],
] as const) {
  t.test(`E11: ${devices} devices, vehicles on ${phases} phases: at most ${limitW} W within a cycle`, async (t) => {
    const scene = await calm(group({ devices, phases }));
    const ids = IDS.slice(0, devices);
    const shown = (): readonly number[] => ids.map((id) => scene.limitA(id)).sort((x, y) => y - x);
    t.same(shown(), before);
    say(scene, 'high');
    await scene.at(61.3);
    const limits = shown();
    const sumW = limits.reduce((sumA, amps) => sumA + amps, 0) * phases * 230;
    t.ok(sumW <= limitW, `${limits.join('/')} A are ${sumW} W`);
    await scene.at(90);
    t.same(shown(), after);
    let mostW = 0;
    await scene.each(0.5, 150, () => {
      mostW = Math.max(mostW, exposureW(scene, ids));
    });
    t.ok(mostW <= limitW, `the worst case is ${mostW} W`);
    const bound = ids.map((id) => scene.record(id).reason).filter((reason) => 'power' in reason);
    t.match(bound, [{ circuit: 'garage', power: { source: 'section14a', limitW } }]);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

t.test('E11: a command asks as the input does, and outlasts a restart of the master', async (t) => {
  const scene = await calm(group({ devices: 2, phases: 1 }));
  const refused = scene.set('main', { what: 'section14a', isOn: true });
  const done = scene.set('garage', { what: 'section14a', isOn: true });
  await scene.at(62);
  t.equal(await refused, 'expected garage, the circuit with "section14a", got main');
  t.equal(await done, undefined);
  t.equal(scene.shown, 'a 16 b 16');
  scene.strike('master-killed', 'master', 3);
  await scene.at(65);
  say(scene, 'low');
  await scene.at(140);
  t.equal(scene.shown, 'a 16 b 16');
  t.equal(Math.max(scene.highestA('a', 62), scene.highestA('b', 62)), 16);
  void scene.set('garage', { what: 'section14a', isOn: false });
  await scene.at(160);
  t.equal(scene.shown, 'a 32 b 32');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E12: 3 kW of surplus at the meter come on top: 10.56 kW', async (t) => {
  const surplusA = 3000 / 230;
  const scene = await calm({ ...group({ devices: 2, phases: 1, isMetered: true }), buildingA: [-surplusA, 0, 0] });
  say(scene, 'high');
  await scene.at(62);
  t.equal(scene.shown, 'a 16 b 16', 'they began to charge, and were lowered: the second step is not seen yet');
  await scene.at(90);
  const total = scene.limitA('a') + scene.limitA('b');
  // What the meter shows of the vehicles, and what their slaves say, differ by a little.
  t.ok(total >= 44 && total * 230 <= 10_560, `${total} A`);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E12: a meter that counts backwards shows no surplus: 7.56 kW stay', async (t) => {
  const options = group({ devices: 2, phases: 1, isMetered: true });
  const scene = new Scene({ ...options, vehicles: {}, buildingA: [10, 0, 0] });
  scene.strike('meter-backwards', 'grid', 1000);
  await scene.at(60);
  say(scene, 'high');
  for (const id of ['a', 'b']) scene.plugIn(id, { phases: 1 });
  let most = 0;
  await scene.each(1, 80, () => {
    most = Math.max(most, scene.limitA('a') + scene.limitA('b'));
  });
  scene.unplug('a');
  await scene.at(100);
  scene.plugIn('a', { phases: 1 });
  await scene.each(1, 300, () => {
    most = Math.max(most, scene.limitA('a') + scene.limitA('b'));
  });
  t.ok(scene.alarms().includes('METER_SIGN'));
  t.ok(most <= 32, `${most} A`);
});

t.test('E13: the signal ends: as before within 15 s, and the log has all of it', async (t) => {
  const scene = await calm(group({ devices: 2, phases: 1 }));
  say(scene, 'high');
  await scene.at(120);
  say(scene, 'low');
  await scene.at(135);
  t.equal(scene.shown, 'a 32 b 32');
  await scene.at(200);
  const before = { circuit: 'garage', source: 'input box' };
  const near = (watts: Watts): Watts => Math.round(watts / 500) * 500;
  t.same(
    entries(scene).map((entry) => ({ ...entry, drawnW: near(entry.drawnW) })),
    [
      { ...before, event: 'start', limitW: 7560, drawnW: 14_500 },
      { ...before, event: 'after', limitW: 7560, drawnW: 7500 },
      { ...before, event: 'end', limitW: null, drawnW: 7500 },
      { ...before, event: 'after', limitW: null, drawnW: 14_500 },
    ],
  );
  t.match(scene.said('GRID_OPERATOR', 60)[0], /^section 14a: input box limits garage to 7560 W from the grid; /);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('E13: the source is lost: the limit holds for 2 h, then 4.2 kW for each device until it is heard', async (t) => {
  const scene = await calm(group({ devices: 2, phases: 1 }));
  say(scene, 'high');
  await scene.at(120);
  say(scene, 'lost');
  await scene.at(122);
  t.ok(scene.alarms().includes('INPUT_LOST'));
  await scene.at(120 + 7190);
  t.equal(scene.shown, 'a 16 b 16');
  t.equal(Math.max(scene.highestA('a', 122), scene.highestA('b', 122)), 16);
  await scene.at(120 + 7230);
  t.equal(scene.shown, 'a 18 b 18', '8400 W');
  say(scene, 'high');
  await scene.at(7400);
  t.equal(scene.shown, 'a 16 b 16');
  t.same(
    entries(scene).map(({ event, limitW }) => [event, limitW]),
    [
      ['start', 7560],
      ['after', 7560],
      ['lost', 7560],
      ['after', 7560],
      ['failsafe', 8400],
      ['after', 8400],
      ['start', 7560],
      ['after', 7560],
    ],
  );
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('a source that is lost before it has asked counts as asking, with its failsafe', async (t) => {
  const scene = await calm(group({ devices: 2, phases: 1, rules: ', failsafeAfterMin: 1, failsafeW: 4600' }));
  say(scene, 'lost');
  await scene.at(62);
  t.equal(scene.shown, 'a 16 b 16');
  await scene.at(140);
  t.equal(scene.shown, 'a 20 b 20', '9200 W');
  say(scene, 'low');
  await scene.at(160);
  t.equal(scene.shown, 'a 32 b 32');
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('a standby hears the signal while it is passive, and takes over with the limit', async (t) => {
  const scene = await calm({ ...group({ devices: 2, phases: 1 }), hasStandby: true });
  say(scene, 'high');
  await scene.at(70);
  scene.strike('master-killed', 'master', 300);
  await scene.at(140);
  t.same(scene.deciding, ['standby']);
  t.equal(scene.shown, 'a 16 b 16');
  t.equal(Math.max(scene.highestA('a', 62), scene.highestA('b', 62)), 16);
  t.strictSame(scene.end(), [], 'no judge complains');
});

t.test('a surplus that wanders starts a vehicle no more often than any other room does', async (t) => {
  const options = group({ devices: 2, phases: 3, isMetered: true });
  const scene = await calm({ ...options, buildingA: [0, 0, 0], buildingLowA: [-2.4, -2.4, -2.4] });
  scene.unplug('a');
  await scene.at(80);
  scene.plugIn('a');
  await scene.at(120);
  say(scene, 'high');
  await scene.at(4000);
  const starts = (id: string): number => {
    const own = scene.limitsSince(id, 400);
    return own.filter((limitA, index) => limitA > 0 && own[index - 1] === 0).length;
  };
  t.ok(starts('a') + starts('b') > 1, 'the second one has its room now and then');
  t.ok(starts('a') <= 6 && starts('b') <= 6, `${starts('a')} and ${starts('b')} starts in an hour`);
  t.strictSame(scene.end(), [], 'no judge complains');
});
