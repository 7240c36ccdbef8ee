/** Rows 1 to 17 of the table of faults: meters and their cables. */
import type { Test } from 'tap';
import { PHASES } from '../../../src/base/units.js';
import { HOUSE, row, type Scene } from './scene.js';

const FUSE_A = 40;
const FALLBACK_A = 20;
/** What is left beside the house. */
const CALM_A = 36.5;
const CALM = 'a 18 b 18 c 0';
const FALLBACK = 'a 10 b 10 c 0';

const SERIAL = HOUSE.replace('tcp://192.0.2.1', 'rtu:/dev/serial/by-id/bus?baud=19200');
const UNEVEN = [2, 3, 8] as const;

/** A fault of 20 s from 60 s on that costs the meter: alarm, fallback, and all as before afterwards. */
async function isLost(scene: Scene, t: Test, fault: string): Promise<void> {
  await scene.at(60);
  t.equal(scene.shown, CALM);
  scene.strike(fault, 'grid', 20);
  await scene.at(66);
  t.same(scene.alarms(), ['METER_LOST']);
  t.equal(scene.capacityA(), FALLBACK_A);
  t.equal(scene.shown, FALLBACK);
  t.match(scene.record('a').reason, { cause: { source: 'fallback' } });
  await scene.at(79);
  t.equal(scene.shown, FALLBACK);
  await scene.at(110);
  t.equal(scene.shown, CALM);
  t.equal(scene.wrong, undefined);
}

const LASTING = { config: HOUSE.replace('timeoutMs: 400', 'timeoutMs: 400, maxAgeMs: 9000') };
row(
  'meter-misses-one',
  'the value is kept, and nobody is raised on one that is older than two samples',
  LASTING,
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-misses-one', 'grid', 4);
    await scene.at(61.2);
    t.equal(scene.capacityA(), CALM_A);
    scene.unplug('b');
    await scene.at(64);
    t.same(scene.limitsSince('a', 60), [18], 'what b had is free, but by an old value');
    await scene.at(75);
    t.equal(scene.limitA('a'), 32);
    t.same([scene.said('METER_LOST'), scene.said('METER_ERROR').length], [[], 1]);
  },
);

row(
  'meter-silent',
  'lost after 3 s: alarm, fallback, no raise beyond it until three good reads',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-silent', 'grid', 20);
    await scene.at(62.5);
    t.same([scene.alarms(), scene.shown], [[], CALM]);
    await scene.at(66);
    t.same([scene.alarms(), scene.capacityA(), scene.shown], [['METER_LOST'], FALLBACK_A, FALLBACK]);
    scene.unplug('b');
    await scene.at(80);
    t.equal(scene.limitA('a'), FALLBACK_A, 'what b had of the fallback');
    const requests = scene.requests('grid');
    await scene.at(100);
    const raisedS = scene.when('a', 80, (limitA) => limitA > FALLBACK_A);
    const polls = new Set(requests.filter((atS) => atS < raisedS).map((atS) => Math.round(atS * 2)));
    t.ok(polls.size >= 3, `${polls.size} polls before the raise`);
    t.equal(scene.limitA('a'), 32);
    t.equal(scene.wrong, undefined);
  },
);

row('meter-unknown-registers', 'told once that the map does not fit, and asked seldom', {}, async (scene, t) => {
  await scene.at(60);
  const requests = scene.requests('grid');
  scene.strike('meter-unknown-registers', 'grid', 40);
  await scene.at(100);
  t.equal(scene.said('METER_ERROR').length, 1);
  t.match(scene.said('METER_ERROR')[0], /exception 2: the device does not know the registers of eastron-sdm630-v2/);
  t.ok(requests.length <= 8, `${requests.length} requests in 40 s`);
  t.same([scene.alarms(), scene.shown], [['METER_LOST'], FALLBACK]);
  await scene.at(130);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('meter-busy', 'counts as missed, and is asked again with pauses', {}, async (scene, t) => {
  await scene.at(60);
  const requests = scene.requests('grid');
  scene.strike('meter-busy', 'grid', 20);
  await scene.at(62.4);
  t.same([scene.alarms(), scene.shown], [[], CALM], 'not lost yet');
  await scene.at(80);
  t.same([scene.alarms(), scene.shown], [['METER_LOST'], FALLBACK]);
  t.ok(requests.length > 3 && requests.length < 20, `${requests.length} requests in 20 s`);
  await scene.at(110);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('meter-no-value', 'a sentinel is no value: missed, and lost after 3 s', {}, async (scene, t) => {
  await isLost(scene, t, 'meter-no-value');
  t.match(scene.said('METER_ERROR')[0], /expected a value/);
});

row(
  'meter-frozen',
  'told after 30 s beside charge points that change, lost after 60 s, and not taken for blind',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-frozen', 'grid', 90);
    scene.plugIn('c');
    await scene.at(88);
    t.same(scene.alarms(), []);
    await scene.at(95);
    t.same(scene.alarms(), ['METER_STUCK']);
    await scene.at(130);
    t.same(scene.alarms(), ['METER_STUCK', 'METER_LOST']);
    t.equal(scene.capacityA(), FALLBACK_A);
    await scene.at(230);
    t.equal(scene.wrong, undefined);
    t.equal(scene.shown, 'a 12 b 12 c 12');
  },
);

row('meter-frozen', 'while no charge point changes, it is no fault', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('meter-frozen', 'grid', 90);
  t.ok(scene.world.device('grid').isFaulty);
  await scene.at(150);
  t.same([scene.said('METER_STUCK'), scene.said('METER_LOST'), scene.shown], [[], [], CALM]);
});

const SWAPPED = { vehicles: {}, buildingA: UNEVEN };
row('meter-phases-swapped', 'two steps show it: alarm, the highest phase counts for all', SWAPPED, async (scene, t) => {
  await scene.at(30);
  scene.strike('meter-phases-swapped', 'grid', 300);
  for (const startS of [40, 80, 120]) {
    await scene.at(startS);
    scene.plugIn('a', { phases: 1, maxA: 16, reactionMs: 1_000, rampAPerS: 32 });
    await scene.at(startS + 20);
    const leftA = scene.capacitiesA();
    const isFound = startS > 100;
    if (isFound)
      t.ok(
        PHASES.every((p) => leftA[p] <= FUSE_A - UNEVEN[p]),
        `${leftA} A are left`,
      );
    scene.unplug('a');
  }
  t.ok(scene.alarms().includes('PHASE_MISMATCH'), 'alarm');
  t.match(scene.said('PHASE_MISMATCH')[0], /shows the charge points on other phases/);
});

row(
  'meter-backwards',
  'found out by what it shows: alarm, and its values count without their sign',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-backwards', 'grid', 60);
    await scene.each(1, 120, () => {
      if (scene.capacityA() > CALM_A + 0.5) t.fail(`${scene.capacityA()} A at ${scene.nowS} s`);
    });
    t.same([scene.alarms(), scene.shown], [['METER_SIGN'], CALM]);
  },
);

row('meter-stranger', 'another serial number: lost, until the right one is back', {}, async (scene, t) => {
  await isLost(scene, t, 'meter-stranger');
  t.match(scene.said('METER_LOST')[0], /another device answers: expected serial number/);
});

const NO_SERIAL = { config: HOUSE.replace('eastron-sdm630-v2', 'siemens-pac2200') };
row(
  'meter-stranger',
  'where there is no serial number: a device of another kind is lost',
  NO_SERIAL,
  async (scene, t) => {
    await isLost(scene, t, 'meter-stranger');
  },
);

row('meter-word-order', 'values that cannot be are missed, and lost after 3 s', {}, async (scene, t) => {
  await isLost(scene, t, 'meter-word-order');
  t.match(scene.said('METER_ERROR')[0], /implausible/);
});

row(
  'meter-word-order',
  'a master that starts meanwhile takes no garbled serial number for good',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-word-order', 'grid', 20);
    await scene.at(62);
    scene.world.master('master').kill();
    await scene.at(63);
    scene.world.master('master').start();
    await scene.at(78);
    t.ok(scene.said('METER_LOST').length > 0);
    // Who it is is asked again after ten minutes.
    await scene.at(700);
    t.ok(scene.master.isMeterOnline('grid'), 'the right one is no stranger then');
  },
);

row('meter-half-open', 'each request has its deadline; lost, and back by itself', {}, async (scene, t) => {
  await isLost(scene, t, 'meter-half-open');
});

const TWO_METERS = {
  config: `
site: Scene
circuits:
  - { id: main, limitA: 40, meter: grid, fallbackA: 20, backgroundMaxA: 10 }
  - { id: garage, parent: main, limitA: 35, meter: garage-meter, fallbackA: 20, backgroundMaxA: 10 }
meters:
  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }
  - { id: garage-meter, model: siemens-pac2200, connection: "tcp://192.0.2.2", pollPeriodMs: 500, timeoutMs: 400 }
chargePoints:
  - { id: a, circuit: garage }
  - { id: b, circuit: garage }
  - { id: c, circuit: garage }
`,
};
row('meter-refuses', 'asked again with pauses; another meter is not held up', TWO_METERS, async (scene, t) => {
  await scene.at(60);
  const others = scene.requests('garage-meter');
  scene.strike('meter-refuses', 'grid', 20);
  await scene.at(80);
  t.same(scene.alarms(), ['METER_LOST']);
  t.ok(scene.master.isMeterOnline('garage-meter'));
  t.ok(others.length >= 39, `${others.length} requests to the other one`);
  await scene.at(110);
  t.equal(scene.wrong, undefined);
});

row(
  'meter-one-client',
  'one request at a time; the second master has it once the first one is gone',
  { hasStandby: true },
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-one-client', 'grid', 120);
    await scene.at(70);
    t.same(scene.alarms(), []);
    t.notOk(scene.world.master('standby').isMeterOnline('grid'), 'refused');
    scene.strike('master-killed', 'master', 60);
    await scene.at(100);
    t.same(scene.deciding, ['standby']);
    t.ok(scene.master.isMeterOnline('grid'));
    t.equal(scene.shown, CALM);
  },
);

const STILL = { config: SERIAL, buildingA: UNEVEN, vehicles: {} };

/** While nothing moves, what the meter shows is what flows, or nothing. */
async function showsTruth(scene: Scene, t: Test, untilS: number): Promise<void> {
  await scene.each(0.1, untilS, () => {
    const shownA = scene.measuredA();
    if (shownA && PHASES.some((p) => Math.abs(shownA[p] - UNEVEN[p]) > 0.01)) t.fail(`${shownA} A at ${scene.nowS} s`);
  });
}

row('meter-noise', 'on a serial line: no value of a damaged frame', STILL, async (scene, t) => {
  await scene.at(60);
  scene.strike('meter-noise', 'grid', 60);
  await showsTruth(scene, t, 130);
  t.match(scene.said('METER_NOISY', 60)[0], /arrived damaged/);
  t.equal(scene.wrong, undefined);
});

row(
  'meter-late',
  'on a serial line: lost, and a late answer is never taken for another one',
  STILL,
  async (scene, t) => {
    await scene.at(60);
    scene.strike('meter-late', 'grid', 20);
    await showsTruth(scene, t, 100);
    t.equal(scene.said('METER_LOST').length, 1);
    t.equal(scene.wrong, undefined);
  },
);

row('meter-unplugged', 'the line is opened again, and the meter is back', { config: SERIAL }, async (scene, t) => {
  await isLost(scene, t, 'meter-unplugged');
});

const PATIENT = { config: HOUSE.replace('timeoutMs: 400', 'timeoutMs: 1000') };
row('meter-slow', 'read less often, which is told; the loop does not wait for it', PATIENT, async (scene, t) => {
  await scene.at(60);
  scene.strike('meter-slow', 'grid', 60);
  const { cycles = 0 } = scene.world.journal.counts;
  await scene.at(120);
  t.ok((scene.world.journal.counts['cycles'] ?? 0) - cycles >= 59, 'a cycle each second');
  t.match(scene.said('METER_SLOW')[0], /is read every \d+ ms: its answers take longer than its period/);
  t.same([scene.said('METER_LOST'), scene.shown], [[], CALM]);
  await scene.at(140);
  t.match(scene.said('METER_SLOW').at(-1), /fast enough again/);
});
