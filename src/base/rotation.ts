/**
 * Phase rotation: how a connector's L1, L2, L3 meet the grid's, spelled as OCPP's ConnectorPhaseRotation.
 * R, S, T are the grid's L1, L2, L3; STR reads: connector L1 on grid L2, L2 on L3, L3 on L1.
 */
import { type Amps, mapPhases, PHASES, type PerPhase, type PhaseAmps, type PhaseIndex } from './units.js';

export const ROTATIONS = ['RST', 'STR', 'TRS', 'RTS', 'SRT', 'TSR'] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** How many phases a connector has: the first ones of its own order. */
export type PhaseCount = 1 | 2 | 3;

const GRID_PHASE = { R: 0, S: 1, T: 2 } as const;

/** The grid phase of each connector phase. */
export function gridPhases(rotation: Rotation): PerPhase<PhaseIndex> {
  return mapPhases((phase) => GRID_PHASE[rotation.charAt(phase) as 'R' | 'S' | 'T']);
}

/** The connector's phase of each grid phase. */
const CONNECTOR_PHASES = new Map(ROTATIONS.map((rotation) => [rotation, connectorPhases(rotation)]));

function connectorPhases(rotation: Rotation): PerPhase<PhaseIndex> {
  const grid = gridPhases(rotation);
  return mapPhases((phase) => grid.indexOf(phase) as PhaseIndex);
}

/** Reorders a triple from the connector's order to the grid's. */
export function toGrid<T>(rotation: Rotation, connector: PerPhase<T>): PerPhase<T> {
  const from = CONNECTOR_PHASES.get(rotation) ?? connectorPhases(rotation);
  return [connector[from[0]], connector[from[1]], connector[from[2]]];
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

/** An amount on each phase of the set. */
export function onPhases(mask: PhaseMask, amps: Amps): PhaseAmps {
  return [hasPhase(mask, 0) ? amps : 0, hasPhase(mask, 1) ? amps : 0, hasPhase(mask, 2) ? amps : 0];
}

const GRID_MASKS = new Map(ROTATIONS.map((rotation) => [rotation, gridMasks(rotation)]));

function gridMasks(rotation: Rotation): readonly PhaseMask[] {
  const grid = gridPhases(rotation);
  return [0, 1, 2, 3, 4, 5, 6, 7].map((mask) =>
    PHASES.reduce((result: number, phase) => (hasPhase(mask, phase) ? result | (1 << grid[phase]) : result), 0),
  );
}

/** Turns a mask in the connector's order into one in the grid's. */
export function maskToGrid(rotation: Rotation, mask: PhaseMask): PhaseMask {
  return GRID_MASKS.get(rotation)?.[mask] ?? 0;
}
