/** Who plugs in where and when: the vehicle sessions of one day, from a recorded garage or from its statistics. */
import { assert, defined } from '../../base/assert.js';
import { type Rng, seededRng } from '../../base/rng.js';
import type { PhaseCount } from '../../base/rotation.js';
import type { Amps, Ms } from '../../base/units.js';
import { TYPICAL_VEHICLE, type VehicleSpec } from '../../chargers/vehicle.js';
import { generateVisits } from './generate-visits.js';
import type { Visit } from './visits.js';

export interface VehicleSession {
  /** Index of the charge point, from 0. */
  readonly chargePoint: number;
  /** Minutes of the day; 0 <= arrive < leave <= 1440. */
  readonly arriveMinute: number;
  readonly leaveMinute: number;
  /** What the vehicle wants; less is charged where the time or the current does not suffice. */
  readonly energyWh: number;
  readonly phases: PhaseCount;
  readonly maxA: Amps;
  readonly reactionMs: Ms;
}

export interface DayRequest {
  readonly chargePoints: number;
  readonly seed: number;
}

/** A recorded day is drawn from this share of the days, the ones with the most visits. */
const BUSY_SHARE = 0.1;

const SHORTEST_REACTION_MS: Ms = 1000;
const LONGEST_REACTION_MS: Ms = 5000;

/** On-board chargers on the road: 45 % single-phase, 10 % two-phase, 45 % three-phase, as shares summed up. */
const VEHICLE_KINDS: readonly { readonly upToShare: number; readonly phases: PhaseCount; readonly maxA: Amps }[] = [
  { upToShare: 0.45, phases: 1, maxA: 32 },
  { upToShare: 0.55, phases: 2, maxA: 16 },
  { upToShare: 1, phases: 3, maxA: 16 },
];

type VehicleTraits = Pick<VehicleSession, 'phases' | 'maxA' | 'reactionMs'>;

function drawVehicle(rng: Rng): VehicleTraits {
  const reactionMs = SHORTEST_REACTION_MS + rng.int(LONGEST_REACTION_MS - SHORTEST_REACTION_MS + 1);
  const share = rng.next();
  const { phases, maxA } = defined(
    VEHICLE_KINDS.find((kind) => share < kind.upToShare),
    'kind of vehicle',
  );
  return { phases, maxA, reactionMs };
}

/**
 * Seats the visits in the order of their arrival: everybody at the charge point used last if that is free, else at the lowest
 * free one; who finds none drives on. A user has the same vehicle all day. Sorted by arrival.
 */
function seat(visits: readonly Visit[], chargePoints: number, rng: Rng): VehicleSession[] {
  assert(Number.isInteger(chargePoints) && chargePoints > 0, `chargePoints: expected 1 or more, got ${chargePoints}`);
  const freeFrom = new Array<number>(chargePoints).fill(0);
  const vehicles = new Map<string, VehicleTraits>();
  const lastUsed = new Map<string, number>();
  const sessions: VehicleSession[] = [];
  for (const { user, arriveMinute, leaveMinute, energyWh } of visits) {
    const vehicle = vehicles.get(user) ?? drawVehicle(rng);
    vehicles.set(user, vehicle);
    const isFree = (minute: number | undefined): boolean => minute !== undefined && minute <= arriveMinute;
    const usual = lastUsed.get(user) ?? 0;
    const chargePoint = isFree(freeFrom[usual]) ? usual : freeFrom.findIndex(isFree);
    if (chargePoint === -1) continue;
    freeFrom[chargePoint] = leaveMinute;
    lastUsed.set(user, chargePoint);
    sessions.push({ chargePoint, arriveMinute, leaveMinute, energyWh, ...vehicle });
  }
  return sessions;
}

/** A busy recorded day, drawn by the seed; `visits` as `parseVisits` gives them. Vehicles are drawn, not recorded. */
export function recordedSessions(visits: readonly Visit[], { chargePoints, seed }: DayRequest): VehicleSession[] {
  const rng = seededRng(seed);
  const busiestFirst = [...byDay(visits)].sort((a, b) => b.length - a.length);
  const busy = busiestFirst.slice(0, Math.ceil(busiestFirst.length * BUSY_SHARE));
  return seat(busy[rng.int(busy.length)] ?? [], chargePoints, rng);
}

function byDay(visits: readonly Visit[]): Iterable<Visit[]> {
  const days = new Map<string, Visit[]>();
  for (const visit of visits) {
    const sameDay = days.get(visit.day);
    if (sameDay) sameDay.push(visit);
    else days.set(visit.day, [visit]);
  }
  return days.values();
}

/** A day with the statistics of the recorded garage, for any number of charge points. */
export function generatedSessions({ chargePoints, seed }: DayRequest): VehicleSession[] {
  const rng = seededRng(seed);
  return seat(generateVisits(chargePoints, rng), chargePoints, rng);
}

/** Who is plugged in at a charge point at a minute of the day. */
export function sessionAt(
  sessions: readonly VehicleSession[],
  chargePoint: number,
  minute: number,
): VehicleSession | undefined {
  return sessions.find(
    (session) => session.chargePoint === chargePoint && session.arriveMinute <= minute && minute < session.leaveMinute,
  );
}

/** The vehicle of a session, as a virtual charger takes it. */
export function sessionVehicle({ phases, maxA, reactionMs, energyWh }: VehicleSession): VehicleSpec {
  return { ...TYPICAL_VEHICLE, phases, maxA, reactionMs, demandWh: energyWh };
}
