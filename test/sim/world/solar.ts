/** F6 to F12: PV surplus by Autel's names, on the simulated site with all judges. */
import { IDS, importKwh, netW, play, showDirection, shown, site } from './solar-site.js';

play(
  'F6: full green, a surplus of 6 kW: 8 A, at most 0.1 kWh from the grid in an hour; pause after 3 min below, start after 1 min above',
  site({
    mode: 'full-green',
    solar: [
      [0, 9000],
      [3800, 6000],
      [4200, 7200],
      [4500, 7000],
      [4545, 7200],
    ],
  }),
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.limitA('a'), 0, 'not yet enough for a minute');
    await scene.at(140);
    t.equal(scene.limitA('a'), 8);
    t.equal(scene.record('a').reason.kind, 'maximum');
    t.match(scene.record('a').reason, { cause: { source: 'surplus', name: 'surplus 6.0 kW' } });
    const energyKwh = await importKwh(scene, 140 + 3600);
    t.ok(energyKwh <= 0.1, `${energyKwh} kWh from the grid`);
    t.equal(scene.highestA('a', 200), 8);
    t.equal(scene.leastA('a', 200), 8);
    await scene.at(3970);
    t.equal(scene.limitA('a'), 6, 'less than the minimum: it stays at that for 3 min');
    await scene.at(3990);
    t.equal(scene.limitA('a'), 0);
    t.match(scene.record('a').reason, { kind: 'belowMinimum', cause: { source: 'surplus', name: 'surplus 3.0 kW' } });
    t.ok(scene.said('LIMIT', 3980).join('\n').includes('surplus 3.0 kW'));
    await scene.at(4255);
    t.equal(scene.limitA('a'), 0, '4.2 kW for less than a minute');
    await scene.at(4280);
    t.equal(scene.limitA('a'), 6);
    await scene.at(4700);
    t.equal(scene.leastA('a', 4290), 6, 'too little for 45 s pauses nobody');
  },
);

play(
  'F7: full green, three of them: 17 kW are 8 A each; of 12 kW two have 9 and 8 A, and the last one waits',
  site({
    mode: 'full-green',
    count: 3,
    charging: 'a',
    more: 'allocation: { shortage: last-connected-first }',
    solar: [
      [0, 20_000],
      [300, 15_000],
    ],
  }),
  async (scene, t) => {
    for (const [atS, id] of [
      [20, 'b'],
      [40, 'c'],
    ] as const) {
      await scene.at(atS);
      scene.plugIn(id);
    }
    await scene.at(150);
    t.same(shown(scene, 'abc'), [8, 8, 8]);
    await scene.at(400);
    t.same(shown(scene, 'abc'), [6, 6, 6], 'the last one is not paused yet');
    await scene.at(560);
    t.same(shown(scene, 'abc'), [9, 8, 0]);
    await scene.at(1600);
    t.equal(scene.limitA('c'), 0, 'the last one waits');
  },
);

play(
  'F7: full green, by turns: the one that waits has its own',
  site({ mode: 'full-green', count: 3, solar: [[0, 15_000]] }),
  async (scene, t) => {
    await scene.at(3600);
    const served = IDS.filter((id) => scene.highestA(id, 100) > 0);
    t.same(served, IDS);
    t.same(shown(scene, 'abc'), [9, 8, 0]);
  },
);

for (const [solarW, limitA] of [
  [3000, 6],
  [10_200, 10],
  [12_000, 13],
] as const) {
  play(
    `F8: green priority, a surplus of ${(solarW - 3000) / 1000} kW: ${limitA} A, never paused`,
    site({ mode: 'green-priority', solar: [[0, solarW]] }),
    async (scene, t) => {
      await scene.at(120);
      t.equal(scene.limitA('a'), limitA);
      await scene.at(1200);
      t.equal(scene.leastA('a', 120), limitA);
    },
  );
}

play(
  'F8: green priority: the minimum stays while the sun goes',
  site({
    mode: 'green-priority',
    solar: [
      [0, 12_000],
      [200, 0],
    ],
  }),
  async (scene, t) => {
    await scene.at(190);
    t.equal(scene.limitA('a'), 13);
    await scene.at(205);
    t.equal(scene.limitA('a'), 6);
    await scene.at(1000);
    t.equal(scene.leastA('a', 190), 6);
  },
);

play(
  'F9: speed priority, solar 5 kW, contract 11 kW, house 4 kW: 12 kW for two',
  site({
    mode: 'speed-priority',
    count: 2,
    charging: 'a',
    houseW: 4000,
    solar: [[0, 5000]],
    root: ', contractW: 11000, exportMakesRoom: true',
  }),
  async (scene, t) => {
    await showDirection(scene);
    // The last step comes once the room for it was steady for 5 min.
    await scene.at(1000);
    t.same(shown(scene, 'ab'), [9, 8]);
    t.match([scene.reason('a'), scene.reason('b')].sort(), ['power', 'step']);
  },
);

play(
  'F10: a is fast, b is full green without surplus; a fuse of 32 A binds both',
  {
    ...site({
      mode: 'fast',
      count: 2,
      solar: [
        [0, 0],
        [200, 40_000],
      ],
      keys: { b: ', mode: full-green' },
      more: '',
    }),
  },
  async (scene, t) => {
    await scene.at(120);
    t.equal(scene.shown, 'a 32 b 0');
    await scene.at(400);
    t.equal(scene.limitA('a'), 32);
    t.equal(scene.limitA('b'), 21, '37 kW less the 22 kW of a');
    void scene.set('garage', { what: 'operatorLimit', limitA: 32 });
    await scene.at(460);
    t.equal(scene.shown, 'a 16 b 16', 'a fuse of 32 A');
  },
);

play(
  'F11: 6 kW of surplus on L1 alone: 8 A on each phase, by energy',
  site({ mode: 'full-green', houseW: 0, solar: [[0, [6000, 0, 0]]], root: ', imbalanceLimitA: 20' }),
  async (scene, t) => {
    await scene.at(200);
    t.equal(scene.limitA('a'), 8);
    const { drawnMa } = scene.world.copper.conductors[0] ?? { drawnMa: [] };
    t.ok([...drawnMa].every((current) => current <= 8100));
  },
);

play(
  'F11: the imbalance limit holds for a vehicle on one phase, whatever the surplus is',
  site({
    mode: 'full-green',
    phases: 1,
    houseW: 0,
    solar: [[0, [0, 6900, 0]]],
    root: ', imbalanceLimitA: 20',
  }),
  async (scene, t) => {
    await scene.at(600);
    t.ok(scene.limitA('a') >= 19 && scene.highestA('a', 0) <= 20, `${scene.highestA('a', 0)} A of 30`);
  },
);

const CONTRACT = ', contractW: 13800, exportMakesRoom: true';

play(
  'F12: a contract of 20 A, 10 A of export on each phase: 30 A, once two steps have shown which way the meter counts',
  site({ mode: 'speed-priority', count: 2, charging: 'a', houseW: 0, solar: [[0, 6900]], root: CONTRACT }),
  async (scene, t) => {
    await scene.at(59);
    t.equal(scene.limitA('a'), 20, 'one step proves nothing yet');
    await showDirection(scene);
    await scene.at(1000);
    const [high = 0, low = 0] = shown(scene, 'ab');
    t.ok(high === 15 && low >= 14, `${high} and ${low} A: the last of 30 A leaves nothing to spare`);
    scene.unplug('b');
    await scene.at(1100);
    t.equal(scene.limitA('a'), 30);
    t.ok(netW(scene) <= 13_800 + 100, `${netW(scene)} W from the grid`);
  },
);

play(
  'F12: however much is fed in, the fuse of the group holds',
  site({ mode: 'speed-priority', count: 3, charging: 'ab', houseW: 0, solar: [[0, 60_000]], root: CONTRACT }),
  async (scene, t) => {
    await scene.at(60);
    scene.plugIn('c');
    await scene.at(300);
    t.same(shown(scene, 'abc'), [21, 21, 21]);
  },
);

play(
  'F12: the meter is backwards, 10 A of import look like export: known after two steps, and no raise before',
  site({ mode: 'speed-priority', count: 2, charging: 'a', houseW: 6900, solar: [], root: CONTRACT }),
  async (scene, t) => {
    scene.strike('meter-backwards', 'grid', 1e6);
    await showDirection(scene);
    let mostA = 0;
    await scene.each(0.5, 400, () => {
      mostA = Math.max(mostA, scene.limitA('a') + scene.limitA('b'));
    });
    t.ok(mostA <= 20, `${mostA} A`);
    t.ok(scene.alarms().includes('METER_SIGN'));
  },
);

play(
  'the meter is backwards: full green stops once that is known, within two starts',
  site({ mode: 'full-green', count: 2, charging: 'a', houseW: 10_000, solar: [] }),
  async (scene, t) => {
    scene.strike('meter-backwards', 'grid', 1e6);
    await scene.at(100);
    t.ok(scene.limitA('a') > 0, 'import looks like surplus');
    scene.plugIn('b');
    await scene.at(800);
    t.ok(scene.alarms().includes('METER_SIGN'));
    t.equal(scene.shown, 'a 0 b 0');
  },
);
