/** What a meter says, in grid order and signed: positive = import. `null` for what the model lacks. */
import type { Amps, PerPhase, Volts, Watts } from '../base/units.js';

export interface MeterReading {
  readonly currentA: PerPhase<Amps | null>;
  readonly voltageV: PerPhase<Volts | null>;
  readonly powerW: PerPhase<Watts | null>;
  readonly totalPowerW: Watts | null;
}
