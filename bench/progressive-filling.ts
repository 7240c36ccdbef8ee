/**
 * The yardstick for the allocator: progressive filling as the textbook has it (Bertsekas and Gallager, Data Networks,
 * section 6.5.2). All rise together, in any fraction of an ampere, until a fuse is full or somebody has enough; those
 * stay, the others go on. No steps, no minimum, no imbalance: what those cost is the difference to `allocate`.
 */
import { defined } from '../src/base/assert.js';
import { gridPhases, hasPhase } from '../src/base/rotation.js';
import { PHASES } from '../src/base/units.js';
import type { AllocationRequest } from '../src/dlm/allocate.js';
import { buildTopology } from '../src/dlm/topology.js';

const NOTHING_A = 1e-9;

interface Flow {
  readonly id: string;
  readonly maxA: number;
  /** Index of circuit * 3 + grid phase, for every fuse on its way. */
  readonly fuses: readonly number[];
}

/** Charge point id -> amperes. */
export function progressiveFilling(request: AllocationRequest): ReadonlyMap<string, number> {
  const freeA = request.circuits.flatMap(({ limitA, backgroundA }) =>
    PHASES.map((p) => Math.max(0, limitA[p] - backgroundA[p])),
  );
  const rising = new Set(flowsOf(request));
  const sharesA = new Map<string, number>();
  let levelA = 0;
  while (rising.size > 0) {
    const riseA = highestRise(rising, freeA, levelA);
    levelA += riseA;
    for (const flow of rising) for (const fuse of flow.fuses) freeA[fuse] = (freeA[fuse] ?? 0) - riseA;
    for (const flow of rising) {
      const isFull = flow.fuses.some((fuse) => (freeA[fuse] ?? 0) <= NOTHING_A);
      if (!isFull && levelA < flow.maxA - NOTHING_A) continue;
      rising.delete(flow);
      sharesA.set(flow.id, levelA);
    }
  }
  return sharesA;
}

function flowsOf({ circuits, chargePoints }: AllocationRequest): readonly Flow[] {
  const topology = buildTopology(circuits);
  return chargePoints.map(({ id, circuit, rotation, activePhases, maxA }) => {
    const grid = gridPhases(rotation);
    const phases = PHASES.filter((p) => hasPhase(activePhases, p)).map((p) => grid[p]);
    const path = defined(topology.pathOf[defined(topology.indexOf.get(circuit), 'circuit')], 'path');
    return { id, maxA, fuses: path.flatMap((index) => phases.map((p) => index * 3 + p)) };
  });
}

/** How far all can rise until the first fuse is full or the first flow has enough. */
function highestRise(rising: ReadonlySet<Flow>, freeA: readonly number[], levelA: number): number {
  const users = new Array<number>(freeA.length).fill(0);
  let riseA = Number.POSITIVE_INFINITY;
  for (const { maxA, fuses } of rising) {
    riseA = Math.min(riseA, maxA - levelA);
    for (const fuse of fuses) users[fuse] = (users[fuse] ?? 0) + 1;
  }
  users.forEach((count, fuse) => {
    if (count > 0) riseA = Math.min(riseA, (freeA[fuse] ?? 0) / count);
  });
  return Math.max(0, riseA);
}
