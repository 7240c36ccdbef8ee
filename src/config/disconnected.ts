/** What charge points take while they hear no master, summed for each circuit and phase (safety.md I4). */
import { connectedMask, hasPhase, maskToGrid, type PhaseCount, type Rotation } from '../base/rotation.js';
import { mapPhases, PHASES, type Amps, type PerPhase } from '../base/units.js';

export interface DisconnectedLoad {
  readonly sumA: Amps;
  /** Charge points that load this phase. */
  readonly count: number;
}

export interface TreeNode {
  readonly id: string;
  readonly parent?: string;
}

interface Load {
  readonly circuit: string;
  readonly disconnectedLimitA: Amps;
  readonly phases: PhaseCount;
  readonly rotation: Rotation;
}

/** From a circuit up to the root; ends where the tree does, also when that is a cycle. */
export function upwards(circuits: ReadonlyMap<string, TreeNode>, from: string): readonly string[] {
  const way = new Set<string>();
  let id: string | undefined = from;
  while (id !== undefined && circuits.has(id) && !way.has(id)) {
    way.add(id);
    id = circuits.get(id)?.parent;
  }
  return [...way];
}

/** By circuit id; grid order. */
export function disconnectedLoads(
  circuits: readonly TreeNode[],
  chargePoints: readonly Load[],
): ReadonlyMap<string, PerPhase<DisconnectedLoad>> {
  const byId = new Map(circuits.map((circuit) => [circuit.id, circuit]));
  const sums = new Map(circuits.map(({ id }) => [id, mapPhases(() => ({ sumA: 0, count: 0 }))]));
  for (const chargePoint of chargePoints) {
    const mask = maskToGrid(chargePoint.rotation, connectedMask(chargePoint.phases));
    for (const id of upwards(byId, chargePoint.circuit)) {
      for (const phase of PHASES) {
        const load = sums.get(id)?.[phase];
        if (!load || !hasPhase(mask, phase)) continue;
        load.sumA += chargePoint.disconnectedLimitA;
        load.count++;
      }
    }
  }
  return sums;
}
