/**
 * PV surplus: what would flow into the grid if the charge points that look at it took nothing. As a meter reckons energy, over all
 * three phases. It is a wish below the fuses: a wrong surplus costs money, and overloads nothing. So no proof of the meter's
 * direction is waited for; once it has shown itself as wrong, its values make no surplus (dlm/load/step-watch).
 */
import { defined } from '../../base/assert.js';
import type { ChargeMode } from '../../base/operator-action.js';
import { maskToGrid, phaseCountOf } from '../../base/rotation.js';
import { type Amps, mapPhases, NO_AMPS, type Watts } from '../../base/units.js';
import type { SlaveRecord } from '../group/slave-record.js';
import { powerOf } from '../load/power.js';
import { NOMINAL_VOLTAGE_V } from '../types.js';
import { capacityOf, pathOf, phasesOf, type Snapshot } from './snapshot.js';

/** It follows from the snapshot, and is asked for many times. */
const known = new WeakMap<Snapshot, Watts>();

/** What is set for a charge point, or configured. Where no surplus is measured for it: `fast`. */
export function modeOf({ site, settings, topology }: Snapshot, { id, facts }: SlaveRecord): ChargeMode {
  const { solar } = site;
  if (!solar) return 'fast';
  const way = topology.pathOf[topology.indexOf.get(facts.circuit) ?? -1];
  if (!way?.includes(solarIndex({ topology }, solar.circuit))) return 'fast';
  return settings.of(id).mode ?? facts.mode ?? solar.mode;
}

/** True for a charge point whose limit follows the surplus. */
export function takesSurplus(snapshot: Snapshot, record: SlaveRecord): boolean {
  const mode = modeOf(snapshot, record);
  return mode === 'full-green' || mode === 'green-priority';
}

function solarIndex({ topology }: Pick<Snapshot, 'topology'>, circuit: string): number {
  return defined(topology.indexOf.get(circuit), `circuit ${circuit} of the surplus`);
}

/** What the charge points that look at it may take together, in W; 0 while the meter is lost, or where the site has none. */
export function surplusW(snapshot: Snapshot): Watts {
  const before = known.get(snapshot);
  if (before !== undefined) return before;
  const foundW = foundSurplusW(snapshot);
  known.set(snapshot, foundW);
  return foundW;
}

function foundSurplusW(snapshot: Snapshot): Watts {
  const { site, records, nowMs } = snapshot;
  if (!site.solar) return 0;
  const index = solarIndex(snapshot, site.solar.circuit);
  const { backgroundA } = capacityOf(snapshot, index);
  if (!backgroundA) return 0;
  // The meter's other load knows nothing of charge points: those that do not look at the surplus use it up all the same.
  const others = records.filter((each) => pathOf(snapshot, each).includes(index) && !takesSurplus(snapshot, each));
  const othersA = others.reduce((sumA, each) => {
    const ownA = each.currentA(nowMs);
    return mapPhases((p) => sumA[p] + ownA[p]);
  }, NO_AMPS);
  return Math.max(0, -wattsOf(snapshot, backgroundA) - wattsOf(snapshot, othersA));
}

function wattsOf({ site }: Snapshot, currentA: readonly [Amps, Amps, Amps]): Watts {
  return powerOf(currentA, site.voltageV ?? NOMINAL_VOLTAGE_V);
}

/** What so many A are for a charge point on the phases that a grant must cover, in W. */
export function powerFor(snapshot: Snapshot, record: SlaveRecord, limitA: Amps): Watts {
  const count = phaseCountOf(maskToGrid(record.facts.rotation, phasesOf(snapshot, record)));
  return limitA * count * (snapshot.site.voltageV ?? NOMINAL_VOLTAGE_V);
}

/** What the surplus leaves a charge point that looks at it beside `takenW`, in A; Infinity for others. */
function surplusRoomA(snapshot: Snapshot, record: SlaveRecord, takenW: () => Watts): Amps {
  if (!takesSurplus(snapshot, record)) return Number.POSITIVE_INFINITY;
  return (surplusW(snapshot) - takenW()) / powerFor(snapshot, record, 1);
}

/** What a charge point could have of the surplus, were it alone, in A. */
export function surplusAloneA(snapshot: Snapshot, record: SlaveRecord): Amps {
  return surplusRoomA(snapshot, record, () => 0);
}

/** What the limits in force leave a charge point of the surplus, in A. */
export function surplusSpareA(snapshot: Snapshot, record: SlaveRecord): Amps {
  return surplusRoomA(snapshot, record, () =>
    snapshot.records
      .filter((each) => takesSurplus(snapshot, each))
      .reduce((sumW, each) => sumW + powerFor(snapshot, each, each.grantedA), 0),
  );
}
