/** What a configuration file says, checked and with every default filled in. */
import type { PhaseCount, Rotation } from '../base/rotation.js';
import type { LogLevel } from '../base/logger.js';
import type { Amps, Ms } from '../base/units.js';
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

export interface MeterConfig {
  readonly id: string;
  readonly model: string;
  readonly connection: Connection;
  readonly unitId: number;
  readonly pollPeriodMs: Ms;
  /** How long one request may take. */
  readonly timeoutMs: Ms;
  /** Values older than this are lost, not zero. */
  readonly maxAgeMs: Ms;
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
  readonly driver: { readonly type: 'virtual'; readonly vehiclePhases: PhaseCount; readonly vehicleMaxA: Amps };
}

export interface MasterConfig extends AuthConfig {
  readonly role: 'master';
  readonly site: Site;
  readonly meters: readonly MeterConfig[];
  readonly discovery: DiscoveryConfig;
  /** Absent: no MQTT. */
  readonly mqtt?: MqttConfig;
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
