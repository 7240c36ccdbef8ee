/** The site of `decision.ts` with every feature that a controller has: what limits, who goes first, and what is given away. */
import { perPhase } from '../src/base/units.js';
import type { ChargePoint, Circuit, Schedule, Site, SiteInput } from '../src/dlm/types.js';
import { siteOf } from './decision.js';

const VOLTAGE_V = 230;
const IMBALANCE_A = 20;

/** Four rows, of which one begins and ends within the hour. */
function scheduleOf(limitA: number): Schedule {
  const row = (days: string, from: string, to: string, share: number): Schedule['rows'][number] => ({
    days: [days],
    from,
    to,
    limitA: perPhase(Math.floor(limitA * share)),
  });
  const rows = [
    row('Mo-Fr', '06:00', '22:00', 0.9),
    row('Mo-Su', '22:00', '06:00', 0.95),
    row('Mo', '00:10', '00:20', 0.8),
    row('2026-12-24..2026-12-31', '00:00', '24:00', 0.5),
  ];
  return { timeZone: 'Europe/Berlin', rows };
}

function circuitOf(circuit: Circuit, index: number): Circuit {
  const [fuseA] = circuit.limitA;
  const isMain = circuit.parent === undefined;
  return {
    ...circuit,
    operatorLimitA: perPhase(Math.floor(fuseA * 0.98)),
    headroomA: perPhase(fuseA * 0.02),
    limitW: Math.round(fuseA * 3 * VOLTAGE_V * 0.95),
    schedule: scheduleOf(fuseA),
    imbalanceLimitA: isMain ? IMBALANCE_A * 10 : IMBALANCE_A,
    ...(index % 5 === 1 && { reserve: { mode: 'DLB' as const } }),
    ...(index % 5 === 2 && { reserve: { mode: 'ALM' as const } }),
    ...(isMain && {
      section14a: { limitW: Math.round(fuseA * 3 * VOLTAGE_V * 0.9), failsafeW: 4200, failsafeAfterMs: 7_200_000 },
    }),
    ...(index % 7 === 3 && { redistribute: false }),
  };
}

function chargePointOf(point: ChargePoint, index: number): ChargePoint {
  return {
    ...point,
    installationA: 31,
    operatorA: 30,
    imbalanceLimitA: IMBALANCE_A,
    session: { maxMin: 600, maxKwh: 80 },
    priority: 1 + (index % 3),
    ...(index % 4 === 0 && { schedule: scheduleOf(32) }),
  };
}

/** One for each circuit, and for each fourth charge point. */
function inputsOf({ circuits, chargePoints }: Site): readonly SiteInput[] {
  const input = (id: string, kind: 'circuit' | 'chargePoint', index: number): SiteInput => ({
    id: `input-${id}`,
    activeLevel: 'high',
    debounceMs: 100,
    maxAgeMs: 30_000,
    target: { kind, id },
    effect:
      index % 2 === 0
        ? { kind: 'offset', offsetA: perPhase(1 + (index % 3)) }
        : { kind: 'limit', limitA: perPhase(kind === 'circuit' ? 150 : 28) },
  });
  return [
    ...circuits.map(({ id }, index) => input(id, 'circuit', index)),
    // More inputs than that no configuration may have (32).
    ...chargePoints.slice(0, 10).map(({ id }, index) => input(id, 'chargePoint', index)),
  ];
}

export function featureSiteOf(count: number): Site {
  const site = siteOf(count);
  const circuits = site.circuits.map(circuitOf);
  const chargePoints = site.chargePoints.map(chargePointOf);
  return {
    ...site,
    circuits,
    chargePoints,
    inputs: inputsOf(site),
    defaults: { maxA: 16, minA: 6 },
    allocation: {
      ...site.allocation,
      sharing: 'priority',
      dwellMs: 60_000,
      redistribute: { thresholdA: 2, holdMs: 10_000, marginA: 1 },
    },
  };
}
