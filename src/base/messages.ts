/** The messages between DLM master and slave, and between masters, as data. Their bytes: discovery/codec.ts and docs/protocol.md. */
import type { ErrorCode } from './error-codes.js';
import type { PhaseCount, PhaseMask, Rotation } from './rotation.js';
import type { LastingSetting, RememberedBoost, SettingsVersion } from './settings.js';
import type { Amps, Ms, PhaseAmps, WattHours, Watts } from './units.js';

/** OCPP 1.6 ChargePointStatus, in its order; the index is the code on the wire. */
export const CHARGE_POINT_STATES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
] as const;
export type ChargePointState = (typeof CHARGE_POINT_STATES)[number];

/** 64 random bits, drawn at every start, as 16 hex digits. */
export type BootId = string;

/** Order of grants: first the epoch, then the sequence number. Both count from 1; 0 = none. */
export interface GrantNumber {
  readonly epoch: number;
  readonly seq: number;
}

export function compareGrants(a: GrantNumber, b: GrantNumber): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}

/** Master to everybody: "I am here". Never a limit. */
export interface Beacon {
  readonly type: 'beacon';
  readonly networkId: number;
  readonly masterId: string;
  readonly bootId: BootId;
  /** 0 for a master that decides; a standby has a higher number. */
  readonly rank: number;
  readonly epoch: number;
  /** False while another master is active. */
  readonly active: boolean;
  /** Of what people set at run time. Absent: this master does not tell. */
  readonly settings?: SettingsVersion;
}

/** What the meter of a charge point says. The master reckons what is left out. */
export interface Metered {
  readonly powerW?: Watts;
  /** Of the vehicle that is plugged in, since it was. */
  readonly sessionWh?: WattHours;
  /** In seconds, without pauses. */
  readonly chargingS?: number;
  readonly pluggedInS?: number;
}

/** Slave to master, every heartbeat and at once on a change. */
export interface Status extends Metered {
  readonly type: 'status';
  readonly networkId: number;
  readonly chargePointId: string;
  readonly bootId: BootId;
  /** The slave's monotonic clock when this was sent. */
  readonly tauMs: Ms;
  readonly accepted: GrantNumber & { readonly masterId: string };
  /** The limit that the slave enforces now. */
  readonly enforcedA: Amps;
  /** The connector's phases that this limit was granted for. */
  readonly enforcedPhases: PhaseMask;
  readonly leaseLeftMs: Ms;
  readonly disconnectedLimitA: Amps;
  readonly maxA: Amps;
  readonly minA: Amps;
  readonly state: ChargePointState;
  /** Measured, in the connector's order. */
  readonly currentA: PhaseAmps;
  readonly phases: PhaseCount;
  readonly rotation: Rotation;
  /** The connector's phases that carried current since this vehicle was plugged in. */
  readonly usedPhases: PhaseMask;
  readonly sessionId: number;
  readonly firmware: string;
  /** How often the pilot was interrupted since this vehicle came or drew current last. Absent: this slave cannot do that. */
  readonly wakeUps?: number;
  /** Its phase switch can connect L1, L2, L3 alone (bit 0 to 2), or all (bit 3). Absent: there is none. */
  readonly switchable?: number;
  /** The phases that its switch connects; all that it may connect while it moves. */
  readonly switchedTo?: PhaseMask;
  readonly errorCode?: ErrorCode;
}

/** Master to one slave: "until tau + lease you may draw this much". */
export interface Grant {
  readonly type: 'grant';
  readonly networkId: number;
  readonly masterId: string;
  readonly masterBootId: BootId;
  readonly chargePointId: string;
  /** `bootId` and `tau` of the poll that this answers. */
  readonly bootId: BootId;
  readonly tauMs: Ms;
  readonly epoch: number;
  readonly seq: number;
  readonly limitA: Amps;
  readonly leaseMs: Ms;
  /** The connector's phases that the limit was counted for. */
  readonly phases: PhaseMask;
  /** Interrupt the pilot, unless that was done so often already. Absent: do not. */
  readonly wakeUp?: number;
  /** The phases that the slave is to connect while it may draw nothing. Absent: those that it connects. */
  readonly switchTo?: PhaseMask;
}

/** Master to another one whose BEACON shows a later version: "what did people set?" */
export interface Ask {
  readonly type: 'ask';
  readonly networkId: number;
  readonly masterId: string;
  readonly bootId: BootId;
  readonly version: SettingsVersion;
  /** From 0. */
  readonly part: number;
}

/** The answer: part 0 is what holds for the site, each other one what is set for one circuit or charge point. */
export interface Tell extends LastingSetting {
  readonly type: 'tell';
  readonly networkId: number;
  readonly masterId: string;
  readonly masterBootId: BootId;
  /** Of the master that asked. */
  readonly bootId: BootId;
  readonly version: SettingsVersion;
  readonly part: number;
  readonly parts: number;
  /** Absent in part 0. */
  readonly target?: string;
  readonly section14a?: boolean;
  /** Of a circuit, which has nothing else. */
  readonly operatorLimitA?: PhaseAmps;
  readonly boost?: RememberedBoost | undefined;
}

export type Message = Beacon | Status | Grant | Ask | Tell;
