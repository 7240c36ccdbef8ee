/**
 * When people, the calendar or an input last lowered the limit of a circuit. A pause right after it is its consequence. Later ones
 * are not: a building that wanders below a standing limit wears contactors like one that wanders below a fuse.
 */
import type { Carrier } from '../../base/carrier.js';
import { isAnyAbove, type Ms, type PhaseAmps } from '../../base/units.js';

/** Vehicles are paused in the next cycles; some wait for the turn of others. */
const CONSEQUENCE_MS: Ms = 15_000;

export class Lowerings {
  /** By circuit. */
  readonly #ceilingA = new Map<string, PhaseAmps>();
  readonly #loweredAtMs = new Map<string, Ms>();

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('ceilingA', this.#ceilingA);
    carrier.values('loweredAtMs', this.#loweredAtMs);
  }

  /** Call once per cycle, with the limit of each circuit without its load. */
  watch(circuit: string, ceilingA: PhaseAmps, nowMs: Ms): void {
    const before = this.#ceilingA.get(circuit);
    if (before && isAnyAbove(before, ceilingA, 0)) this.#loweredAtMs.set(circuit, nowMs);
    this.#ceilingA.set(circuit, ceilingA);
  }

  isRecent(circuit: string, nowMs: Ms): boolean {
    return nowMs - (this.#loweredAtMs.get(circuit) ?? Number.NEGATIVE_INFINITY) < CONSEQUENCE_MS;
  }
}
