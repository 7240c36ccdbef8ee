/** What people may set while the master runs, for a charge point or for a circuit. `null`: back to what the configuration says. */
import type { Amps, Ms, PhaseAmps } from './units.js';

/** now: the running session ends, too. next: it goes on, and no other one begins. */
export const BLOCK_FROM = ['now', 'next'] as const;
export type BlockFrom = (typeof BLOCK_FROM)[number];

/**
 * What power a charge point takes, by Autel's names. fast: all that fuses and contracts leave. full-green: PV surplus alone.
 * green-priority: the surplus, and never less than the minimum. speed-priority: the surplus, and what the grid gives.
 */
export const CHARGE_MODES = ['fast', 'full-green', 'green-priority', 'speed-priority'] as const;
export type ChargeMode = (typeof CHARGE_MODES)[number];

export const PRIORITY_MAX = 100;
export const BOOST_MAX_MS: Ms = 24 * 3_600_000;

export type OperatorAction =
  /** A circuit has a limit for each phase, a charge point one for all. */
  | { readonly what: 'operatorLimit'; readonly limitA: Amps | PhaseAmps | null }
  /** For the session of the vehicle that is there, as the boost. 1 is served first. */
  | { readonly what: 'priority'; readonly priority: number | null }
  | { readonly what: 'boost'; readonly forMs: Ms | null }
  /** The grid operator asks for less (section 14a EnWG), or no longer. Of a circuit that has the rules for it. */
  | { readonly what: 'section14a'; readonly isOn: boolean }
  | { readonly what: 'block'; readonly from: BlockFrom }
  | { readonly what: 'mode'; readonly mode: ChargeMode | null }
  | { readonly what: 'pause' | 'resume' | 'unblock' };
