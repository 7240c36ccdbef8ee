/**
 * Phase rotation: how a connector's L1, L2, L3 meet the grid's, spelled as OCPP's ConnectorPhaseRotation.
 * R, S, T are the grid's L1, L2, L3; STR reads: connector L1 on grid L2, L2 on L3, L3 on L1.
 */
import { type Amps, mapPhases, PHASE_NAMES, PHASES, type PerPhase, type PhaseAmps, type PhaseIndex } from './units.js';

export const ROTATIONS = ['RST', 'STR', 'TRS', 'RTS', 'SRT', 'TSR'] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** TN: 230 V between a conductor and neutral. IT: 230 V between two conductors, and no neutral. */
export const NETWORKS = ['TN', 'IT'] as const;
export type Network = (typeof NETWORKS)[number];

/**
 * A rotation in its network. IT-STR: what the connector has as L1 and neutral are grid L2 and L3. A vehicle on one phase sits
 * between both, and loads both by one current.
 */
export type Wiring = Rotation | `IT-${Rotation}`;

export const WIRINGS: readonly Wiring[] = [...ROTATIONS, ...ROTATIONS.map((rotation) => `IT-${rotation}` as const)];

export function wiringIn(network: Network | undefined, rotation: Rotation): Wiring {
  return network === 'IT' ? `IT-${rotation}` : rotation;
}

export function networkOf(wiring: Wiring): Network {
  return wiring.startsWith('IT-') ? 'IT' : 'TN';
}

export function rotationOf(wiring: Wiring): Rotation {
  return wiring.slice(-3) as Rotation;
}

/** How many phases a connector has: the first ones of its own order. */
export type PhaseCount = 1 | 2 | 3;

const GRID_PHASE = { R: 0, S: 1, T: 2 } as const;

/** The grid phase of each connector phase. */
export function gridPhases(wiring: Wiring): PerPhase<PhaseIndex> {
  const rotation = rotationOf(wiring);
  return mapPhases((phase) => GRID_PHASE[rotation.charAt(phase) as 'R' | 'S' | 'T']);
}

/** The connector's phase of each grid phase. */
const CONNECTOR_PHASES = new Map(WIRINGS.map((rotation) => [rotation, connectorPhases(rotation)]));

function connectorPhases(rotation: Wiring): PerPhase<PhaseIndex> {
  const grid = gridPhases(rotation);
  return mapPhases((phase) => grid.indexOf(phase) as PhaseIndex);
}

/** Reorders a triple from the connector's order to the grid's. */
export function toGrid<T>(wiring: Wiring, connector: PerPhase<T>): PerPhase<T> {
  const from = CONNECTOR_PHASES.get(wiring) ?? connectorPhases(wiring);
  return [connector[from[0]], connector[from[1]], connector[from[2]]];
}

/** What the currents of a connector load the grid with. In an IT network that of L1 comes back on the next conductor. */
export function currentsToGrid(wiring: Wiring, connectorA: PhaseAmps): PhaseAmps {
  if (networkOf(wiring) === 'TN') return toGrid(wiring, connectorA);
  const [l1A, l2A, l3A] = connectorA;
  return toGrid(wiring, [l1A, Math.max(l1A, l2A), l3A]);
}

/** A set of phases as three bits: bit 0 = L1. The order (connector or grid) is said where it is used. */
export type PhaseMask = number;

/** The first `count` phases of a connector, in its own order. */
export function connectedMask(count: PhaseCount): PhaseMask {
  return (1 << count) - 1;
}

export function hasPhase(mask: PhaseMask, phase: PhaseIndex): boolean {
  return (mask & (1 << phase)) !== 0;
}

/** On how many phases. */
export function phaseCountOf(phases: PhaseMask): number {
  return (phases & 1) + ((phases >> 1) & 1) + ((phases >> 2) & 1);
}

/** "L1 L3" */
export function phasesText(mask: PhaseMask): string {
  return phasesIn(mask)
    .map((phase) => PHASE_NAMES[phase])
    .join(' ');
}

export function phasesIn(mask: PhaseMask): readonly PhaseIndex[] {
  return PHASES.filter((phase) => hasPhase(mask, phase));
}

/** An amount on each phase of the set. */
export function onPhases(mask: PhaseMask, amps: Amps): PhaseAmps {
  return [hasPhase(mask, 0) ? amps : 0, hasPhase(mask, 1) ? amps : 0, hasPhase(mask, 2) ? amps : 0];
}

const GRID_MASKS = new Map(WIRINGS.map((wiring) => [wiring, gridMasks(wiring)]));

function gridMasks(wiring: Wiring): readonly PhaseMask[] {
  const grid = gridPhases(wiring);
  const returns = networkOf(wiring) === 'IT' ? 1 << grid[1] : 0;
  return [0, 1, 2, 3, 4, 5, 6, 7].map((mask) =>
    PHASES.reduce(
      (result: number, phase) => (hasPhase(mask, phase) ? result | (1 << grid[phase]) : result),
      hasPhase(mask, 0) ? returns : 0,
    ),
  );
}

/** Turns a mask in the connector's order into the conductors of the grid that it loads. */
export function maskToGrid(wiring: Wiring, mask: PhaseMask): PhaseMask {
  return GRID_MASKS.get(wiring)?.[mask] ?? 0;
}
