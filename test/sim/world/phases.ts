/** B11 and the phases that count for a vehicle, on the simulated site with all judges. */
import t, { type Test } from 'tap';
import { Scene, type SceneOptions } from './scene.js';
import { until } from './until.js';
import { site } from './solar-site.js';

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

const METER =
  'meters:\n  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }';

/** 6000 W at the meter: with a house of 5.8 A on each phase 1998 W are left, with 1.45 A 5000 W. */
const ONE_OR_THREE = `
site: Scene
circuits:
  - { id: main, limitA: 63, meter: grid, fallbackA: 10, backgroundMaxA: 20, contractW: 6000 }
${METER}
chargePoints:
  - { id: a, circuit: main, phaseSwitch: one-three }
`;
const LITTLE_A = [5.8, 5.8, 5.8] as const;
const ENOUGH_A = [1.45, 1.45, 1.45] as const;

play(
  'D5: with 2.0 kW for 5 min it goes from three phases to one at 8 A; with 5 kW for 5 min back to three',
  {
    config: ONE_OR_THREE,
    vehicles: { a: {} },
    loads: [
      { atMs: 0, loadA: ENOUGH_A },
      { atMs: 120_000, loadA: LITTLE_A },
      { atMs: 1_000_000, loadA: ENOUGH_A },
    ],
  },
  async (scene, t) => {
    await scene.at(110);
    t.equal(scene.shown, 'a 7', 'three phases');
    t.same(scene.exposuresA('a'), [7, 7, 7]);
    await scene.at(400);
    t.equal(scene.shown, 'a 0', 'no minimum on three phases');
    t.equal(scene.record('a').status?.switchedTo, 0b111);
    await scene.at(480);
    t.ok(scene.when('a', 420, (limitA) => limitA > 0) <= 480, 'the vehicle has current again within 60 s');
    t.equal(scene.shown, 'a 8');
    t.same(scene.exposuresA('a'), [8, 0, 0]);
    await scene.at(1290);
    t.equal(scene.shown, 'a 21');
    await scene.at(1400);
    t.equal(scene.shown, 'a 7', 'three phases again');
    t.match(scene.said('LIMIT').join('\n'), /switches to three phases/);
  },
);

play(
  'D5: full green with a surplus of 2.0 kW: after 5 min one phase at 8 A, within 60 s; 5 kW for 5 min: three phases again',
  site({
    mode: 'full-green',
    count: 1,
    keys: { a: ', phaseSwitch: one-three' },
    solar: [
      [0, 8000],
      [300, 5000],
      [1500, 8000],
    ],
  }),
  async (scene, t) => {
    await scene.at(290);
    t.equal(scene.shown, 'a 7', '5 kW on three phases');
    await scene.at(590);
    t.equal(positionOf(scene), 0b111);
    await scene.at(670);
    t.equal(scene.shown, 'a 8', '2 kW on one');
    t.same(scene.exposuresA('a'), [8, 0, 0]);
    await scene.at(1790);
    t.equal(scene.shown, 'a 21', '5 kW on one');
    await scene.at(1900);
    t.equal(scene.shown, 'a 7', 'and on three');
    const startS = scene.when('a', 1800, (limitA) => limitA > 0);
    const stopS = scene.when('a', 1790, (limitA) => limitA === 0);
    t.ok(startS - stopS <= 60, `from ${stopS} to ${startS} s`);
  },
);

const BEST = `
site: Scene
circuits:
  - { id: main, limitA: 63, meter: grid, fallbackA: 10, backgroundMaxA: 45 }
${METER}
chargePoints:
  - { id: a, circuit: main, phaseSwitch: best-phase }
`;

play(
  'D6: beside 40/10/20 A of 63 A a single-phase car on L1 goes to L2 after 5 min',
  { config: BEST, vehicles: { a: SINGLE }, buildingA: [40, 10, 20] },
  async (scene, t) => {
    await scene.at(290);
    t.match(scene.shown, /^a 2[23]$/);
    await scene.at(400);
    t.equal(scene.shown, 'a 32');
    t.same(scene.exposuresA('a'), [0, 32, 0]);
    t.match(scene.said('LIMIT').join('\n'), /switches to one phase, L2/);
    t.ok(scene.when('a', 300, (limitA) => limitA === 32) - scene.when('a', 300, (limitA) => limitA === 0) <= 60);
    scene.unplug('a');
    await scene.at(460);
    t.equal(positionOf(scene), 0b111, 'the next vehicle may use all phases');
    scene.plugIn('a');
    await scene.at(560);
    t.match(scene.shown, /^a 2[23]$/, 'on three phases');
    t.ok(scene.exposuresA('a').every((amps) => amps >= 22));
  },
);

play(
  'D6: no gain of 4 A, no switch',
  { config: BEST, vehicles: { a: SINGLE }, buildingA: [35, 32, 40] },
  async (scene, t) => {
    await scene.at(1000);
    t.match(scene.shown, /^a 2[78]$/);
    t.equal(positionOf(scene), 0b111);
  },
);

play(
  'D6: never in the first two minutes of a session, whatever the hold time',
  {
    config: `${BEST}allocation: { phaseSwitch: { holdMin: 1 } }\n`,
    vehicles: { a: SINGLE },
    buildingA: [40, 10, 20],
  },
  async (scene, t) => {
    await scene.at(121);
    t.match(scene.shown, /^a 2[23]$/);
    await scene.at(160);
    t.equal(scene.shown, 'a 32');
  },
);

/** Until the master decides to switch. */
function untilSwitching(scene: Scene, untilS: number): Promise<number> {
  return until(scene, 'a is switching', untilS - scene.nowS, () => scene.reason('a') === 'switching', 0.1);
}

function positionOf(scene: Scene, id = 'a'): number | undefined {
  return scene.world.box(id).hardware.look(scene.world.box(id).nowMs).phaseSwitch?.phases;
}

const MOVING: SceneOptions = { config: BEST, vehicles: { a: SINGLE }, buildingA: [40, 10, 20] };

play(
  'a switch that is not confirmed: it charges on, an alarm, and no second try for an hour',
  MOVING,
  async (scene, t) => {
    const begunS = await untilSwitching(scene, 400);
    const { hardware, nowMs } = scene.world.box('a');
    const mend = hardware.misbehave({ isStuck: true }, nowMs);
    await scene.at(begunS + 40);
    t.equal(scene.shown, 'a 0');
    await scene.at(begunS + 60);
    t.match(scene.shown, /^a 2[23]$/, 'on L1');
    t.same(scene.alarms(), ['PHASE_SWITCH_FAILED']);
    mend(scene.world.box('a').nowMs);
    await scene.at(begunS + 3600);
    t.equal(positionOf(scene), 0b111);
    await scene.at(begunS + 3800);
    t.equal(scene.shown, 'a 32', 'after the hour it is told again');
    t.same(scene.alarms(), []);
  },
);

for (const [fault, target, forS] of [
  ['slave-reboots', 'a', 5],
  ['grants-lost', 'a', 20],
  ['partition', 'a', 30],
  ['polls-lost', 'a', 20],
  ['loss', 'network', 60],
  ['duplication', 'network', 60],
  ['late-datagrams', 'network', 60],
  ['master-killed', 'master', 5],
] as const) {
  for (const laterS of [0, 3, 5]) {
    play(
      `${fault} ${laterS} s after a switch began: it charges again, and no fuse is exceeded`,
      MOVING,
      async (scene, t) => {
        await untilSwitching(scene, 400);
        await scene.at(scene.nowS + laterS);
        scene.strike(fault, target, forS);
        await scene.at(scene.nowS + 1000);
        t.equal(scene.shown, 'a 32');
        t.same(scene.exposuresA('a'), [0, 32, 0]);
        t.equal(positionOf(scene), 0b010);
      },
    );
  }
}

for (const laterS of [1.5, 3, 4.5]) {
  play(
    `a takeover ${laterS} s after a switch began: the standby goes on from the position that it hears`,
    { ...MOVING, hasStandby: true },
    async (scene, t) => {
      await untilSwitching(scene, 400);
      await scene.at(scene.nowS + laterS);
      scene.strike('master-killed', 'master', 300);
      await scene.at(scene.nowS + 800);
      t.equal(scene.shown, 'a 32');
      t.equal(positionOf(scene), 0b010);
    },
  );
}

play(
  'a room that comes and goes switches at most 4 times in an hour, and never within the hysteresis',
  {
    config: `${ONE_OR_THREE}allocation: { phaseSwitch: { holdMin: 1 } }\n`,
    vehicles: { a: {} },
    loads: Array.from({ length: 60 }, (_, index) => ({
      atMs: index * 150_000,
      loadA: index % 2 === 0 ? ENOUGH_A : LITTLE_A,
    })),
  },
  async (scene, t) => {
    const beganS: number[] = [];
    let before = positionOf(scene);
    await scene.each(1, 7200, () => {
      const now = positionOf(scene);
      if (now !== before) beganS.push(scene.nowS);
      before = now;
    });
    t.ok(beganS.length >= 6, `${beganS.length} switches in two hours`);
    for (const atS of beganS) t.ok(beganS.filter((s) => s >= atS && s < atS + 3590).length <= 4);
  },
);

play(
  'D5: the minimum of three phases without anything to spare is not enough to go back',
  {
    config: ONE_OR_THREE,
    vehicles: { a: {} },
    loads: [
      { atMs: 0, loadA: LITTLE_A },
      { atMs: 600_000, loadA: [2.3, 2.3, 2.3] },
    ],
  },
  async (scene, t) => {
    await scene.at(1800);
    t.equal(positionOf(scene), 0b001, '4413 W are less than 3 x 7 A x 230 V');
    t.match(scene.shown, /^a 1[89]$/);
  },
);

play(
  'two charge points switch one after the other, and neither takes the room of the other',
  {
    config: `
site: Scene
circuits:
  - { id: main, limitA: 63, meter: grid, fallbackA: 12, backgroundMaxA: 20, contractW: 6000 }
${METER}
chargePoints:
  - { id: a, circuit: main, phaseSwitch: one-three }
  - { id: b, circuit: main, phaseSwitch: one-three }
`,
    vehicles: { a: {}, b: {} },
    loads: [{ atMs: 0, loadA: [4, 4, 4] }],
  },
  async (scene, t) => {
    await scene.at(1200);
    t.same([positionOf(scene, 'a'), positionOf(scene, 'b')], [0b001, 0b001]);
    t.equal(scene.shown, 'a 7 b 7', '3240 W, on one phase each');
    t.ok(scene.limits.filter(({ atMs, limitA }) => atMs > 900_000 && limitA === 0).length === 0);
  },
);

play(
  'a charge point that does not know the switch is never told to use it',
  { ...MOVING, withoutSwitch: ['a'] },
  async (scene, t) => {
    await scene.at(900);
    t.match(scene.shown, /^a 2[23]$/);
    t.equal(scene.record('a').status?.switchable, undefined);
  },
);
