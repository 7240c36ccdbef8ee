/** A site while it is drawn: what its configuration will say, who will set what, and how its contacts will stand. */
import { defined } from '../../../base/assert.js';
import type { Rng } from '../../../base/rng.js';
import type { Amps, Ms } from '../../../base/units.js';
import type { ContactPlan, PlannedAction, SolarPlan, VoltageStep } from '../scenario.js';

/** Keys of one entry, as they are written. */
export type Keys = Map<string, string>;

export interface DraftCircuit {
  readonly id: string;
  readonly keys: Keys;
  readonly fuseA: Amps;
  /** The most that the building takes, here and below. */
  readonly othersA: Amps;
  readonly isMetered: boolean;
}

export interface Draft {
  /** The root comes first. */
  readonly circuits: readonly DraftCircuit[];
  readonly chargePoints: ReadonlyMap<string, Keys>;
  readonly rules: Keys;
  readonly defaults: Keys;
  /** At the top of the file. */
  readonly site: Keys;
  readonly inputs: Keys[];
  /** Of `solar`; empty: nobody looks at a surplus. */
  readonly surplus: Keys;
  readonly solar: SolarPlan[];
  readonly voltage: VoltageStep[];
  readonly actions: PlannedAction[];
  readonly contacts: ContactPlan[];
  /** What all charge points take together without a master; two more than there are. */
  readonly reservedA: Amps;
  /** Nothing changes any more from then on. */
  readonly calmFromMs: Ms;
  /** What the wall clocks show at the beginning. */
  wallFromMs: Ms;
}

/** What a run may have. */
export interface Feature {
  readonly name: string;
  /** Of all runs. */
  readonly share: number;
  readonly draw: (rng: Rng, draft: Draft) => void;
}

export function one<const T>(rng: Rng, choices: readonly [T, ...T[]]): T {
  return choices[rng.int(choices.length)] ?? choices[0];
}

export function anyOf<T>(rng: Rng, items: readonly T[]): T {
  return defined(items[rng.int(items.length)], 'one of them');
}

/** Each of them, or only some; at least one. */
export function some<T>(rng: Rng, items: readonly T[]): readonly T[] {
  const chosen = items.filter(() => rng.chance(0.5));
  return chosen.length > 0 ? chosen : [anyOf(rng, items)];
}

export function numberOf(keys: Keys, name: string, otherwise: number): number {
  return Number(keys.get(name) ?? otherwise);
}

export function written(keys: Keys): string {
  return `{ ${[...keys].map(([name, value]) => `${name}: ${value}`).join(', ')} }`;
}

/** A limit below the fuse: one number, or three. */
export function lowerLimit(rng: Rng, fuseA: Amps): string {
  const each = (): number => Math.floor(fuseA * rng.between(0.15, 1));
  return rng.chance(0.7) ? `${each()}` : `[${each()}, ${each()}, ${each()}]`;
}

/** Moments from the beginning to the calm end, in order. */
export function moments(rng: Rng, { calmFromMs }: Draft, most: number): readonly Ms[] {
  const times = Array.from({ length: 1 + rng.int(most) }, () => Math.floor(rng.between(5_000, calmFromMs)));
  return times.sort((a, b) => a - b);
}
