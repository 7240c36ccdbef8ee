/** The sessions of a site in one list, as loops over time need them. */
import { connectedMask, maskToGrid, type PhaseMask } from '../src/base/rotation.js';
import type { Amps } from '../src/base/units.js';
import type { EvaluationChargePoint, EvaluationSite, Session } from './site.js';

export interface FlatSession extends Session {
  /** The grid phases that the vehicle loads. */
  readonly phases: PhaseMask;
  readonly maxA: Amps;
  readonly chargePoint: EvaluationChargePoint;
}

/** In the order of the site's charge points and their sessions. */
export function flatSessions({ chargePoints }: EvaluationSite): FlatSession[] {
  return chargePoints.flatMap((chargePoint) => {
    const { rotation, vehicle, sessions } = chargePoint;
    const phases = maskToGrid(rotation, connectedMask(vehicle.phases));
    return sessions.map((session) => ({ ...session, phases, maxA: vehicle.maxA, chargePoint }));
  });
}

/** Values in the order of `flatSessions`, put back into lists for each charge point. */
export function byChargePoint({ chargePoints }: EvaluationSite, values: ArrayLike<number>): number[][] {
  let next = 0;
  return chargePoints.map(({ sessions }) => sessions.map(() => values[next++] ?? 0));
}
