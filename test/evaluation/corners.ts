/**
 * The bound of a tiny site by its definition: the best of all corners of what is possible, every one of them looked at. One
 * unknown for each session and minute in ampere-minutes; a corner is where as many limits as unknowns are met exactly.
 */
import { connectedMask, hasPhase, maskToGrid } from '../../src/base/rotation.js';
import { PHASES } from '../../src/base/units.js';
import type { EvaluationSite } from '../../evaluation/site.js';

/** sum of weights x unknowns <= most */
interface Limit {
  readonly weights: readonly number[];
  readonly most: number;
}

interface Unknown {
  readonly session: number;
  readonly minute: number;
  readonly mask: number;
  readonly phases: number;
  readonly maxA: number;
}

const HAIR = 1e-7;

/** Watt-hours, and how many unknowns there were. */
export function boundByCorners(site: EvaluationSite): { readonly energyWh: number; readonly unknowns: number } {
  const { unknowns, demands } = unknownsOf(site);
  const limits = limitsOf(site, unknowns, demands);
  const gain = unknowns.map(({ phases }) => (phases * 230) / 60);
  let energyWh = 0;
  for (const chosen of choices(limits, unknowns.length)) {
    const corner = solve(chosen);
    if (!corner || limits.some(({ weights, most }) => dot(weights, corner) > most + HAIR)) continue;
    energyWh = Math.max(energyWh, dot(gain, corner));
  }
  return { energyWh, unknowns: unknowns.length };
}

function unknownsOf({ chargePoints }: EvaluationSite): { unknowns: Unknown[]; demands: number[] } {
  const unknowns: Unknown[] = [];
  const demands: number[] = [];
  for (const { rotation, vehicle, sessions } of chargePoints) {
    const mask = maskToGrid(rotation, connectedMask(vehicle.phases));
    for (const { arriveMinute, leaveMinute, demandWh } of sessions) {
      const session = demands.push((demandWh * 60) / (230 * vehicle.phases)) - 1;
      for (let minute = arriveMinute; minute < leaveMinute; minute++)
        unknowns.push({ session, minute, mask, ...vehicle });
    }
  }
  return { unknowns, demands };
}

function limitsOf(
  { fuseA, buildingA, minutes }: EvaluationSite,
  unknowns: readonly Unknown[],
  demands: readonly number[],
): Limit[] {
  const where = (isIn: (unknown: Unknown) => boolean, most: number): Limit => ({
    weights: unknowns.map((unknown) => (isIn(unknown) ? 1 : 0)),
    most,
  });
  const own = unknowns.flatMap((each): Limit[] => [
    where((unknown) => unknown === each, each.maxA),
    { weights: unknowns.map((unknown) => (unknown === each ? -1 : 0)), most: 0 },
  ]);
  const wants = demands.map((most, session) => where((unknown) => unknown.session === session, most));
  const places = Array.from({ length: minutes }, (_, minute) => minute).flatMap((minute) =>
    PHASES.map((phase) =>
      where((unknown) => unknown.minute === minute && hasPhase(unknown.mask, phase), fuseA - buildingA(minute)[phase]),
    ),
  );
  return [...own, ...wants, ...places].filter(({ weights }) => weights.some((weight) => weight !== 0));
}

function* choices<T>(values: readonly T[], count: number, from = 0): Iterable<readonly T[]> {
  if (count === 0) yield [];
  else {
    for (let at = from; at <= values.length - count; at++) {
      for (const rest of choices(values, count - 1, at + 1)) yield [values[at] as T, ...rest];
    }
  }
}

/** The one point where all of the limits are met; nothing where there is none, or more. */
function solve(limits: readonly Limit[]): number[] | undefined {
  const rows = limits.map(({ weights, most }) => [...weights, most]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.findIndex((row, at) => at >= column && Math.abs(row[column] ?? 0) > HAIR);
    const row = rows[pivot];
    if (!row) return undefined;
    rows[pivot] = rows[column] ?? [];
    rows[column] = row.map((value) => value / (row[column] ?? 1));
    const unit = rows[column] ?? [];
    for (const [at, other] of rows.entries()) {
      const factor = other[column] ?? 0;
      if (at !== column && factor !== 0) rows[at] = other.map((value, index) => value - factor * (unit[index] ?? 0));
    }
  }
  return rows.map((row) => row.at(-1) ?? 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
