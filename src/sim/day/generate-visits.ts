/**
 * Visits drawn from the statistics of garage Bl2 in the Trondheim data: 2,238 sessions of 22 users, December 2018 to January 2020
 * ("Residential electric vehicle charging datasets from apartment buildings", Data in Brief 36, 2021, CC BY 4.0).
 */
import { defined } from '../../base/assert.js';
import type { Rng } from '../../base/rng.js';
import { MINUTES_PER_DAY } from './profile.js';
import { type QuantileTable, quantile } from './quantiles.js';
import type { Visit } from './visits.js';

/** On the busiest tenth of the days: 12 arrivals where up to 9 vehicles stand at once. */
const VISITS_PER_CHARGE_POINT = 4 / 3;

/** The garage's strongest charging, over a whole session. */
const MAX_POWER_W = 7400;

/** Minute of arrival, at every sixteenth. */
const ARRIVALS: QuantileTable = {
  levels: Array.from({ length: 17 }, (_, i) => i / 16),
  values: [0, 490, 714, 835, 904, 939, 969, 1000, 1040, 1093, 1137, 1182, 1223, 1269, 1311, 1356, 1439],
};

const STAY_LEVELS = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Minutes plugged in, by arrival before a minute of the day: who comes late stays overnight. */
const STAYS: readonly { readonly before: number; readonly valuesMin: readonly number[] }[] = [
  { before: 360, valuesMin: [31, 114, 240, 403, 459, 508, 560, 601, 640, 695, 810, 6345] },
  { before: 720, valuesMin: [6, 41, 51, 90, 128, 166, 213, 268, 324, 422, 1335, 4320] },
  { before: 1020, valuesMin: [1, 30, 51, 83, 119, 160, 193, 254, 751, 1004, 1234, 14354] },
  { before: 1200, valuesMin: [1, 30, 60, 101, 166, 274, 702, 765, 825, 943, 1143, 15302] },
  { before: MINUTES_PER_DAY, valuesMin: [1, 51, 136, 507, 556, 590, 626, 667, 714, 795, 954, 14101] },
];

const ENERGY_LEVELS = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1];

/** kWh charged, by minutes plugged in: who stays longer wants more, up to a point. */
const ENERGIES: readonly { readonly before: number; readonly valuesKwh: readonly number[] }[] = [
  { before: 60, valuesKwh: [0.01, 0.13, 0.54, 1.25, 2.35, 2.99, 3.49, 4.4, 6.6] },
  { before: 180, valuesKwh: [0.77, 2.99, 3.64, 4.54, 6.36, 8.96, 12.91, 15.05, 20.6] },
  { before: 480, valuesKwh: [0.94, 3.42, 4.51, 8.14, 12.36, 18.57, 27.99, 33.58, 49.55] },
  { before: 960, valuesKwh: [0.36, 2.91, 4.1, 7.58, 12.97, 19.26, 29.66, 43.79, 71.6] },
  { before: Infinity, valuesKwh: [1.16, 3.28, 4.06, 7.19, 11.59, 17.64, 24.4, 33, 62.26] },
];

function rowFor<T extends { readonly before: number }>(rows: readonly T[], value: number): T {
  return defined(
    rows.find((row) => value < row.before),
    `row of the table for ${value}`,
  );
}

function drawVisit(rng: Rng, index: number): Visit {
  const arriveMinute = Math.floor(quantile(ARRIVALS, rng.next()));
  const { valuesMin } = rowFor(STAYS, arriveMinute);
  const stayMin = Math.round(quantile({ levels: STAY_LEVELS, values: valuesMin }, rng.next()));
  const { valuesKwh } = rowFor(ENERGIES, stayMin);
  const energyWh = Math.round(1000 * quantile({ levels: ENERGY_LEVELS, values: valuesKwh }, rng.next()));
  return {
    day: 'generated',
    user: `visitor ${index + 1}`,
    arriveMinute,
    leaveMinute: Math.min(arriveMinute + stayMin, MINUTES_PER_DAY),
    energyWh: Math.min(energyWh, Math.floor((MAX_POWER_W * stayMin) / 60)),
  };
}

/** The visits of one busy day, sorted by arrival. Each visitor is another user. */
export function generateVisits(chargePoints: number, rng: Rng): Visit[] {
  const count = Math.round(chargePoints * VISITS_PER_CHARGE_POINT);
  const visits = Array.from({ length: count }, (_, index) => drawVisit(rng, index));
  return visits.sort((a, b) => a.arriveMinute - b.arriveMinute);
}
