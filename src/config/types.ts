/** What a configuration file says, checked and with every default filled in. */
import type { Encoding, MeterMeasurand, WordOrder } from '../base/registers.js';
import type { PhaseSwitchKind } from '../base/phase-switch.js';
import type { PhaseCount, Rotation } from '../base/rotation.js';
import type { LogLevel } from '../base/logger.js';
import type { Amps, Ms, PerPhase } from '../base/units.js';
import type { Site } from '../dlm/types.js';

/** Where a meter is reached; see config/connection for how it is written. */
export type Connection =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** A gateway that passes RTU frames on as they are. */
  | { readonly kind: 'rtu+tcp'; readonly host: string; readonly port: number; readonly turnaroundMs?: Ms }
  | {
      readonly kind: 'rtu';
      readonly path: string;
      /** Bits per second. */
      readonly baud: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
      /** The least pause between an answer and the next request; absent: what the line itself needs. */
      readonly turnaroundMs?: Ms;
    };

/** What differs from a meter that is connected as its terminals are labelled. */
export interface MeterWiring {
  /** Currents and powers are multiplied with it. */
  readonly ctRatio: number;
  /** Whose current transformer sits the wrong way round; in the meter's own order. */
  readonly inverted: PerPhase<boolean>;
  /** How the meter's own L1, L2, L3 meet the grid's; a meter with one phase has L1 only. */
  readonly order: Rotation;
}

/** A register map of the file, for a meter that evenkeel does not know. */
export interface MeterMapConfig {
  readonly id: string;
  readonly title: string;
  readonly currents: 'magnitude' | 'signed';
  readonly phases: 1 | 3;
  readonly maxRegisters: number;
  readonly maxGap: number;
  readonly rows: readonly MeterRowConfig[];
}

export interface MeterRowConfig {
  readonly measurand: MeterMeasurand;
  /** Protocol (PDU) address of the first register, 0-based. */
  readonly address: number;
  readonly functionCode: 3 | 4;
  readonly encoding: Encoding;
  readonly wordOrder: WordOrder;
  /** Number in the register times this = V, A, W. */
  readonly scale: number;
}

export interface MeterConfig {
  readonly id: string;
  /** The id of the model, also where the file says an alias. */
  readonly model: string;
  /** The model's map where it is one of the file; absent for a model that evenkeel knows. */
  readonly map?: MeterMapConfig;
  /** Absent: connected as labelled. */
  readonly wiring?: MeterWiring;
  readonly connection: Connection;
  readonly unitId: number;
  readonly pollPeriodMs: Ms;
  /** How long one request may take. */
  readonly timeoutMs: Ms;
  /** Values older than this are lost, not zero. */
  readonly maxAgeMs: Ms;
}

/** Where the level of a digital input comes from. */
export type InputSource =
  | { readonly kind: 'gpio'; readonly chip: string; readonly line: number }
  | {
      readonly kind: 'modbus';
      readonly connection: Connection;
      readonly unitId: number;
      /** 1: a coil; 2: a discrete input; 3, 4: a bit of a holding or an input register. */
      readonly functionCode: 1 | 2 | 3 | 4;
      /** Protocol (PDU) address, 0-based. */
      readonly address: number;
      /** Of the register, 0 is the lowest; else 0. */
      readonly bit: number;
      readonly pollPeriodMs: Ms;
      readonly timeoutMs: Ms;
    }
  | { readonly kind: 'mqtt'; readonly topic: string }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** Where the word stands in a JSON answer; absent: it is the answer. */
      readonly value?: string | undefined;
      readonly username?: string | undefined;
      readonly password?: string | undefined;
      readonly pollPeriodMs: Ms;
      readonly timeoutMs: Ms;
    }
  | { readonly kind: 'command' };

export interface InputConfig {
  readonly id: string;
  readonly source: InputSource;
}

export interface FixedAddress {
  readonly host: string;
  readonly port: number;
}

export interface DiscoveryConfig {
  readonly port: number;
  readonly broadcast: boolean;
  /** Names; empty = every broadcast-capable interface but loopback. */
  readonly interfaces: readonly string[];
  readonly addresses: readonly FixedAddress[];
}

export interface MqttConfig {
  readonly url: string;
  readonly baseTopic: string;
  readonly username?: string;
  readonly password?: string;
}

export interface RecorderConfig {
  /** Absolute; absent: in the state directory. */
  readonly file?: string | undefined;
  readonly maxMb: number;
}

/** How datagrams are signed. */
export interface AuthConfig {
  /** Absent: on where `keyFile` is given or a key is found. */
  readonly auth?: 'on' | 'off' | undefined;
  /** Absolute; absent: where the role has it by default. */
  readonly keyFile?: string | undefined;
}

/** One charge point, and what stands behind it. */
export interface ChargerConfig {
  readonly id: string;
  readonly connector: {
    readonly phases: PhaseCount;
    readonly rotation: Rotation;
    readonly maxA: Amps;
    readonly minA: Amps;
    readonly disconnectedLimitA: Amps;
  };
  /** The vehicle of the virtual driver: how many phases it uses and the most that it draws. */
  readonly driver: {
    readonly type: 'virtual';
    readonly vehiclePhases: PhaseCount;
    readonly vehicleMaxA: Amps;
    readonly phaseSwitch?: PhaseSwitchKind | undefined;
  };
}

export interface MasterConfig extends AuthConfig {
  readonly role: 'master';
  readonly site: Site;
  readonly meters: readonly MeterConfig[];
  /** The sources of the digital inputs of the site. */
  readonly inputs: readonly InputConfig[];
  readonly discovery: DiscoveryConfig;
  /** Absent: no MQTT. */
  readonly mqtt?: MqttConfig;
  /** Absent: nothing is recorded. */
  readonly recorder?: RecorderConfig;
  /** Absent: this machine is no charge point. */
  readonly internalSlave?: ChargerConfig;
  readonly log: { readonly level: LogLevel };
}

export interface SlaveConfig extends ChargerConfig, AuthConfig {
  readonly role: 'slave';
  readonly networkId: number;
  /** The lease that the site's master grants; assumed before the first grant (safety rule S4). */
  readonly leaseMs: Ms;
  readonly discovery: {
    readonly port: number;
    /** False: only the fixed masters are used, nothing else is listened to. */
    readonly broadcast: boolean;
    /** Names; empty = every interface. */
    readonly interfaces: readonly string[];
    /** Polled without having been heard; the host may be a name. */
    readonly masters: readonly FixedAddress[];
  };
  readonly log: { readonly level: LogLevel };
}

export type Config = MasterConfig | SlaveConfig;
