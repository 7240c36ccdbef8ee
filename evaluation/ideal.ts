/** Our own division minute by minute, with nothing between it and the vehicles: no meter, no datagrams, no delays, no dwell. */
import { connectedMask } from '../src/base/rotation.js';
import { perPhase } from '../src/base/units.js';
import { type AllocationCandidate, Allocator } from '../src/dlm/allocate.js';
import { type Moment, play } from './play.js';
import { type EvaluationSite, type ManagedRun, MIN_A } from './site.js';

type Sharing = 'equal' | 'priority';

const FUSE = 'fuse';

export const idealRun: ManagedRun = {
  run: (site, sharing) => Promise.resolve(play(site, idealRule(site, sharing))),
};

function idealRule({ fuseA }: EvaluationSite, sharing: Sharing): (moment: Moment) => readonly number[] {
  const allocator = new Allocator([{ id: FUSE }]);
  return ({ minute, wanting, buildingA }) => {
    const { limits } = allocator.allocate({
      circuits: [{ id: FUSE, limitA: perPhase(fuseA), backgroundA: buildingA }],
      chargePoints: wanting.map((vehicle) => candidate(vehicle, sharing)),
      stepA: 1,
      sharing,
      shortage: 'longest-charging-first',
      rotationSeed: minute,
    });
    return wanting.map(({ chargePoint }) => limits.get(chargePoint.id)?.limitA ?? 0);
  };
}

function candidate(vehicle: Moment['wanting'][number], sharing: Sharing): AllocationCandidate {
  const { chargePoint, maxA, arriveMinute, chargingMinutes } = vehicle;
  return {
    id: chargePoint.id,
    circuit: FUSE,
    rotation: chargePoint.rotation,
    activePhases: connectedMask(chargePoint.vehicle.phases),
    minA: MIN_A,
    maxA,
    priority: sharing === 'equal' ? 1 : chargePoint.priority,
    connectedAtS: arriveMinute * 60,
    chargingS: chargingMinutes * 60,
  };
}
