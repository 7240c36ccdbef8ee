/** Sites for tests: every field has a sensible value, each test names what matters to it. */
import { NO_AMPS, perPhase } from '../../src/base/units.js';
import type { ChargePoint, Circuit, Site } from '../../src/dlm/types.js';

export function circuit(facts: Partial<Circuit> & { id: string }): Circuit {
  return {
    limitA: perPhase(32),
    headroomA: NO_AMPS,
    meterLocation: 'including',
    fallbackA: NO_AMPS,
    ...facts,
  };
}

export function chargePoint(facts: Partial<ChargePoint> & { id: string }): ChargePoint {
  return {
    circuit: 'main',
    maxA: 32,
    minA: 6,
    disconnectedLimitA: 6,
    phases: 3,
    rotation: 'RST',
    priority: 1,
    ...facts,
  };
}

export function site(facts: Partial<Site> & Pick<Site, 'circuits'>): Site {
  return {
    site: 'Test site',
    networkId: 0,
    samplePeriodMs: 1000,
    leaseMs: 15_000,
    chargePoints: [],
    defaultCircuit: facts.circuits[0]?.id ?? 'main',
    autoAdopt: true,
    allocation: {
      stepA: 1,
      sharing: 'equal',
      shortage: 'longest-charging-first',
      dwellMs: 15 * 60_000,
      steadyMs: 300_000,
    },
    ...facts,
  };
}
