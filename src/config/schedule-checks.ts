/** A schedule only lowers: a row above what holds anyway is a mistake. */
import { mapPhases } from '../base/units.js';
import type { Facts } from './facts.js';
import type { Finding, Path } from './issue.js';
import { ampsText, phaseGroups, phasesText } from './limit-checks.js';
import { toPhases } from './phase-amps.js';
import type { ChargePointEntry } from './schema/charge-points.js';
import type { CircuitEntry } from './schema/circuits.js';
import type { Draft } from './shape.js';

function limitPath(path: Path, row: number): Path {
  return [...path, 'schedule', 'rows', row, 'limitA'];
}

function ofCircuit({ path, value: { limitA, schedule } }: Draft<CircuitEntry>): Finding[] {
  if (limitA === undefined || schedule === undefined) return [];
  const fuseA = toPhases(limitA);
  return schedule.rows.flatMap((row, index) => {
    const rowA = toPhases(row.limitA);
    const pairs = mapPhases((phase) => ({ fuseA: fuseA[phase], rowA: rowA[phase] }));
    return phaseGroups(pairs, (pair) => pair.rowA > pair.fuseA).map(([phases, pair]) => ({
      path: limitPath(path, index),
      expected: `at most limitA of the circuit, ${ampsText(pair.fuseA)} on ${phasesText(phases)}`,
      got: ampsText(pair.rowA),
    }));
  });
}

function ofChargePoint({ path, value: { maxA, schedule } }: Draft<ChargePointEntry>): Finding[] {
  if (maxA === undefined || schedule === undefined) return [];
  return schedule.rows.flatMap(({ limitA }, index) =>
    limitA <= maxA
      ? []
      : [{ path: limitPath(path, index), expected: `at most maxA, ${ampsText(maxA)}`, got: ampsText(limitA) }],
  );
}

export function scheduleFindings({ circuits, chargePoints }: Facts): Finding[] {
  return [...circuits.items.flatMap(ofCircuit), ...chargePoints.items.flatMap(ofChargePoint)];
}
