/** Our own division minute by minute, with nothing between it and the vehicles: no meter, no datagrams, no delays, no dwell. */
import { connectedMask } from '../src/base/rotation.js';
import { type Amps, perPhase } from '../src/base/units.js';
import { type AllocationCandidate, Allocator } from '../src/dlm/allocate.js';
import { type Moment, play } from './play.js';
import { type EvaluationSite, type ManagedRun, MIN_A, type Sharing } from './site.js';

const FUSE = 'fuse';

/** What a division may be: vehicles have a least current, and limits come in steps. */
export interface Grain {
  readonly minA: Amps;
  readonly stepA: Amps;
}

const REAL: Grain = { minA: MIN_A, stepA: 1 };

export const idealRun: ManagedRun = idealRunIn(REAL);

export function idealRunIn(grain: Grain): ManagedRun {
  return { run: (site, sharing) => Promise.resolve(play(site, idealRule(site, sharing, grain))) };
}

function idealRule(
  { fuseA }: EvaluationSite,
  sharing: Sharing,
  { minA, stepA }: Grain,
): (moment: Moment) => readonly number[] {
  const allocator = new Allocator([{ id: FUSE }]);
  return ({ minute, wanting, buildingA }) => {
    const { limits } = allocator.allocate({
      circuits: [{ id: FUSE, limitA: perPhase(fuseA), backgroundA: buildingA }],
      chargePoints: wanting.map((vehicle) => ({ ...candidate(vehicle, sharing), minA })),
      stepA,
      sharing,
      shortage: 'longest-charging-first',
      rotationSeed: minute,
    });
    return wanting.map(({ chargePoint }) => limits.get(chargePoint.id)?.limitA ?? 0);
  };
}

function candidate(vehicle: Moment['wanting'][number], sharing: Sharing): Omit<AllocationCandidate, 'minA'> {
  const { chargePoint, maxA, arriveMinute, chargingMinutes } = vehicle;
  return {
    id: chargePoint.id,
    circuit: FUSE,
    rotation: chargePoint.rotation,
    activePhases: connectedMask(chargePoint.vehicle.phases),
    maxA,
    priority: sharing === 'equal' ? 1 : chargePoint.priority,
    connectedAtS: arriveMinute * 60,
    chargingS: chargingMinutes * 60,
  };
}
