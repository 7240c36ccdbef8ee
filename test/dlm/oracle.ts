/**
 * The max-min share, found by another road than the product's: the common level is raised by bisection until a fuse is full,
 * whoever loads that fuse stays, the others go on. In fractions of an ampere, without steps, slow and plain.
 */
import { gridPhases, hasPhase } from '../../src/base/rotation.js';
import { type Amps, PHASES } from '../../src/base/units.js';
import type { AllocationCandidate, AllocationCircuit, AllocationRequest } from '../../src/dlm/allocate.js';

const HAIR_A = 1e-7;
const BISECTIONS = 60;

export interface Wire {
  readonly circuit: AllocationCircuit;
  readonly phase: 0 | 1 | 2;
  readonly capacityA: Amps;
}

/** Each phase of each fuse, with the candidates whose current flows through it. */
export function wiresOf({ circuits, chargePoints }: AllocationRequest): Map<Wire, AllocationCandidate[]> {
  const byId = new Map(circuits.map((circuit) => [circuit.id, circuit]));
  const wires = new Map<string, Wire>();
  const users = new Map<Wire, AllocationCandidate[]>();
  for (const circuit of circuits) {
    for (const phase of PHASES) {
      const capacityA = Math.max(0, circuit.limitA[phase] - circuit.backgroundA[phase]);
      const wire = { circuit, phase, capacityA };
      wires.set(`${circuit.id} ${phase}`, wire);
      users.set(wire, []);
    }
  }
  for (const candidate of chargePoints) {
    const grid = gridPhases(candidate.rotation);
    for (let at = byId.get(candidate.circuit); at; at = byId.get(at.parent ?? '')) {
      for (const phase of PHASES) {
        if (!hasPhase(candidate.activePhases, phase)) continue;
        const wire = wires.get(`${at.id} ${grid[phase]}`);
        if (wire) users.get(wire)?.push(candidate);
      }
    }
  }
  return users;
}

/** The exact share of each admitted candidate; without imbalance limits, and in steps only as far as minima are. */
export function maxMinShares(request: AllocationRequest, admitted: ReadonlySet<string>): Map<string, Amps> {
  const chargePoints = request.chargePoints.filter(({ id }) => admitted.has(id));
  const users = wiresOf({ ...request, chargePoints });
  const stays = new Map<string, Amps>();
  const at = ({ id, minA, maxA }: AllocationCandidate, levelA: Amps): Amps =>
    stays.get(id) ?? Math.min(maxA, Math.max(stepped(minA, request.stepA), levelA));
  const loadA = (wire: Wire, levelA: Amps): Amps =>
    (users.get(wire) ?? []).reduce((sumA, candidate) => sumA + at(candidate, levelA), 0);
  const fits = (levelA: Amps): boolean =>
    [...users.keys()].every((wire) => loadA(wire, levelA) <= wire.capacityA + HAIR_A / 10);
  while (stays.size < chargePoints.length) {
    const levelA = highest(fits, 1000);
    const full = [...users].filter(([wire]) => loadA(wire, levelA + HAIR_A) > wire.capacityA + HAIR_A / 10);
    const stopped = new Set(full.flatMap(([, candidates]) => candidates.map(({ id }) => id)));
    const before = stays.size;
    for (const candidate of chargePoints) {
      const isAtMaximum = levelA >= candidate.maxA - HAIR_A;
      if (stopped.has(candidate.id) || isAtMaximum) stays.set(candidate.id, at(candidate, levelA));
    }
    if (stays.size === before) throw new Error('the oracle makes no progress');
  }
  return stays;
}

function highest(fits: (levelA: Amps) => boolean, mostA: Amps): Amps {
  if (fits(mostA)) return mostA;
  let [low, high] = [0, mostA];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Who gets its minimum: in order of service, each beside all before it. Imbalance limits included. */
export function admittedByHand(request: AllocationRequest): ReadonlySet<string> {
  const users = wiresOf(request);
  const admitted = new Set<string>();
  for (const candidate of inOrder(request)) {
    if (candidate.maxA < candidate.minA || candidate.maxA < request.stepA) continue;
    admitted.add(candidate.id);
    const minimumA = (wire: Wire): Amps =>
      (users.get(wire) ?? []).reduce(
        (sumA, { id, minA }) => sumA + (admitted.has(id) ? stepped(minA, request.stepA) : 0),
        0,
      );
    const isSafe = [...users.keys()].every((wire) => minimumA(wire) <= wire.capacityA + HAIR_A);
    if (!isSafe || !isBalanced(request, users, minimumA)) admitted.delete(candidate.id);
  }
  return admitted;
}

/** A minimum between two steps is reached with the next step. */
function stepped(minA: Amps, stepA: Amps): Amps {
  return Math.ceil(minA / stepA - HAIR_A) * stepA;
}

function inOrder({ chargePoints, shortage }: AllocationRequest): readonly AllocationCandidate[] {
  const key = ({ chargingS, connectedAtS }: AllocationCandidate): number =>
    ({ 'longest-charging-first': chargingS, 'last-connected-first': connectedAtS, 'priority-only': 0 })[shortage];
  return [...chargePoints].sort((a, b) => a.priority - b.priority || key(a) - key(b));
}

/** Every pair of phases within max(limit, what the background makes of it). */
export function isBalanced(
  { circuits }: AllocationRequest,
  users: ReadonlyMap<Wire, unknown>,
  loadA: (wire: Wire) => Amps,
): boolean {
  const wires = [...users.keys()];
  return circuits.every((circuit) => {
    const { imbalanceLimitA, backgroundA } = circuit;
    if (imbalanceLimitA === undefined) return true;
    const own = wires.filter((wire) => wire.circuit === circuit);
    return own.every((p) =>
      own.every((q) => {
        const differenceA = backgroundA[p.phase] - backgroundA[q.phase];
        return differenceA + loadA(p) - loadA(q) <= Math.max(imbalanceLimitA, differenceA) + 1e-3;
      }),
    );
  });
}
