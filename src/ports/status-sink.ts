/** What the outside may see: one snapshot per tick, handed to every sink (MQTT now; pages and commands later). */
import type { ErrorCode } from '../base/error-codes.js';
import type { ChargePointState } from '../base/messages.js';
import type { LimitReason } from '../base/reason.js';
import type { Amps, Ms, PerPhase, PhaseAmps, Volts, WattHours, Watts } from '../base/units.js';

export interface CircuitStatus {
  readonly id: string;
  readonly parent: string | null;
  /** Id of the meter at its supply; `null` when it has none. */
  readonly meter: string | null;
  readonly limitA: PhaseAmps;
  /** What the charge points below may take now: limit, headroom, background and fallback applied. */
  readonly capacityA: PhaseAmps;
  /** `null` while there is no meter, or it is lost. */
  readonly measuredA: PhaseAmps | null;
  readonly backgroundA: PhaseAmps | null;
  readonly sumOfLimitsA: PhaseAmps;
  /** The ledger's worst case. */
  readonly exposureA: PhaseAmps;
}

export interface QueuePlace {
  /** 1 is next. */
  readonly place: number;
  /** When the order changes next; `null`: no clock says it. */
  readonly nextInMs: Ms | null;
}

export interface ChargePointStatus {
  readonly id: string;
  /** As configured; `null`: none. */
  readonly name: string | null;
  readonly location: string | null;
  readonly circuit: string;
  readonly state: ChargePointState | 'Unknown';
  /** What it says of its fault; `null`: nothing. */
  readonly errorCode: ErrorCode | null;
  readonly online: boolean;
  readonly limitA: Amps;
  /** The worst case on its most loaded phase. */
  readonly exposureA: Amps;
  readonly currentA: PhaseAmps;
  /** By its own meter, or of these currents at 230 V. */
  readonly powerW: Watts;
  /** Of the vehicle that is plugged in; 0 without one. */
  readonly sessionWh: WattHours;
  readonly chargingMs: Ms;
  readonly pluggedInMs: Ms;
  readonly reason: LimitReason;
  /** The reason as people read it: "garage L2 full". */
  readonly reasonText: string;
  /** One sentence with the limit, what binds, and what would change it next: "10 A: garage L2 full (63 of 63 A); next: cp5 leaves". */
  readonly explanation: string;
  /** While it waits for others in a shortage. */
  readonly queue: QueuePlace | null;
  readonly leaseLeftMs: Ms;
  readonly disconnectedLimitA: Amps;
  /** Below this its vehicle is paused: its minimum, or what the vehicle has shown that it needs. */
  readonly neededA: Amps;
  readonly firmware: string;
  /** The id of the key that it signs with; `null` before it was heard, and while nothing is signed. */
  readonly keyId: number | null;
}

export interface MeterStatus {
  readonly id: string;
  readonly model: string;
  readonly online: boolean;
  /** Age of the last good values; `null` before the first. */
  readonly ageMs: Ms | null;
  readonly currentA: PerPhase<Amps | null>;
  readonly voltageV: PerPhase<Volts | null>;
  readonly powerW: PerPhase<Watts | null>;
  readonly totalPowerW: Watts | null;
  /** Answers that arrived damaged, since the start; none of them was used. */
  readonly damagedAnswers: number;
  /** Of the requests of the last minute; `null` while there are none. */
  readonly damagedPercent: number | null;
}

/** A source of limits that may change while the master runs: a digital input, a schedule, the grid operator, or what people have set. */
export interface SourceStatus {
  readonly kind: 'section14a' | 'input' | 'schedule' | 'operator';
  /** Of the input; else of what it limits. */
  readonly id: string;
  readonly targetKind: 'circuit' | 'chargePoint';
  readonly target: string;
  /** `lost` and `awaited` (no value since the start) count as active. */
  readonly state: 'active' | 'inactive' | 'lost' | 'awaited';
  /** `null`: not noted. */
  readonly sinceWallMs: Ms | null;
  /** What it does, or would do: "lowers garage by 16 A". */
  readonly text: string;
}

export interface Alarm {
  /** A code of `base/events.ts`. */
  readonly code: string;
  readonly active: boolean;
  readonly text: string;
  readonly sinceWallMs: Ms;
}

export interface OtherMasterStatus {
  readonly id: string;
  /** 0, or more for a standby. */
  readonly rank: number;
  readonly epoch: number;
  readonly active: boolean;
}

/** Over all charge points that are known. `free`, `occupied` and `charging` add up to their number. */
export interface SiteSums {
  /** A vehicle can be plugged in. */
  readonly free: number;
  /** Neither free nor charging. */
  readonly occupied: number;
  readonly charging: number;
  /** How many of the occupied ones are silent, faulted or unavailable. */
  readonly outOfService: number;
  /** At 230 V. */
  readonly powerW: Watts;
  /** What they draw together, in A per phase of the grid. */
  readonly currentA: PhaseAmps;
  /** True: some vehicle would take more than the fuses and the other limits of the site leave for it. */
  readonly limiting: boolean;
}

export interface SiteStatus {
  readonly site: string;
  readonly networkId: number;
  readonly masterId: string;
  readonly role: 'active' | 'passive' | 'standby';
  /** Other masters of this network id that were heard in the last seconds. */
  readonly otherMasters: readonly OtherMasterStatus[];
  readonly epoch: number;
  readonly version: string;
  /** Whether the datagrams of the DLM protocol are signed. */
  readonly auth: 'on' | 'off';
  readonly wallMs: Ms;
  readonly uptimeMs: Ms;
  readonly samplePeriodMs: Ms;
  readonly slavesOnline: number;
  readonly slavesKnown: number;
  readonly sums: SiteSums;
  readonly circuits: readonly CircuitStatus[];
  readonly chargePoints: readonly ChargePointStatus[];
  readonly meters: readonly MeterStatus[];
  readonly sources: readonly SourceStatus[];
  readonly alarms: readonly Alarm[];
}

export interface StatusSink {
  publish(status: SiteStatus): void;
  close(): Promise<void>;
}
