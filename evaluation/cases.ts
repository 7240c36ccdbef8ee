/** The sites that are evaluated: real garages behind fuses that are too small for them. */
import type { Amps } from '../src/base/units.js';
import { MINUTES_PER_DAY } from '../src/sim/day/profile.js';
import { buildSite } from './build-site.js';
import type { EvaluationData } from './data.js';
import { buildingLoad } from './load.js';
import type { EvaluationSite } from './site.js';
import { drawUsers } from './vehicles.js';

/** One seed for everything that is drawn. */
export const SEED = 1;

/** The building's recorded day reaches this part of the smallest fuse of its garage. */
export const LOAD_SHARE = 1 / 3;

interface Garage {
  readonly name: string;
  /** All sessions where it is not named. */
  readonly garage?: string;
  readonly fusesA: readonly Amps[];
}

const GARAGES: readonly Garage[] = [
  { name: 'Bl2', garage: 'Bl2', fusesA: [16, 20, 25, 32] },
  { name: 'all garages', fusesA: [32, 40, 63] },
];

export function casesOf({ sessions, household }: EvaluationData): EvaluationSite[] {
  const users = drawUsers(sessions, SEED);
  const lastMinute = sessions.reduce((latest, { leaveMinute }) => Math.max(latest, leaveMinute), 0);
  const days = Math.ceil(lastMinute / MINUTES_PER_DAY);
  return GARAGES.flatMap(({ name, garage, fusesA }) => {
    const load = buildingLoad(household, { days, peakA: Math.min(...fusesA) * LOAD_SHARE, seed: SEED });
    const own = sessions.filter((session) => garage === undefined || session.garage === garage);
    return fusesA.map((fuseA) => buildSite({ name, sessions: own, users, load, fuseA }));
  });
}
