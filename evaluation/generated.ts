/** Months of sessions for those who do not have the recorded ones: the same statistics, day by day. */
import { type Rng, seededRng } from '../src/base/rng.js';
import { generateVisits } from '../src/sim/day/generate-visits.js';
import { MINUTES_PER_DAY } from '../src/sim/day/profile.js';
import type { RecordedSession } from './sessions.js';

export interface GarageRequest {
  readonly garage: string;
  readonly users: number;
  /** Whose busy day is drawn each day: a third more visits than these. */
  readonly chargePointsADay: number;
}

/** As the recorded garages: 22 users and 5.5 sessions a day in Bl2, 74 users and 11.5 sessions a day in the others. */
export const GENERATED_GARAGES: readonly GarageRequest[] = [
  { garage: 'Bl2', users: 22, chargePointsADay: 4 },
  { garage: 'others', users: 74, chargePointsADay: 9 },
];

/** Unlike the recorded ones nobody stays over midnight: visits are drawn day by day. */
export function generateSessions(garages: readonly GarageRequest[], days: number, seed: number): RecordedSession[] {
  const rng = seededRng(seed);
  const sessions: RecordedSession[] = [];
  for (let day = 0; day < days; day++) {
    for (const garage of garages) sessions.push(...dayOf(garage, day * MINUTES_PER_DAY, rng));
  }
  return sessions.sort((a, b) => a.arriveMinute - b.arriveMinute);
}

function dayOf({ garage, users, chargePointsADay }: GarageRequest, midnight: number, rng: Rng): RecordedSession[] {
  const freeFrom = new Array<number>(users).fill(0);
  return generateVisits(chargePointsADay, rng).flatMap(({ arriveMinute, leaveMinute, energyWh }) => {
    const free = freeFrom.flatMap((minute, user) => (minute <= arriveMinute ? [user] : []));
    const user = free[rng.int(free.length)];
    // Who leaves in the minute in which he came is not worth a session.
    if (user === undefined || leaveMinute <= arriveMinute) return [];
    freeFrom[user] = leaveMinute;
    const stay = { arriveMinute: midnight + arriveMinute, leaveMinute: midnight + leaveMinute };
    return [{ garage, user: `${garage}-${user + 1}`, ...stay, recordedWh: energyWh }];
  });
}
