/** Acceptance scenes of control that need no key of their own: division, shortage and imbalance as customers describe them. */
import t, { type Test } from 'tap';
import { Scene, type SceneOptions } from './scene.js';
import { until } from './until.js';

interface Points {
  readonly limitA: number;
  /** More keys of the circuit, and of the file. */
  readonly circuit?: string;
  readonly file?: string;
  /** By id: its keys. */
  readonly points: Readonly<Record<string, string>>;
}

function siteOf({ limitA, circuit = '', file = '', points }: Points): string {
  const rows = Object.entries(points).map(([id, keys]) => `  - { id: ${id}, circuit: main${keys && `, ${keys}`} }`);
  return `\nsite: Scene\ncircuits:\n  - { id: main, limitA: ${limitA}${circuit} }\n${file}\nchargePoints:\n${rows.join('\n')}\n`;
}

const SINGLE = { phases: 1 } as const;
/** Three whose disconnected limits fit 15 A. */
const LOW = { a: 'disconnectedLimitA: 5', b: 'disconnectedLimitA: 5', c: 'disconnectedLimitA: 5' };

function scene(name: string, options: SceneOptions, play: (scene: Scene, t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    const scene = new Scene(options);
    await play(scene, t);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

scene(
  'A6: a station behind 32 A, wired RST and STR: two single-phase vehicles have 32 A each',
  {
    config: siteOf({ limitA: 32, points: { a: 'rotation: RST', b: 'rotation: STR' } }),
    vehicles: { a: SINGLE, b: SINGLE },
  },
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 32 b 32');
  },
);

scene(
  'A7: a single-phase station, both on L1: 16 A each',
  { config: siteOf({ limitA: 32, points: { a: 'phases: 1', b: 'phases: 1' } }), vehicles: { a: SINGLE, b: SINGLE } },
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 16 b 16');
  },
);

scene(
  'B6: the minimum of a full vehicle goes to one that waits, and it is asked again within the hour',
  {
    config: siteOf({ limitA: 20, points: { a: '', b: '' } }),
    vehicles: { a: { demandWh: 500 }, b: {} },
  },
  async (scene, t) => {
    await scene.at(900);
    t.equal(scene.shown, 'a 0 b 20');
    t.equal(scene.reason('a'), 'declined');
    t.ok(scene.when('a', 900, (limitA) => limitA > 0) === Number.POSITIVE_INFINITY);
    await scene.at(4800);
    t.ok(scene.when('a', 900, (limitA) => limitA > 0) < 4500, 'within the hour');
  },
);

scene(
  'B7: vehicles on one, two and three phases behind 32 A: 11/10/11 A',
  {
    config: siteOf({ limitA: 32, points: { a: '', b: '', c: '' } }),
    vehicles: { a: { phases: 1 }, b: { phases: 2 }, c: { phases: 3 } },
  },
  async (scene, t) => {
    await scene.at(90);
    t.same(['a', 'b', 'c'].map((id) => scene.limitA(id)).sort(), [10, 11, 11]);
  },
);

scene(
  'C1: three vehicles behind 15 A: always two charge, each for two thirds of the time, never less than the dwell time',
  { config: siteOf({ limitA: 15, points: LOW }), vehicles: { a: {}, b: {}, c: {} } },
  async (scene, t) => {
    await scene.at(1800);
    const served = new Map<string, number>();
    let looks = 0;
    let together = 0;
    await scene.each(30, 1800 + 3 * 3600, () => {
      looks += 1;
      const now = ['a', 'b', 'c'].filter((id) => scene.limitA(id) > 0);
      if (now.length === 2) together += 1;
      for (const id of now) served.set(id, (served.get(id) ?? 0) + 1);
    });
    t.ok(together / looks > 0.98, `two at a time: ${together} of ${looks} looks`);
    for (const id of ['a', 'b', 'c']) {
      const share = (served.get(id) ?? 0) / looks;
      t.ok(Math.abs(share - 2 / 3) <= 0.1, `${id} is served ${(100 * share).toFixed(0)} % of the time`);
      const own = scene.limits.filter((limit) => limit.id === id && limit.atMs > 1_800_000);
      // The first run began before.
      const stops = own.filter(({ limitA }) => limitA === 0).map(({ atMs }) => atMs);
      for (const [index, stopMs] of stops.entries()) {
        const beforeMs = stops[index - 1];
        const start = own.find(({ atMs, limitA }) => atMs > (beforeMs ?? stopMs) && atMs < stopMs && limitA > 0);
        if (start)
          t.ok(stopMs - start.atMs >= 895_000, `${id} charged for ${Math.round((stopMs - start.atMs) / 60_000)} min`);
      }
    }
  },
);

scene(
  'C2: whoever comes last waits, until one leaves',
  {
    config: siteOf({
      limitA: 15,
      file: 'allocation: { shortage: last-connected-first }',
      points: LOW,
    }),
    vehicles: { a: {}, b: {} },
  },
  async (scene, t) => {
    await scene.at(60);
    scene.plugIn('c');
    await scene.at(2400);
    t.match(scene.shown, /^a [78] b [78] c 0$/);
    scene.unplug('a');
    await scene.at(2500);
    t.match(scene.shown, /^a 0 b [78] c [78]$/);
  },
);

for (const [limitA, expected] of [
  [30, 'a 6 b 6 c 6 d 6 e 6 f 0'],
  [24, 'a 6 b 6 c 6 d 6 e 0 f 0'],
] as const) {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const points = Object.fromEntries(ids.map((id, index) => [id, `phases: 1, priority: ${index + 1}`]));
  scene(
    `C3: six single-phase vehicles behind ${limitA} A: the last of the order wait`,
    {
      config: siteOf({
        limitA,
        file: 'allocation: { shortage: priority-only }',
        points: Object.fromEntries(Object.entries(points).map(([id, keys]) => [id, `${keys}, disconnectedLimitA: 4`])),
      }),
      vehicles: Object.fromEntries(ids.map((id) => [id, SINGLE])),
    },
    async (scene, t) => {
      await scene.at(120);
      t.equal(scene.shown, expected);
    },
  );
}

for (const [minA, expected] of [
  [8, /^a 15 b 0$|^a 0 b 15$/],
  [7, /^a 8 b 7$|^a 7 b 8$/],
] as const) {
  scene(
    `C4: two vehicles behind 15 A with a minimum of ${minA} A`,
    {
      config: siteOf({ limitA: 15, points: { a: `minA: ${minA}`, b: `minA: ${minA}` } }),
      vehicles: { a: {}, b: {} },
    },
    async (scene, t) => {
      await scene.at(120);
      t.match(scene.shown, expected);
    },
  );
}

scene(
  'D1: a single-phase vehicle within an imbalance limit of 20 A has 20 A',
  { config: siteOf({ limitA: 63, circuit: ', imbalanceLimitA: 20', points: { a: '' } }), vehicles: { a: SINGLE } },
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 20');
  },
);

scene(
  'D2: three on L1 share the difference of 20 A; one on L2 has its 20 A',
  {
    config: siteOf({
      limitA: 63,
      circuit: ', imbalanceLimitA: 20',
      points: { a: 'phases: 1', b: 'phases: 1', c: 'phases: 1', d: 'phases: 1, rotation: STR' },
    }),
    vehicles: { a: SINGLE, b: SINGLE, c: SINGLE },
  },
  async (scene, t) => {
    await scene.at(60);
    t.same(['a', 'b', 'c'].map((id) => scene.limitA(id)).sort(), [6, 7, 7]);
    scene.plugIn('d', SINGLE);
    await scene.at(120);
    t.equal(scene.limitA('d'), 20);
  },
);

const METERED = {
  limitA: 63,
  circuit: ', imbalanceLimitA: 20, meter: grid, backgroundMaxA: 30',
  file: 'meters:\n  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }',
};

scene(
  'D3: a building of 20/10/10 A leaves 10 A on L1; of 25/10/10 A nothing',
  {
    config: siteOf({ ...METERED, points: { a: 'phases: 1' } }),
    vehicles: { a: SINGLE },
    buildingA: [20, 10, 10],
  },
  async (scene, t) => {
    await scene.at(60);
    // What the meter shows of the vehicle, and what its slave says, differ by a little.
    t.match(scene.shown, /^a (9|10)$/);
  },
);

scene(
  'D3: a building of 25/10/10 A: a vehicle on L1 waits, one on L2 has 20 A',
  {
    config: siteOf({ ...METERED, points: { a: 'phases: 1', b: 'phases: 1, rotation: STR' } }),
    vehicles: { a: SINGLE },
    buildingA: [25, 10, 10],
  },
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 0 b 0');
  },
);

scene(
  'D4: with the meter lost the last difference of the building counts, in both directions, and nobody is raised',
  {
    config: siteOf({
      ...METERED,
      circuit: `${METERED.circuit}, fallbackA: 33`,
      points: { a: 'phases: 1', b: 'phases: 1, rotation: STR' },
    }),
    vehicles: { a: SINGLE, b: SINGLE },
    buildingA: [20, 10, 10],
  },
  async (scene, t) => {
    await scene.at(60);
    t.match(scene.shown, /^a (9|10) b (19|20)$/);
    const before = { a: scene.limitA('a'), b: scene.limitA('b') };
    scene.strike('meter-silent', 'grid', 60);
    await scene.at(70);
    t.ok(scene.alarms().includes('METER_LOST'));
    await scene.each(1, 119, () => {
      t.ok(scene.limitA('a') <= Math.min(10, before.a) && scene.limitA('b') <= Math.min(10, before.b), scene.shown);
    });
    t.match(scene.shown, /^a (9|10) b (9|10)$/, 'L3 carries nothing of them');
    await until(scene, 'the poller asks again', 16, () => !scene.alarms().includes('METER_LOST'));
    await scene.at(scene.nowS + 10);
    t.match(scene.shown, /^a (9|10) b (19|20)$/, 'as before, 10 s after the first good sample');
  },
);

scene(
  'D4: where the building alone differed by 20 A or more, no single-phase vehicle has any',
  {
    config: siteOf({
      ...METERED,
      circuit: `${METERED.circuit}, fallbackA: 33`,
      points: { a: '', b: 'phases: 1, rotation: STR' },
    }),
    vehicles: { a: {}, b: SINGLE },
    buildingA: [30, 8, 8],
  },
  async (scene, t) => {
    await scene.at(60);
    t.ok(scene.limitA('b') >= 15, scene.shown);
    scene.strike('meter-silent', 'grid', 60);
    await scene.at(80);
    t.equal(scene.limitA('b'), 0);
    t.equal(scene.reason('b'), 'shortage');
    t.ok(scene.limitA('a') > 0, 'three phases make no difference');
  },
);
