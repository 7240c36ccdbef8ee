/**
 * A charge point's power electronics as a slave sees them. A driver (virtual, later Modbus, MQTT, OCPP) stands behind; why
 * it must promise what stands here: docs/decisions/0008-slave-role.md. No call throws or waits.
 */
import type { ErrorCode } from '../base/error-codes.js';
import type { ChargePointState, Metered } from '../base/messages.js';
import type { PhaseSwitchView } from '../base/phase-switch.js';
import type { PhaseMask } from '../base/rotation.js';
import type { Amps, Ms, PhaseAmps } from '../base/units.js';

export interface ChargerSnapshot {
  readonly state: ChargePointState;
  /** Counts the vehicles plugged in since the start; a new number = another vehicle. 0 = none yet. */
  readonly sessionId: number;
  /** Measured, in the connector's order; never negative. */
  readonly currentA: PhaseAmps;
  /** Absent: it has no phase switch. */
  readonly phaseSwitch?: PhaseSwitchView;
  /** Absent: it names none. */
  readonly errorCode?: ErrorCode;
}

export interface ChargerPort {
  /** The longest time from `setLimit` until the limit is in force, as long as the charger answers; far below a lease. */
  readonly reactionMs: Ms;
  /** What the charger showed last. The same object as before says that nothing has changed: it is never written again. */
  snapshot(nowMs: Ms): ChargerSnapshot;
  /**
   * The most that the vehicle may draw on each phase from now on; 0 = pause. Said once: the driver repeats it until the
   * charger has it, or until the next call replaces it.
   */
  setLimit(limitA: Amps, nowMs: Ms): void;
  /**
   * The highest limit that the charger may be following now: what it last confirmed and everything that was sent since; its
   * maximum as long as it has confirmed nothing.
   */
  inForceA(nowMs: Ms): Amps;
  /** What its own meter says, as of the last look. Absent: it has none, and masters reckon from the currents. */
  metered?(nowMs: Ms): Metered;
  /**
   * Interrupts the control pilot for some seconds, so that a vehicle that sleeps notices its offer. Meanwhile nothing flows, and
   * state, session and limit stay as they are. Absent: this charger cannot do that.
   */
  interruptPilot?(nowMs: Ms): void;
  /** Connects these phases from now on. Called only while the limit is 0 A and nothing flows, at a charger with a phase switch. */
  switchPhases?(to: PhaseMask, nowMs: Ms): void;
}
