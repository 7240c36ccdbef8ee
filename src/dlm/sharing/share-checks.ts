/** What must hold of a division, computed from the request and its shares alone, not from how they were found. */
import { failInvariant } from '../../base/assert.js';
import { hasPhase, maskToGrid } from '../../base/rotation.js';
import { type Amps, isValidLoad, PHASES } from '../../base/units.js';
import type { AllocatedLimit, AllocationCandidate, AllocationCircuit, AllocationRequest } from '../allocate.js';
import { at } from '../division/numbers.js';
import { powerOf } from '../load/power.js';
import type { Topology } from '../topology.js';
import { NOMINAL_VOLTAGE_V } from '../types.js';

/** Tolerance. A share is rounded to a millionth of an ampere, and is whole up to a thousandth of a step. */
const ROUNDING_A = 0.01;

/** Each share is 0, or whole steps from minimum to maximum. Their sums fit every circuit. Call after each division. */
export function assertSharesFit(
  request: AllocationRequest,
  limits: ReadonlyMap<string, AllocatedLimit>,
  topology: Topology,
): void {
  const sumsA = new Float64Array(topology.count * PHASES.length);
  const { stepA } = request;
  for (const candidate of request.chargePoints) {
    const limitA = limits.get(candidate.id)?.limitA ?? Number.NaN;
    if (!isShare(candidate, limitA, stepA)) failShare(candidate, limitA, stepA);
    if (limitA > 0) addShare(sumsA, candidate, limitA, topology);
  }
  for (const [index, circuit] of request.circuits.entries()) assertFits(circuit, sumsA, index * PHASES.length);
}

function isShare({ minA, maxA, activePhases }: AllocationCandidate, limitA: Amps, stepA: Amps): boolean {
  if (!(activePhases >= 1 && activePhases <= 7)) return false;
  if (limitA === 0) return true;
  const steps = limitA / stepA;
  const isWhole = Math.abs(steps - Math.round(steps)) <= ROUNDING_A;
  return isWhole && limitA >= minA - ROUNDING_A && limitA <= maxA + ROUNDING_A && limitA > 0;
}

function failShare({ id, minA, maxA, activePhases }: AllocationCandidate, limitA: Amps, stepA: Amps): never {
  failInvariant(`${id} can take ${minA} to ${maxA} A on ${activePhases}, and gets ${limitA} A in steps of ${stepA} A`);
}

function addShare(
  sumsA: Float64Array,
  { id, circuit, rotation, activePhases }: AllocationCandidate,
  limitA: Amps,
  { indexOf, pathOf }: Topology,
): void {
  const grid = maskToGrid(rotation, activePhases);
  const path = pathOf[indexOf.get(circuit) ?? -1] ?? failInvariant(`${id} has a share of circuit ${circuit}`);
  for (const above of path) {
    const slot = above * PHASES.length;
    for (const p of PHASES) if (hasPhase(grid, p)) sumsA[slot + p] = at(sumsA, slot + p) + limitA;
  }
}

function assertFits(circuit: AllocationCircuit, sumsA: Float64Array, slot: number): void {
  const { id, limitA, backgroundA, limitW, voltageV = NOMINAL_VOLTAGE_V } = circuit;
  if (!isValidLoad(backgroundA)) failInvariant(`beside the shares of circuit ${id} flow ${backgroundA.join(', ')} A`);
  for (const p of PHASES) {
    const leftA = Math.max(0, limitA[p] - backgroundA[p]);
    if (at(sumsA, slot + p) <= leftA + ROUNDING_A) continue;
    failInvariant(`the shares of circuit ${id}, phase ${p} are ${at(sumsA, slot + p)} A, ${leftA} A are left for them`);
  }
  if (limitW === undefined) return;
  const sumW = powerOf([at(sumsA, slot), at(sumsA, slot + 1), at(sumsA, slot + 2)], voltageV);
  const leftW = Math.max(0, limitW - powerOf(backgroundA, voltageV));
  if (sumW <= leftW + voltageV * ROUNDING_A) return;
  failInvariant(`the shares of circuit ${id} are ${sumW} W, ${leftW} W are left for them`);
}
