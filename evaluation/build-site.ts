/** Puts a site together: each user at a charge point of his own, with the vehicle drawn for him, behind one fuse. */
import { defined } from '../src/base/assert.js';
import type { Rotation } from '../src/base/rotation.js';
import type { Amps } from '../src/base/units.js';
import { MINUTES_PER_DAY } from '../src/sim/day/profile.js';
import { grouped } from './grouped.js';
import { type BuildingLoad, clipped } from './load.js';
import type { RecordedSession } from './sessions.js';
import { type EvaluationChargePoint, type EvaluationSite, feasibleWh, type Session, type VehicleKind } from './site.js';
import type { User } from './vehicles.js';

/** In turn along the charge points, as they are installed so that single-phase vehicles load all phases. */
const ROTATIONS: readonly Rotation[] = ['RST', 'STR', 'TRS'];

export interface SiteRequest {
  readonly name: string;
  readonly sessions: readonly RecordedSession[];
  readonly users: ReadonlyMap<string, User>;
  readonly load: BuildingLoad;
  readonly fuseA: Amps;
}

export function buildSite({ name, sessions, users, load, fuseA }: SiteRequest): EvaluationSite {
  const lastLeave = sessions.reduce((latest, { leaveMinute }) => Math.max(latest, leaveMinute), 0);
  const minutes = Math.ceil(lastLeave / MINUTES_PER_DAY) * MINUTES_PER_DAY;
  const seats = [...seated(sessions)].sort(([a], [b]) => (a < b ? -1 : 1));
  const chargePoints = seats.map(([id, own], index): EvaluationChargePoint => {
    const { vehicle, priority } = defined(users.get(own[0]?.user ?? ''), `user of ${id}`);
    const rotation = defined(ROTATIONS[index % ROTATIONS.length], 'rotation');
    return { id, rotation, vehicle, priority, sessions: own.map((session) => withDemand(session, vehicle)) };
  });
  return { name, fuseA, minutes, buildingA: clipped(load, fuseA), chargePoints };
}

/** Times are recorded in whole minutes: an overlap of one minute is none. */
const ROUNDED_MINUTES = 1;

/**
 * The sessions of each charge point. Whoever plugs in a second vehicle while the first is there (most of these are one user with
 * a large and a small battery) has a second charge point, `user/2`: nothing is left out.
 */
export function seated(sessions: readonly RecordedSession[]): ReadonlyMap<string, readonly RecordedSession[]> {
  const seats = new Map<string, RecordedSession[]>();
  for (const [user, own] of grouped(sessions, (session) => session.user)) {
    const points: RecordedSession[][] = [];
    for (const session of [...own].sort((a, b) => a.arriveMinute - b.arriveMinute)) {
      const free = points.find((point) => freeFrom(point) <= session.arriveMinute + ROUNDED_MINUTES);
      if (free) free.push(notBefore(freeFrom(free), session));
      else points.push([session]);
    }
    for (const [index, point] of points.entries()) seats.set(index === 0 ? user : `${user}/${index + 1}`, point);
  }
  return seats;
}

function freeFrom(point: readonly RecordedSession[]): number {
  return point.at(-1)?.leaveMinute ?? 0;
}

function notBefore(minute: number, session: RecordedSession): RecordedSession {
  const arriveMinute = Math.max(minute, session.arriveMinute);
  return { ...session, arriveMinute, leaveMinute: Math.max(session.leaveMinute, arriveMinute + 1) };
}

function withDemand({ arriveMinute, leaveMinute, recordedWh }: RecordedSession, vehicle: VehicleKind): Session {
  const stay = { arriveMinute, leaveMinute };
  return { ...stay, recordedWh, demandWh: Math.min(recordedWh, feasibleWh(vehicle, stay)) };
}
