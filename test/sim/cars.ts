/**
 * Cars and meters that exist, on the simulated site with the real master and slaves: what people reported of other products.
 * Each case says what happened there, and what is right.
 */
import t, { type Test } from 'tap';
import { virtualPorts } from '../../src/cli/site/ports.js';
import { play } from '../../src/sim/world/play.js';
import type { ChargePointSample, RunLog } from '../../src/sim/world/run-log.js';
import { scenarioOf } from './world/small-site.js';

const SEED = 1;
const SAMPLE_MS = 1_000;

interface Case {
  readonly minutes: number;
  readonly circuit: string;
  readonly points: readonly string[];
  readonly vehicles: readonly string[];
  readonly loads?: readonly string[];
  readonly others?: readonly string[];
}

const METER =
  '{ id: grid, model: siemens-pac2200, connection: "tcp://192.0.2.1", pollPeriodMs: 1000, maxAgeMs: 15000 }';

async function played(t: Test, form: Case): Promise<RunLog> {
  const { minutes, circuit, points, vehicles, loads = [], others = [] } = form;
  const list = (name: string, items: readonly string[]): string =>
    items.length > 0 ? `${name}:\n${items.map((item) => `  - ${item}`).join('\n')}\n` : '';
  const text = [
    `name: A case\ndurationMin: ${minutes}\nconfiguration:\n  site: X\n  circuits: [${circuit}]\n`,
    loads.length > 0 ? `  meters: [${METER}]\n` : '',
    `  chargePoints:\n${points.map((point) => `    - ${point}`).join('\n')}\n`,
    others.map((other) => `${other}\n`).join(''),
    list('loads', loads),
    list('vehicles', vehicles),
  ].join('');
  const log = await play(scenarioOf(text), { seed: SEED, ports: virtualPorts, sampleEveryMs: SAMPLE_MS });
  t.same(log.violations, []);
  return log;
}

function samplesOf(log: RunLog, id: string, fromS = 0, toS = Number.POSITIVE_INFINITY): readonly ChargePointSample[] {
  const index = log.chargePoints.findIndex((point) => point.id === id);
  const within = log.samples.filter(({ atMs }) => atMs >= fromS * 1000 && atMs < toS * 1000);
  return within.flatMap(({ chargePoints }) => chargePoints[index] ?? []);
}

function startsOf(log: RunLog, id: string, fromS = 0): number {
  const currents = samplesOf(log, id, fromS).map(({ currentA }) => currentA);
  return currents.filter((currentA, index) => currentA > 0 && (currents[index - 1] ?? 0) === 0).length;
}

/** Shortly before all leave. */
function lastOf(log: RunLog, id: string): ChargePointSample {
  return samplesOf(log, id).at(-3) ?? { limitA: -1, currentA: -1, state: 'Off', reason: '' };
}

/** Each limit once, in the order in which it held. */
function limitsOf(log: RunLog, id: string, fromS: number, toS?: number): readonly number[] {
  const limits = samplesOf(log, id, fromS, toS).map(({ limitA }) => limitA);
  return limits.filter((limitA, index) => limitA !== limits[index - 1]);
}

const TWO = ['{ id: cp1, circuit: main, maxA: 16 }', '{ id: cp2, circuit: main, maxA: 16 }'];

t.test('a car that needs 8 A, alone: its offer is not taken back before it can take it', async (t) => {
  const log = await played(t, {
    minutes: 10,
    circuit: '{ id: main, limitA: 25 }',
    points: TWO.slice(0, 1),
    vehicles: ['{ chargePoint: cp1, atS: 5, minA: 8 }'],
  });
  t.same(limitsOf(log, 'cp1', 0), [0, 16]);
  t.equal(lastOf(log, 'cp1').currentA, 16);
});

t.test('a car that needs 8 A beside another one behind 14 A: 8 and 6 A', async (t) => {
  const log = await played(t, {
    minutes: 15,
    circuit: '{ id: main, limitA: 14 }',
    points: TWO,
    vehicles: ['{ chargePoint: cp1, atS: 5, minA: 8, maxA: 16 }', '{ chargePoint: cp2, atS: 10, maxA: 16 }'],
  });
  t.same([lastOf(log, 'cp1').currentA, lastOf(log, 'cp2').currentA], [8, 6]);
  t.equal(startsOf(log, 'cp1'), 1);
});

t.test('behind 13 A they take turns, and the one that needs 8 A has its own', async (t) => {
  const log = await played(t, {
    minutes: 120,
    circuit: '{ id: main, limitA: 13 }',
    points: TWO,
    vehicles: ['{ chargePoint: cp1, atS: 5, minA: 8, maxA: 16 }', '{ chargePoint: cp2, atS: 10, maxA: 16 }'],
  });
  for (const id of ['cp1', 'cp2']) {
    const charged = samplesOf(log, id).filter(({ currentA }) => currentA > 0).length / log.samples.length;
    t.ok(charged >= 0.35, `${id} charges for ${(100 * charged).toFixed(0)} % of the time`);
  }
});

t.test('a car that needs 8 A, after a house left it 7 A for five minutes: 16 A again', async (t) => {
  const log = await played(t, {
    minutes: 20,
    circuit: '{ id: main, limitA: 25, meter: grid, fallbackA: 0, backgroundMaxA: 20 }',
    points: ['{ id: cp1, circuit: main, maxA: 16, disconnectedLimitA: 0 }'],
    loads: [
      '{ circuit: main, atS: 0, loadA: 3 }',
      '{ circuit: main, atS: 300, loadA: 18 }',
      '{ circuit: main, atS: 600, loadA: 3 }',
    ],
    vehicles: ['{ chargePoint: cp1, atS: 5, minA: 8, maxA: 16 }'],
  });
  t.equal(lastOf(log, 'cp1').currentA, 16);
  t.equal(startsOf(log, 'cp1'), 2);
});

t.test('cars that start after 30 s, or cool for 25 s, keep their offer', async (t) => {
  const log = await played(t, {
    minutes: 30,
    circuit: '{ id: main, limitA: 32 }',
    points: TWO,
    vehicles: [
      '{ chargePoint: cp1, atS: 5, startS: 30 }',
      '{ chargePoint: cp2, atS: 10, coolsEveryS: 300, coolsForS: 25 }',
    ],
  });
  for (const id of ['cp1', 'cp2']) t.same(limitsOf(log, id, 60), [16], id);
});

t.test('a house that toggles each minute starts the car at most six times an hour', async (t) => {
  const loads = Array.from(
    { length: 60 },
    (_, minute) => `{ circuit: main, atS: ${60 * minute}, loadA: [${minute % 2 ? 16 : 10}, 0, 0] }`,
  );
  const log = await played(t, {
    minutes: 60,
    circuit: '{ id: main, limitA: 20, meter: grid, fallbackA: 0, backgroundMaxA: 20 }',
    points: ['{ id: cp1, circuit: main, maxA: 16, disconnectedLimitA: 0 }'],
    loads,
    vehicles: ['{ chargePoint: cp1, atS: 5, phases: 1 }'],
  });
  t.ok(startsOf(log, 'cp1') <= 6, `${startsOf(log, 'cp1')} starts`);
});

t.test('a car that sleeps after a pause has an offer again, and wakes up', async (t) => {
  const log = await played(t, {
    minutes: 30,
    circuit: '{ id: main, limitA: 20, meter: grid, fallbackA: 6, backgroundMaxA: 14 }',
    points: ['{ id: cp1, circuit: main, maxA: 16 }'],
    loads: [
      '{ circuit: main, atS: 0, loadA: 10 }',
      '{ circuit: main, atS: 120, loadA: 16 }',
      '{ circuit: main, atS: 150, loadA: 4 }',
    ],
    vehicles: ['{ chargePoint: cp1, atS: 5, maxA: 16, needsWakeUp: true }'],
  });
  t.equal(lastOf(log, 'cp1').state, 'Charging', 'it was woken up');
  t.ok(lastOf(log, 'cp1').limitA >= 6);
});

t.test('a meter that renews its values every 10 s: a car is lowered by the excess, once', async (t) => {
  const slow = (points: readonly string[], vehicles: readonly string[]): Promise<RunLog> =>
    played(t, {
      minutes: 20,
      circuit: '{ id: main, limitA: 25, meter: grid, fallbackA: 12, backgroundMaxA: 12 }',
      points,
      others: ['meters: { renewMs: 10000 }'],
      loads: [
        '{ circuit: main, atS: 0, loadA: 3 }',
        '{ circuit: main, atS: 602, loadA: 11 }',
        '{ circuit: main, atS: 902, loadA: 3 }',
      ],
      vehicles,
    });
  const points = ['{ id: cp1, circuit: main, maxA: 20 }', '{ id: cp2, circuit: main, maxA: 20 }'];
  const one = await slow(points.slice(0, 1), ['{ chargePoint: cp1, atS: 5 }']);
  const limits = limitsOf(one, 'cp1', 600, 900);
  t.ok(Math.min(...limits) >= 13 && limits.length <= 4, limits.join(' '));
  const two = await slow(points, ['{ chargePoint: cp1, atS: 5 }', '{ chargePoint: cp2, atS: 300 }']);
  for (const id of ['cp1', 'cp2']) t.equal(startsOf(two, id), 1, `${id} is never paused`);
});

t.test('a meter in whole amperes keeps the car within an ampere', async (t) => {
  const log = await played(t, {
    minutes: 20,
    circuit: '{ id: main, limitA: 25, meter: grid, fallbackA: 6, backgroundMaxA: 12 }',
    points: ['{ id: cp1, circuit: main, maxA: 20 }'],
    others: ['meters: { roundA: 1, noiseA: 0.15 }'],
    loads: ['{ circuit: main, atS: 0, loadA: 8.4 }', '{ circuit: main, atS: 300, loadA: 8.6 }'],
    vehicles: ['{ chargePoint: cp1, atS: 5, maxA: 20 }'],
  });
  const limits = samplesOf(log, 'cp1', 60).map(({ limitA }) => limitA);
  t.ok(Math.min(...limits) >= 15 && Math.max(...limits) <= 17, [...new Set(limits)].join(' '));
  t.ok(limitsOf(log, 'cp1', 60).length <= 40, `${limitsOf(log, 'cp1', 60).length} changes`);
});

t.test('a single-phase car on a phase of its own has its 16 A within two minutes', async (t) => {
  const point = (id: string, rotation: string): string =>
    `{ id: ${id}, circuit: main, maxA: 16, rotation: ${rotation}, disconnectedLimitA: 0 }`;
  const log = await played(t, {
    minutes: 10,
    circuit: '{ id: main, limitA: 16 }',
    points: [point('cp1', 'RST'), point('cp2', 'RST'), point('cp3', 'TRS')],
    vehicles: [
      '{ chargePoint: cp1, atS: 5, phases: 1 }',
      '{ chargePoint: cp2, atS: 10, phases: 1 }',
      '{ chargePoint: cp3, atS: 60, phases: 1 }',
    ],
  });
  t.same(limitsOf(log, 'cp3', 180), [16]);
  t.ok(startsOf(log, 'cp1') + startsOf(log, 'cp2') <= 3, 'one was paused for it, for half a minute');
  t.same([lastOf(log, 'cp1').limitA, lastOf(log, 'cp2').limitA], [8, 8]);
});
