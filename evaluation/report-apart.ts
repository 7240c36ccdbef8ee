/** The parts of the page about our own product: what it loses where, and how it was played. */
import { WINDOW_WEEKS } from './cases.js';
import type { SiteResult } from './evaluate.js';
import { APART_NAMES as NAMES } from './methods.js';

/** The same four weeks and the like, by the division alone. */
export interface WindowShares {
  readonly firstWeek: number;
  readonly sessions: number;
  readonly demandWh: number;
  /** Of the demand. */
  readonly boundShare: number;
  /** Of the bound. */
  readonly fluidShare: number;
  readonly wholeShare: number;
}

/** Bound, then less and less: each loss is the difference to the line before. */
const LADDER: readonly (readonly [string, string])[] = [
  [NAMES.fluid, 'nobody knows who leaves when: all get the same, also those who stay long'],
  [NAMES.fine, 'nobody charges below 6 A: turns in a shortage'],
  [NAMES.ideal, 'whole amperes'],
  [
    NAMES.leaveStraight,
    'delays: boots, meter, datagrams, leases, reactions, pauses of 30 s, phases that are not known yet',
  ],
  [NAMES.leave, 'the last tenth of each demand is charged with falling current'],
  [NAMES.product, 'who is full and stays plugged in is offered 6 A for 3 min, and again after an hour'],
];

export function apartText(results: readonly SiteResult[], windows: readonly WindowShares[]): string {
  const texts = results.filter(({ site }) => site.isTakenApart).map(ladderText);
  return ['## Where the rest goes', ...texts, windowsText(windows)].join('\n\n');
}

function ladderText({ site, rows }: SiteResult): string {
  const boundWh = rows[0]?.energyWh ?? 1;
  const shareOf = (name: string): number => (rows.find(({ method }) => method === name)?.energyWh ?? 0) / boundWh;
  let before = 1;
  const lines = LADDER.map(([name, why]) => {
    const share = shareOf(name);
    const line = `| ${name} | ${percent(share)} | ${(100 * (before - share)).toFixed(2)} | ${why} |`;
    before = share;
    return line;
  });
  const lapse = 100 * (shareOf(NAMES.product) - shareOf(NAMES.real));
  return [
    `${site.name}, ${site.fuseA} A, equal sharing. ${site.note ?? ''} Each line leaves out less than the one before.`,
    ['| run | of the bound | loss, points | by |', '| --- | ---: | ---: | --- |', ...lines].join('\n'),
    `Played in real time the product reaches ${percent(shareOf(NAMES.real))}: the short cuts change ${lapse.toFixed(2)} points.`,
  ].join('\n\n');
}

function windowsText(windows: readonly WindowShares[]): string {
  const rows = windows.map(({ firstWeek, sessions, demandWh, ...shares }) => {
    const weeks = `${firstWeek + 1} to ${firstWeek + WINDOW_WEEKS}`;
    const { boundShare, fluidShare, wholeShare } = shares;
    return `| ${weeks} | ${sessions} | ${Math.round(demandWh / 1000)} | ${percent(boundShare)} | ${percent(fluidShare)} | ${percent(wholeShare)} |`;
  });
  return [
    `What equal sharing can reach depends on how full the garage is. All pieces of ${WINDOW_WEEKS} weeks, without building load and delays:`,
    [
      '| weeks | sessions | demand, kWh | bound, of the demand | no 6 A, no steps, of the bound | 6 A, 1 A |',
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}

export const PLAYED_TEXT = `## How the year is played

The rows **product** are our own master and slaves, with all that lies between them and the vehicles: a configuration as text, read
by our own parser; a PAC2200 on Modbus TCP, read every second, 10 ms late, wrong by up to 0.05 A; 1 % of the datagrams lost, 0.1 %
doubled, 1 to 20 ms under way, 1 % up to 200 ms; clocks that drift by up to 0.02 %; leases of 15 s, disconnected limits of 0 A; vehicles
that follow a limit after 1 to 5 s (drawn for each session), rise by 4 A/s and take falling current for the last tenth of their
demand, down to 6 A. A charge point is built for the current of its user's vehicle. Whoever is full stays plugged in until
the recorded end. Faults are not played here ([scenarios](scenarios.md)).

13 months are 9,800 h. So:

* While nobody plugged in wants energy, the calendar jumps to the next arrival. Neutral: nothing could be charged.
* Charge points without a vehicle are without power, once they have followed a grant of 0 A. With a disconnected limit of 0 A the
  master keeps nothing for them. They boot when somebody plugs in, which costs 1 to 3 s that a real one does not need: conservative.
* Of each minute, in which the building's load is constant, only so much is played second by second until no limit and no
  current has changed for 8 s: that is longer than a falling load is held (5 s) and than a vehicle takes to follow (5 s). While the fuse carries
  too much, somebody is in the pause of 30 s that follows a shortage, or an offer is left unused for less than 3 min, all of the minute is
  played. In the rest each vehicle goes on with
  the current that it has then, or with its limit where that is less already; whoever becomes full stops at that moment.
* A minute is not played at all where the one before brought no change, everybody who wants energy charges, nobody is near the end, and
  fuse less building is the same in whole amperes on each phase, also with the meter's error, or more than all can take.
* Falling currents go down once a minute.
* The dwell time of a shortage, 15 min, is 4 min of played time, because in a shortage minutes are played for about 16 s. Where it is longer,
  turns are shorter than real ones, with more changes, and so more loss. Times of charging count played time only; they are compared with one another.
* The hour after which a full vehicle is asked again is one of played time too: a minute of it counts as far as it is played.
* An overload is counted as it is played, never drawn out over the rest of the minute.

What this changes, measured: two weeks of Bl2 at 16 A (28 and 40) reach 96.69 and 93.33 % of the bound, all 60 s played 96.80 and 93.45 %; a crowded week
of all garages at 32 A (40) 89.75 %, all 60 s played 89.21 %: full vehicles are asked less often than once an hour. No rule of these is proven to err on one side only.

The breaker is that of *no management*; it looks at building and vehicles at each change of the current.`;

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
