/** What people set while the master runs, as the state file keeps it and as one master tells it to another. */
import type { BlockFrom, ChargeMode } from './operator-action.js';
import type { Amps, Ms, PhaseAmps } from './units.js';

/** The vehicle that is there, by the start of its slave and the number of its session: 16 hex digits, "/", a number. `undefined`: none. */
export type Session = string | undefined;

/** A boost as it is kept and told: how long it still lasts. */
export interface RememberedBoost {
  readonly leftMs: Ms;
  readonly session: string;
}

export interface CircuitSetting {
  readonly id: string;
  readonly operatorLimitA: PhaseAmps;
}

/** What is set for a charge point, but for its boost. */
export interface LastingSetting {
  /** The operator's limit, in A per phase. Absent: that of the configuration holds. */
  readonly operatorA?: Amps | undefined;
  /** Absent: that of the configuration. */
  readonly mode?: ChargeMode | undefined;
  readonly isPaused?: boolean | undefined;
  readonly block?: { readonly from: BlockFrom; readonly goesOn?: Session } | undefined;
  /** For one session. */
  readonly priority?: { readonly value: number; readonly session: string } | undefined;
}

export interface RememberedSetting extends LastingSetting {
  readonly id: string;
  readonly boost?: RememberedBoost | undefined;
}

/** Which state of all settings this is. Of two masters the one with the greater version knows what was set last. */
export interface SettingsVersion {
  /** Counts what people set, over all masters; 0: nothing yet. */
  readonly revision: number;
  /** The boot id of the master at which it was set. */
  readonly author: string;
}

export const NEVER_SET: SettingsVersion = { revision: 0, author: '0'.repeat(16) };

/** Above 0: `a` is the later one. The author decides only where two masters that did not hear each other were told something. */
export function compareVersions(a: SettingsVersion, b: SettingsVersion): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  return a.author === b.author ? 0 : a.author > b.author ? 1 : -1;
}

export interface RememberedSettings {
  /** Absent in files of older versions. */
  readonly version?: SettingsVersion | undefined;
  /** Absent: false. */
  readonly section14a?: boolean | undefined;
  readonly circuits: readonly CircuitSetting[];
  readonly chargePoints: readonly RememberedSetting[];
}
