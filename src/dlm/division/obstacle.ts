/**
 * An obstacle to more steps, as one number: a full slot, or two phases of a circuit whose imbalance would grow too
 * large.
 */
import { failInvariant } from '../../base/assert.js';
import type { PhaseIndex } from '../../base/units.js';
import type { Division } from './division.js';
import { DUST } from './numbers.js';
import { PHASES_IN, POWER, SLOTS, circuitOfPair, laggingOf, leadingOf, pairOf } from './places.js';

export const NO_OBSTACLE = -1;

export type Obstacle =
  | { readonly kind: 'circuit'; readonly circuit: number; readonly phase: PhaseIndex }
  | { readonly kind: 'power'; readonly circuit: number }
  | { readonly kind: 'imbalance'; readonly circuit: number; readonly phases: readonly [PhaseIndex, PhaseIndex] };

export function explainObstacle(obstacle: number): Obstacle {
  if (obstacle === NO_OBSTACLE) failInvariant('no obstacle is to be explained');
  if (obstacle >= 0) {
    const circuit = (obstacle / SLOTS) | 0;
    const slot = obstacle % SLOTS;
    return slot === POWER ? { kind: 'power', circuit } : { kind: 'circuit', circuit, phase: slot as PhaseIndex };
  }
  const pair = pairOfObstacle(obstacle);
  if (leadingOf(pair) === laggingOf(pair))
    failInvariant(`obstacle ${obstacle}: a phase of circuit ${circuitOfPair(pair)} leads itself`);
  const phases = [leadingOf(pair) as PhaseIndex, laggingOf(pair) as PhaseIndex] as const;
  return { kind: 'imbalance', circuit: circuitOfPair(pair), phases };
}

/** The pair of an obstacle that is an imbalance. */
export function pairOfObstacle(obstacle: number): number {
  return -2 - obstacle;
}

/** The obstacle to `steps` more for a seat of the group; -1 when there is none. */
export function obstacleTo(division: Division, group: number, steps: number): number {
  const full = fullSlot(division, group, steps);
  return full === NO_OBSTACLE && division.balanced.length > 0 ? tooFarAhead(division, group, steps) : full;
}

/** The first slot on the way up that has no room for so many steps; -1 when there is none. */
export function fullSlot({ tree, load, capacity, hasPower }: Division, group: number, steps: number): number {
  const mask = group & 7;
  const power = steps * (PHASES_IN[mask] as number) - DUST;
  const more = steps - DUST;
  for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
    const slot = circuit * SLOTS;
    if (mask & 1 && (load[slot] as number) + more > (capacity[slot] as number)) return slot;
    if (mask & 2 && (load[slot + 1] as number) + more > (capacity[slot + 1] as number)) return slot + 1;
    if (mask & 4 && (load[slot + 2] as number) + more > (capacity[slot + 2] as number)) return slot + 2;
    if (hasPower && (load[slot + POWER] as number) + power > (capacity[slot + POWER] as number)) return slot + POWER;
  }
  return NO_OBSTACLE;
}

/**
 * The first pair of phases on the way up whose difference would be too large, as an obstacle; -1 when there is none.
 */
function tooFarAhead({ tree, load, isBalanced, lead }: Division, group: number, steps: number): number {
  const mask = group & 7;
  for (let circuit = group >> 3; circuit !== -1; circuit = tree.parentOf[circuit] as number) {
    if (isBalanced[circuit] === 0) continue;
    for (let p = 0; p < 3; p++) {
      if (((mask >> p) & 1) === 0) continue;
      for (let q = 0; q < 3; q++) {
        if ((mask >> q) & 1) continue;
        const pair = pairOf(circuit, p, q);
        const ahead = (load[circuit * SLOTS + p] as number) + steps - (load[circuit * SLOTS + q] as number);
        if (ahead > (lead[pair] as number) + DUST) return -2 - pair;
      }
    }
  }
  return NO_OBSTACLE;
}
