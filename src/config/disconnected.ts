/** What charge points take while they hear no master, summed for each circuit and phase (safety.md I4). */
import { connectedMask, hasPhase, maskToGrid, type PhaseCount, type Wiring } from '../base/rotation.js';
import { mapPhases, PHASES, type Amps, type PerPhase } from '../base/units.js';

export interface DisconnectedLoad {
  readonly sumA: Amps;
  /** Charge points that load this phase. */
  readonly count: number;
  /** The disconnected limit of each, the largest first. */
  readonly limitsA: readonly Amps[];
}

/** Sums of decimal fractions are not exact. */
export const ROUNDING_A = 1e-6;

/** How many of them may take their disconnected limit at once within `leftA`, whoever these are. */
export function mayVanish({ limitsA }: DisconnectedLoad, leftA: Amps): number {
  let sumA = 0;
  const first = limitsA.findIndex((limitA) => {
    sumA += limitA;
    return sumA > leftA + ROUNDING_A;
  });
  return first === -1 ? limitsA.length : first;
}

/** The largest whole limit with which all of them fit into `leftA`; 0 where nothing but 0 does. */
export function evenLimitA({ limitsA }: DisconnectedLoad, leftA: Amps): Amps {
  const fits = (mostA: Amps): boolean =>
    limitsA.reduce((sumA, limitA) => sumA + Math.min(limitA, mostA), 0) <= leftA + ROUNDING_A;
  let mostA = Math.floor(limitsA[0] ?? 0);
  while (mostA > 0 && !fits(mostA)) mostA--;
  return mostA;
}

/** How many of them, the largest first, must have none so that the others fit into `leftA`. */
export function tooMany({ limitsA, sumA }: DisconnectedLoad, leftA: Amps): number {
  let restA = sumA;
  const many = limitsA.findIndex((limitA) => {
    if (restA <= leftA + ROUNDING_A) return true;
    restA -= limitA;
    return false;
  });
  return many === -1 ? limitsA.length : many;
}

export interface TreeNode {
  readonly id: string;
  readonly parent?: string;
}

interface Load {
  readonly circuit: string;
  readonly disconnectedLimitA: Amps;
  readonly phases: PhaseCount;
  readonly rotation: Wiring;
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
  const sums = new Map(circuits.map(({ id }) => [id, mapPhases(() => ({ sumA: 0, count: 0, limitsA: [] as Amps[] }))]));
  for (const chargePoint of chargePoints) {
    const mask = maskToGrid(chargePoint.rotation, connectedMask(chargePoint.phases));
    for (const id of upwards(byId, chargePoint.circuit)) {
      for (const phase of PHASES) {
        const load = sums.get(id)?.[phase];
        if (!load || !hasPhase(mask, phase)) continue;
        load.sumA += chargePoint.disconnectedLimitA;
        load.count++;
        load.limitsA.push(chargePoint.disconnectedLimitA);
      }
    }
  }
  for (const loads of sums.values()) for (const { limitsA } of loads) limitsA.sort((a, b) => b - a);
  return sums;
}
