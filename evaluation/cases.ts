/** The sites that are evaluated: real garages behind fuses that are too small for them. */
import { type Amps, NO_AMPS } from '../src/base/units.js';
import { MINUTES_PER_DAY } from '../src/sim/day/profile.js';
import { buildSite } from './build-site.js';
import type { EvaluationData } from './data.js';
import { buildingLoad } from './load.js';
import type { EvaluationSite } from './site.js';
import { drawUsers } from './vehicles.js';
import { everyWeek, middleWindow, windowsOf } from './weeks.js';

/** One seed for everything that is drawn. */
export const SEED = 1;

/** The building's recorded day reaches this part of the smallest fuse of its garage. */
export const LOAD_SHARE = 1 / 3;

/** Of the piece that is taken apart. */
export const WINDOW_WEEKS = 4;

export type Extent = 'someWeeks' | 'allWeeks';

interface Garage {
  readonly name: string;
  /** All sessions where it is not named. */
  readonly garage?: string;
  readonly fusesA: readonly Amps[];
  /** One week of so many is played where not all are: the virtual site takes its time. */
  readonly everyWeeks: number;
}

const BL2: Garage = { name: 'Bl2', garage: 'Bl2', fusesA: [16, 20, 25, 32], everyWeeks: 4 };
const GARAGES: readonly Garage[] = [BL2, { name: 'all garages', fusesA: [32, 40, 63], everyWeeks: 20 }];

/** One site after the other; the last one is taken apart. */
export function casesOf(data: EvaluationData, extent: Extent): EvaluationSite[] {
  const sites = GARAGES.flatMap((garage) =>
    sitesOf(data, garage).map((site) => {
      if (extent === 'allWeeks') return site;
      return {
        ...everyWeek(site, garage.everyWeeks),
        note: `One week in ${garage.everyWeeks}: who came in the others is left out.`,
      };
    }),
  );
  const middle = middleWindow(windowsOf(quietSite(data), WINDOW_WEEKS));
  if (!middle) return sites;
  const { firstWeek, site } = middle;
  const name = `${site.name}, weeks ${firstWeek + 1} to ${firstWeek + WINDOW_WEEKS}, no building load`;
  const note = `Of all pieces of ${WINDOW_WEEKS} weeks the one of middle demand.`;
  return [...sites, { ...site, name, note, isTakenApart: true }];
}

/** The smallest fuse, all for the vehicles. */
export function quietSite(data: EvaluationData): EvaluationSite {
  const [site] = sitesOf(data, { ...BL2, fusesA: BL2.fusesA.slice(0, 1) });
  if (!site) throw new Error('no garage');
  return { ...site, buildingA: () => NO_AMPS };
}

function sitesOf({ sessions, household }: EvaluationData, { name, garage, fusesA }: Garage): EvaluationSite[] {
  const users = drawUsers(sessions, SEED);
  const lastMinute = sessions.reduce((latest, { leaveMinute }) => Math.max(latest, leaveMinute), 0);
  const days = Math.ceil(lastMinute / MINUTES_PER_DAY);
  const load = buildingLoad(household, { days, peakA: Math.min(...fusesA) * LOAD_SHARE, seed: SEED });
  const own = sessions.filter((session) => garage === undefined || session.garage === garage);
  return fusesA.map((fuseA) => buildSite({ name, sessions: own, users, load, fuseA }));
}
