/** Which vehicle each user has: not recorded, so drawn, among those that can have charged what was recorded. */
import { defined } from '../src/base/assert.js';
import { type Rng, seededRng } from '../src/base/rng.js';
import { grouped } from './grouped.js';
import type { RecordedSession } from './sessions.js';
import { feasibleWh, type PriorityClass, type VehicleKind } from './site.js';

export interface User {
  readonly vehicle: VehicleKind;
  readonly priority: PriorityClass;
}

/** On-board chargers on the road, weakest first, with how often each is drawn where all are possible. */
export const VEHICLE_KINDS: readonly (VehicleKind & { readonly weight: number })[] = [
  { phases: 1, maxA: 16, weight: 2 },
  { phases: 1, maxA: 32, weight: 3 },
  { phases: 2, maxA: 16, weight: 1 },
  { phases: 3, maxA: 16, weight: 4 },
];

/** A kind is possible when it can take this share of all that its user charged. */
const POSSIBLE_SHARE = 0.98;

/** One user in three comes first where the sharing is by priority. */
const FIRST_CLASS_SHARE = 1 / 3;

/** Every user of the file, drawn in the order of their names: the same in every garage and behind every fuse. */
export function drawUsers(sessions: readonly RecordedSession[], seed: number): ReadonlyMap<string, User> {
  const rng = seededRng(seed);
  const byUser = grouped(sessions, ({ user }) => user);
  const names = [...byUser.keys()].sort();
  return new Map(
    names.map((name) => {
      const vehicle = drawKind(possibleKinds(byUser.get(name) ?? []), rng);
      return [name, { vehicle, priority: rng.chance(FIRST_CLASS_SHARE) ? 1 : 2 }];
    }),
  );
}

/** The strongest kind where even that is too weak. */
export function possibleKinds(sessions: readonly RecordedSession[]): typeof VEHICLE_KINDS {
  const recordedWh = sessions.reduce((sumWh, session) => sumWh + session.recordedWh, 0);
  const possible = VEHICLE_KINDS.filter((kind) => {
    const takenWh = sessions.reduce((sumWh, each) => sumWh + Math.min(each.recordedWh, feasibleWh(kind, each)), 0);
    return takenWh >= POSSIBLE_SHARE * recordedWh;
  });
  return possible.length > 0 ? possible : VEHICLE_KINDS.slice(-1);
}

function drawKind(kinds: typeof VEHICLE_KINDS, rng: Rng): VehicleKind {
  let left = rng.next() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = kinds.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const { phases, maxA } = defined(drawn ?? kinds.at(-1), 'kind of vehicle');
  return { phases, maxA };
}
