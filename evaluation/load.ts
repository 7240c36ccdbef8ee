/** The building's load on each phase for any minute of the months, from one day of one household. */
import { seededRng } from '../src/base/rng.js';
import { type Amps, mapPhases, type PhaseAmps } from '../src/base/units.js';
import { buildingCurrentA, type DayProfile, MINUTES_PER_DAY } from '../src/sim/day/profile.js';

export interface LoadRequest {
  readonly days: number;
  /** The day as it was recorded reaches this on its most loaded phase. */
  readonly peakA: Amps;
  readonly seed: number;
}

/** Each day is the one day taken this many times. */
const LEAST_FACTOR = 0.75;
const MOST_FACTOR = 1.25;
/** And earlier or later by up to this. */
const SHIFT_MAX_MIN = 60;

/** Grid order, never below 0: this building feeds nothing in. */
export type BuildingLoad = (minute: number) => PhaseAmps;

/** The phases as in the virtual days (src/sim/day/profile.ts): uneven, each a little later than the one before. */
export function buildingLoad(profile: DayProfile, { days, peakA, seed }: LoadRequest): BuildingLoad {
  const rng = seededRng(seed);
  const household = { loadW: profile, loadFactor: 1, pvW: profile, pvFactor: 0 };
  const oneDay = profile.map((_, minute) => buildingCurrentA(household, minute));
  const scale = peakA / Math.max(...oneDay.flat());
  const variants = Array.from({ length: days }, () => ({
    factor: scale * rng.between(LEAST_FACTOR, MOST_FACTOR),
    shiftMin: rng.int(2 * SHIFT_MAX_MIN + 1) - SHIFT_MAX_MIN,
  }));
  return (minute) => {
    const { factor, shiftMin } = variants[Math.floor(minute / MINUTES_PER_DAY) % days] ?? { factor: 0, shiftMin: 0 };
    const at = oneDay[(Math.floor(minute) + shiftMin + MINUTES_PER_DAY) % MINUTES_PER_DAY] ?? [0, 0, 0];
    return mapPhases((phase) => Math.max(0, at[phase] * factor));
  };
}

/** What the fuse alone can carry. */
export function clipped(load: BuildingLoad, fuseA: Amps): BuildingLoad {
  return (minute) => {
    const currentA = load(minute);
    return mapPhases((phase) => Math.min(currentA[phase], fuseA));
  };
}
