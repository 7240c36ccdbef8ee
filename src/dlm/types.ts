/** The site for the control core: circuits, charge points, and the rules of division. */
import type { PhaseCount, Rotation } from '../base/rotation.js';
import type { Amps, Ms, PhaseAmps, Volts, Watts } from '../base/units.js';

/** A fallback of this much or more means: the loss of the meter is ignored (domain.md section 1). */
export const FALLBACK_IGNORED_A: Amps = 9999;

export const NOMINAL_VOLTAGE_V: Volts = 230;

/** By IEC 60898-1 (B, C, D), IEC 60269 (gG) and IEC 60947-2: how an overload is counted in simulations. */
export const FUSE_TYPES = ['B', 'C', 'D', 'gG', 'IEC60947-2'] as const;
export type FuseType = (typeof FUSE_TYPES)[number];

export interface Circuit {
  readonly id: string;
  /** Absent for the root. */
  readonly parent?: string;
  /** The fuse (or the EVSE sub-distribution limit). */
  readonly limitA: PhaseAmps;
  /** The operator's own limit; never above `limitA`. */
  readonly operatorLimitA?: PhaseAmps;
  /** A part of the limit that is never given away. */
  readonly headroomA: PhaseAmps;
  /** Id of the meter at this circuit's supply. */
  readonly meter?: string;
  /** Whether that meter measures the charge points too, or only the uncontrolled load. */
  readonly meterLocation: 'including' | 'excluding';
  /** What all charge points below may draw together while the meter is lost. */
  readonly fallbackA: PhaseAmps;
  /** The highest uncontrolled load that can occur. Used to check the fallback. */
  readonly backgroundMaxA?: PhaseAmps;
  readonly imbalanceLimitA?: Amps;
  /** What its three phases may carry together, charge points and other load; also a contract at its meter. */
  readonly limitW?: Watts;
  /** Absent: B, which trips first. */
  readonly fuseType?: FuseType;
}

export interface ChargePoint {
  readonly id: string;
  readonly circuit: string;
  /** What the hardware can deliver. */
  readonly maxA: Amps;
  /** What its supply line and its fuse allow; at most `maxA`. Of a whole station: `limitA` of its circuit. */
  readonly installationA?: Amps | undefined;
  /** What the operator wants it to have at most; at most `installationA`. 0: nothing. */
  readonly operatorA?: Amps | undefined;
  readonly minA: Amps;
  readonly disconnectedLimitA: Amps;
  /** The most for a vehicle that does not use all three phases. */
  readonly imbalanceLimitA?: Amps | undefined;
  readonly phases: PhaseCount;
  readonly rotation: Rotation;
  /** 1 is served first. */
  readonly priority: number;
}

/** What the site says of charge points that say nothing themselves. An absent key says nothing. */
export interface ChargePointDefaults {
  readonly maxA?: Amps | undefined;
  readonly minA?: Amps | undefined;
  readonly disconnectedLimitA?: Amps | undefined;
}

export const SHARING_RULES = ['equal', 'priority'] as const;
export type SharingRule = (typeof SHARING_RULES)[number];

export const SHORTAGE_RULES = ['longest-charging-first', 'last-connected-first', 'priority-only'] as const;
export type ShortageRule = (typeof SHORTAGE_RULES)[number];

export interface AllocationRules {
  readonly stepA: Amps;
  readonly sharing: SharingRule;
  readonly shortage: ShortageRule;
  /** How long a turn lasts at least. Configured in minutes. */
  readonly dwellMs: Ms;
  /** Where the room of a paused vehicle wandered, it must be steady for so long before a start. Configured in minutes. */
  readonly steadyMs: Ms;
}

export interface Site {
  readonly site: string;
  readonly networkId: number;
  readonly samplePeriodMs: Ms;
  /** How long a grant holds, from the STATUS that it answers. */
  readonly leaseMs: Ms;
  /** Between phase and neutral, where W are reckoned from A. Absent: `NOMINAL_VOLTAGE_V`. */
  readonly voltageV?: Volts;
  readonly circuits: readonly Circuit[];
  readonly chargePoints: readonly ChargePoint[];
  /** For charge points that are not listed. */
  readonly defaults?: ChargePointDefaults;
  /** The circuit of adopted charge points that are not listed. */
  readonly defaultCircuit: string;
  readonly autoAdopt: boolean;
  readonly allocation: AllocationRules;
}
