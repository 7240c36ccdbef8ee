/** The site for the control core: circuits, charge points, and the rules of division. */
import type { ChargeMode } from '../base/operator-action.js';
import type { PhaseSwitchKind } from '../base/phase-switch.js';
import type { Network, PhaseCount, Wiring } from '../base/rotation.js';
import type { Amps, Ms, PhaseAmps, Volts, Watts } from '../base/units.js';

/** A fallback of this much or more means: the loss of the meter is ignored (domain.md section 1). */
export const FALLBACK_IGNORED_A: Amps = 9999;

export const NOMINAL_VOLTAGE_V: Volts = 230;

/** By IEC 60898-1 (B, C, D), IEC 60269 (gG) and IEC 60947-2: how an overload is counted in simulations. */
export const FUSE_TYPES = ['B', 'C', 'D', 'gG', 'IEC60947-2'] as const;
export type FuseType = (typeof FUSE_TYPES)[number];

/** What holds on some days from one time of the day to another, as the clocks of the schedule's zone show it. */
export interface ScheduleRow {
  /** Each as written: "Mo", "Mo-Fr", "2026-12-24", "2026-12-24..2026-12-31". */
  readonly days: readonly string[];
  /** "22:00". */
  readonly from: string;
  /** "06:00": on the next day when it is earlier than `from`; "24:00": the end of the day. */
  readonly to: string;
  /** Of a charge point the same on each phase. */
  readonly limitA: PhaseAmps;
}

export interface Schedule {
  /** "Europe/Berlin". */
  readonly timeZone: string;
  /** Where several hold at once, the lowest counts on each phase; where none does, the schedule limits nothing. */
  readonly rows: readonly ScheduleRow[];
}

/** What holds for charge points while the grid operator asks for it by section 14a EnWG. */
export interface Section14aRules {
  /** What they may draw from the grid together, in W. */
  readonly limitW: Watts;
  /** The same once the source of the signal was lost for `failsafeAfterMs`. */
  readonly failsafeW: Watts;
  readonly failsafeAfterMs: Ms;
}

/** What is kept free below a circuit for charge points that do not charge. DLB: one minimum while any is idle or not heard. */
export interface ReserveRules {
  readonly mode: 'DLB' | 'ALM';
  /** For each one that is not heard; absent: its minimum. */
  readonly offlineW?: Watts;
}

export interface Circuit {
  readonly id: string;
  /** Absent for the root. */
  readonly parent?: string;
  /** The fuse (or the EVSE sub-distribution limit). */
  readonly limitA: PhaseAmps;
  /** The operator's own limit; never above `limitA`. */
  readonly operatorLimitA?: PhaseAmps;
  /** Limits by the calendar; none above `limitA`. */
  readonly schedule?: Schedule;
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
  /** A contract at its meter that export lifts. One that export does not lift is in `limitW`. */
  readonly contractW?: Watts;
  /** The same for its charge points alone while its meter is lost; absent: `limitW` less the load that the meter may hide. */
  readonly fallbackW?: Watts;
  readonly reserve?: ReserveRules;
  /** Its charge points are controllable devices by section 14a EnWG. */
  readonly section14a?: Section14aRules;
  /** Absent: B, which trips first. */
  readonly fuseType?: FuseType;
  /** False: what a vehicle below leaves of its limit stays its own. */
  readonly redistribute?: boolean;
}

/** Which phases count for a vehicle: those that it was seen to use, or all that are connected. */
export const ACTIVE_PHASES = ['detected', 'connected'] as const;
export type ActivePhases = (typeof ACTIVE_PHASES)[number];

/** What one vehicle may take at most, from plugging in to unplugging. Absent: no bound. */
export interface SessionLimits {
  readonly maxMin?: number | undefined;
  readonly maxKwh?: number | undefined;
}

export interface ChargePoint {
  readonly id: string;
  /** For people: what it is called, and where it stands. */
  readonly name?: string;
  readonly location?: string;
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
  readonly rotation: Wiring;
  /** Absent: `detected`. */
  readonly activePhases?: ActivePhases | undefined;
  /** Absent: that of the site, or `fast`. */
  readonly mode?: ChargeMode | undefined;
  /** It may be told to connect other phases, if it says that it can. Absent: never. */
  readonly phaseSwitch?: PhaseSwitchKind | undefined;
  /** 1 is served first. */
  readonly priority: number;
  readonly session?: SessionLimits;
  /** False: a vehicle that sleeps after a pause is not woken up. */
  readonly wakeUp?: boolean | undefined;
  /** Limits by the calendar; none above `maxA`. */
  readonly schedule?: Schedule;
}

/** What the site says of charge points that say nothing themselves. An absent key says nothing. */
export interface ChargePointDefaults {
  readonly activePhases?: ActivePhases | undefined;
  readonly maxA?: Amps | undefined;
  readonly minA?: Amps | undefined;
  readonly disconnectedLimitA?: Amps | undefined;
  readonly wakeUp?: boolean | undefined;
}

export const SHARING_RULES = ['equal', 'priority'] as const;
export type SharingRule = (typeof SHARING_RULES)[number];

export const SHORTAGE_RULES = ['longest-charging-first', 'last-connected-first', 'priority-only'] as const;
export type ShortageRule = (typeof SHORTAGE_RULES)[number];

/** When a vehicle that charges is lowered to what it draws, for others. */
export interface RedistributionRules {
  /** It draws more than this below its limit. */
  readonly thresholdA: Amps;
  /** For so long. Configured in seconds. */
  readonly holdMs: Ms;
  /** What it keeps above its current. */
  readonly marginA: Amps;
}

/** When charge points that can do so are told to connect other phases. */
export interface PhaseSwitchRules {
  /** The other position must be better for so long. Configured in minutes. */
  readonly holdMs: Ms;
  /** Each charge point. */
  readonly maxPerHour: number;
  /** Of another phase, for a vehicle on one phase. */
  readonly gainA: Amps;
  /** Never before a vehicle was there for so long. Configured in minutes. */
  readonly sessionMs: Ms;
}

export const PHASE_SWITCH_RULES: PhaseSwitchRules = { holdMs: 300_000, maxPerHour: 4, gainA: 4, sessionMs: 120_000 };

export interface AllocationRules {
  readonly stepA: Amps;
  readonly sharing: SharingRule;
  readonly shortage: ShortageRule;
  /** How long a turn lasts at least. Configured in minutes. */
  readonly dwellMs: Ms;
  /** Where the room of a paused vehicle wandered, it must be steady for so long before a start. Configured in minutes. */
  readonly steadyMs: Ms;
  /** Of each hour that a vehicle waits for others, in turns of `dwellMs`. Absent or 0: the order holds for ever. */
  readonly leastMsPerHour?: Ms;
  /** How fast each limit is raised at most. Absent: at once. */
  readonly raiseAPerS?: number;
  /** Absent: what a vehicle that charges leaves stays its own. */
  readonly redistribute?: RedistributionRules;
  /** Absent: `PHASE_SWITCH_RULES`. */
  readonly phaseSwitch?: PhaseSwitchRules;
}

/** PV surplus for charge points below one circuit, the one whose meter shows what is fed in. */
export interface SolarRules {
  readonly circuit: string;
  /** Of charge points below it that say nothing. */
  readonly mode: ChargeMode;
  /** A vehicle on surplus alone starts, or pauses, once that was enough, or too little, for so long. Configured in seconds. */
  readonly startAfterMs: Ms;
  readonly stopAfterMs: Ms;
}

/** What a digital input does while it is active. */
export type InputEffect =
  /** Lowers the limit of the target by so much; never below 0 A. Grid order. */
  | { readonly kind: 'offset'; readonly offsetA: PhaseAmps }
  /** The most that the target may have. Grid order. */
  | { readonly kind: 'limit'; readonly limitA: PhaseAmps }
  | { readonly kind: 'stop' }
  /** The grid operator lowers the target, a circuit with `section14a`. */
  | { readonly kind: 'section14a' };

/** A circuit with all below it, or one charge point. */
export interface LimitTarget {
  readonly kind: 'circuit' | 'chargePoint';
  readonly id: string;
}

/** A digital input, whatever its source is. */
export interface SiteInput {
  readonly id: string;
  /** The level at which it is active. */
  readonly activeLevel: 'high' | 'low';
  /** A level counts once it has stood for so long. */
  readonly debounceMs: Ms;
  /** A source that was not heard for so long is lost. Absent: its last word holds until the source says that it is lost. */
  readonly maxAgeMs?: Ms;
  /** Set by the command "input"; else a source sets it. */
  readonly isByCommand?: boolean;
  readonly effect: InputEffect;
  readonly target: LimitTarget;
}

export interface Site {
  readonly site: string;
  readonly networkId: number;
  readonly samplePeriodMs: Ms;
  /** How long a grant holds, from the STATUS that it answers. */
  readonly leaseMs: Ms;
  /** Absent: TN. */
  readonly network?: Network;
  /** W for each A of a conductor: between phase and neutral. Absent: `NOMINAL_VOLTAGE_V`. */
  readonly voltageV?: Volts;
  readonly circuits: readonly Circuit[];
  readonly chargePoints: readonly ChargePoint[];
  /** Absent: none. */
  readonly inputs?: readonly SiteInput[];
  /** Absent: no charge point looks at a surplus. */
  readonly solar?: SolarRules;
  /** For charge points that are not listed. */
  readonly defaults?: ChargePointDefaults;
  /** The circuit of adopted charge points that are not listed. */
  readonly defaultCircuit: string;
  readonly autoAdopt: boolean;
  readonly allocation: AllocationRules;
}
