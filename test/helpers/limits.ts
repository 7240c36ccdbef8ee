/** Limits of circuits as the configuration says them, for parts of the core that are tried alone. */
import type { CircuitLimits } from '../../src/dlm/limits/ceilings.js';

export const AS_CONFIGURED: CircuitLimits = {
  sourcesOf: ({ operatorLimitA }) => (operatorLimitA ? [{ source: 'operator', limitA: operatorLimitA }] : []),
  gridDrawOf: () => undefined,
};
