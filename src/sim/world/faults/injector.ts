/** What can go wrong, each with the name by which scenarios call it and its row in the table of faults. */
import type { Rng } from '../../../base/rng.js';
import type { Ms } from '../../../base/units.js';
import type { World } from '../world.js';

export const TARGETS = ['chargePoint', 'meter', 'network', 'master'] as const;
export type Target = (typeof TARGETS)[number];

/** Mends it; nothing of it is left. */
export type Mend = () => void;

export interface Strike {
  readonly world: World;
  /** Id of what it befalls; 'network' or 'master' where there is but one. */
  readonly target: string;
  readonly rng: Rng;
  /** Until when it lasts. */
  readonly untilMs: Ms;
}

export interface Injector {
  readonly name: string;
  readonly row: number;
  readonly target: Target;
  /** For people. */
  readonly what: string;
  /** How long it lasts where the seed draws it. */
  readonly lastsMs: readonly [shortest: Ms, longest: Ms];
  /** While it lasts a meter may show what does not flow, without being found out yet. */
  readonly isLie?: boolean;
  /** Only where datagrams are signed. */
  readonly needsSignature?: boolean;
  readonly begin: (strike: Strike) => Mend;
}

export const SECOND_MS: Ms = 1_000;
export const MINUTE_MS: Ms = 60_000;
