import t, { type Test } from 'tap';
import { PHASES, type PhaseAmps } from '../../src/base/units.js';
import { generateDay } from '../../src/sim/day/generate-profile.js';
import { type Building, buildingCurrentA, type DayProfile, parseProfile } from '../../src/sim/day/profile.js';
import { minuteOfDay } from '../../src/sim/day/time-lapse.js';
import { supplyValues } from '../../src/sim/virtual-site.js';
import { mean, recorded, parsed } from './recorded.js';

const HEADER = 'minute,power_w';

function csvOf(powers: readonly (number | string)[]): string {
  return `${HEADER}\n${powers.map((power, minute) => `${minute},${power}\n`).join('')}`;
}

function flat(powerW: number): DayProfile {
  return new Array<number>(1440).fill(powerW);
}

function building(parts: Partial<Building>): Building {
  return { loadW: flat(0), loadFactor: 1, pvW: flat(0), pvFactor: 1, ...parts };
}

const sum = (amps: PhaseAmps): number => amps[0] + amps[1] + amps[2];

t.test('a profile is read as it is written', async (t) => {
  const powers = Array.from({ length: 1440 }, (_, minute) => minute / 10 - 20);
  t.same(parsed(parseProfile(csvOf(powers))), powers);
  t.same(parsed(parseProfile(csvOf(powers).replaceAll('\n', '\r\n'))), powers, 'with Windows line ends');
});

t.test('a bad profile is refused with line, expectation and finding', async (t) => {
  const good = csvOf(flat(1));
  const rows = [
    ['', 'line 1: expected the header "minute,power_w", found ""'],
    [good.replace(HEADER, 'minute;power_w'), 'line 1: expected the header "minute,power_w", found "minute;power_w"'],
    [good.replace('\n7,1\n', '\n7\n'), 'line 9: expected 2 fields, found 1: "7"'],
    [good.replace('\n7,1\n', '\n7,abc\n'), 'line 9 power_w: expected a number of watts, found "abc"'],
    [good.replace('\n7,1\n', '\n7,\n'), 'line 9 power_w: expected a number of watts, found ""'],
    [good.replace('\n7,1\n', '\n7,NaN\n'), 'line 9 power_w: expected a number of watts, found "NaN"'],
    [good.replace('\n7,1\n', '\n'), 'line 9 minute: expected 7, found "8"'],
    [good.replace('1439,1\n', ''), 'expected 1440 minutes, the last one found is 1438'],
    [`${good}1440,1\n`, 'line 1442 minute: expected the end of the day, found "1440"'],
  ] as const;
  for (const [csv, error] of rows) t.same(parseProfile(csv), { ok: false, error }, error);
});

/** Facts of the recorded day: mean and peak in W, and how much of the spread is left a minute and half an hour later. */
function character(profile: DayProfile): { meanW: number; peakW: number; minuteLater: number; halfHourLater: number } {
  const meanW = mean(profile);
  const moment = (lag: number): number =>
    mean(profile.slice(lag).map((powerW, i) => (powerW - meanW) * ((profile[i] ?? 0) - meanW)));
  const correlation = (lag: number): number => moment(lag) / moment(0);
  return { meanW, peakW: Math.max(...profile), minuteLater: correlation(1), halfHourLater: correlation(30) };
}

function expectLike(t: Test, name: string, made: DayProfile, facts: ReturnType<typeof character>): void {
  const { meanW, peakW, minuteLater, halfHourLater } = character(made);
  t.equal(made.length, 1440);
  t.ok(Math.min(...made) >= 0, `${name}: never negative`);
  t.ok(Math.abs(meanW / facts.meanW - 1) < 0.1, `${name}: mean ${meanW} W, recorded ${facts.meanW} W`);
  t.ok(Math.abs(peakW / facts.peakW - 1) < 0.12, `${name}: peak ${peakW} W, recorded ${facts.peakW} W`);
  t.ok(Math.abs(minuteLater - facts.minuteLater) < 0.15, `${name}: a minute later ${minuteLater}`);
  t.ok(Math.abs(halfHourLater - facts.halfHourLater) < 0.25, `${name}: half an hour later ${halfHourLater}`);
}

t.test('generated days are like the recorded one', async (t) => {
  const loadFacts = { meanW: 544.3, peakW: 4358, minuteLater: 0.94, halfHourLater: 0.25 };
  const pvFacts = { meanW: 1513, peakW: 6130.2, minuteLater: 0.94, halfHourLater: 0.69 };
  for (let seed = 1; seed <= 15; seed++) {
    const { loadW, pvW } = generateDay(seed);
    expectLike(t, `load of generateDay(${seed})`, loadW, loadFacts);
    expectLike(t, `PV of generateDay(${seed})`, pvW, pvFacts);
    t.ok(
      pvW.every((powerW, minute) => powerW > 0 === (minute >= 424 && minute < 1196)),
      'PV by day only',
    );
  }
  const [day, again, other] = [generateDay(7), generateDay(7), generateDay(8)];
  for (const part of ['loadW', 'pvW'] as const) {
    t.ok(day[part].join() === again[part].join(), `${part}: same seed, same day`);
    t.ok(day[part].join() !== other[part].join(), `${part}: another seed, another day`);
  }
});

t.test('the facts that the generator is fitted to are those of the recordings', async (t) => {
  const load = recorded(t, 'building-load-1min.csv');
  const pv = recorded(t, 'pv-production-1min.csv');
  if (load === undefined || pv === undefined) return;
  const { loadW, pvW } = generateDay(1);
  expectLike(t, 'load', loadW, character(parsed(parseProfile(load))));
  expectLike(t, 'PV', pvW, character(parsed(parseProfile(pv))));
});

t.test('the building: all power arrives, unevenly; PV feeds in on three phases', async (t) => {
  const flatLoad = buildingCurrentA(building({ loadW: flat(2300), loadFactor: 10 }), 600);
  t.ok(Math.abs(sum(flatLoad) - 100) < 1e-9, '23 kW at 230 V');
  t.ok(flatLoad[0] > flatLoad[1] && flatLoad[1] > flatLoad[2], `uneven: ${flatLoad}`);
  const feedIn = buildingCurrentA(building({ pvW: flat(690), pvFactor: 2 }), 600);
  for (const phase of PHASES) t.ok(Math.abs(feedIn[phase] + 2) < 1e-9, 'a third of 1380 W on each phase, negative');
  const { loadW } = generateDay(1);
  const house = building({ loadW });
  const wholeDay = Array.from({ length: 1440 }, (_, minute) => sum(buildingCurrentA(house, minute)) * 230);
  t.ok(Math.abs(mean(wholeDay) - mean(loadW)) < 1e-6, 'over a day nothing is lost');
  const ramp = flat(0).map((_, minute) => minute);
  const [l1, l2, l3] = buildingCurrentA(building({ loadW: ramp }), 100);
  t.ok(l1 / 0.42 > l2 / 0.33 && l2 / 0.33 > l3 / 0.25, 'the phases see the day one after the other');
  t.same(buildingCurrentA(house, 600.99), buildingCurrentA(house, 600), 'a value holds for its minute');
  t.same(buildingCurrentA(house, 1440), buildingCurrentA(house, 0), 'the next day is the same');
});

t.test('time lapse', async (t) => {
  t.equal(minuteOfDay({ startMinute: 480, factor: 1 }, 0), 480);
  t.equal(minuteOfDay({ startMinute: 480, factor: 1 }, 90_000), 481.5);
  t.equal(minuteOfDay({ startMinute: 480, factor: 60 }, 1000), 481);
  t.equal(minuteOfDay({ startMinute: 1439, factor: 60 }, 1000), 0, 'midnight');
  t.equal(minuteOfDay({ startMinute: 10, factor: 1440 }, 3 * 60_000 + 1000), 34, 'three days and 24 minutes');
});

t.test('the meter at the supply: with the charge points, or without', async (t) => {
  const moment = { building: building({ loadW: flat(2300), pvW: flat(690) }), minute: 600 };
  const buildingA = buildingCurrentA(moment.building, 600);
  const chargePointsA = [10, 0, 30] as const;
  const including = supplyValues({ ...moment, chargePointsA, meterLocation: 'including' });
  const excluding = supplyValues({ ...moment, chargePointsA, meterLocation: 'excluding' });
  t.same(excluding.currentA, buildingA);
  t.same(including.currentA, [buildingA[0] + 10, buildingA[1], buildingA[2] + 30]);
  t.same(including.voltageV, excluding.voltageV, 'the voltage does not know where the meter sits');
});

t.test('the voltage drops a little with the load and rises with feed-in', async (t) => {
  const at = (chargePointsA: PhaseAmps, parts: Partial<Building>): readonly number[] =>
    supplyValues({ building: building(parts), minute: 0, chargePointsA, meterLocation: 'excluding' }).voltageV;
  t.same(at([0, 0, 0], {}), [232, 232, 232]);
  t.same(at([100, 0, 50], {}), [230, 232, 231]);
  t.ok(at([0, 0, 0], { pvW: flat(6130) })[1] === 232 + 0.02 * (6130 / 690));
});
