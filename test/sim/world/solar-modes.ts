/** Worked numbers of PV surplus, modes that people set, and what a sky full of clouds does. */
import { play, showDirection, shown, site, type Sunny } from './solar-site.js';

interface Worked {
  readonly name: string;
  readonly sunny: Sunny;
  readonly expected: readonly number[];
}

/** By the formulas in the manuals of Autel and DINUY; the others are F6 to F9. */
const WORKED: readonly Worked[] = [
  {
    name: 'example 44: full green, solar 9 and house 3 kW: 8 A',
    sunny: { mode: 'full-green', solar: [[0, 9000]] },
    expected: [8],
  },
  {
    name: 'example 44: full green, solar 6 and house 3 kW: nothing',
    sunny: { mode: 'full-green', solar: [[0, 6000]] },
    expected: [0],
  },
  {
    name: 'example 44: full green, 3 kW on one phase: 13 A',
    sunny: { mode: 'full-green', solar: [[0, 6000]], phases: 1 },
    expected: [13],
  },
  {
    name: 'example 45: full green, 12 kW for three: 9 and 8 A',
    sunny: { mode: 'full-green', count: 3, solar: [[0, 15_000]] },
    expected: [9, 8, 0],
  },
  {
    name: 'example 46: green priority, solar 7.2 and house 3 kW: the minimum',
    sunny: { mode: 'green-priority', solar: [[0, 7200]] },
    expected: [6],
  },
  {
    name: 'example 47: green priority, 12 kW for three: 6 A each, the grid gives the rest',
    sunny: { mode: 'green-priority', count: 3, solar: [[0, 15_000]] },
    expected: [6, 6, 6],
  },
  {
    name: 'example 47: green priority, 17 kW for three: 8 A each',
    sunny: { mode: 'green-priority', count: 3, solar: [[0, 20_000]] },
    expected: [8, 8, 8],
  },
];

for (const { name, sunny, expected } of WORKED) {
  play(name, site(sunny), async (scene, t) => {
    await scene.at(300);
    t.same(shown(scene, 'abc'.slice(0, sunny.count ?? 1)), expected);
  });
}

play(
  'example 64: 2 kW of export raise what a contract of 11 kW gives by 2 kW',
  site({
    mode: 'speed-priority',
    count: 2,
    charging: 'a',
    houseW: 0,
    solar: [[0, 2070]],
    root: ', contractW: 11040, exportMakesRoom: true',
  }),
  async (scene, t) => {
    await scene.at(59);
    t.equal(scene.limitA('a'), 16);
    await showDirection(scene);
    await scene.at(1000);
    t.same(shown(scene, 'ab'), [10, 9]);
  },
);

play(
  'a mode is set while the master runs, and is kept over a restart',
  { ...site({ mode: 'full-green', solar: [[0, 3000]], count: 1 }) },
  async (scene, t) => {
    await scene.at(100);
    t.equal(scene.limitA('a'), 0);
    const done = scene.set('a', { what: 'mode', mode: 'fast' });
    await scene.at(130);
    t.equal(await done, undefined);
    t.equal(scene.limitA('a'), 32);
    scene.strike('master-killed', 'master', 3);
    await scene.at(240);
    t.equal(scene.limitA('a'), 32);
    void scene.set('a', { what: 'mode', mode: null });
    await scene.at(480);
    t.equal(scene.limitA('a'), 0, 'after 3 min at its minimum');
    t.equal(scene.leastA('a', 250), 0);
  },
);

play(
  'a standby sees the same surplus: it takes over and nobody pauses',
  { ...site({ mode: 'full-green', solar: [[0, 9000]] }), hasStandby: true },
  async (scene, t) => {
    await scene.at(150);
    t.equal(scene.limitA('a'), 8);
    scene.strike('master-killed', 'master', 600);
    await scene.at(400);
    t.same(scene.deciding, ['standby']);
    t.equal(scene.limitA('a'), 8);
    t.ok(scene.leastA('a', 150) >= 6);
  },
);

play(
  'the meter is lost: there is no surplus, and green priority has its minimum of the fallback',
  site({ mode: 'green-priority', solar: [[0, 12_000]], root: ', fallbackA: 40' }),
  async (scene, t) => {
    await scene.at(120);
    scene.strike('meter-silent', 'grid', 60);
    await scene.at(130);
    t.equal(scene.limitA('a'), 6);
    await scene.at(300);
    t.equal(scene.limitA('a'), 13);
  },
);

play('what cannot be set is refused with the reason', site({ mode: 'fast', solar: [[0, 0]] }), async (scene, t) => {
  await scene.at(60);
  const done = [
    scene.set('main', { what: 'mode', mode: 'green-priority' }),
    scene.set('nobody', { what: 'mode', mode: 'fast' }),
  ];
  await scene.at(80);
  t.match(await Promise.all(done), [undefined, /^expected the id of a charge point or circuit/]);
  t.equal(scene.limitA('a'), 6);
});

play(
  'a mixed site: green priority has its minimum first, full green what is left beside it',
  site({ mode: 'full-green', count: 2, solar: [[0, 11_500]], keys: { a: ', mode: green-priority' } }),
  async (scene, t) => {
    await scene.at(300);
    t.equal(scene.shown, 'a 6 b 6', '8.5 kW');
  },
);

play(
  'a sky full of clouds starts a full-green vehicle no more often than any other room that comes and goes',
  site({
    mode: 'full-green',
    solar: Array.from({ length: 30 }, (_, index) => [index * 250, index % 2 === 0 ? 9000 : 4000] as const),
    rules: ', startAfterS: 10, stopAfterS: 30',
  }),
  async (scene, t) => {
    await scene.at(7200);
    const starts = scene.limitsSince('a', 0).filter((limitA, index, all) => limitA > 0 && all[index - 1] === 0).length;
    t.ok(starts > 2 && starts <= 12, `${starts} starts in two hours`);
  },
);
