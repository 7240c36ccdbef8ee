/**
 * A charge point's power electronics as a slave sees them. A driver (virtual, later Modbus, MQTT, OCPP) stands behind;
 * it may take its time, the slave only says what must hold from now on.
 */
import type { ChargePointState } from '../base/messages.js';
import type { Amps, Ms, PhaseAmps } from '../base/units.js';

export interface ChargerSnapshot {
  readonly state: ChargePointState;
  /** Counts the vehicles plugged in since the start; a new number = another vehicle. 0 = none yet. */
  readonly sessionId: number;
  /** Measured, in the connector's order; never negative. */
  readonly currentA: PhaseAmps;
}

export interface ChargerPort {
  snapshot(nowMs: Ms): ChargerSnapshot;
  /** The most that the vehicle may draw on each phase from now on; 0 = pause. */
  setLimit(limitA: Amps, nowMs: Ms): void;
}
