/** PV surplus, from the file's shape to what the core works with. */
import { defined } from '../base/assert.js';
import type { Circuit, SolarRules } from '../dlm/types.js';
import type { SolarEntry } from './schema/solar.js';

const MS_PER_S = 1000;

export function solarOf(
  { meter, mode, startAfterS, stopAfterS }: SolarEntry,
  circuits: readonly Circuit[],
): SolarRules {
  const owner = defined(
    circuits.find((circuit) => circuit.meter === meter),
    `circuit of meter ${meter}`,
  );
  return { circuit: owner.id, mode, startAfterMs: startAfterS * MS_PER_S, stopAfterMs: stopAfterS * MS_PER_S };
}
