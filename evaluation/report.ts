/** The page docs/evaluation.md: tables, and how they came about. All of it is written by `make evaluate`. */
import { DARK_MINUTES } from './baselines.js';
import { LOAD_SHARE, SEED } from './cases.js';
import type { EvaluationData } from './data.js';
import { BLOCK_MINUTES, COARSE_BLOCK_MINUTES, type Row, type SiteResult } from './evaluate.js';
import type { Measures } from './measures.js';
import { apartText, PLAYED_TEXT, type WindowShares } from './report-apart.js';
import type { EvaluationSite } from './site.js';
import { VEHICLE_KINDS } from './vehicles.js';

export function page(
  results: readonly SiteResult[],
  data: EvaluationData,
  windows: readonly WindowShares[] = [],
): string {
  const names = [...new Set(results.map(({ site }) => site.name))];
  return [
    '# Does it serve the drivers?',
    origin(data),
    '![The share of the demand that each method serves](evaluation.svg)',
    ...names.flatMap((name) => garage(results.filter(({ site }) => site.name === name))),
    apartText(results, windows),
    COLUMNS_TEXT,
    METHODS_TEXT,
    PLAYED_TEXT,
    inputsText(data, results),
  ].join('\n\n');
}

function origin({ isRecorded, sessions }: EvaluationData): string {
  const what = isRecorded
    ? `${thousands(sessions.length)} recorded charging sessions of an apartment complex`
    : `**Generated sessions, not recorded ones**: ${thousands(sessions.length)} with the statistics of a recorded garage`;
  return `${what}, behind fuses that are too small. Written by \`make evaluate\`.`;
}

function garage(results: readonly SiteResult[]): string[] {
  const [first] = results;
  if (!first) return [];
  const head =
    '| fuse | method | kWh | served | of the bound | Jain | worst tenth | went short | class 1 / 2 | fuse used | highest | over the fuse |';
  const rule = `| ---: | --- |${' ---: |'.repeat(10)}`;
  const rows = results.flatMap((result) => result.rows.map((row, index) => tableRow(result, row, index === 0)));
  return [`## ${first.site.name}`, siteText(first), [head, rule, ...rows].join('\n')];
}

function siteText({ site, recordedWh, demandWh }: SiteResult): string {
  const { chargePoints } = site;
  const sessions = chargePoints.reduce((count, point) => count + point.sessions.length, 0);
  const kinds = VEHICLE_KINDS.map(({ phases, maxA }) => {
    const own = chargePoints.filter(({ vehicle }) => vehicle.phases === phases && vehicle.maxA === maxA);
    return `${own.length} with ${phases} x ${maxA} A`;
  });
  return (
    `${thousands(sessions)} sessions at ${chargePoints.length} charge points, up to ${mostAtOnce(site)} vehicles plugged in at once: ` +
    `${kinds.join(', ')}. ${site.note === undefined ? '' : `${site.note} `}Recorded ${kwh(recordedWh)} kWh; demand ${kwh(demandWh)} kWh.`
  );
}

export function mostAtOnce({ chargePoints }: EvaluationSite): number {
  const changes = chargePoints
    .flatMap(({ sessions }) => sessions)
    .flatMap(({ arriveMinute, leaveMinute }) => [[arriveMinute, 1] as const, [leaveMinute, -1] as const])
    .sort(([a, up], [b, other]) => a - b || up - other);
  let [now, most] = [0, 0];
  for (const [, change] of changes) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

function tableRow({ site, rows }: SiteResult, row: Row, isFirst: boolean): string {
  const boundWh = rows[0]?.energyWh ?? 0;
  const { energyWh, servedShare, measures, trips } = row;
  const energy = [kwh(energyWh), percent(servedShare), percent(boundWh > 0 ? energyWh / boundWh : 1)];
  const cells = [isFirst ? `${site.fuseA} A` : '', row.method, ...energy, ...measured(measures, trips)];
  return `| ${cells.join(' | ')} |`;
}

function measured(measures: Measures | undefined, trips: number | undefined): string[] {
  if (!measures) return new Array<string>(7).fill('');
  return [
    // Where nobody has anything all have the same, and the index says nothing.
    measures.energyWh > 0 ? measures.jain.toFixed(3) : '',
    percent(measures.tenthShare),
    percent(measures.shortSessions),
    `${percent(measures.servedByClass[1])} / ${percent(measures.servedByClass[2])}`,
    percent(measures.utilisation),
    percent(measures.worstShare),
    hoursOver(measures.minutesOver, trips),
  ];
}

function hoursOver(minutes: number, trips: number | undefined): string {
  const hours = minutes > 0 ? timeText(minutes) : 'never';
  return trips === undefined ? hours : `${hours}, ${thousands(trips)} trips`;
}

function timeText(minutes: number): string {
  return minutes < 60 ? `${minutes.toFixed(1)} min` : `${thousands(Math.round(minutes / 60))} h`;
}

const COLUMNS_TEXT = `## Columns

* **served**: energy delivered, of the demand; **of the bound**: of what a clairvoyant could deliver.
* Unfairness: **Jain**'s index over the served shares of all sessions (1: all have the same share of what they wanted; 1/n: one has
  all), the share below which the **worst tenth** of the sessions are, and how many sessions **went short**: got less than 90 %.
* **class 1 / 2**: served to the users that come first where sharing is by priority (one in three, drawn), and to the others.
* **fuse used**: mean of (building + vehicles) / fuse on the most loaded phase while somebody plugged in still wants energy.
* **highest**: the highest current on any phase, of the fuse; **over the fuse**: for how long it was above, all months together.`;

const METHODS_TEXT = `## Methods

* **clairvoyant bound**: a linear program (HiGHS) that knows all sessions and the building's load in advance and maximises the
  energy. It has no least current, no steps and no delays, so it can only be too high. Time is cut where somebody comes or leaves
  and every ${BLOCK_MINUTES} min; within a block only the sums over its minutes count, which can only raise it too.
* **no delays**: our own division (\`src/dlm/allocate.ts\`, steps of 1 A, at least 6 A) once a minute with perfect knowledge, obeyed
  at once: what the rules of division alone cost. It pauses longest-charging-first, without dwell. Whoever is full needs nothing.
* **product**: our own master and slaves with all their delays, see below.
* **no management**: every vehicle draws its maximum. The breaker trips as late as IEC 60898-1 lets it: after 60 min at 1.45 times
  its rated current, 1 min at 2.55 times, on a straight line in double logarithms between and beyond, never up to 1.13 times;
  overloads add up as shares of these times, and fade with a time constant of 60 min. All is reckoned in whole minutes. After a
  trip all is dark for ${DARK_MINUTES} min, the building too; then somebody switches on again, every time.
* **static, all charge points**: the fuse, less the most that the building ever takes, divided by the number of charge points.
  That is below the 6 A under which no vehicle charges (IEC 61851-1), so nobody does.
* **static, as many as 6 A allow**: the same current divided by the most charge points for which 6 A are left, first come, first
  served: a place is held until the vehicle is full or gone.`;

function inputsText({ isRecorded }: EvaluationData, results: readonly SiteResult[]): string {
  const shares = results.map(({ rows, coarseBoundWh }) => coarseBoundWh / (rows[0]?.energyWh ?? 1) - 1);
  const excess = (100 * Math.max(...shares)).toFixed(3);
  const weights = VEHICLE_KINDS.map(({ phases, maxA, weight }) => `${phases} x ${maxA} A: ${weight}`);
  return `## Inputs

* Everything that is drawn comes from seed ${SEED}. With blocks of ${COARSE_BLOCK_MINUTES} min the bounds are at most ${excess} % higher.
* **Sessions**: ${isRecorded ? RECORDED_SESSIONS : GENERATED_SESSIONS}
* Each user has a charge point of his own, with three phases, rotated RST, STR, TRS in turn. Who plugs in again before the first
  session ends has a second one. Minutes are those of the local calendar; the two changes of the clock are not undone.
* **Vehicles** are drawn for each user, the same in all sessions, among those with which 98 % of what he charged can be charged
  within his stays; weights ${weights.join(', ')}. The **demand** is what was charged, cut to
  what the vehicle can take within the stay. Energy is counted at 230 V; batteries take their full current to the end,
  but for the product.
* **Building**: ${isRecorded ? RECORDED_LOAD : GENERATED_LOAD}
  It is scaled so that its peak is 1/${Math.round(1 / LOAD_SHARE)} of the smallest fuse of the garage, lies unevenly on the phases (42, 33, 25 %), and each
  day is taken 0.75 to 1.25 times and up to an hour earlier or later, drawn. What would exceed the fuse by itself is cut, and so
  is feed-in.
`;
}

const RECORDED_SESSIONS = `Sorensen et al., Residential electric vehicle charging datasets from apartment buildings, Data in Brief 36
  (2021), CC BY 4.0. No session is left out.`;
const GENERATED_SESSIONS = `drawn from the statistics of garage Bl2 in Sorensen et al., Residential electric vehicle charging datasets from
  apartment buildings, Data in Brief 36 (2021), CC BY 4.0; unlike the recorded ones they all end at midnight.`;
const RECORDED_LOAD = `one summer weekday of a household, minute by minute (predefined data of OpenEMS' simulator, EPL-2.0), repeated.`;
const GENERATED_LOAD = `one day of a household, drawn from the statistics of a recorded one, repeated.`;

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function kwh(energyWh: number): string {
  return thousands(Math.round(energyWh / 1000));
}

function thousands(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, ',');
}
