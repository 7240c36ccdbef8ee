/** What the three phases of a circuit may carry together, in W: its power limit, less the load that nobody controls. */
import { failInvariant } from '../../base/assert.js';
import type { PowerCause } from '../../base/reason.js';
import { hasPhase, type PhaseMask, phaseCountOf } from '../../base/rotation.js';
import {
  type Amps,
  mapPhases,
  PHASES,
  type PhaseAmps,
  type PhaseIndex,
  type Volts,
  type Watts,
} from '../../base/units.js';

/** Sums of the same currents in another order differ by so much at most. */
const ROUNDING_W: Watts = 1e-3;

export interface PowerCapacity {
  readonly voltageV: Volts;
  readonly limitW: Watts;
  /** max(0, limit - load), for the charge points below. */
  readonly capacityW: Watts;
  /** The part that raises may use: without what may have changed since. -Infinity: no raise. */
  readonly raisableW: Watts;
  /** Absent: the configuration. */
  readonly cause?: PowerCause;
}

export function powerOf(currentA: PhaseAmps, voltageV: Volts): Watts {
  return voltageV * (currentA[0] + currentA[1] + currentA[2]);
}

const NOT_PROVEN: readonly PhaseIndex[] = [];

/** What counts of a load that is negative where it feeds in. On a phase that is not proven, export may be import. */
function netOf(loadA: PhaseAmps, proven: readonly PhaseIndex[]): PhaseAmps {
  return mapPhases((p) => (proven.includes(p) ? loadA[p] : Math.max(0, loadA[p])));
}

/**
 * `loadA` and `openA`: the load beside the charge points, and what of it may have changed. Export makes room on proven phases
 * only; left out: on none.
 */
export function powerCapacity(
  limitW: Watts,
  voltageV: Volts,
  loadA: PhaseAmps,
  openA: PhaseAmps,
  proven = NOT_PROVEN,
): PowerCapacity {
  const netW = powerOf(netOf(loadA, proven), voltageV);
  const capacityW = Math.max(0, limitW - netW);
  const raisableW = capacityW - powerOf(openA, voltageV);
  if (!(capacityW >= 0 && capacityW <= limitW + Math.max(0, -netW) && raisableW <= capacityW)) {
    failInvariant(`${limitW} W beside ${loadA.join(', ')} A leave ${capacityW} W, ${raisableW} W for raises`);
  }
  return { voltageV, limitW, capacityW, raisableW };
}

/** What the surplus beside the charge points adds to what they may draw from the grid, in W. */
export interface Surplus {
  readonly surplusW: Watts;
  /** The part of it that may be gone. */
  readonly openW: Watts;
}

export const NO_SURPLUS: Surplus = { surplusW: 0, openW: 0 };

/**
 * What comes from beside the charge points and would flow into the grid without them, over all three phases, as a meter reckons
 * energy. `loadA`: the other load, negative for export. On a phase that is not proven, export may be import of a meter that
 * counts backwards: there it is none.
 */
export function surplusOf(loadA: PhaseAmps, openA: PhaseAmps, proven: readonly PhaseIndex[], voltageV: Volts): Surplus {
  return { surplusW: Math.max(0, -powerOf(netOf(loadA, proven), voltageV)), openW: powerOf(openA, voltageV) };
}

/** What charge points may draw together by a limit of their draw from the grid: that, and the surplus. */
export function gridDrawCapacity(cause: PowerCause, voltageV: Volts, { surplusW, openW }: Surplus): PowerCapacity {
  const { limitW } = cause;
  const [capacityW, raisableW] = [limitW + surplusW, limitW + Math.max(0, surplusW - openW)];
  if (!(limitW >= 0 && capacityW >= limitW && raisableW >= limitW && raisableW <= capacityW)) {
    failInvariant(
      `${limitW} W from the grid and ${surplusW} W of surplus are ${capacityW} W, ${raisableW} W for raises`,
    );
  }
  return { voltageV, limitW: capacityW, capacityW, raisableW, cause };
}

/** Both hold. */
export function lowerPower(a: PowerCapacity | undefined, b: PowerCapacity | undefined): PowerCapacity | undefined {
  if (!a || !b) return a ?? b;
  const low = b.capacityW < a.capacityW ? b : a;
  return { ...low, raisableW: Math.min(a.raisableW, b.raisableW) };
}

/** True when so much would flow below the circuit that its power limit is exceeded. */
export function exceedsPower({ voltageV, capacityW }: PowerCapacity, sumA: PhaseAmps): boolean {
  return powerOf(sumA, voltageV) > capacityW + ROUNDING_W;
}

/**
 * The highest limit on some phases with which the exposure of a charge point stays within `roomA`, summed over these phases.
 * `ownA`: its exposure. It never falls by a grant: room 60, own [32, 0, 0] gives 14, not 20. Infinity: there are no phases.
 */
export function evenWithin(roomA: Amps, ownA: PhaseAmps, phases: PhaseMask): Amps {
  let restA = roomA;
  let below = phases;
  for (;;) {
    const count = phaseCountOf(below);
    if (count === 0) return Number.POSITIVE_INFINITY;
    const limitA = restA / count;
    let aboveA: Amps = 0;
    let above: PhaseMask = 0;
    for (const p of PHASES) {
      if (!hasPhase(below, p) || ownA[p] <= limitA) continue;
      aboveA += ownA[p];
      above |= 1 << p;
    }
    // All above it: already they have more than there is room for, and no limit below them adds to that.
    if (above === 0 || above === below) return limitA;
    restA -= aboveA;
    below &= ~above;
  }
}

/** The load that raises may add on these phases, in A summed over them, beside all that is counted there and elsewhere. */
export function roomOn(
  { voltageV, raisableW }: PowerCapacity,
  sumA: PhaseAmps,
  ownA: PhaseAmps,
  phases: PhaseMask,
): Amps {
  let besideA: Amps = 0;
  for (const p of PHASES) besideA = besideA + sumA[p] - (hasPhase(phases, p) ? ownA[p] : 0);
  return raisableW / voltageV - besideA;
}
