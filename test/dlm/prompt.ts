/** A meter that shows falls of the charge points within one sample is believed to: a rise of the building hides behind none of them. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { type Ms, perPhase } from '../../src/base/units.js';
import { CapacityBook } from '../../src/dlm/load/capacity.js';
import { Metering } from '../../src/dlm/load/metering.js';
import { PromptWatch } from '../../src/dlm/load/prompt-watch.js';
import { AlarmBoard } from '../../src/dlm/alarms.js';
import { Notices } from '../../src/dlm/notice.js';
import { AS_CONFIGURED } from '../helpers/limits.js';
import { buildTopology } from '../../src/dlm/topology.js';
import { loadSample, meterSample } from '../helpers/samples.js';
import { circuit, site } from '../helpers/site.js';

const UPDATE_MS: Ms = 1000;
const NOISE_A = 0.05;

/** From these moments on, so much. */
type Course = readonly (readonly [fromMs: Ms, amps: number])[];

const at = (course: Course, nowMs: Ms): number => course.findLast(([fromMs]) => fromMs <= nowMs)?.[1] ?? 0;
const mostOf = (course: Course, fromMs: Ms, nowMs: Ms): number =>
  Math.max(at(course, fromMs), ...course.filter(([ms]) => ms > fromMs && ms <= nowMs).map(([, amps]) => amps));

/** What a meter shows of what flows. */
type Meter = (flowA: (atMs: Ms) => number, nowMs: Ms) => number;

/** Measures for a moment at each renewal. */
const sampling =
  (renewMs: Ms): Meter =>
  (flowA, nowMs) => {
    const renewedAtMs = Math.floor(nowMs / renewMs) * renewMs;
    return flowA(renewedAtMs) + NOISE_A * Math.sin(renewedAtMs);
  };

/** The mean of a time, renewed all the time. */
const averaging =
  (windowMs: Ms): Meter =>
  (flowA, nowMs) => {
    let sumA = 0;
    for (let ageMs = 0; ageMs < windowMs; ageMs += 10) sumA += flowA(nowMs - ageMs);
    return sumA / (windowMs / 10) + NOISE_A * Math.sin(nowMs);
  };

interface Play {
  readonly meter: Meter;
  readonly drawn: Course;
  readonly building?: Course;
  readonly periodMs?: Ms;
  readonly untilMs: Ms;
  readonly watch?: PromptWatch;
}

/** What is taken for the building, sample by sample, and what it takes. */
function play({ meter, drawn, building = [[0, 20]], periodMs = 250, untilMs, watch = new PromptWatch() }: Play): {
  readonly watch: PromptWatch;
  readonly loads: readonly (readonly [atMs: Ms, loadA: number, buildingA: number])[];
} {
  const loads: [Ms, number, number][] = [];
  for (let nowMs = 5000; nowMs <= untilMs; nowMs += periodMs) {
    const shownA = meter((ms) => at(drawn, ms) + at(building, ms), nowMs);
    const sample = {
      currentA: perPhase(shownA),
      shownA: perPhase(shownA),
      sampledAtMs: nowMs,
      mostA: perPhase(mostOf(drawn, nowMs - UPDATE_MS, nowMs)),
      nowA: perPhase(at(drawn, nowMs)),
    };
    const takenA = watch.addSample(sample, (fromMs) => perPhase(mostOf(drawn, fromMs, nowMs)));
    loads.push([nowMs, shownA - takenA[0], at(building, nowMs)]);
  }
  return { watch, loads };
}

/** Falls that are far apart, each proves something. */
const APART: Course = [
  [0, 60],
  [10_100, 50],
  [20_100, 40],
  [30_100, 30],
];

t.test('the second fall that is shown in time proves a meter', async (t) => {
  const isPrompt = (meter: Meter, untilMs: Ms): boolean => play({ meter, drawn: APART, untilMs }).watch.isPrompt;
  t.equal(isPrompt(sampling(200), 15_000), false, 'one may be chance');
  t.equal(isPrompt(sampling(200), 25_000), true);
  t.equal(isPrompt(averaging(200), 35_000), true, 'ten periods of the grid');
  t.equal(isPrompt(averaging(1000), 35_000), false, 'it shows each fall, but late');
  const often = { meter: averaging(200), drawn: APART, periodMs: 100, untilMs: 35_000 };
  t.equal(play(often).watch.isPrompt, true, 'a sample takes less time than the mean: the one after it counts');
  const small: Course = APART.map(([fromMs, amps]) => [fromMs, amps / 4]);
  t.equal(
    play({ meter: sampling(200), drawn: small, untilMs: 35_000 }).watch.isPrompt,
    false,
    'small ones prove nothing',
  );
});

t.test('behind a fall that is older than a sample no rise of the building hides', async (t) => {
  // It falls by 10 A, and before the meter has shown that the building rises by as much.
  const drawn: Course = [...APART, [40_010, 20]];
  const building: Course = [
    [0, 20],
    [40_190, 30],
  ];
  const seenAfterMs = (known: boolean): Ms | undefined => {
    const { watch } = known ? play({ meter: sampling(200), drawn: APART, untilMs: 39_000 }) : { watch: undefined };
    const { loads } = play({
      meter: sampling(200),
      drawn: known
        ? drawn
        : [
            [0, 30],
            [40_010, 20],
          ],
      building,
      untilMs: 45_000,
      ...(watch && { watch }),
    });
    const seen = loads.find(([atMs, loadA]) => atMs > 40_190 && loadA > 29.8);
    return seen && seen[0] - 40_190;
  };
  t.equal(seenAfterMs(true), 310, 'the next sample but one');
  t.equal(seenAfterMs(false), 1060, 'a meter that nobody knows: when all that it may show is after the fall');
});

t.test('a value that is the same to the bit may be the same measurement', async (t) => {
  const { watch } = play({ meter: sampling(200), drawn: APART, untilMs: 39_000 });
  t.equal(watch.isPrompt, true);
  const add = (nowMs: Ms, shownA: number, l2A: number): number => {
    const shown = [shownA, l2A, 1] as const;
    const sample = {
      currentA: shown,
      shownA: shown,
      sampledAtMs: nowMs,
      mostA: [30, 30, 0],
      nowA: [20, 20, 0],
    } as const;
    return watch.addSample(sample, () => [20, 20, 0])[0];
  };
  add(40_000, 50, 50);
  t.equal(add(40_250, 50, 40), 30, 'its phase has not moved');
  t.equal(add(40_500, 40, 40.1), 20, 'now it has');
});

t.test('a meter that shows a fall late is not believed for long', async (t) => {
  const { watch } = play({ meter: sampling(200), drawn: APART, untilMs: 39_000 });
  const falls: Course = Array.from({ length: 12 }, (_, index) => [index * 10_000 + 120, 200 - index * 10]);
  play({ meter: averaging(900), drawn: falls, untilMs: 19_000, watch });
  t.equal(watch.isPrompt, false, 'once is enough');
  play({ meter: sampling(200), drawn: falls, untilMs: 69_000, watch });
  t.equal(watch.isPrompt, false, 'and takes long to be made good');
  play({ meter: sampling(200), drawn: falls, untilMs: 119_000, watch });
  t.equal(watch.isPrompt, true);
});

t.test('a meter that is believed wrongly lowers charge points for nothing once', async (t) => {
  const { watch } = play({ meter: sampling(200), drawn: APART, untilMs: 39_000 });
  const meter = averaging(1000);
  const drawn: [Ms, number][] = [[0, 60]];
  const lowerings = (fromMs: Ms): number => {
    let count = 0;
    for (let nowMs = fromMs; nowMs < fromMs + 10_000; nowMs += 250) {
      // One vehicle of 20 A stops; whatever then seems to be building above 20 A lowers the others.
      if (nowMs === fromMs + 5000) drawn.push([nowMs - 110, at(drawn, nowMs) - 20]);
      const shownA = perPhase(meter((ms) => at(drawn, ms) + 20, nowMs));
      const mostA = perPhase(mostOf(drawn, nowMs - UPDATE_MS, nowMs));
      const sample = { currentA: shownA, shownA, sampledAtMs: nowMs, mostA, nowA: perPhase(at(drawn, nowMs)) };
      const takenA = watch.addSample(sample, (ms) => perPhase(mostOf(drawn, ms, nowMs)));
      const aboveA = shownA[0] - takenA[0] - 21;
      if (aboveA <= 0) continue;
      count += 1;
      drawn.push([nowMs + 10, Math.max(6, at(drawn, nowMs) - aboveA)]);
    }
    return count;
  };
  t.ok(lowerings(40_000) > 0, 'it is believed');
  t.equal(watch.isPrompt, false);
  drawn.push([49_000, 60]);
  t.equal(lowerings(50_000), 0, 'no longer');
});

t.test(
  'whatever the meter renews its registers at, and whenever vehicles fall, a fall is no load of the building',
  async (t) => {
    const rng = seededRng(1);
    let promptRuns = 0;
    for (let run = 0; run < 200; run++) {
      const drawn: [Ms, number][] = [[0, 1000]];
      for (
        let atMs = 10_000;
        atMs < 60_000;
        atMs += rng.chance(0.5) ? rng.between(20, 2000) : rng.between(3000, 6000)
      ) {
        drawn.push([Math.round(atMs), (drawn.at(-1)?.[1] ?? 0) - rng.between(1, 20)]);
      }
      const meter = sampling(Math.round(rng.between(50, 1000)));
      const { watch, loads } = play({ meter, drawn, periodMs: Math.round(rng.between(100, 1500)), untilMs: 60_000 });
      if (watch.isPrompt) promptRuns += 1;
      const wrong = loads.find(([, loadA, buildingA]) => loadA > buildingA + 2 * NOISE_A);
      if (wrong) t.fail(`run ${run}: ${wrong.join(' ')}`);
    }
    t.ok(promptRuns > 50, `${promptRuns} of 200 were believed`);
  },
);

t.test('nobody is raised on it: what may be in the sample at most and at least counts as before', async (t) => {
  const rng = seededRng(2);
  const circuits = [circuit({ id: 'main', limitA: perPhase(100), meter: 'grid' })];
  const [before, now] = [0, 1].map(() => {
    const topology = buildTopology(circuits);
    return new CapacityBook({ circuits, topology, limits: AS_CONFIGURED, places: ['main'] });
  });
  for (let nowMs = 0; nowMs < 600_000; nowMs += 250) {
    const mostA = rng.between(0, 60);
    const leastA = rng.between(0, mostA);
    const sample = { ...loadSample(perPhase(rng.between(0, 90)), perPhase(mostA), nowMs), leastA: perPhase(leastA) };
    before?.addSample(0, sample, nowMs);
    now?.addSample(0, { ...sample, drawnA: perPhase(rng.between(leastA, mostA)) }, nowMs);
    const [beforeA = 0, nowA = 0] = [before, now].map((book) => book?.capacities(nowMs)[0]?.raisableA[0]);
    if (nowA > beforeA + 1e-9) t.fail(`${nowMs} ms: ${nowA} A instead of ${beforeA} A`);
  }
});

t.test('a meter that was lost has to prove itself again: it may be another device', async (t) => {
  const drawn: Course = [...APART, [40_010, 20]];
  const building: Course = [
    [0, 20],
    [40_190, 30],
  ];
  const loadA = (isLost: boolean): number | undefined => {
    const main = site({ circuits: [circuit({ id: 'main', limitA: perPhase(100), meter: 'grid' })] });
    const roster = {
      drawnBelowA: (_: number, fromMs: Ms, nowMs: Ms) => {
        const mostA = perPhase(mostOf(drawn, fromMs, nowMs));
        return { mostA, leastA: mostA };
      },
      currentBelowA: (_: number, nowMs: Ms) => perPhase(at(drawn, nowMs)),
    };
    const topology = buildTopology(main.circuits);
    const metering = new Metering({
      site: main,
      topology,
      limits: AS_CONFIGURED,
      alarms: new AlarmBoard(),
      notices: new Notices(),
      roster,
    });
    const meter = sampling(200);
    for (let nowMs = 5000; nowMs <= 40_500; nowMs += 250) {
      if (isLost && nowMs === 38_000) metering.lose('grid', 'no answer', nowMs);
      const currentA = perPhase(meter((ms) => at(drawn, ms) + at(building, ms), nowMs));
      metering.hear('grid', { ...meterSample(currentA, nowMs), updateMs: UPDATE_MS }, false, nowMs);
    }
    return metering.capacities(40_500)[0]?.loadA[0];
  };
  t.ok((loadA(false) ?? 0) > 29.9);
  t.ok((loadA(true) ?? 99) < 20.1);
});
