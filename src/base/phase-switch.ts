/** Charge points that can connect some of their phases only: all three, or one of them. */
import type { PhaseMask } from './rotation.js';

/** All three phases. */
export const ALL_POSITION: PhaseMask = 0b111;

/** The positions that a switch may have, connector order; the index is its bit in `switchable`. */
const POSITIONS: readonly PhaseMask[] = [0b001, 0b010, 0b100, ALL_POSITION];

/** What a charge point shows of its switch. Masks are in the connector's order. */
export interface PhaseSwitchView {
  /** Bit 0 to 2: it can connect L1, L2, L3 alone. Bit 3: all three. */
  readonly switchable: number;
  /** The phases that may carry current now. While it moves: those before and after. */
  readonly phases: PhaseMask;
  readonly isMoving: boolean;
}

/** `one-three`: L1 alone, or all. `best-phase`: any phase alone, or all. */
export const PHASE_SWITCHES = ['one-three', 'best-phase'] as const;
export type PhaseSwitchKind = (typeof PHASE_SWITCHES)[number];

export const SWITCHABLE: Readonly<Record<PhaseSwitchKind, number>> = { 'one-three': 0b1001, 'best-phase': 0b1111 };

export function canConnect(switchable: number, position: PhaseMask): boolean {
  const bit = POSITIONS.indexOf(position);
  return bit !== -1 && (switchable & (1 << bit)) !== 0;
}

/** The positions with one phase. */
export function singlePositions(switchable: number): readonly PhaseMask[] {
  return POSITIONS.filter((position) => position !== ALL_POSITION && canConnect(switchable, position));
}

export function isSingle(position: PhaseMask): boolean {
  return position !== 0 && (position & (position - 1)) === 0;
}
