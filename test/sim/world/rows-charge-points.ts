/** Rows 18 to 22, 24, 25, 28, 29, 36 and 60: charge points, their vehicles and their boxes. */
import { BARE, HOUSE, row } from './scene.js';

row(
  'charger-deaf',
  'draws on above a lower limit: alarm, counted as measured, the others get less',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('charger-deaf', 'a', 60);
    scene.plugIn('c');
    await scene.at(85);
    t.same(scene.alarms(), ['OVERDRAW']);
    t.match(scene.said('OVERDRAW')[0], /above the limit: a/);
    t.same([scene.drawnA('a'), scene.exposureA('a')], [18, 18]);
    t.equal(scene.shown, 'a 12 b 9 c 9');
    await scene.at(160);
    t.same([scene.wrong, scene.shown], [undefined, 'a 12 b 12 c 12']);
  },
);

row('charger-overdraws', 'draws 3 A more: alarm, counted as measured, the others get less', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('charger-overdraws', 'a', 60);
  await scene.at(80);
  t.ok(scene.alarms().includes('OVERDRAW'));
  t.same([scene.drawnA('a'), scene.exposureA('a')], [21, 21]);
  t.equal(scene.shown, 'a 18 b 15 c 0');
  t.equal(scene.reason('a'), 'overdraw');
  await scene.at(140);
  t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
});

row(
  'charger-outlasts-lease',
  'told of, counted as measured while it is heard, and in full when it is not',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('charger-outlasts-lease', 'a', 60);
    await scene.at(85);
    t.same([scene.limitA('a'), scene.drawnA('a')], [6, 18], 'told to do with 6 A');
    t.same([scene.exposureA('a'), scene.limitA('b')], [18, 18]);
    await scene.at(95);
    t.ok(scene.alarms().includes('OVERDRAW'));
    await scene.at(119);
    t.same(scene.alarms(), ['OVERDRAW', 'SLAVE_LOST']);
    t.equal(scene.exposureA('a'), 32);
    t.ok(scene.limitA('b') <= 18, `b ${scene.limitA('b')}`);
    await scene.at(150);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
  },
);

const ONE_PHASE = { vehicles: { a: { phases: 1 as const }, b: {} } };
row('vehicle-drops-phases', 'a vehicle with one phase is charged for that one only', ONE_PHASE, async (scene, t) => {
  await scene.at(60);
  t.same(scene.exposuresA('a'), [18, 0, 0]);
  scene.plugIn('c', { phases: 1 });
  scene.strike('vehicle-drops-phases', 'a', 30);
  await scene.at(90);
  t.same(scene.exposuresA('a'), [12, 0, 0]);
});

row('vehicle-drops-phases', 'in the middle: the others stay counted, it may take them again', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('vehicle-drops-phases', 'a', 30);
  await scene.at(89);
  t.same(scene.world.copper.drawnA('a'), [18, 0, 0]);
  t.same(scene.exposuresA('a'), [18, 18, 18]);
  await scene.at(100);
  t.same(scene.limitsSince('a', 60), [18], 'and nobody is lowered when it takes them');
});

/** b and c use one phase each: grid L2 and L3. */
const ROTATED = BARE.replace('{ id: b, circuit: main }', '{ id: b, circuit: main, rotation: STR }').replace(
  '{ id: c, circuit: main }',
  '{ id: c, circuit: main, rotation: TRS }',
);
const ONE_EACH = { a: {}, b: { phases: 1 as const }, c: { phases: 1 as const } };

row(
  'vehicle-drops-phases',
  'B8: after 60 s the two phases are free for others; when it takes them again, 0 A until they are granted anew',
  { config: ROTATED, vehicles: ONE_EACH },
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 20 b 20 c 20');
    scene.strike('vehicle-drops-phases', 'a', 120);
    await scene.at(119);
    t.same(scene.exposuresA('a'), [20, 20, 20], 'it may take them again');
    t.equal(scene.shown, 'a 20 b 20 c 20');
    await scene.at(140);
    t.same(scene.exposuresA('a'), [32, 0, 0]);
    t.equal(scene.shown, 'a 32 b 32 c 32');
    await scene.at(179.9);
    t.same(scene.world.copper.drawnA('a'), [32, 0, 0]);
    await scene.at(180.3);
    t.ok(scene.when('a', 179.9, (limitA) => limitA === 0) < 180.3, '0 A at once: nobody counts those phases');
    t.notOk(scene.highestA('a', 180.3) > 20, 'then no more than its share on all three');
    await scene.at(220);
    t.same([scene.wrong, scene.shown], [undefined, 'a 20 b 20 c 20']);
    t.same(scene.exposuresA('a'), [20, 20, 20]);
    scene.strike('vehicle-drops-phases', 'a', 100);
    await scene.at(310);
    t.same(scene.exposuresA('a'), [20, 20, 20], 'only once: a vehicle that takes them again may do so once more');
  },
);

row(
  'vehicle-adds-phases',
  'phases that were not granted: 0 A at once, then a grant for all of them',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('vehicle-adds-phases', 'a', 40);
    await scene.at(99.9);
    t.same(scene.exposuresA('a'), [18, 0, 0]);
    await scene.at(100.3);
    t.ok(scene.when('a', 99.9, (limitA) => limitA === 0) < 100.3);
    await scene.at(130);
    t.same(scene.exposuresA('a'), [18, 18, 18]);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
  },
);

row('vehicle-adds-phases', 'where no vehicle is, one comes and goes', { vehicles: {} }, async (scene, t) => {
  await scene.at(60);
  scene.strike('vehicle-adds-phases', 'a', 40);
  await scene.at(80);
  t.ok(scene.drawnA('a') > 6);
  await scene.at(120);
  t.equal(scene.drawnA('a'), 0);
});

row('vehicle-takes-less', 'differs: what it leaves of its limit is not given to the others', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('vehicle-takes-less', 'a', 60);
  await scene.at(110);
  t.equal(scene.drawnA('a'), 7);
  t.equal(scene.shown, 'a 18 b 18 c 0');
});

row(
  'vehicle-pauses',
  'all but what it needs to start goes to the others after 30 s, and comes back',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('vehicle-pauses', 'a', 60);
    await scene.at(105);
    t.equal(scene.shown, 'a 8 b 28 c 0');
    t.equal(scene.reason('a'), 'vehiclePaused');
    await scene.at(135);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
  },
);

row(
  'vehicle-pauses',
  'after three minutes its minimum too, and it is asked again after an hour',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('vehicle-pauses', 'a', 300);
    await scene.at(230);
    t.equal(scene.shown, 'a 8 b 28 c 0');
    await scene.at(260);
    t.equal(scene.shown, 'a 0 b 32 c 0');
    t.equal(scene.reason('a'), 'declined');
    await scene.at(3_800);
    t.equal(scene.shown, 'a 0 b 32 c 0', 'nobody knows that it wants again');
    await scene.at(3_900);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
  },
);

row('charger-faulted', 'gets nothing while it is faulted, and comes back', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('charger-faulted', 'a', 60);
  await scene.at(90);
  t.equal(scene.shown, 'a 0 b 32 c 0');
  t.equal(scene.reason('a'), 'unavailable');
  await scene.at(135);
  t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
});

row('charger-faulted', 'G8: an alarm within a cycle with what to do, and its end', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('charger-faulted', 'a', 60);
  await scene.at(61.2);
  t.same(scene.alarms(), ['CHARGER_FAULTED']);
  t.equal(scene.limitA('a'), 0);
  t.match(scene.said('CHARGER_FAULTED'), [
    /^a is faulted \(GroundFailure\) and gets 0 A until .*a residual current flowed/,
  ]);
  const [alarm] = scene.master.runtime?.controller.alarms.list().filter(({ active }) => active) ?? [];
  t.match(alarm?.text, /^faulted: a, GroundFailure: a residual current flowed: .*; each gets 0 A/);
  await scene.at(90);
  t.same([scene.exposureA('a'), scene.limitA('b')], [0, 32], 'nothing is reserved for it while it is heard');
  scene.strike('partition', 'a', 20);
  await scene.at(108);
  t.equal(scene.exposureA('a'), 6, 'silent: what it may rise to by itself');
  await scene.at(150);
  t.same(scene.alarms(), []);
  t.match(scene.said('CHARGER_FAULTED', 115), [/^a is no longer faulted, but Suspended/]);
  t.equal(scene.wrong, undefined);
});

row(
  'slave-reboots',
  'the old bound stays until the lease is over, or the new start has followed',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('slave-reboots', 'a', 60);
    await scene.at(74);
    t.same([scene.exposureA('a'), scene.limitA('b')], [18, 18], 'off, but who knows');
    await scene.at(90);
    const freedS = scene.when('b', 60, (limitA) => limitA > 18);
    t.ok(freedS > 75 && freedS < 82, `b is raised at ${freedS} s`);
    t.equal(scene.exposureA('a'), 6);
    await scene.at(130);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
  },
);

row('slave-reboots', 'back at once: grants for the start before are dead, it begins with 0 A', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('slave-reboots', 'a', 0.5);
  await scene.at(60.6);
  t.same([scene.limitA('a'), scene.exposureA('a')], [0, 18]);
  await scene.at(90);
  t.match(scene.said('SLAVE_REBOOT')[0], /a has started again/);
  t.same(scene.limitsSince('b', 60), [18], 'nobody got what was still counted');
  t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
});

row('slave-doubled', 'found out: neither is raised, both are counted in full', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('slave-doubled', 'a', 60);
  await scene.at(70);
  t.match(scene.said('SLAVE_REFUSED')[0], /a is the id of two charge points, neither is served/);
  t.equal(scene.exposureA('a'), 64);
  t.same([scene.limitA('a'), scene.limitA('a twin')], [0, 0]);
  await scene.at(120);
  t.same([scene.highestA('a', 65), scene.highestA('a twin', 65)], [0, 0]);
  await scene.at(200);
  t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0'], 'served again when it is alone');
});

const STRICT = { config: `${HOUSE}discovery: { autoAdopt: false }\n` };
row('slave-unknown', 'not adopted: gets nothing, its disconnected limit counts', STRICT, async (scene, t) => {
  await scene.at(60);
  scene.strike('slave-unknown', 'a', 90);
  scene.plugIn('stranger');
  await scene.at(120);
  t.same([scene.limitA('stranger'), scene.reason('stranger')], [0, 'notAdopted']);
  await scene.at(149);
  t.equal(scene.highestA('stranger', 60), 0);
  await scene.at(152);
  t.same(scene.exposuresA('stranger'), [0, 0, 0], 'it follows 0 A');
  await scene.at(165);
  t.same([scene.exposureA('stranger'), scene.shown], [6, 'a 15 b 15 c 0'], 'silent: room for its disconnected limit');
  await scene.at(200);
  t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0'], 'forgotten');
});

row('slave-unknown', 'adopted by itself: shares like the others', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('slave-unknown', 'a', 90);
  scene.plugIn('stranger');
  await scene.at(100);
  t.equal(scene.shown, 'a 12 b 12 c 0 stranger 12');
});

const TIGHT = { config: HOUSE.replace('limitA: 40', 'limitA: 30').replace('fallbackA: 20', 'fallbackA: 18') };
row(
  'slave-disconnected-limit',
  'more than fits: alarm, all fall to their own, until it is mended',
  TIGHT,
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 13 b 13 c 0');
    scene.strike('slave-disconnected-limit', 'a', 60);
    await scene.at(70);
    t.same(scene.alarms(), ['FALLBACK_UNSAFE']);
    t.match(scene.said('FALLBACK_UNSAFE')[0], /main L1: 32 A of 30 A, 2 A too much/);
    await scene.at(80);
    t.same([scene.shown, scene.reason('b')], ['a 10 b 6 c 0', 'fallbackUnsafe']);
    await scene.at(140);
    t.same([scene.wrong, scene.shown], [undefined, 'a 13 b 13 c 0']);
  },
);

row('slave-disconnected-limit', 'unheard: it does with the former one', { config: BARE }, async (scene, t) => {
  await scene.at(60);
  scene.strike('polls-lost', 'a', 60);
  scene.strike('slave-disconnected-limit', 'a', 200);
  await scene.at(115);
  t.same([scene.limitA('a'), scene.exposureA('a')], [6, 6], 'no master knows of 10 A');
  await scene.at(130);
  t.same([scene.wrong, scene.limitA('a')], [undefined, 20]);
  scene.strike('grants-lost', 'a', 60);
  await scene.at(185);
  t.same([scene.limitA('a'), scene.exposureA('a')], [10, 10], 'a GRANT has confirmed 10 A');
});

row('slave-moves', 'another address: known by its id, its limit runs on', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('slave-moves', 'a', 60);
  t.equal(scene.world.box('a').host, "a'");
  await scene.at(140);
  t.same([scene.limitsSince('a', 60), scene.limitsSince('b', 60)], [[18], [18]]);
  t.same([scene.wrong, scene.said('SLAVE_LOST')], [undefined, []]);
});

row(
  'voltage-dip',
  'all start with 0 A, and are raised once what counted before is over',
  { config: BARE },
  async (scene, t) => {
    await scene.at(60);
    scene.strike('voltage-dip', 'network', 2);
    await scene.at(62.1);
    t.equal(scene.shown, 'a 0 b 0 c 0');
    await scene.at(90);
    t.same([scene.wrong, scene.shown], [undefined, 'a 20 b 20 c 0']);
  },
);

row(
  'voltage-dip',
  'for long, beside a house that stands still: that they fell silent is no change that the meter missed',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('voltage-dip', 'network', 50);
    await scene.at(109);
    t.notOk(scene.alarms().includes('METER_BLIND'));
    await scene.at(140);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 18 c 0']);
  },
);
