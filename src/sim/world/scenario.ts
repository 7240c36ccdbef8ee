/** What is played: a site by its real configuration, what stands behind it in the physical world, and what goes wrong when. */
import type { OperatorAction } from '../../base/operator-action.js';
import type { Amps, Ms, PerPhase, PhaseAmps, Volts, Watts } from '../../base/units.js';
import type { PhaseSwitchKind } from '../../base/phase-switch.js';
import type { PhaseCount, Wiring } from '../../base/rotation.js';
import type { VehicleSpec } from '../../chargers/vehicle.js';
import type { MasterConfig } from '../../config/types.js';
import type { Building } from '../../sim/day/profile.js';
import type { NetworkFaults } from '../virtual-network.js';

/** 2026-01-05 00:00 UTC, a Monday. */
const FIRST_DAY_MS: Ms = 1_767_571_200_000;

/** A vehicle as its driver brings it. */
export type VehiclePlan = VehicleSpec;

export interface VisitPlan {
  readonly atMs: Ms;
  readonly leaveAtMs: Ms;
  readonly chargePoint: string;
  readonly vehicle: VehiclePlan;
}

/** A charge point as it is built, whatever the configuration says about it. */
export interface ChargePointPlan {
  readonly id: string;
  /** Where its cable really ends. */
  readonly circuit: string;
  readonly phases: PhaseCount;
  readonly rotation: Wiring;
  readonly maxA: Amps;
  readonly minA: Amps;
  readonly disconnectedLimitA: Amps;
  /** Absent: all its phases are always connected. */
  readonly phaseSwitch?: PhaseSwitchKind | undefined;
}

/** The load of a circuit that nobody controls, between bounds; steps of an appliance, and a slow drift. */
export interface BuildingPlan {
  readonly circuit: string;
  readonly lowA: PhaseAmps;
  readonly highA: PhaseAmps;
  /** From one change to the next, on average. */
  readonly everyMs: Ms;
}

/** A day of households and PV plants, minute by minute, recorded or generated; it begins anew after midnight. */
export interface DayPlan {
  readonly circuit: string;
  readonly building: Building;
  /** Minute of the day at the start of the run. */
  readonly startMinute: number;
}

/** What the other consumers of a circuit take from a moment on, as somebody wrote it down. */
export interface LoadPlan {
  readonly circuit: string;
  readonly atMs: Ms;
  readonly loadA: PhaseAmps;
}

/** What PV feeds into a circuit from a moment on, beside whatever its consumers take. */
export interface SolarPlan {
  readonly circuit: string;
  readonly atMs: Ms;
  readonly powerW: PerPhase<Watts>;
}

export interface PlannedFault {
  readonly atMs: Ms;
  readonly forMs: Ms;
  /** Name of an injector (faults/index.ts). */
  readonly fault: string;
  /** Id of a charge point or meter; absent: as the injector chooses, by the seed. */
  readonly target?: string;
}

/** Somebody sets something at the master that decides then. */
export interface PlannedAction {
  readonly atMs: Ms;
  readonly target: string;
  readonly action: OperatorAction;
}

/** `lost`: whoever reads the contact says that it cannot. `silent`: it says nothing any more. Both end with the next level. */
export type ContactState = 'high' | 'low' | 'lost' | 'silent';

/** The contact behind a digital input of the configuration, and whoever reads it. */
export interface ContactPlan {
  readonly input: string;
  /** At first. */
  readonly state: ContactState;
  /** How often it is read. Absent: each change is told at once, and nothing else. */
  readonly readEveryMs?: Ms;
  /** In order of time. */
  readonly changes: readonly { readonly atMs: Ms; readonly state: ContactState }[];
}

/** Between phase and neutral, on all phases, until the next step. */
export interface VoltageStep {
  readonly atMs: Ms;
  readonly voltageV: Volts;
}

export interface Scenario {
  readonly name: string;
  readonly config: MasterConfig;
  readonly hasStandby: boolean;
  /** Datagrams are signed. */
  readonly isSigned: boolean;
  readonly chargePoints: readonly ChargePointPlan[];
  readonly buildings: readonly BuildingPlan[];
  readonly days: readonly DayPlan[];
  /** In order of time. */
  readonly loads: readonly LoadPlan[];
  /** In order of time. */
  readonly solar: readonly SolarPlan[];
  /** In order of time; before the first step it is that of the configuration. */
  readonly voltage: readonly VoltageStep[];
  readonly visits: readonly VisitPlan[];
  readonly network: NetworkFaults;
  /** No clock runs faster or slower than true time by more than this share. */
  readonly clockDriftMax: number;
  readonly meterLatencyMs: Ms;
  /** How often a meter renews its registers. */
  readonly meterRenewMs: Ms;
  /** Largest error of what a meter shows. */
  readonly meterNoiseA: Amps;
  /** A meter shows multiples of this only; 0: all it measures. */
  readonly meterRoundA: Amps;
  /** In order of time. */
  readonly actions: readonly PlannedAction[];
  readonly contacts: readonly ContactPlan[];
  /** What the wall clocks show at the beginning, since 1970. */
  readonly wallFromMs: Ms;
  /** In order of time. */
  readonly faults: readonly PlannedFault[];
  readonly durationMs: Ms;
  /** From then on nothing goes wrong any more, and all must recover. */
  readonly calmFromMs: Ms;
}

/** Nobody sets anything, no input has a contact, no sun shines, the voltage stays, and it is that Monday. */
export const UNTOUCHED: Pick<Scenario, 'actions' | 'contacts' | 'solar' | 'voltage' | 'wallFromMs'> = {
  solar: [],
  voltage: [],
  actions: [],
  contacts: [],
  wallFromMs: FIRST_DAY_MS,
};
