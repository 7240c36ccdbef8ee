/** What an IT network of 230 V between conductors changes where power is reckoned from currents. */
import type { Network } from '../base/rotation.js';
import type { Volts } from '../base/units.js';
import { NOMINAL_VOLTAGE_V } from '../dlm/types.js';

/**
 * Of each A of a conductor. Of a vehicle on three phases in an IT network it is exact: sqrt(3) x V x I. One between two conductors
 * counts as 2 x V / sqrt(3) x I, 15 % more than its V x I, because sums of currents do not tell both apart.
 */
export function wattsPerAmp(network: Network | undefined, voltageV: Volts | undefined): Volts | undefined {
  return network === 'IT' ? (voltageV ?? NOMINAL_VOLTAGE_V) / Math.sqrt(3) : voltageV;
}
