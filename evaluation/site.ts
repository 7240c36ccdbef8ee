/** What an evaluation is about: a fuse, the building beside it, and who is plugged in when; and what a run of it gives. */
import type { PhaseCount, Rotation } from '../src/base/rotation.js';
import type { Amps, PhaseAmps, Volts } from '../src/base/units.js';

/** Energy is counted at this voltage, by everybody. */
export const VOLTAGE_V: Volts = 230;

/** Below this a vehicle does not charge (IEC 61851-1). */
export const MIN_A: Amps = 6;

export interface VehicleKind {
  /** It loads the first phases of the connector. */
  readonly phases: PhaseCount;
  readonly maxA: Amps;
}

/** Somebody plugged in, from a minute to a minute; minute 0 is the midnight before the first arrival. */
export interface Stay {
  readonly arriveMinute: number;
  /** At least one minute later. */
  readonly leaveMinute: number;
}

export interface Session extends Stay {
  /** What was charged when it was recorded. */
  readonly recordedWh: number;
  /** Of that, what the drawn vehicle can take within its stay when no fuse is in the way. */
  readonly demandWh: number;
}

export const CLASSES = [1, 2] as const;
/** 1 is served first where the sharing is by priority. */
export type PriorityClass = (typeof CLASSES)[number];

export interface EvaluationChargePoint {
  readonly id: string;
  readonly rotation: Rotation;
  readonly vehicle: VehicleKind;
  readonly priority: PriorityClass;
  /** By arrival; they do not overlap. */
  readonly sessions: readonly Session[];
}

export interface EvaluationSite {
  readonly name: string;
  /** Which part of the recording it is, if not all. */
  readonly note?: string;
  /** More of our own runs are made, each with something left out. */
  readonly isTakenApart?: boolean;
  readonly fuseA: Amps;
  /** The site is played from minute 0 up to this one; everybody has left by then. */
  readonly minutes: number;
  /** What the building takes without the vehicles in a minute: grid order, from 0 up to the fuse. */
  buildingA(minute: number): PhaseAmps;
  /** All of them have three phases. */
  readonly chargePoints: readonly EvaluationChargePoint[];
}

/** How the fuse was used; `FuseGauge` (gauge.ts) makes it from the currents of a run. */
export interface FuseUse {
  /** The largest sum of building and vehicles on each phase. */
  readonly worstA: PhaseAmps;
  /** Mean of (building + vehicles) / fuse on the most loaded phase, while somebody plugged in still wants energy. */
  readonly utilisation: number;
  readonly minutesOver: number;
}

export interface Delivered {
  /** Watt-hours of each session, in the order of the site's charge points and their sessions. */
  readonly energyWh: readonly (readonly number[])[];
  readonly use: FuseUse;
  /** How often the breaker tripped, where somebody looked. */
  readonly trips?: number;
}

/** `equal`: everybody has priority 1; `priority`: what the charge point says. */
export type Sharing = 'equal' | 'priority';

/** Plays the product's own control on a site; an implementation may take as long as it needs. */
export interface ManagedRun {
  run(site: EvaluationSite, sharing: Sharing): Promise<Delivered>;
}

/** Watts of a vehicle at a current. */
export function powerW({ phases }: VehicleKind, currentA: Amps): number {
  return phases * currentA * VOLTAGE_V;
}

/** What a vehicle can take within a stay when no fuse is in the way. */
export function feasibleWh(vehicle: VehicleKind, { arriveMinute, leaveMinute }: Stay): number {
  return (powerW(vehicle, vehicle.maxA) * (leaveMinute - arriveMinute)) / 60;
}
