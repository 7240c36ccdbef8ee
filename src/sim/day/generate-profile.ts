/**
 * Days of a household and of a PV plant for users who have no recorded ones. Their statistics are those of one summer weekday
 * recorded minute by minute (the predefined data of OpenEMS' simulator): household mean 544 W, peak 4358 W; PV mean 1513 W, peak 6130 W.
 */
import { type Rng, seededRng } from '../../base/rng.js';
import type { Watts } from '../../base/units.js';
import { type DayProfile, MINUTES_PER_DAY } from './profile.js';
import { lingeringLevels, quantile } from './quantiles.js';

const LOAD_LEVELS = [0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1];

/** The household's power by part of the day. Two parts dip below zero in the recording; a load does not, so they start at 0. */
const LOAD_BLOCKS: readonly { readonly untilHour: number; readonly valuesW: readonly Watts[] }[] = [
  { untilHour: 5, valuesW: [78, 115, 196, 283, 476, 603, 638, 644, 649] },
  { untilHour: 9, valuesW: [0, 0, 97, 167, 282, 456, 838, 2099, 2453] },
  { untilHour: 13, valuesW: [141, 224, 296, 423, 508, 623, 709, 838, 1092] },
  { untilHour: 15, valuesW: [19, 156, 332, 548, 1108, 1865, 1978, 2083, 2102] },
  { untilHour: 17, valuesW: [165, 273, 404, 535, 1967, 2411, 2603, 2623, 2640] },
  { untilHour: 20, valuesW: [0, 162, 308, 514, 2092, 2473, 2758, 2899, 4358] },
  { untilHour: 24, valuesW: [0, 87, 314, 512, 604, 730, 849, 903, 915] },
];

/** Probability that an appliance is still on (or off) a minute later; gives the recorded autocorrelation. */
const LOAD_KEEP = 0.93;

const SUNRISE_MINUTE = 424;
const SUNSET_MINUTE = 1196;
const PV_CLEAR_PEAK_W: Watts = 6130;
/** The plant's flat-topped day: the sine of the sun's way to this power. */
const PV_SHAPE = 0.8;
/** Production as a share of a clear sky's. */
const CLEARNESS = {
  levels: [0, 0.05, 0.25, 0.5, 0.75, 0.9, 1],
  values: [0.14, 0.23, 0.42, 0.76, 0.9, 0.98, 1],
};
/** Probability that the cloud is still there a minute later. */
const CLOUD_KEEP = 0.85;

function generateLoad(rng: Rng): DayProfile {
  const loadW: Watts[] = [];
  for (const { untilHour, valuesW } of LOAD_BLOCKS) {
    const levels = lingeringLevels(rng, untilHour * 60 - loadW.length, LOAD_KEEP);
    for (const level of levels) loadW.push(quantile({ levels: LOAD_LEVELS, values: valuesW }, level));
  }
  return loadW;
}

function generatePv(rng: Rng): DayProfile {
  const dayLength = SUNSET_MINUTE - SUNRISE_MINUTE;
  const levels = lingeringLevels(rng, dayLength, CLOUD_KEEP);
  return Array.from({ length: MINUTES_PER_DAY }, (_, minute) => {
    const level = levels[minute - SUNRISE_MINUTE];
    if (level === undefined) return 0;
    const sun = Math.sin((Math.PI * (minute + 0.5 - SUNRISE_MINUTE)) / dayLength) ** PV_SHAPE;
    return PV_CLEAR_PEAK_W * sun * quantile(CLEARNESS, level);
  });
}

/** The load of one household and the production of one PV plant, both 0 or more; the same seed gives the same day. */
export function generateDay(seed: number): { readonly loadW: DayProfile; readonly pvW: DayProfile } {
  const rng = seededRng(seed);
  return { loadW: generateLoad(rng), pvW: generatePv(rng) };
}
