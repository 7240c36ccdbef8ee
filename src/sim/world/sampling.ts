/** One look at a running world, for plots. */
import { reasonText } from '../../base/reason.js';
import type { CircuitSample, ChargePointSample, Sample } from './run-log.js';
import { mapPhases } from '../../base/units.js';
import { mostA } from './charge-point.js';
import { ampsOf } from './copper.js';
import type { MasterBox } from './master-box.js';
import type { SlaveBox } from './slave-box.js';
import type { World } from './world.js';

export function sampleOf(world: World): Sample {
  const master = [...world.masters.values()].find(({ isDeciding }) => isDeciding);
  return {
    atMs: world.time.nowMs,
    circuits: circuitsOf(world, master),
    chargePoints: world.scenario.chargePoints.map(({ id }) => chargePointOf(world, world.boxes.get(id), master)),
  };
}

function circuitsOf(world: World, master: MasterBox | undefined): readonly CircuitSample[] {
  const decided = master?.runtime?.controller.circuits(master.nowMs);
  return world.copper.conductors.map(({ drawnMa, allowedMa, buildingMa }, index) => {
    const [drawnA, buildingA] = [ampsOf(drawnMa), ampsOf(buildingMa)];
    const known = decided?.[index];
    return {
      capacityA: known?.capacity.capacityA ?? null,
      exposureA: known?.exposureA ?? null,
      allowedA: ampsOf(allowedMa),
      totalA: mapPhases((p) => drawnA[p] + buildingA[p]),
      buildingA,
      measuredA: known?.capacity.measuredA ?? null,
    };
  });
}

function chargePointOf(world: World, box: SlaveBox | undefined, master: MasterBox | undefined): ChargePointSample {
  if (!box?.isOn) return { limitA: 0, currentA: 0, state: 'Off', reason: 'no power' };
  const record = master?.runtime?.controller.records.find(({ id }) => id === box.id);
  return {
    limitA: box.enforced.limitA,
    currentA: mostA(world.copper.drawnA(box.tapId)),
    state: box.hardware.look(box.nowMs).state,
    reason: record ? reasonText(record.reason) : 'no master knows it',
  };
}
