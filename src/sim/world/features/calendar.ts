/** Weekly schedules, at any time of the year; a fault may set the clocks wrong. */
import { timeText } from '../../../base/calendar.js';
import type { Rng } from '../../../base/rng.js';
import { type TimeZone, TimeZones } from '../../../base/time-zone.js';
import type { Amps, Ms } from '../../../base/units.js';
import { anyOf, type Draft, type Feature, lowerLimit, numberOf, one, some } from './draft.js';

const MINUTE_MS: Ms = 60_000;
const ZONES = ['Europe/Berlin', 'Europe/Berlin', 'UTC', 'America/St_Johns', 'Asia/Kathmandu'] as const;
/** Half an hour before the clocks of Berlin are changed: 2026-03-29 and 2026-10-25, 00:30 UTC. */
const CHANGES_MS = [1_774_744_200_000, 1_792_888_200_000] as const;
const ROWS_MAX = 3;
/** A row that goes on through the calm end. */
const LONG_MS: Ms = 6 * 3_600_000;

function timeOf(zone: TimeZone, utcMs: Ms): string {
  return timeText(zone.minuteOf(utcMs));
}

/** Begins and ends before the calm end, or lasts. */
function drawRow(rng: Rng, zone: TimeZone, { wallFromMs, calmFromMs }: Draft, limit: string): string {
  const fromMs = wallFromMs + rng.between(-10 * MINUTE_MS, calmFromMs - MINUTE_MS);
  const lasts = rng.chance(0.3);
  const untilMs = lasts ? fromMs + LONG_MS : Math.min(wallFromMs + calmFromMs, fromMs + rng.between(1, 20) * MINUTE_MS);
  const from = timeOf(zone, fromMs);
  const until = timeOf(zone, Math.max(untilMs, fromMs + MINUTE_MS));
  const to = until === from ? timeOf(zone, fromMs + LONG_MS) : until;
  return `{ days: ${one(rng, ['Mo-Su', 'Mo-Su', '[Mo, Su]'])}, from: "${from}", to: "${to}", limitA: ${limit} }`;
}

function drawSchedule(rng: Rng, draft: Draft, drawLimit: () => string): string {
  const name = one(rng, ZONES);
  const zone = new TimeZones().named(name);
  const rows = Array.from({ length: 1 + rng.int(ROWS_MAX) }, () => drawRow(rng, zone, draft, drawLimit()));
  return `{ timeZone: ${name}, rows: [${rows.join(', ')}] }`;
}

/** 0: the charge point stands still meanwhile. */
function pointLimit(rng: Rng, maxA: Amps): string {
  return rng.chance(0.2) ? '0' : `${Math.floor(rng.between(5, maxA + 1))}`;
}

export const CALENDAR_FEATURES: readonly Feature[] = [
  {
    name: 'time of the year',
    share: 0.3,
    draw: (rng, draft) => {
      draft.wallFromMs = one(rng, CHANGES_MS);
    },
  },
  {
    name: 'schedule of a circuit',
    share: 0.25,
    draw: (rng, draft) => {
      const { keys, fuseA } = anyOf(rng, draft.circuits);
      keys.set(
        'schedule',
        drawSchedule(rng, draft, () => lowerLimit(rng, fuseA)),
      );
    },
  },
  {
    name: 'schedule of a charge point',
    share: 0.2,
    draw: (rng, draft) => {
      for (const keys of some(rng, [...draft.chargePoints.values()])) {
        const maxA = numberOf(keys, 'maxA', 32);
        keys.set(
          'schedule',
          drawSchedule(rng, draft, () => pointLimit(rng, maxA)),
        );
      }
    },
  },
];
