/** Sites of a few sessions, drawn or written by hand. */
import type { PhaseCount, Rotation } from '../../src/base/rotation.js';
import type { Rng } from '../../src/base/rng.js';
import { perPhase, type PhaseAmps } from '../../src/base/units.js';
import {
  type EvaluationChargePoint,
  type EvaluationSite,
  feasibleWh,
  type PriorityClass,
} from '../../evaluation/site.js';

export interface PointForm {
  readonly phases?: PhaseCount;
  readonly maxA?: number;
  readonly rotation?: Rotation;
  readonly priority?: PriorityClass;
  /** [arrive, leave, kWh] */
  readonly stays: readonly (readonly [number, number, number])[];
}

export function point(form: PointForm, index: number): EvaluationChargePoint {
  const { phases = 1, maxA = 32, rotation = 'RST', priority = 1, stays } = form;
  const vehicle = { phases, maxA };
  const sessions = stays.map(([arriveMinute, leaveMinute, kWh]) => {
    const stay = { arriveMinute, leaveMinute };
    return { ...stay, recordedWh: kWh * 1000, demandWh: Math.min(kWh * 1000, feasibleWh(vehicle, stay)) };
  });
  return { id: `cp${index + 1}`, rotation, vehicle, priority, sessions };
}

export function smallSite(
  fuseA: number,
  points: readonly PointForm[],
  buildingA: (minute: number) => PhaseAmps = () => perPhase(0),
): EvaluationSite {
  const chargePoints = points.map(point);
  const minutes = Math.max(...chargePoints.flatMap((each) => each.sessions.map((session) => session.leaveMinute)));
  return { name: 'small', fuseA, minutes, buildingA, chargePoints };
}

export interface Size {
  readonly points: number;
  readonly minutes: number;
  readonly phases: readonly PhaseCount[];
}

/** Everybody one or two sessions, energies from nothing to all that the stay allows, a building that changes every minute. */
export function drawnSite(rng: Rng, { points, minutes, phases }: Size): EvaluationSite {
  const fuseA = 16 + rng.int(30);
  const loads = Array.from({ length: minutes }, (): PhaseAmps => [rng.int(12), rng.int(12), rng.int(12)]);
  const forms = Array.from({ length: points }, (): PointForm => {
    const arrive = rng.int(minutes - 1);
    const leave = arrive + 1 + rng.int(minutes - arrive);
    const again = leave + 1 < minutes ? ([[leave, minutes, rng.next() * 0.3]] as const) : [];
    return {
      phases: phases[rng.int(phases.length)] ?? 1,
      maxA: rng.chance(0.5) ? 16 : 32,
      rotation: (['RST', 'STR', 'TRS'] as const)[rng.int(3)] ?? 'RST',
      priority: rng.chance(0.5) ? 1 : 2,
      stays: [[arrive, Math.min(leave, minutes), rng.next() * 0.01 * (leave - arrive) * 10], ...again],
    };
  });
  return { ...smallSite(fuseA, forms, (minute) => loads[minute] ?? perPhase(0)), minutes };
}

export function demandWh({ chargePoints }: EvaluationSite): number {
  return chargePoints.flatMap(({ sessions }) => sessions).reduce((sumWh, session) => sumWh + session.demandWh, 0);
}

export function sumWh(energyWh: readonly (readonly number[])[]): number {
  return energyWh.flat().reduce((sum, each) => sum + each, 0);
}
