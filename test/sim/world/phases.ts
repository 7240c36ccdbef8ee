/** B11 and the phases that count for a vehicle, on the simulated site with all judges. */
import t, { type Test } from 'tap';
import { Scene, type SceneOptions } from './scene.js';

function play(name: string, options: SceneOptions, act: (scene: Scene, t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    const scene = new Scene(options);
    await act(scene, t);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

const SINGLE = { phases: 1 } as const;

function itSite(limit: string, points: string): string {
  return `\nsite: Scene\nnetwork: IT\ncircuits:\n  - { id: main, ${limit} }\nchargePoints:\n${points}\n`;
}

const BETWEEN_TWO = [
  '  - { id: a, circuit: main, phases: 1, rotation: RST }',
  '  - { id: b, circuit: main, phases: 1, rotation: STR }',
].join('\n');

play(
  'B11: 230 V between conductors, two single-phase cars on L1-L2 and L2-L3 behind 32 A: L2 carries both, 16 A each',
  { config: itSite('limitA: 32', BETWEEN_TWO), vehicles: { a: SINGLE, b: SINGLE } },
  async (scene, t) => {
    await scene.at(90);
    t.equal(scene.shown, 'a 16 b 16');
    t.same(scene.exposuresA('a'), [16, 16, 0]);
    t.same(scene.exposuresA('b'), [0, 16, 16]);
    t.same(scene.world.copper.drawnA('b'), [0, 16, 16], 'the same current in both conductors');
    t.match(scene.record('a').reason, { kind: 'circuit', phase: 1 }, 'L2 is full');
    t.equal(scene.record('a').powerW(scene.master.nowMs), 230 * 16, '230 V between both');
    scene.unplug('b');
    await scene.at(150);
    t.equal(scene.shown, 'a 32 b 0');
  },
);

play(
  'B11: a car between L1 and L3 leaves nothing of them; three-phase cars load all three conductors',
  {
    config: itSite('limitA: 32', `${BETWEEN_TWO}\n  - { id: c, circuit: main, rotation: TRS }`),
    vehicles: { a: SINGLE, c: {} },
  },
  async (scene, t) => {
    await scene.at(90);
    t.equal(scene.shown, 'a 16 b 0 c 16');
    t.same(scene.exposuresA('c'), [16, 16, 16]);
    const powerW = scene.record('c').powerW(scene.master.nowMs);
    t.ok(Math.abs(powerW - Math.sqrt(3) * 230 * 16) < 1, `${powerW} W`);
  },
);

play(
  'B11: of a power limit a three-phase car has sqrt(3) x 230 V x I; a single-phase car counts 15 % more than its own',
  { config: itSite('limitA: 32, limitW: 7968', '  - { id: a, circuit: main }'), vehicles: { a: {} } },
  async (scene, t) => {
    await scene.at(90);
    t.equal(scene.shown, 'a 20', '7968 W by sqrt(3) x 230 V');
    scene.unplug('a');
    scene.plugIn('a', SINGLE);
    await scene.at(200);
    t.equal(scene.shown, 'a 30', 'between two conductors it counts as 2 / sqrt(3) x 230 V x I');
    t.same(scene.world.copper.drawnA('a'), [30, 30, 0]);
  },
);

const THREE = (keys: string): string =>
  `\nsite: Scene\ncircuits:\n  - { id: main, limitA: 32 }\nchargePoints:\n  - { id: a, circuit: main${keys} }\n  - { id: b, circuit: main }\n`;

play(
  'activePhases: connected counts all phases of a single-phase vehicle; detected leaves the others two',
  { config: THREE(', activePhases: connected'), vehicles: { a: SINGLE, b: {} } },
  async (scene, t) => {
    await scene.at(90);
    t.equal(scene.shown, 'a 16 b 16');
    t.same(scene.exposuresA('a'), [16, 16, 16]);
  },
);

play(
  'activePhases: the default of the site holds where a charge point says nothing',
  {
    config: `${THREE(', activePhases: detected')}defaults: { activePhases: connected }\n`,
    vehicles: { a: SINGLE, b: SINGLE },
  },
  async (scene, t) => {
    await scene.at(90);
    t.same(scene.exposuresA('a'), [16, 0, 0]);
    t.same(scene.exposuresA('b'), [16, 16, 16]);
  },
);
